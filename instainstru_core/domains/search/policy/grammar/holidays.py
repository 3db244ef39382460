"""Holidays of New York: "on Thanksgiving", "christmas eve", "Presidents' Day weekend".

A holiday is a day where a word leads to it, where "day", "eve" or "weekend" follows, or where
nothing follows that it could belong to: christmas carols and halloween makeup are no days.

A school's breaks are read and have no days: they differ by school, and are set anew each year.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from instainstru_core.domains.search.policy.grammar import lexicon, places
from instainstru_core.domains.search.policy.grammar.days import (
    DAY,
    SATURDAY,
    WEEK,
    Days,
    single,
    spanned,
    stretch,
)
from instainstru_core.domains.search.policy.grammar.spans import Line, Span, ruled

THURSDAY, FRIDAY, MONDAY, TUESDAY, SUNDAY, WEDNESDAY = 3, 4, 0, 1, 6, 2
LAST = -1

Yearly = Callable[[int], date]


def _on(month: int, day: int) -> Yearly:
    return lambda year: date(year, month, day)


def _nth(number: int, weekday: int, month: int, *, plus: int = 0) -> Yearly:
    """The nth such weekday of a month, or the last; and so many days later."""

    def found(year: int) -> date:
        if number == LAST:
            end = date(year, month + 1, 1) - DAY
            return end - DAY * ((end.weekday() - weekday) % WEEK) + DAY * plus
        first = date(year, month, 1)
        return first + DAY * ((weekday - first.weekday()) % WEEK + WEEK * (number - 1) + plus)

    return found


def easter(year: int) -> date:
    """Easter Sunday by the Gregorian rule (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    lag = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * lag) // 451
    month, day = divmod(h + lag - 7 * m + 114, 31)
    return date(year, month, day + 1)


class Holiday(NamedTuple):
    """One by its name in words. `is_gift` ones are what something is given for as often as days."""

    tail: tuple[str, ...]
    on: Yearly
    is_gift: bool = False


_CHRISTMAS, _NEW_YEAR, _THANKSGIVING = _on(12, 25), _on(1, 1), _nth(4, THURSDAY, 11)
_NAMES: tuple[tuple[str, Yearly], ...] = (
    ("new years; new years day; new year day; new years morning", _NEW_YEAR),
    ("new years eve; new year eve; nye", _on(12, 31)),
    (
        "mlk day; mlk; mlk jr day; martin luther king; martin luther king jr day",
        _nth(3, MONDAY, 1),
    ),
    ("presidents day; president day; washingtons birthday", _nth(3, MONDAY, 2)),
    ("valentines; valentines day; valentine day; valentine", _on(2, 14)),
    ("st patricks day; saint patricks day; st paddys day; st pattys day", _on(3, 17)),
    ("good friday", lambda year: easter(year) - 2 * DAY),
    ("easter; easter sunday", easter),
    ("easter monday", lambda year: easter(year) + DAY),
    ("cinco de mayo", _on(5, 5)),
    ("mothers day; mother day", _nth(2, SUNDAY, 5)),
    ("memorial day", _nth(LAST, MONDAY, 5)),
    ("juneteenth", _on(6, 19)),
    ("fathers day; father day", _nth(3, SUNDAY, 6)),
    ("independence day; fourth of july; july fourth", _on(7, 4)),
    ("labor day; labour day", _nth(1, MONDAY, 9)),
    ("columbus day; indigenous peoples day", _nth(2, MONDAY, 10)),
    ("halloween", _on(10, 31)),
    ("election day", _nth(1, MONDAY, 11, plus=1)),
    ("veterans day; veteran day", _on(11, 11)),
    ("thanksgiving; thanksgiving day; turkey day", _THANKSGIVING),
    ("thanksgiving eve", _nth(4, THURSDAY, 11, plus=-1)),
    ("black friday", _nth(4, THURSDAY, 11, plus=1)),
    ("christmas eve; xmas eve", _on(12, 24)),
    ("christmas; christmas day; xmas; xmas day", _CHRISTMAS),
    ("boxing day", _on(12, 26)),
)
_GIFTS = frozenset({"valentines", "valentine", "mothers", "mother", "fathers", "father"})
_LEADS = frozenset({
    "on", "before", "after", "by", "until", "till", "from", "since", "through", "starting", "this",
    "next", "over", "around", "during", "and", "the",
})  # fmt: skip
_TO_BREAKS = _LEADS | {"for", "in", "my", "our", "their", "school", "schools"}
_PLAIN_FOLLOWS = frozenset({"weekend", "wknd", "week"})
_BESIDE = {"before": -1, "after": 1}


def _table() -> dict[str, tuple[Holiday, ...]]:
    found: dict[str, list[Holiday]] = {}
    for names, on in _NAMES:
        for name in names.split("; "):
            first, *tail = name.split()
            found.setdefault(first, []).append(Holiday(tuple(tail), on, first in _GIFTS))
    return {
        first: tuple(sorted(ones, key=lambda one: -len(one.tail))) for first, ones in found.items()
    }


