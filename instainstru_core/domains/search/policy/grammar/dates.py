"""Days of the calendar: "June 5", "5th of June", "6/5", "June 5-8", "by friday", "in december"."""

from datetime import date, timedelta

from instainstru_core.domains.search.policy.grammar import holidays, weekdays
from instainstru_core.domains.search.policy.grammar.days import (
    CENTURY,
    DAY,
    MONTHS_OF_YEAR,
    WEEK,
    Days,
    Reach,
    bounded,
    coming,
    dated,
    month_named,
    single,
    spanned,
    stretch,
)
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, ruled
from instainstru_core.domains.search.types.parsed import DateKind

LAST_DAY = 31
TYPED_YEARS = range(CENTURY + 20, CENTURY + 100)
LONGEST = timedelta(days=366)

# fmt: off
MONTHS = {
    "january": 1, "jan": 1, "february": 2, "feb": 2, "march": 3, "mar": 3, "april": 4, "apr": 4,
    "may": 5, "june": 6, "jun": 6, "july": 7, "jul": 7, "august": 8, "aug": 8, "september": 9,
    "sep": 9, "sept": 9, "october": 10, "oct": 10, "november": 11, "nov": 11, "december": 12,
    "dec": 12,
}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13,
    "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18,
    "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}
_ENDINGS = frozenset({"st", "nd", "rd", "th"})
_UNTIL = frozenset({"until", "till", "til", "by", "before", "through"})
_SINCE = frozenset({"after", "from", "starting", "since", "beginning"})
_BEYOND = frozenset({"before", "after"})
_MONTH_LEADS = frozenset({"in", "during", "throughout"})
_ALSO_OTHER = frozenset({"may", "march", "mar", "jan", "dec", "apr", "jun"})
"""Months that are other words, too: by themselves they need a word that leads to them."""
_DAY_LEADS = frozenset({"on", "until", "by", "after", "from", "before", "starting"})
_NO_DAYS = frozenset({
    "street", "st", "ave", "avenue", "av", "floor", "grade", "grader", "graders", "and", "road",
    "place", "pl",
})
_NO_DAY_NUMBERS = frozenset({"am", "pm", "min", "minutes", "year", "yo", "years", "yr", "hour"})
_TO = frozenset({"to", "through", "thru", "until", "till"})
_JOINTS = frozenset({"or", "and"})
# fmt: on


def of_month(line: Line, at: int) -> Span | None:
    """A month first: "June 5", "June 5th - 8th", "in June", "march 14 2027"."""
    number = MONTHS[line.word(at)]
    day, end = _day(line, at + 1)
    if day is None:
        return _whole_month(line, at, number)
    year = _year(line, end)
    first = dated(number, day, line.today, year)
    if first is None:
        return None
    return _up_to(line, at, end + (year is not None), first, number)


def _whole_month(line: Line, at: int, number: int) -> Span | None:
    leads = line.word(at - 1) in _MONTH_LEADS
    bounded_ = line.word(at - 1) in _UNTIL | _SINCE
    if line.word(at) in _ALSO_OTHER and not (leads or bounded_):
        return None
    year = _year(line, at + 1)
    start, end = at - leads, at + 1 + (year is not None)
    return spanned(start, end, month_named(number, line.today, year))


def _up_to(line: Line, start: int, end: int, first: date, number: int) -> Span:
    """The day, or the range where another day follows: "June 5-8", "June 5 to July 2"."""
    dashed = line.gap(end) == "-"
    if dashed or line.word(end) in _TO or line.word(end) == "and":
        second = end if dashed else end + 1
        other = MONTHS.get(line.word(second))
        day, after = _day(line, second + (other is not None))
        last = dated(other or number, day, first) if day is not None else None
        near = last is not None and (line.word(end) != "and" or last == first + DAY)
        if last is not None and near and last <= first + LONGEST:
            return spanned(start, after, stretch(first, last))
    return spanned(start, end, single(first))


