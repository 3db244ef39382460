"""Who may book when: open hours, tags, pauses, notice, protected mornings."""

from datetime import datetime, timedelta
from functools import lru_cache

from instainstru_core.domains.availability.policy.bits import stretch
from instainstru_core.domains.availability.policy.days import usable
from instainstru_core.domains.availability.policy.line import (
    ONE_DAY,
    Line,
    at_wall,
    line,
)
from instainstru_core.domains.availability.types import Buffers, Busy, Calendar
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import Span, midnight, to_local

LEAD_TIME = timedelta(minutes=60)
LEAD_TIME_WITH_TRAVEL = timedelta(minutes=180)
EVENING_HOUR = 20
MORNING_HOUR = 9
MORNING_HOUR_WITH_TRAVEL = 11
MAX_BUFFER = timedelta(minutes=120)
STRICTEST = LessonFormat.STUDENT_LOCATION
"""Whoever is free for this format is free for every other."""
EASIEST_FIRST = (
    LessonFormat.ONLINE,
    LessonFormat.INSTRUCTOR_LOCATION,
    LessonFormat.NEUTRAL_LOCATION,
    LessonFormat.STUDENT_LOCATION,
)
"""Whoever is free for a format is free for those before it: tags, pauses, notice and protected
mornings all ask no less of it. The last two ask the same."""


@lru_cache(maxsize=64)
def easiest(formats: frozenset[LessonFormat]) -> LessonFormat | None:
    """The one of these formats that there is the most time for."""
    return next((each for each in EASIEST_FIRST if each in formats), None)


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
    return Span(midnight(day, zone_name), at_wall(day, hour * 60, zone_name))


def pause_around(taken: Busy, buffers: Buffers, *, travels: bool) -> timedelta:
    """The pause between what is taken and a lesson for which the instructor travels, or not."""
    return buffers.between(travels, taken.travels) if taken.taught else timedelta(0)


def conflicts(wanted: Busy, taken: Busy, buffers: Buffers) -> bool:
    """Whether an instructor cannot do both; a gap of exactly the buffer is enough."""
    buffer = pause_around(taken, buffers, travels=wanted.travels)
    return (
        wanted.span.start < taken.span.end + buffer and taken.span.start < wanted.span.end + buffer
    )


def is_open(calendar: Calendar, span: Span) -> bool:
    """Whether every minute of a lesson is open on the wall clock, whatever its tag."""
    return _line_around(calendar, span, None).is_open(span)


def suits(calendar: Calendar, span: Span, lesson_format: LessonFormat) -> bool:
    """Whether every minute of a lesson is open for its format, whatever is taken."""
    return _line_around(calendar, span, lesson_format).is_open(span)


def is_free(calendar: Calendar, span: Span, lesson_format: LessonFormat) -> bool:
    """Whether a lesson is open for its format and keeps its distance from all that is taken."""
    wanted = Busy(span, instructor_travels(lesson_format))
    return suits(calendar, span, lesson_format) and not any(
        conflicts(wanted, taken, calendar.buffers) for taken in calendar.busy
    )


def may_start(calendar: Calendar, at: datetime, lesson_format: LessonFormat, now: datetime) -> bool:
    """Whether lead time and the protection of the night allow a start at this instant."""
    if at < now + lead_time(lesson_format):
        return False
    protected = _protected(calendar, lesson_format, now)
    return protected is None or not protected.contains(at)


def startable(calendar: Calendar, on: Line, lesson_format: LessonFormat, now: datetime) -> int:
    """The minutes of a line at which lead time and protected mornings allow a start."""
    allowed = stretch(on.minute(now + lead_time(lesson_format)), on.length)
    protected = _protected(calendar, lesson_format, now)
    if protected is not None:
        allowed &= ~stretch(on.minute(protected.start), on.minute(protected.end))
    return allowed


def _line_around(calendar: Calendar, span: Span, lesson_format: LessonFormat | None) -> Line:
    zone_name = calendar.timezone
    first, last = to_local(span.start, zone_name).date(), to_local(span.end, zone_name).date()
    days = {
        day: found.bits if lesson_format is None else usable(found, lesson_format)
        for day, found in calendar.days.items()
        if first <= day <= last
    }
    return line(days, first, last, zone_name)


def _protected(calendar: Calendar, lesson_format: LessonFormat, now: datetime) -> Span | None:
    if not calendar.overnight_protection:
        return None
    return protected_morning(now, calendar.timezone, lesson_format)
