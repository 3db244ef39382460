"""What was done with the results of a search."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.search.schemas.base import RowId, View
from instainstru_core.domains.search.types.interactions import ClickAction


class RecordClick(BaseModel):
    """What someone did with a result."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instructor_id: RowId
    action: ClickAction
    position: int = Field(ge=1, le=100_000, description="As the result said.")


class ClickView(View):
    """A click that is on record."""

    id: str
    search_id: str
    instructor_id: str
    action: ClickAction
    position: int
    at: datetime


class RecordInteractions(BaseModel):
    """What someone did with results, gathered for a moment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: list[RecordClick] = Field(min_length=1, max_length=50)


class InteractionView(View):
    """What became of one of them."""

    instructor_id: str
    action: ClickAction
    code: str | None = Field(description="Null if it is on record, else why it is not.")


class InteractionsView(View):
    """What became of each, in the order they were sent."""

    items: list[InteractionView]