def _day(line: Line, at: int) -> tuple[int | None, int]:
    """A day's number, "5" or "5th" or "fifth", and the position after it."""
    at = line.skip(at, frozenset({"the"}))
    if line.word(at) in _ORDINALS:
        return _ORDINALS[line.word(at)], at + 1
    number = line.number(at)
    if number is None or not line.tokens[at].is_digits or line.tokens[at].dollars:
        return None, at
    if not 1 <= number <= LAST_DAY or line.word(at + 1) in _NO_DAY_NUMBERS:
        return None, at
    ordinal = line.word(at + 1) in _ENDINGS and line.tokens[at + 1].glued
    return number, at + 1 + ordinal


def _year(line: Line, at: int) -> int | None:
    number = line.number(at)
    if number is None or not line.tokens[at].is_digits or line.tokens[at].dollars:
        return None
    return number if number in TYPED_YEARS else None


def figures(line: Line, at: int) -> Span | None:
    """Figures first: "6/5", "6/5-6/8", "6/5/27", "2026-12-05", "5th of June", "the 5th"."""
    token = line.tokens[at]
    if token.whole is None or not token.is_digits or token.dollars:
        return None
    if line.gap(at + 1) == "-" and line.gap(at + 2) == "-":
        return _iso(line, at)
    if line.gap(at + 1) == "/" and line.number(at + 1) is not None:
        return _slashed(line, at)
    day, end = _day(line, at)
    return None if day is None else _day_first(line, at, day, end)


def _iso(line: Line, at: int) -> Span | None:
    year, number, day = line.number(at), line.number(at + 1), line.number(at + 2)
    if year not in TYPED_YEARS or number is None or day is None:
        return None
    found = dated(number, day, line.today, year)
    return spanned(at, at + 3, single(found)) if found else None


def _slashed(line: Line, at: int) -> Span | None:
    first, end = _slashed_day(line, at)
    if first is None:
        return None
    dashed = line.gap(end) == "-"
    second = end if dashed else end + 1
    if (dashed or line.word(end) in _TO) and line.gap(second + 1) == "/":
        last, after = _slashed_day(line, second)
        if last is not None and last >= first:
            return spanned(at, after, stretch(first, last))
    return spanned(at, end, single(first))


def _slashed_day(line: Line, at: int) -> tuple[date | None, int]:
    number, day = line.number(at), line.number(at + 1)
    if number is None or day is None:
        return None, at
    year, end = None, at + 2
    if line.gap(end) == "/" and line.number(end) is not None:
        year, end = line.number(end), end + 1
    return dated(number, day, line.today, year), end


def _day_first(line: Line, at: int, day: int, end: int) -> Span | None:
    """ "5th of June", "5 june", "on the 15th"."""
    is_ordinal = end > at + 1 or line.word(at) in _ORDINALS
    inner = end + (is_ordinal and line.word(end) == "of")
    number = MONTHS.get(line.word(inner))
    if number is not None and (is_ordinal or line.word(inner) not in {"may", "march"}):
        year = _year(line, inner + 1)
        found = dated(number, day, line.today, year)
        return spanned(at, inner + 1 + (year is not None), single(found)) if found else None
    joined = _joined(line, at)
    if joined:
        found = dated(joined, day, line.today)
        return spanned(at, end, single(found)) if found and line.word(end) not in _NO_DAYS else None
    leads = line.word(at - 1) == "the" and line.word(at - 2) in _DAY_LEADS
    if not (leads or joined == 0) or end == at + 1 or line.word(end) in _NO_DAYS:
        return None
    found = _next_with_number(day, line.today)
    return spanned(at, end, single(found)) if found else None


def _joined(line: Line, at: int) -> int | None:
    """The month of the day to which "or" joins this one, as in "dec 5 or 6"; 0 where that has none,
    as in "the 5th or the 6th"; None where there is no such day.
    """
    before = at - 1 - (line.word(at - 1) == "the")
    if line.word(before) not in _JOINTS:
        return None
    before -= 1
    is_ordinal = line.word(before) in _ENDINGS
    before -= is_ordinal
    if not 1 <= (line.number(before) or 0) <= LAST_DAY or not line.tokens[before].is_digits:
        return None
    number = MONTHS.get(line.word(before - 1))
    return number if number is not None else 0 if is_ordinal else None


