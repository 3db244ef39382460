"""Commands in, views out. Hours are wall-clock times of the instructor's zone."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from instainstru_core.domains.availability.policy import MAX_EDITS, MAX_WINDOWS
from instainstru_core.domains.availability.types import DayPart, Done, Tag, Why
from instainstru_core.domains.instructors.policy import DURATION_STEP, MAX_DURATION, MIN_DURATION
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import BUSINESS_ZONE

StartText = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
EndText = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Hours(BaseModel):
    """Open hours that begin on one day, exact to the minute, up to but not including the end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: StartText = Field(examples=["09:00"])
    end: EndText = Field(
        description="Midnight at the end of the day is 24:00, or 00:00. An end before the start"
        " lies on the next day.",
        examples=["12:30"],
    )
    tag: Tag | None = Field(
        default=None,
        description="For which formats: `any`; `online_only`; `no_travel`, so online or at the"
        " instructor's place; `closed`, so none. Left out, minutes that are open already keep"
        " theirs and others are for any.",
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
                                {"start": "14:00", "end": "18:00", "tag": "online_only"},
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


class CopyWeek(BaseModel):
    """Give another week the same hours, day by day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: date = Field(
        description="The Monday of the week to be overwritten.", examples=["2026-06-22"]
    )
    version: int | None = Field(
        default=None,
        ge=0,
        le=2_147_483_647,
        description="The version of that week that this is based on. Left out, whatever it is.",
    )


class ApplyPattern(BaseModel):
    """Give all days of a range the hours that their weekday has in one week."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    monday: date = Field(description="The Monday of the week whose hours are to be repeated.")
    first: date
    last: date


class EditKind(StrEnum):
    """What happens to a stretch of a day."""

    OPEN = "open"
    CLOSE = "close"


class DayEdit(Hours):
    """One stretch of one day, to be opened or closed. A tag is only for opening."""

    day: date
    kind: EditKind

    @model_validator(mode="after")
    def _closed_hours_have_no_tag(self) -> "DayEdit":
        if self.kind is EditKind.CLOSE and self.tag is not None:
            msg = "leave the tag out: hours that are closed have none"
            raise ValueError(msg)
        return self


class EditDays(BaseModel):
    """Open and close stretches of many days, in this order, all together or none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edits: list[DayEdit] = Field(min_length=1, max_length=MAX_EDITS)
    try_only: bool = Field(default=False, description="Say what would happen, and write nothing.")


class AddBlackouts(BaseModel):
    """Days on which nobody can book, whatever hours are open."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: date
    last: date | None = Field(default=None, description="Left out, it is the first day alone.")
    reason: Annotated[str, StringConstraints(strip_whitespace=True)] | None = Field(
        default=None, min_length=1, max_length=255, description="For oneself; nobody else sees it."
    )


class HoursView(BaseModel):
    """Open hours of one day, and the formats they are for."""

    model_config = ConfigDict(frozen=True)

    start: str = Field(examples=["09:00"])
    end: str = Field(examples=["12:30"])
    tag: Tag


class DayView(BaseModel):
    """One day of one's own calendar. A blackout hides its hours and leaves them as they are."""

    model_config = ConfigDict(frozen=True)

    day: date
    hours: list[HoursView]
    blackout: bool


class WeekView(BaseModel):
    """One week of one's own calendar."""

    model_config = ConfigDict(frozen=True)

    monday: date
    timezone: str = Field(examples=[BUSINESS_ZONE])
    version: int = Field(description="0 for a week that was never saved.", examples=[3])
    saved_at: datetime | None
    days: list[DayView] = Field(description="All seven days.")


class TakenView(BaseModel):
    """Time that is taken. It and the open hours never change each other."""

    model_config = ConfigDict(frozen=True)

    day: date = Field(description="The local day on which it begins.")
    start: str = Field(examples=["09:00"])
    end: str = Field(description="Maybe on the day after.", examples=["10:00"])
    starts_at: datetime
    ends_at: datetime
    travels: bool = Field(description="Whether the instructor travels for it.")
    booking_id: str | None
    student_name: str | None = Field(examples=["Maya O."])
    held_until: datetime | None = Field(
        description="When it is given back by itself unless it is paid for."
    )


class OwnWeekView(WeekView):
    """One's own week with what is booked in it."""

    taken: list[TakenView] = Field(description="By start; pauses around lessons are not shown.")


class SavedWeekView(WeekView):
    """A week as it is now, and what saving did."""

    changed_days: list[date] = Field(
        description="Days whose hours were changed. Hours after midnight of a Sunday were added"
        " to the Monday after."
    )
    skipped_days: list[date] = Field(
        description="Days that are too long ago to be changed and were left as they are."
    )


class DayOutcome(BaseModel):
    """What became of one day, or of one edit."""

    model_config = ConfigDict(frozen=True)

    day: date
    result: Done
    why: Why | None = Field(
        description="Why it was skipped: `too_old` for days of more than 30 days ago, `over` for"
        " days before today."
    )


class CopiedWeekView(WeekView):
    """The week that was overwritten as it is now, and what became of each day."""

    items: list[DayOutcome]


class WeekVersionView(BaseModel):
    """The version that a week has now."""

    model_config = ConfigDict(frozen=True)

    monday: date
    version: int


class FilledView(BaseModel):
    """What became of each day or edit, in the order of asking, and the weeks that changed."""

    model_config = ConfigDict(frozen=True)

    items: list[DayOutcome]
    weeks: list[WeekVersionView]
    written: bool = Field(description="Whether anything was written.")


class BlackoutView(BaseModel):
    """A day on which one does not teach."""

    model_config = ConfigDict(frozen=True)

    day: date
    reason: str | None


class BlackoutsView(BaseModel):
    """Days on which one does not teach, in order."""

    model_config = ConfigDict(frozen=True)

    items: list[BlackoutView]


class AddedBlackoutsView(BaseModel):
    """What became of each day, and the lessons on these days, which stay."""

    model_config = ConfigDict(frozen=True)

    items: list[DayOutcome]
    staying: list[TakenView] = Field(
        description="Lessons that are booked on these days. They stay: cancel or move each one"
        " that shall not take place."
    )


class Detail(StrEnum):
    """How much is told of each day."""

    FULL = "full"
    SUMMARY = "summary"
    MINIMAL = "minimal"


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
    detail: Detail = Field(
        default=Detail.FULL,
        description="`full` has windows and starts, `summary` the parts of each day, `minimal`"
        " only whether there is room.",
    )


class FreeWindowView(BaseModel):
    """A stretch of free time."""

    model_config = ConfigDict(frozen=True)

    start: str = Field(examples=["09:00"])
    end: str = Field(examples=["12:30"])
    starts_at: datetime
    ends_at: datetime


class FreeDayView(BaseModel):
    """What is free on one local day. What the detail leaves out is null."""

    model_config = ConfigDict(frozen=True)

    day: date
    blackout: bool = Field(description="Whether the instructor does not teach on this day at all.")
    free: bool = Field(description="Whether a lesson of this length fits.")
    parts: list[DayPart] | None = Field(
        description="When it can start: before noon, until five, from five on."
    )
    windows: list[FreeWindowView] | None
    starts: list[str] | None = Field(
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
    detail: Detail
    earliest_at: datetime | None = Field(description="The first start of all; null without any.")
    days: list[FreeDayView]
