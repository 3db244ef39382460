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


@dataclass(frozen=True, slots=True)
class Buffers:
    """The pause an instructor keeps between two lessons, longer when either needs travel."""

    usual: timedelta
    travel: timedelta

    def between(self, one_travels: bool, other_travels: bool) -> timedelta:
        return self.travel if one_travels or other_travels else self.usual


@dataclass(frozen=True, slots=True)
class Busy:
    """A span that is taken, and whether the instructor travels for it."""

    span: Span
    travels: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """What decides when one instructor is free: open minutes by local day, and what is taken."""

    timezone: str
    buffers: Buffers
    overnight_protection: bool
    days: Mapping[date, int]
    busy: tuple[Busy, ...]


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