def of_weekday(line: Line, at: int) -> Span | None:
    """A weekday and its number: "Saturday the 5th", "friday 11th"."""
    day, end = _day(line, at + 1)
    is_ordinal = day is not None and line.word(end - 1) in _ENDINGS
    if day is None or not is_ordinal or MONTHS.get(line.word(end + (line.word(end) == "of"))):
        return None
    weekday = weekdays.number_of(line.word(at))
    ahead = (line.today + DAY * days for days in range(LONGEST.days))
    found = next((one for one in ahead if (one.day, one.weekday()) == (day, weekday)), None)
    return spanned(at, end, single(found)) if found else None


def _next_with_number(day: int, today: date) -> date | None:
    """The next day with this number, in this month or the following one."""
    following = today.month % MONTHS_OF_YEAR + 1
    days = (
        dated(today.month, day, today, today.year),
        dated(following, day, today, today.year + (following == 1)),
    )
    return next((found for found in days if found is not None and found >= today), None)


def ordinal(line: Line, at: int) -> Span | None:
    """An ordinal in words that leads: "first of december", "first saturday of december"."""
    number = weekdays.number_of(line.word(at + 1))
    named = MONTHS.get(line.word(at + 3)) if line.word(at + 2) in {"of", "in"} else None
    if number is None or named is None:
        return _day_first(line, at, _ORDINALS[line.word(at)], at + 1)
    year = line.today.year + (named < line.today.month)
    day = coming(number, date(year, named, 1)) + DAY * (WEEK * (_ORDINALS[line.word(at)] - 1))
    return spanned(at, at + 4, single(day)) if day.month == named else None


def week_of(line: Line, at: int) -> Span | None:
    """ "week of december 7": that week, from Monday to Sunday."""
    if line.word(at + 1) != "of":
        return None
    found = any_day(line, line.skip(at + 2, frozenset({"the"})))
    if found is None or not isinstance(found.value, Days) or found.value.first is None:
        return None
    monday = found.value.first - DAY * found.value.first.weekday()
    first = max(monday, line.today)
    return spanned(at, found.end, stretch(first, max(monday + DAY * (WEEK - 1), first)))


def led(line: Line, at: int) -> Span | None:
    """A day with a bound before it: "by friday", "starting monday", "after June 5"."""
    inner = line.skip(at + 1, frozenset({"the", "from", "on"}))
    found = any_day(line, inner)
    if found is None or not isinstance(found.value, Days):
        return None
    days, word = found.value, line.word(at)
    if days.first is None:
        if days.every or len(days.weekdays) > 1:
            return spanned(at, found.end, days)
        days = single(coming(next(iter(days.weekdays)), line.today))
    if word == "from" and days.kind is not DateKind.SINGLE:
        return spanned(at, found.end, days)
    reach = Reach.UNTIL if word in _UNTIL else Reach.SINCE
    return spanned(at, found.end, bounded(days, reach, line.today, beyond=word in _BEYOND))


def between(line: Line, at: int) -> Span | None:
    """ "between dec 20 and dec 23", "between christmas and new years", "from friday to sunday"."""
    one = any_day(line, line.skip(at + 1, frozenset({"the"})))
    if one is None or line.word(one.end) not in _TO | {"and"}:
        return None
    other = any_day(line, line.skip(one.end + 1, frozenset({"the"})))
    if other is None or not isinstance(one.value, Days) or not isinstance(other.value, Days):
        return None
    first, last = one.value.first, other.value.last
    if first is None or last is None or not first <= last <= first + LONGEST:
        return None
    return spanned(at, other.end, stretch(first, last))


def any_day(line: Line, at: int) -> Span | None:
    """A day of any form."""
    word = line.word(at)
    holiday = holidays.named(line, at)
    if holiday is not None:
        return holiday
    if weekdays.number_of(word) is not None:
        return weekdays.named(line, at)
    if word in MONTHS:
        return of_month(line, at)
    if word in {"today", "tomorrow"}:
        return weekdays.simple(line, at)
    if word in {"next", "this"}:
        return weekdays.relative(line, at)
    return figures(line, at) if line.number(at) is not None else None


RULES = ruled(
    (MONTHS, of_month),
    (_ORDINALS, ordinal),
    (_UNTIL | _SINCE, led),
    (("week",), week_of),
    (("between", "from"), between),
    (weekdays.NAMES, of_weekday),
)
