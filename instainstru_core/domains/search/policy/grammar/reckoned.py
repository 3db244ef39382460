"""Days that are counted from others: "week after next", "2 weeks from monday", "end of january",
"last friday of the month", "every other tuesday"; and days that are over: "yesterday".
"""

from collections.abc import Mapping
from datetime import date

from instainstru_core.domains.search.policy.grammar import dates, holidays, weekdays
from instainstru_core.domains.search.policy.grammar.days import (
    DAY,
    MONTHS_OF_YEAR,
    SATURDAY,
    SUNDAY,
    WEEK,
    WORKDAYS,
    Days,
    coming,
    each,
    in_next_week,
    month,
    single,
    spanned,
    stretch,
    week,
    weekend,
)
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, ruled

# fmt: off
_SIZES = {"day": 1, "days": 1, "week": WEEK, "weeks": WEEK, "wk": WEEK, "wks": WEEK}
_FEW = {"a": 1, "an": 1, "couple": 2, "few": 3}
_HOW_OFTEN = frozenset({
    "once", "twice", "thrice", "time", "times", "x", "lessons", "classes", "days", "hour", "hours",
    "sessions",
})
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_OTHERS = frozenset({"other", "second"})
_NIGHTS = frozenset({"night", "nights"})
_PARTS: Mapping[str, tuple[int, int]] = {
    "early": (0, 1), "beginning": (0, 1), "start": (0, 1), "mid": (1, 2), "middle": (1, 2),
    "late": (2, 3), "end": (2, 3), "later": (1, 3), "rest": (0, 3), "remainder": (0, 3),
}
"""Parts of a stretch, in thirds of it."""
_OF = frozenset({"beginning", "start", "middle", "end", "rest", "remainder"})
_LEADS = frozenset({"at", "by", "in", "towards", "toward", "during", "for", "the", "sometime"})
# fmt: on
SCHOOL_NIGHTS = frozenset({SUNDAY}) | (WORKDAYS - {4})
MOST_DAYS_AHEAD = 366
MONTH_THIRDS = (1, 11, 21)
WEEK_THIRDS = (0, 2, 4)


def after_next(line: Line, at: int) -> Span | None:
    """ "week after next", "tuesday after next"."""
    if not line.says(at + 1, "after", "next"):
        return None
    unit, today = line.word(at), line.today
    number = weekdays.NAMES.get(unit)
    if number is not None:
        return spanned(at, at + 3, single(in_next_week(number, today) + WEEK * DAY))
    if unit == "month":
        return spanned(at, at + 3, month(_month_on(today, 1), following=True))
    found = weekend(today + WEEK * DAY, following=True)
    if unit == "week":
        found = week(today + WEEK * DAY, following=True)
    return spanned(at, at + 3, found)


def from_day(line: Line, at: int) -> Span | None:
    """ "2 weeks from saturday", "a week from today", "10 days after june 5"; but not "twice a week
    from monday".
    """
    inner = at
    if line.word(at) in {"a", "an"} and line.word(at + 1) in _FEW:
        inner += 1
    number = _FEW.get(line.word(inner), line.number(inner))
    if line.word(inner + 1) == "of":
        inner += 1
    size = _SIZES.get(line.word(inner + 1))
    if number is None or size is None or not 0 < number * size <= MOST_DAYS_AHEAD:
        return None
    if line.word(inner + 2) not in {"from", "after"}:
        return None
    if line.word(at) == "a" and line.word(at - 1) in _HOW_OFTEN:
        return None
    found = _day(line, inner + 3)
    if found is None:
        return None
    end, day = found
    return spanned(at, end, single(day + DAY * (number * size)))


def _day(line: Line, at: int) -> tuple[int, date] | None:
    """A single day, also "now": the position after it, and when it is."""
    if line.word(at) == "now":
        return at + 1, line.today
    found = dates.any_day(line, line.skip(at, frozenset({"the", "this"})))
    if found is None or not isinstance(found.value, Days):
        return None
    days = found.value
    if days.first is not None and days.first == days.last:
        return found.end, days.first
    if days.every or len(days.weekdays) != 1:
        return None
    return found.end, coming(next(iter(days.weekdays)), line.today)


def beside_day(line: Line, at: int) -> Span | None:
    """ "saturday after christmas", "the weekend before june 5", "weekend of december 12"."""
    unit, how = line.word(at), line.word(at + 1)
    number = weekdays.NAMES.get(unit)
    if how not in {"after", "before"} and not (how == "of" and unit == "weekend"):
        return None
    inner = line.skip(at + 2, frozenset({"the"}))
    named = line.word(inner) in dates.MONTHS or line.word(inner) in holidays.HOLIDAYS
    met = _day(line, inner) if named or line.gap(inner + 1) == "/" else None
    if met is None:
        return None
    end, day = met
    if number is not None:
        from_ = day + DAY if how == "after" else day - DAY * WEEK
        return spanned(at, end, single(coming(number, from_)))
    monday = day - DAY * day.weekday()
    if how == "before":
        monday -= DAY * WEEK
    elif how == "after" and (unit == "week" or day.weekday() >= SATURDAY):
        monday += DAY * WEEK
    first = monday if unit == "week" else monday + DAY * SATURDAY
    return spanned(at, end, stretch(first, monday + DAY * SUNDAY))


