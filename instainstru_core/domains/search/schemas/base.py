"""What commands and views of search share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from instainstru_core.kernel.ids import ID_PATTERN

RowId = Annotated[str, StringConstraints(pattern=ID_PATTERN)]


class View(BaseModel):
    """What all views share."""

    model_config = ConfigDict(frozen=True)