HOLIDAYS = _table()
_BREAKS = frozenset({"break", "recess", "vacation"})
_OF_SCHOOL = frozenset({
    "spring", "winter", "midwinter", "fall", "summer", "school", "holiday", "christmas", "xmas",
    "thanksgiving", "easter", "passover", "february",
})  # fmt: skip
_MOVING = tuple(
    tuple(name.split())
    for name in (
        "the holidays", "holidays", "holiday season", "hanukkah", "chanukah", "hannukah",
        "hanukah", "passover", "pesach", "purim", "sukkot", "rosh hashanah", "rosh hashana",
        "yom kippur", "high holidays", "high holy days", "ramadan", "eid", "eid al fitr",
        "eid al adha", "diwali", "lunar new year", "chinese new year", "nowruz", "kwanzaa", "lent",
        "mardi gras", "orthodox easter", "orthodox christmas",
    )
)  # fmt: skip
"""Those whose days follow another calendar, or of which everybody means others."""

WORDS = (
    _BREAKS
    | _OF_SCHOOL
    | frozenset(
        word for first, all_ in HOLIDAYS.items() for one in all_ for word in (first, *one.tail)
    )
    | frozenset(word for name in _MOVING for word in name)
)
"""Every word of their names: none of them is misspelled."""


class Found(NamedTuple):
    """A holiday in a text: the position after it, and when it is."""

    end: int
    on: Yearly
    is_gift: bool

    def coming(self, today: date, meant: Callable[[date], Days] = single) -> Days:
        """What is meant by its day, in the first year in which not all of that is over."""
        for year in range(today.year - 1, today.year + 2):
            days = meant(self.on(year))
            if days.last is not None and days.last >= today:
                return days
        return meant(self.on(today.year + 2))


def found(line: Line, at: int) -> Found | None:
    """The longest name of a holiday that begins here."""
    for one in HOLIDAYS.get(line.word(at), ()):
        end = at + 1 + len(one.tail)
        if tuple(line.words[at + 1 : end]) == one.tail:
            return Found(end, one.on, one.is_gift)
    return None


def named(line: Line, at: int) -> Span | None:
    """A holiday, or the weekend or week around it."""
    said = found(line, at)
    if said is None:
        return None
    start = at - (line.word(at - 1) in {"this", "next"})
    following = line.word(said.end)
    if following in _PLAIN_FOLLOWS:
        days = said.coming(line.today, _week if following == "week" else around)
        return spanned(start, said.end + 1, _from_today(days, line.today))
    if not _is_day(line, at, said):
        return None
    return spanned(start, said.end, said.coming(line.today))


def _is_day(line: Line, at: int, said: Found) -> bool:
    """Whether the day is meant, not what is given or sung on it."""
    before = line.word(at - 1)
    if before in _LEADS:
        return True
    if before == "for":
        return False
    belongs = said.end < len(line.words) and (
        places.is_open(line, said.end)
        or line.vocabulary.term_at(line.stems, said.end, len(line.words)) is not None
    )
    return not belongs or not (said.is_gift or said.end == at + 1)


def around(day: date) -> Days:
    """The weekend that a holiday makes long, or the one it is in or after: Saturday to Sunday."""
    match day.weekday():
        case 0 | 1:
            return stretch(day - DAY * (day.weekday() + 2), day)
        case 3 | 4:
            return stretch(day, day + DAY * (SUNDAY - day.weekday()))
        case other:
            saturday = day + DAY * (SATURDAY - other)
            return stretch(saturday, saturday + DAY)


def _week(day: date) -> Days:
    monday = day - DAY * day.weekday()
    return stretch(monday, monday + DAY * (WEEK - 1))


def _from_today(days: Days, today: date) -> Days:
    first, last = days.first or today, days.last or today
    return stretch(max(first, today), max(last, today))


def beside(line: Line, at: int) -> Span | None:
    """ "day after thanksgiving", "the day before christmas"."""
    days_off = _BESIDE.get(line.word(at + 1))
    said = found(line, line.skip(at + 2, frozenset({"the"})))
    if days_off is None or said is None:
        return None
    off = timedelta(days=days_off)
    return spanned(at, said.end, said.coming(line.today, lambda day: single(day + off)))


class Recess(NamedTuple):
    """Days off school, at positions of the text without what leads to them."""

    first: int
    end: int


def recess(line: Line, at: int) -> Span | None:
    """ "during spring break", "over the mid-winter recess": days that only the school knows."""
    if line.word(at - 1) not in _OF_SCHOOL or line.tokens[at].breaks:
        return None
    first = at - 1
    if (line.word(first - 1), line.word(first)) == ("mid", "winter"):
        first -= 1
    start = first
    while line.word(start - 1) in _TO_BREAKS:
        start -= 1
    return Span(start, at + 1, None, Recess(first, at + 1))


def moving(line: Line, at: int) -> Span | None:
    """ "during hanukkah", "over the holidays": days that follow another calendar. Not where
    something is called by them: "passover cooking".
    """
    names = [name for name in _MOVING if line.run(at, len(name)) == name]
    if not names:
        return None
    first, end = at, at + max(map(len, names))
    if (
        end < len(line.words)
        and (
            line.vocabulary.term_at(line.stems, end, len(line.words)) is not None
            or places.is_open(line, end)
            or line.word(end) in lexicon.LESSON_WORDS
        )
        and not line.tokens[end].breaks
    ):
        return None
    start = first
    while line.word(start - 1) in _TO_BREAKS:
        start -= 1
    return Span(start, end, None, Recess(first, end))


RULES = ruled(
    (HOLIDAYS, named),
    (("day",), beside),
    (_BREAKS, recess),
    ({name[0] for name in _MOVING}, moving),
)
