"""A list that comes whole: there are few of its things, so it has no pages."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

View = TypeVar("View", bound=BaseModel)


class Items(BaseModel, Generic[View]):
    """All there are, under the name that pages have for them too."""

    model_config = ConfigDict(frozen=True)

    items: list[View]
