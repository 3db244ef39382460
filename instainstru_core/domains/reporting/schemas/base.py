"""What all reports share."""

from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.reporting.types import Window


class View(BaseModel):
    """A view is built once and never changes. A figure that is no number becomes null."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="null")


Data = TypeVar("Data", bound=BaseModel)


class WindowView(View):
    """The stretch of time that was looked at, from `start` up to, not including, `end`."""

    label: str
    start: datetime
    end: datetime
    timezone: str

    @classmethod
    def of(cls, window: Window) -> "WindowView":
        return cls(
            label=window.label,
            start=window.span.start,
            end=window.span.end,
            timezone=window.timezone,
        )


class Report(View, Generic[Data]):
    """Figures or a list, with what must be known to read them rightly."""

    data: Data
    window: WindowView | None = None
    total: int | None = Field(default=None, description="All items there are, not only the shown.")
    next_cursor: str | None = None
    warnings: list[str] = []
