"""Days as texts mean them: what one mention says, and all of them as one wish."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum

from instainstru_core.domains.search.policy.grammar.spans import Span, Weight
from instainstru_core.domains.search.types.parsed import DateKind, DateWish, Slot

HORIZON_DAYS = 28
"""How far "on Saturdays" and "after June 5" reach."""
DAY = timedelta(days=1)
WEEK = 7
MONTHS_OF_YEAR = 12
SATURDAY, SUNDAY = 5, 6
WORKDAYS = frozenset(range(5))
WEEKEND = frozenset({SATURDAY, SUNDAY})
CENTURY = 2000
YEARS = range(CENTURY, CENTURY + 200)


class Reach(IntEnum):
    """How the day that is named bounds what is meant."""

    ON = 0
    UNTIL = 1
    SINCE = 2
    EXCEPT = 3


@dataclass(frozen=True, slots=True)
class Days:
    """Days as said: some weekdays by name, or from `first` to `last`."""

    first: date | None = None
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    every: bool = False
    kind: DateKind = DateKind.SINGLE
    reach: Reach = Reach.ON


def single(day: date) -> Days:
    """One day."""
    return Days(day, day)


def stretch(first: date, last: date) -> Days:
    """All days from the first to the last."""
    return Days(first, last, kind=DateKind.RANGE)


def each(weekdays: frozenset[int]) -> Days:
    """These days of every week."""
    return Days(weekdays=weekdays, every=True)


def coming(weekday: int, today: date) -> date:
    """The next such day, today included."""
    return today + DAY * ((weekday - today.weekday()) % WEEK)


def in_next_week(weekday: int, today: date) -> date:
    """That day of the week that begins on the next Monday."""
    return today + DAY * (WEEK - today.weekday() + weekday)


def weekend(today: date, *, following: bool = False) -> Days:
    """This Saturday and Sunday, what is left of them; or those of the following week."""
    saturday = today + DAY * (SATURDAY - today.weekday() + (WEEK if following else 0))
    return Days(max(saturday, today), saturday + DAY, kind=DateKind.WEEKEND)


def week(today: date, *, following: bool = False) -> Days:
    """What is left of this week, which ends on Sunday; or the following one."""
    monday = today + DAY * ((WEEK if following else 0) - today.weekday())
    return stretch(max(monday, today), monday + DAY * (WEEK - 1))


def month(today: date, *, following: bool = False) -> Days:
    """What is left of this month; or the following one."""
    if not following:
        return month_named(today.month, today)
    return month_named(today.month % MONTHS_OF_YEAR + 1, today)


def month_named(number: int, today: date, year: int | None = None) -> Days:
    """All of a month, what is left of it when it runs."""
    if year is None:
        year = today.year + (number < today.month)
    last = date(year, number, calendar.monthrange(year, number)[1])
    first = max(date(year, number, 1), today)
    return stretch(first, max(last, first))


def dated(number: int, day: int, today: date, year: int | None = None) -> date | None:
    """This day of the calendar, the next one where no year is given; None where there is none."""
    years = [today.year, today.year + 1]
    if year is not None:
        years = [year if year in YEARS else CENTURY + year]
    for candidate in years:
        if candidate not in YEARS or not 1 <= number <= MONTHS_OF_YEAR:
            return None
        if not 1 <= day <= calendar.monthrange(candidate, number)[1]:
            continue
        found = date(candidate, number, day)
        if found >= today or year is not None:
            return found
    return None


def bounded(days: Days, reach: Reach, today: date, *, beyond: bool) -> Days:
    """The days up to these, or from these on; `beyond` leaves the days themselves out."""
    first, last = days.first or today, days.last or today
    if reach is Reach.UNTIL:
        found = stretch(today, max(first - DAY if beyond else last, today))
    else:
        start = last + DAY if beyond else first
        found = stretch(start, start + DAY * (HORIZON_DAYS - 1))
    return replace(found, reach=reach)


def spanned(start: int, end: int, days: Days) -> Span:
    """A span that says days."""
    return Span(start, end, Slot.DATE, days, Weight.PLAIN)


def settled(said: Sequence[Days], today: date) -> DateWish | None:
    """The days of all that was said, as one wish."""
    wished = [days for days in said if days.reach is not Reach.EXCEPT]
    unwished = _weekdays(days for days in said if days.reach is Reach.EXCEPT)
    named = [days for days in wished if days.first is None]
    fixed = [days for days in wished if days.first is not None]
    weekdays = _weekdays(named) - unwished
    if fixed and all(days.kind is DateKind.SINGLE for days in fixed) and not unwished:
        dated_ = {(days.first or today).weekday() for days in fixed}
        fixed += [single(coming(number, today)) for number in sorted(weekdays - dated_)]
        weekdays = frozenset[int]()
    if fixed:
        return _within(fixed, weekdays, unwished, today)
    if not named and unwished:
        return _weekly((WORKDAYS | WEEKEND) - unwished, today, HORIZON_DAYS)
    if not weekdays:
        return None
    every = any(days.every for days in named)
    if len(weekdays) == 1 and not every:
        day = coming(next(iter(weekdays)), today)
        return DateWish(DateKind.SINGLE, day, day)
    return _weekly(weekdays, today, HORIZON_DAYS if every else WEEK)


def _weekdays(said: Iterable[Days]) -> frozenset[int]:
    return frozenset(number for days in said for number in days.weekdays)


def _weekly(weekdays: frozenset[int], first: date, days: int) -> DateWish:
    return DateWish(DateKind.WEEKDAYS, first, first + DAY * (days - 1), weekdays)


def _within(
    fixed: Sequence[Days], weekdays: frozenset[int], unwished: frozenset[int], today: date
) -> DateWish:
    """Days of a stretch: "saturdays in june", "tuesday next week", "dec 5 or dec 8"."""
    first, last = _ends(fixed, today)
    count = (last - first).days + 1
    if unwished:
        weekdays = (weekdays or WORKDAYS | WEEKEND) - unwished
    met = [day for at in range(count) if (day := first + DAY * at).weekday() in weekdays]
    if len(met) == 1:
        return DateWish(DateKind.SINGLE, met[0], met[0])
    if met:
        return _weekly(weekdays, first, count)
    if len(fixed) == 1:
        return DateWish(fixed[0].kind, first, last)
    if all(days.kind is DateKind.SINGLE for days in fixed) and count > 1:
        return _any_of(sorted({days.first or today for days in fixed}))
    return DateWish(DateKind.SINGLE if count == 1 else DateKind.RANGE, first, last)


def _ends(fixed: Sequence[Days], today: date) -> tuple[date, date]:
    """The first and the last day of all that was said: "after dec 5" and "before dec 20" bound each
    other, all else adds up.
    """
    since = [days.first or today for days in fixed if days.reach is Reach.SINCE]
    until = [days.last or today for days in fixed if days.reach is Reach.UNTIL]
    if since and until and max(since) <= min(until):
        return max(since), min(until)
    return (
        min(days.first or today for days in fixed),
        max(days.last or days.first or today for days in fixed),
    )


def _any_of(days: Sequence[date]) -> DateWish:
    """Any of these days: as weekdays, where that says the same."""
    first, last = days[0], days[-1]
    weekdays = frozenset(day.weekday() for day in days)
    count = (last - first).days + 1
    if [day for at in range(count) if (day := first + DAY * at).weekday() in weekdays] == days:
        return _weekly(weekdays, first, count)
    return DateWish(DateKind.DAYS, first, last, weekdays, tuple(days))
