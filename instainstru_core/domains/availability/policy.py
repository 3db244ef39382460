"""The arithmetic of open time, and the rules of who may book when. Pure.

A local day is an integer of 1440 bits; bit m is minute m of the wall clock. Several days become
one line of real minutes (`Line`): there an hour that the clocks skip has no minutes, and an hour
that happens twice has its minutes twice. Lessons are measured on the line, so they may cross
midnight and are exact to the minute on days when the clocks change.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from instainstru_core.domains.availability.types import (
    Buffers,
    Busy,
    Calendar,
    FreeDay,
    FreeStart,
    FreeWindow,
)
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import Span, midnight, to_local

DAY_MINUTES = 1440
DAY_BYTES = DAY_MINUTES // 8
GRID = 15
QUARTERS = sum(1 << minute for minute in range(0, 2 * DAY_MINUTES, GRID))
MAX_WINDOWS = 10
"""How many windows a person may give one day."""

MINUTE = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)

LEAD_TIME = timedelta(minutes=60)
LEAD_TIME_WITH_TRAVEL = timedelta(minutes=180)
EVENING_HOUR = 20
MORNING_HOUR = 9
MORNING_HOUR_WITH_TRAVEL = 11
MAX_BUFFER = timedelta(minutes=120)
STRICTEST = LessonFormat.STUDENT_LOCATION
"""Whoever is free for this format is free for every other."""

EDITABLE_FOR = timedelta(days=30)
REACH = timedelta(days=365)
MAX_DAYS_APART = 90


class BadWindow(ValueError):
    """A window of hours that cannot be stored; the text says why."""


# --- one day as bits ---------------------------------------------------------------------------


def from_bytes(stored: bytes) -> int:
    """A day from its stored form: 180 bytes, the first minutes first."""
    return int.from_bytes(stored, "little")


def to_bytes(bits: int) -> bytes:
    """The stored form of a day."""
    return bits.to_bytes(DAY_BYTES, "little")


def stretch(start: int, end: int) -> int:
    """The bits from `start` up to, not including, `end`; nothing when they are the wrong way."""
    return ((1 << (end - start)) - 1) << start if end > start else 0


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """The stretches of set bits, in order, as half-open pairs."""
    offset = 0
    while bits:
        skipped = (bits & -bits).bit_length() - 1
        bits >>= skipped
        length = (~bits & (bits + 1)).bit_length() - 1
        bits >>= length
        yield offset + skipped, offset + skipped + length
        offset += skipped + length


def from_windows(windows: Iterable[tuple[int, int]]) -> int:
    """A day open in these windows, as minutes of the wall clock; an end of 0 means midnight.

    Raises BadWindow for an empty window, one that crosses midnight, or two that overlap.
    """
    bits = 0
    for start, typed_end in windows:
        end = typed_end or DAY_MINUTES
        shown = f"{clock_text(start)}-{clock_text(end)}"
        if end == start:
            raise BadWindow(f"{shown} is empty: the end must be after the start.")
        if end < start:
            raise BadWindow(
                f"{shown} crosses midnight: split it into {clock_text(start)}-24:00 on this day"
                f" and 00:00-{clock_text(end)} on the next."
            )
        wanted = stretch(start, end)
        if bits & wanted:
            raise BadWindow(f"{shown} overlaps another window of the same day: merge the two.")
        bits |= wanted
    return bits


def clock_text(minute: int) -> str:
    """A minute of the day as people write it; the end of the day is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def minute_of(text: str) -> int:
    """The minute that a text such as "09:30" or "24:00" stands for."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def to_windows(bits: int) -> list[tuple[str, str]]:
    """The open hours of a day as people write them."""
    return [(clock_text(start), clock_text(end)) for start, end in runs(bits)]


@dataclass(frozen=True, slots=True)
class WeekChange:
    """What saving a week comes to: the days to write, and those that are too old to be written."""

    changed: Mapping[date, int]
    skipped: tuple[date, ...]


def week_change(
    stored: Mapping[date, int],
    wanted: Mapping[date, int],
    *,
    days: Sequence[date],
    clear_existing: bool,
    today: date,
) -> WeekChange:
    """Compare a week with what it shall be. Days not wanted are closed, or left as they are.

    A day that was exactly 30 days ago can still be changed.
    """
    differs = {
        day: wanted.get(day, 0)
        for day in days
        if (day in wanted or clear_existing) and wanted.get(day, 0) != stored.get(day, 0)
    }
    oldest = today - EDITABLE_FOR
    return WeekChange(
        changed={day: bits for day, bits in differs.items() if day >= oldest},
        skipped=tuple(day for day in differs if day < oldest),
    )


def week_days(monday: date) -> list[date]:
    """The seven days from a Monday on."""
    return [monday + offset * ONE_DAY for offset in range(7)]


def fitting(bits: int, minutes: int) -> int:
    """The bits at which `minutes` set bits in a row begin."""
    have = 1
    while have < minutes:
        step = min(have, minutes - have)
        bits &= bits >> step
        have += step
    return bits


# --- local days as a line of real minutes --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a local day in which the clocks run without a jump."""

    elapsed: int
    wall: int
    length: int


