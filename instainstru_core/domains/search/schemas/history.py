"""What somebody searched for before."""

from datetime import datetime

from pydantic import Field

from instainstru_core.domains.search.schemas.base import View
from instainstru_core.domains.search.types.recording import SearchSource


class HistoryView(View):
    """A text that somebody searched for, however often."""

    id: str
    text: str = Field(description="As it was typed last.", examples=["Piano lessons"])
    source: SearchSource
    result_count: int = Field(description="How many were found the last time.")
    times: int
    first_at: datetime
    last_at: datetime


class HistoriesView(View):
    """The latest of what somebody searched for."""

    items: list[HistoryView]


class ForgottenView(View):
    """How much was deleted."""

    deleted: int


class ErasedView(View):
    """What was somebody's and is nobody's now, or would be."""

    histories: int = Field(description="Texts of their history, gone for good.")
    searches: int = Field(description="Searches that stay without a name.")
    is_done: bool = Field(description="False where it was only counted.")
