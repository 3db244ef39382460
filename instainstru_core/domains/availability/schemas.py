"""Commands in, views out. Hours are wall-clock times of the instructor's zone."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.availability.policy import MAX_WINDOWS
from instainstru_core.domains.instructors.policy import DURATION_STEP, MAX_DURATION, MIN_DURATION
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import BUSINESS_ZONE

StartText = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
EndText = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Hours(BaseModel):
    """Open hours of one day, exact to the minute, up to but not including the end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: StartText = Field(examples=["09:00"])
    end: EndText = Field(
        description="Midnight at the end of the day is 24:00, or 00:00.", examples=["12:30"]
    )


class DayHours(BaseModel):
    """The open hours of one local day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    hours: list[Hours] = Field(
        max_length=MAX_WINDOWS, description="In any order; they may touch, not overlap."
    )


class SaveWeek(BaseModel):
    """The open hours of one week, from Monday on."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "version": 3,
                    "days": [
                        {
                            "day": "2026-06-15",
                            "hours": [
                                {"start": "09:00", "end": "12:30"},
                                {"start": "14:00", "end": "18:00"},
                            ],
                        }
                    ],
                }
            ]
        },
    )

    version: int | None = Field(
        default=None,
        ge=0,
        le=2_147_483_647,
        description="The version that this change is based on, unless If-Match says it.",
    )
    days: list[DayHours] = Field(max_length=7)
    clear_existing: bool = Field(
        default=True,
        description="Whether days that are not listed are closed. With false they stay.",
    )


class WeekView(BaseModel):
    """One week of one's own calendar."""

    model_config = ConfigDict(frozen=True)

    monday: date
    timezone: str = Field(examples=[BUSINESS_ZONE])
    version: int = Field(description="0 for a week that was never saved.", examples=[3])
    saved_at: datetime | None
    days: list[DayHours] = Field(description="All seven days.")


class SavedWeekView(WeekView):
    """A week as it is now, and what saving did."""

    changed_days: list[date] = Field(description="Days whose hours were changed.")
    skipped_days: list[date] = Field(
        description="Days that are too long ago to be changed and were left as they are."
    )


class FreeTimesQuery(BaseModel):
    """Which free times are wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date | None = Field(
        default=None, description="The first local day; today unless it is given."
    )
    last: date | None = Field(
        default=None, description="The last local day; a week in all unless it is given."
    )
    minutes: int = Field(
        default=60,
        ge=MIN_DURATION,
        le=MAX_DURATION,
        multiple_of=DURATION_STEP,
        description="The length of the lesson.",
    )
    format: LessonFormat | None = Field(
        default=None,
        description="Where the lesson is to be. Left out, the times that suit every format.",
    )


class FreeWindowView(BaseModel):
    """A stretch of free time."""

    model_config = ConfigDict(frozen=True)

    start: str = Field(examples=["09:00"])
    end: str = Field(examples=["12:30"])
    starts_at: datetime
    ends_at: datetime


class FreeDayView(BaseModel):
    """What is free on one local day."""

    model_config = ConfigDict(frozen=True)

    day: date
    windows: list[FreeWindowView]
    starts: list[str] = Field(
        description="The wall-clock times at which a lesson of this length may start.",
        examples=[["09:00", "09:15"]],
    )


class FreeTimesView(BaseModel):
    """When an instructor can be booked."""

    model_config = ConfigDict(frozen=True)

    instructor_id: str
    timezone: str = Field(description="The zone of all wall-clock times.", examples=[BUSINESS_ZONE])
    minutes: int
    format: LessonFormat | None
    earliest_at: datetime | None = Field(description="The first start of all; null without any.")
    days: list[FreeDayView]