def of_month(line: Line, at: int) -> Span | None:
    """ "last friday of the month", "first weekend of january", "second week in december"."""
    unit = line.word(at + 1)
    number = weekdays.NAMES.get(unit)
    if number is None and unit not in {"weekend", "week", "day"}:
        return None
    if line.word(at + 2) not in {"of", "in"}:
        return None
    named = _month(line, at + 3)
    if named is None:
        return None
    end, first = named
    place = _ORDINALS[line.word(at)]
    found = _within(first, unit, number, place)
    if found.last is not None and found.last < line.today and line.word(end - 1) == "month":
        found = _within(_month_on(first, 1), unit, number, place)
    return spanned(at, end, found)


def _within(first: date, unit: str, number: int | None, place: int) -> Days:
    """What is meant of a month; `place` counts from 0, or is -1 for the last."""
    after = _month_on(first, 1)
    if unit == "day":
        return single(first + DAY * place if place >= 0 else after - DAY)
    if unit == "week":
        start = first + DAY * WEEK * place if place >= 0 else after - DAY * WEEK
        return stretch(start, start + DAY * (WEEK - 1))
    weekday = SATURDAY if number is None else number
    met = coming(weekday, first) + DAY * WEEK * max(place, 0)
    if place < 0:
        met = coming(weekday, after) - DAY * WEEK
    return stretch(met, met + DAY) if number is None else single(met)


def part(line: Line, at: int) -> Span | None:
    """ "end of december", "early next week", "rest of the month", "mid january"."""
    word = line.word(at)
    inner = at + 1
    if line.word(inner) == "of":
        inner += 1
    elif word in _OF and word != "end":
        return None
    start = at
    while line.word(start - 1) in _LEADS:
        start -= 1
    today = line.today
    in_week = _week(line, inner)
    if in_week is not None:
        end, monday = in_week
        whole = stretch(monday, monday + DAY * (WEEK - 1))
        bounds = [monday + DAY * off for off in WEEK_THIRDS] + [monday + DAY * WEEK]
    else:
        named = _month(line, inner)
        if named is None:
            return None
        end, first = named
        whole = stretch(first, _month_on(first, 1) - DAY)
        bounds = [first.replace(day=day) for day in MONTH_THIRDS] + [_month_on(first, 1)]
    if word in {"later", "rest", "remainder"}:
        found = stretch(max(whole.first or today, today), whole.last or today)
    else:
        low, high = _PARTS[word]
        found = stretch(bounds[low], bounds[high] - DAY)
    last = found.last or today
    if last < today and line.word(end - 1) in {"month", "week"}:
        return None
    return spanned(start, end, stretch(max(found.first or today, min(today, last)), last))


def _week(line: Line, at: int) -> tuple[int, date] | None:
    """ "the week", "this week", "next week": the position after it, and its Monday."""
    monday = line.today - DAY * line.today.weekday()
    if line.says(at, "next", "week"):
        return at + 2, monday + DAY * WEEK
    at = line.skip(at, frozenset({"the", "this"}))
    return (at + 1, monday) if line.word(at) == "week" else None


def _month(line: Line, at: int) -> tuple[int, date] | None:
    """ "january", "the month", "next month": the position after it, and its first day."""
    first = line.today.replace(day=1)
    if line.says(at, "next", "month"):
        return at + 2, _month_on(first, 1)
    at = line.skip(at, frozenset({"the", "this"}))
    if line.word(at) == "month":
        return at + 1, first
    number = dates.MONTHS.get(line.word(at))
    if number is None:
        return None
    return at + 1, date(line.today.year + (number < line.today.month), number, 1)


def _month_on(day: date, months: int) -> date:
    """The first day of the month that is so many months later."""
    years, number = divmod(day.month - 1 + months, MONTHS_OF_YEAR)
    return date(day.year + years, number + 1, 1)


def every_other(line: Line, at: int) -> Span | None:
    """ "every other tuesday": in which of the weeks is for the two to say."""
    if line.word(at + 1) not in _OTHERS:
        return None
    number = weekdays.NAMES.get(line.word(at + 2))
    if number is None:
        return None
    return spanned(at, at + 3, each(frozenset({number})))


def over(line: Line, at: int) -> Span | None:
    """ "yesterday", "last week", "last friday": days that cannot be booked any more."""
    today, unit = line.today, line.word(at + 1)
    if line.word(at) == "yesterday":
        return spanned(at, at + 1, single(today - DAY))
    if unit in weekdays.NAMES:
        behind = (today.weekday() - weekdays.NAMES[unit] - 1) % WEEK + 1
        return spanned(at, at + 2, single(today - DAY * behind))
    monday = today - DAY * (today.weekday() + WEEK)
    found = {
        "night": single(today - DAY),
        "week": stretch(monday, monday + DAY * (WEEK - 1)),
        "weekend": stretch(monday + DAY * SATURDAY, monday + DAY * SUNDAY),
        "month": stretch(_month_on(today, -1), today.replace(day=1) - DAY),
    }.get(unit)
    return None if found is None else spanned(at, at + 2, found)


def school_nights(line: Line, at: int) -> Span | None:
    """ "school nights": the evenings before a day of school."""
    if line.word(at + 1) not in _NIGHTS:
        return None
    return spanned(at, at + 2, each(SCHOOL_NIGHTS))


RULES = ruled(
    ({"week", "weekend", "month", *weekdays.NAMES}, after_next),
    ({"week", "weekend", *weekdays.NAMES}, beside_day),
    (("a", "an", "few"), from_day),
    (_ORDINALS, of_month),
    (_PARTS, part),
    (("every",), every_other),
    (("yesterday", "last"), over),
    (("school",), school_nights),
)
