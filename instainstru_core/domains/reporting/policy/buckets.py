"""A window in days, weeks or months, for a course that can be read. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from instainstru_core.domains.reporting.types import Days, Interval
from instainstru_core.kernel.time import monday_of

MOST_BUCKETS = 100
FINE_DAYS, MIDDLE_DAYS = 31, 186
DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Course:
    """The buckets of a window, each the days that it has of the window."""

    interval: Interval
    buckets: list[Days]
    was_widened: bool


def course(days: Days, wanted: Interval | None) -> Course:
    """The window by this interval, or by one that suits it; wider where it would be too many."""
    interval = wanted or _suitable(days)
    order = list(Interval)
    for wider in order[order.index(interval) :]:
        buckets = list(_split(days, wider))
        if len(buckets) <= MOST_BUCKETS:
            return Course(wider, buckets, was_widened=wider is not interval)
    return Course(Interval.MONTH, list(_split(days, Interval.MONTH)), was_widened=True)


def begin(day: date, interval: Interval) -> date:
    """The first day of the calendar's day, week or month that holds this day."""
    if interval is Interval.WEEK:
        return monday_of(day)
    return day.replace(day=1) if interval is Interval.MONTH else day


def months_before(day: date, count: int) -> date:
    """The first day of the month so many months before this day's."""
    years, month = divmod(day.year * DECEMBER + day.month - 1 - count, DECEMBER)
    return date(years, month + 1, 1)


def _suitable(days: Days) -> Interval:
    if days.count <= FINE_DAYS:
        return Interval.DAY
    return Interval.WEEK if days.count <= MIDDLE_DAYS else Interval.MONTH


def _split(days: Days, interval: Interval) -> Iterator[Days]:
    first = days.first
    while first < days.end:
        end = min(_after(begin(first, interval), interval), days.end)
        yield Days(first, end)
        first = end


def _after(first: date, interval: Interval) -> date:
    match interval:
        case Interval.DAY:
            return first + timedelta(days=1)
        case Interval.WEEK:
            return first + timedelta(days=7)
        case Interval.MONTH:
            return months_before(first, -1)