@lru_cache(maxsize=4096)
def segments(day: date, zone_name: str) -> tuple[Segment, ...]:
    """The parts of a local day: one, or two when the clocks change."""
    start, end = midnight(day, zone_name), midnight(day + ONE_DAY, zone_name)
    total = (end - start) // MINUTE
    if total == DAY_MINUTES:
        return (Segment(0, 0, DAY_MINUTES),)
    found: list[Segment] = []
    for elapsed in range(total):
        local = to_local(start + elapsed * MINUTE, zone_name)
        wall = local.hour * 60 + local.minute
        if found and wall == found[-1].wall + found[-1].length:
            found[-1] = Segment(found[-1].elapsed, found[-1].wall, found[-1].length + 1)
        else:
            found.append(Segment(elapsed, wall, 1))
    return tuple(found)


def day_length(parts: Sequence[Segment]) -> int:
    """How many real minutes a local day has."""
    return parts[-1].elapsed + parts[-1].length


def wall_minute(parts: Sequence[Segment], elapsed: int) -> int:
    """What the clock on the wall shows so many minutes after the day began."""
    part = next(part for part in reversed(parts) if part.elapsed <= elapsed)
    return part.wall + elapsed - part.elapsed


@dataclass(frozen=True, slots=True)
class Line:
    """Real minutes from `start` on: bit i is the minute that begins i minutes later."""

    start: datetime
    length: int
    bits: int

    def minute(self, instant: datetime) -> int:
        """The first minute of the line that begins at or after the instant, kept inside it."""
        return min(max(-((self.start - instant) // MINUTE), 0), self.length)

    def without(self, span: Span) -> "Line":
        """The line with every minute cleared that the span touches."""
        first = min(max((span.start - self.start) // MINUTE, 0), self.length)
        taken = stretch(first, self.minute(span.end))
        return Line(self.start, self.length, self.bits & ~taken)

    def is_open(self, span: Span) -> bool:
        """Whether every minute of the span is set. False outside the line."""
        if span.start < self.start or span.end > self.start + self.length * MINUTE:
            return False
        wanted = stretch((span.start - self.start) // MINUTE, self.minute(span.end))
        return self.bits & wanted == wanted


def line(days: Mapping[date, int], first: date, last: date, zone_name: str) -> Line:
    """The open minutes of the local days `first` to `last`. A day that is not there is closed."""
    bits = offset = 0
    day = first
    while day <= last:
        parts = segments(day, zone_name)
        open_minutes = days.get(day, 0)
        for part in parts if open_minutes else ():
            piece = (open_minutes >> part.wall) & stretch(0, part.length)
            bits |= piece << (offset + part.elapsed)
        offset += day_length(parts)
        day += ONE_DAY
    return Line(midnight(first, zone_name), offset, bits)


# --- the rules of booking ------------------------------------------------------------------------


def lead_time(lesson_format: LessonFormat) -> timedelta:
    """How long before its start a lesson must be booked; exactly that long is enough."""
    return LEAD_TIME_WITH_TRAVEL if instructor_travels(lesson_format) else LEAD_TIME


def protected_morning(now: datetime, zone_name: str, lesson_format: LessonFormat) -> Span | None:
    """The early hours in which a request made now may not start a lesson.

    Asked from 20:00 on it is tomorrow's morning, asked before the earliest hour it is today's.
    """
    hour = MORNING_HOUR_WITH_TRAVEL if instructor_travels(lesson_format) else MORNING_HOUR
    local = to_local(now, zone_name)
    if local.hour >= EVENING_HOUR:
        day = local.date() + ONE_DAY
    elif local.hour < hour:
        day = local.date()
    else:
        return None
    return Span(midnight(day, zone_name), _at_wall(day, hour * 60, zone_name))


def conflicts(wanted: Busy, taken: Busy, buffers: Buffers) -> bool:
    """Whether an instructor cannot do both; a gap of exactly the buffer is enough."""
    buffer = buffers.between(wanted.travels, taken.travels)
    return (
        wanted.span.start < taken.span.end + buffer and taken.span.start < wanted.span.end + buffer
    )


def is_open(calendar: Calendar, span: Span) -> bool:
    """Whether every minute of a lesson is open on the wall clock, whatever is taken."""
    first = to_local(span.start, calendar.timezone).date()
    last = to_local(span.end, calendar.timezone).date()
    return line(calendar.days, first, last, calendar.timezone).is_open(span)


def is_free(calendar: Calendar, span: Span, *, travels: bool) -> bool:
    """Whether a lesson is open and keeps its distance from everything that is taken."""
    wanted = Busy(span, travels)
    return is_open(calendar, span) and not any(
        conflicts(wanted, taken, calendar.buffers) for taken in calendar.busy
    )


def may_start(calendar: Calendar, at: datetime, lesson_format: LessonFormat, now: datetime) -> bool:
    """Whether lead time and the protection of the night allow a start at this instant."""
    if at < now + lead_time(lesson_format):
        return False
    protected = _protected(calendar, lesson_format, now)
    return protected is None or not protected.contains(at)


def free_days(
    calendar: Calendar,
    *,
    first: date,
    last: date,
    minutes: int,
    lesson_format: LessonFormat,
    now: datetime,
) -> Iterator[FreeDay]:
    """What a student may book on these local days. The calendar holds one day more.

    Windows begin on the quarter of an hour and have at least one quarter left; starts are the
    quarters at which a lesson of `minutes` fits. An hour that happens twice can be chosen once.
    """
    zone_name = calendar.timezone
    free = line(calendar.days, first, last + ONE_DAY, zone_name)
    travels = instructor_travels(lesson_format)
    for taken in calendar.busy:
        free = free.without(taken.span.widened(calendar.buffers.between(travels, taken.travels)))
    allowed = _allowed(calendar, free, lesson_format, now)
    starts, windows = fitting(free.bits, minutes) & allowed, free.bits & allowed
    day, offset = first, 0
    while day <= last:
        parts = segments(day, zone_name)
        today = stretch(0, day_length(parts))
        begins_at = free.start + offset * MINUTE
        yield FreeDay(
            day=day,
            windows=tuple(_windows((windows >> offset) & today, parts, begins_at)),
            starts=tuple(_starts((starts >> offset) & today, parts, begins_at)),
        )
        offset += day_length(parts)
        day += ONE_DAY


def _allowed(calendar: Calendar, free: Line, lesson_format: LessonFormat, now: datetime) -> int:
    """The minutes of the line at which lead time and protected mornings allow a start."""
    allowed = stretch(free.minute(now + lead_time(lesson_format)), free.length)
    protected = _protected(calendar, lesson_format, now)
    if protected is not None:
        allowed &= ~stretch(free.minute(protected.start), free.minute(protected.end))
    return allowed


def _protected(calendar: Calendar, lesson_format: LessonFormat, now: datetime) -> Span | None:
    if not calendar.overnight_protection:
        return None
    return protected_morning(now, calendar.timezone, lesson_format)


def _windows(bits: int, parts: Sequence[Segment], begins_at: datetime) -> Iterator[FreeWindow]:
    for start, end in runs(bits):
        rounded = -(-start // GRID) * GRID
        if end - rounded >= GRID:
            yield FreeWindow(
                start=wall_minute(parts, rounded),
                end=wall_minute(parts, end - 1) + 1,
                starts_at=begins_at + rounded * MINUTE,
                ends_at=begins_at + end * MINUTE,
            )


def _starts(bits: int, parts: Sequence[Segment], begins_at: datetime) -> Iterator[FreeStart]:
    bits &= QUARTERS
    plain = day_length(parts) == DAY_MINUTES
    while bits:
        lowest = bits & -bits
        bits ^= lowest
        elapsed = lowest.bit_length() - 1
        wall = elapsed if plain else wall_minute(parts, elapsed)
        if plain or elapsed == _elapsed(parts, wall):
            yield FreeStart(minute=wall, at=begins_at + elapsed * MINUTE)


def _elapsed(parts: Sequence[Segment], wall: int) -> int:
    """How long after the day began the clock first shows this minute, or has gone past it."""
    for part in parts:
        if wall < part.wall + part.length:
            return part.elapsed + max(wall - part.wall, 0)
    return day_length(parts)


def _at_wall(day: date, wall: int, zone_name: str) -> datetime:
    return midnight(day, zone_name) + _elapsed(segments(day, zone_name), wall) * MINUTE
