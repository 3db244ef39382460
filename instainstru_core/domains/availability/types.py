"""Availability vocabulary. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from instainstru_core.kernel.time import Span


class Party(StrEnum):
    """Whose time is taken."""

    INSTRUCTOR = "instructor"
    STUDENT = "student"


class Tag(StrEnum):
    """For which formats an open stretch is meant. Its number is its place in this list."""

    ANY = "any"
    ONLINE_ONLY = "online_only"
    NO_TRAVEL = "no_travel"
    CLOSED = "closed"


class DayPart(StrEnum):
    """A part of a day: before noon, from noon, from five in the afternoon."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Done(StrEnum):
    """What became of one thing that was asked for among many."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"


class Why(StrEnum):
    """Why something was skipped."""

    TOO_OLD = "too_old"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class OpenDay:
    """One local day as three integers of 1440 bits; bit m is minute m of the wall clock.

    `bits` are the open minutes. `low` and `high` are the two digits of each minute's tag: low for
    online only, high for no travel, both for closed. A minute that is not open has no tag.
    """

    bits: int = 0
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch of a day to be open: minutes of the wall clock, up to but not including the end.

    An end at or before the start lies on the next day; an end of 0 is midnight. Without a tag,
    minutes that are open already keep theirs.
    """

    start: int
    end: int
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One stretch of one day to be opened, or closed."""

    day: date
    opening: Opening
    opens: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one day, or of one edit."""

    day: date
    done: Done
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Buffers:
    """The pause an instructor keeps between two lessons, longer when either needs travel."""

    usual: timedelta
    travel: timedelta

    def between(self, one_travels: bool, other_travels: bool) -> timedelta:
        return self.travel if one_travels or other_travels else self.usual


@dataclass(frozen=True, slots=True)
class Busy:
    """A span that is taken, whether the instructor travels for it, and whether they teach in it.

    Pauses are between lessons that somebody teaches: there is none around one that they take.
    """

    span: Span
    travels: bool
    taught: bool = True


@dataclass(frozen=True, slots=True)
class Calendar:
    """What decides when one instructor is free: open minutes by local day, and what is taken.

    A blackout day is not among `days`, whatever hours it has.
    """

    timezone: str
    buffers: Buffers
    overnight_protection: bool
    days: Mapping[date, OpenDay]
    busy: tuple[Busy, ...]
    blackouts: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class FreeWindow:
    """A stretch of free time on one local day: minutes of the wall clock, and instants."""

    start: int
    end: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class FreeStart:
    """A minute of the wall clock, and its instant, at which a lesson may start."""

    minute: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FreeDay:
    """The free windows of one local day, and the starts at which a lesson of some length fits."""

    day: date
    windows: tuple[FreeWindow, ...]
    starts: tuple[FreeStart, ...]
    blackout: bool = False
