"""What is free of an instructor's days: open time less what is taken, and where lessons fit."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import numpy as np

from instainstru_core.domains.availability.policy.bits import (
    DAY_MINUTES,
    GRID,
    QUARTERS,
    fitting,
    runs,
    stretch,
)
from instainstru_core.domains.availability.policy.days import usable
from instainstru_core.domains.availability.policy.line import (
    MINUTE,
    ONE_DAY,
    Line,
    Segment,
    day_length,
    elapsed_minute,
    is_plain,
    line,
    segments,
    wall_minute,
)
from instainstru_core.domains.availability.policy.rules import pause_around, startable
from instainstru_core.domains.availability.types import (
    Calendar,
    DayPart,
    FreeDay,
    FreeStart,
    FreeWindow,
)
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.domains.instructors.types import LessonFormat

NOON, FIVE = 12 * 60, 17 * 60
QUARTERS_A_DAY = DAY_MINUTES // GRID


def free_line(calendar: Calendar, lesson_format: LessonFormat, first: date, last: date) -> Line:
    """The minutes of local days that are open for a format and free of lessons and pauses."""
    days = {day: usable(found, lesson_format) for day, found in calendar.days.items()}
    travels = instructor_travels(lesson_format)
    pauses = [pause_around(taken, calendar.buffers, travels=travels) for taken in calendar.busy]
    return line(days, first, last, calendar.timezone).without_all(
        (taken.span.start - pause, taken.span.end + pause)
        for taken, pause in zip(calendar.busy, pauses, strict=True)
    )


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
    free = free_line(calendar, lesson_format, first, last + ONE_DAY)
    allowed = startable(calendar, free, lesson_format, now)
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
            blackout=day in calendar.blackouts,
        )
        offset += day_length(parts)
        day += ONE_DAY


def free_windows(
    calendar: Calendar,
    *,
    first: date,
    last: date,
    lesson_format: LessonFormat,
    now: datetime,
) -> list[tuple[FreeWindow, ...]]:
    """The windows of `free_days` alone, day by day."""
    free = free_line(calendar, lesson_format, first, last)
    windows = free.bits & startable(calendar, free, lesson_format, now)
    found: list[tuple[FreeWindow, ...]] = []
    offset = 0
    for number in range((last - first).days + 1):
        parts = segments(first + number * ONE_DAY, calendar.timezone)
        today = (windows >> offset) & stretch(0, day_length(parts))
        begins_at = free.start + offset * MINUTE
        found.append(tuple(_windows(today, parts, begins_at)) if today else ())
        offset += day_length(parts)
    return found


def free_minutes(
    calendar: Calendar,
    *,
    first: date,
    last: date,
    minutes: int,
    lesson_format: LessonFormat,
    now: datetime,
) -> list[list[int]]:
    """The starts of `free_days` alone, as minutes of the wall clock, day by day."""
    zone_name = calendar.timezone
    free = free_line(calendar, lesson_format, first, last + ONE_DAY)
    starts = fitting(free.bits, minutes) & startable(calendar, free, lesson_format, now)
    days = (last - first).days + 1
    if not is_plain(first, last + ONE_DAY, zone_name):
        return [
            [each.minute for each in day.starts]
            for day in free_days(
                calendar,
                first=first,
                last=last,
                minutes=minutes,
                lesson_format=lesson_format,
                now=now,
            )
        ]
    stored = np.frombuffer(starts.to_bytes((days + 1) * DAY_MINUTES // 8, "little"), np.uint8)
    grid = np.unpackbits(stored, bitorder="little")[: days * DAY_MINUTES : GRID]
    found = np.flatnonzero(grid)
    ends = np.searchsorted(found, np.arange(1, days + 1) * QUARTERS_A_DAY).tolist()
    clock = ((found % QUARTERS_A_DAY) * GRID).tolist()
    return [clock[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def parts_of(starts: Sequence[int]) -> tuple[DayPart, ...]:
    """The parts of a day in which a lesson can start, from all its starts."""
    found = {
        DayPart.MORNING: any(minute < NOON for minute in starts),
        DayPart.AFTERNOON: any(NOON <= minute < FIVE for minute in starts),
        DayPart.EVENING: any(minute >= FIVE for minute in starts),
    }
    return tuple(part for part, there in found.items() if there)


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
        if plain or elapsed == elapsed_minute(parts, wall):
            yield FreeStart(minute=wall, at=begins_at + elapsed * MINUTE)
