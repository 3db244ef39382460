"""The one grammar of time: what people say, and the instants it means. Pure."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from instainstru_core.domains.reporting.policy import spoken
from instainstru_core.domains.reporting.types import Days, Unit, Window
from instainstru_core.kernel.time import (
    BUSINESS_ZONE,
    NonexistentLocalTime,
    Span,
    local_day,
    midnight,
    to_utc,
)

EXAMPLES = (
    "today",
    "yesterday",
    "last 7 days",
    "2h",
    "this week",
    "last month",
    "last 3 months",
    "this month vs last",
    "q3 2026",
    "since monday",
    "2026-03-15",
    "2026-01-01/2026-01-31",
)
MAX_LENGTH = 80
MAX_DAYS = 1_100
FIRST_YEAR, LAST_YEAR = 2_000, 2_100
ONE = timedelta(days=1)
DECEMBER = 12

COUNTED = re.compile(
    r"(?:(?P<way>last|past|next) )?(?P<count>\d{1,5}) ?"
    r"(?P<unit>m|min|minutes?|h|hrs?|hours?|d|days?|w|weeks?)",
    re.ASCII,
)
LONE = re.compile(r"(last|next) (minute|hour)")
LAST_DAY = "last day"
SINCE_MIDNIGHT = "since midnight"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEAR_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})", re.ASCII)
YEAR = re.compile(r"\d{4}", re.ASCII)
YEARS = re.compile(r"\b\d{4}\b", re.ASCII)
COMPARED = re.compile(
    r"(?P<main>.+?),? (?:vs\.?|versus|against|compared (?:to|with)) (?P<other>.+)", re.ASCII
)
BEFORE = re.compile(r"(?:last|previous|prior)(?: one| period)?|(?:one|period) before", re.ASCII)
UNIT_BEFORE = re.compile(r"(?:previous|prior) (\w+)|(\w+) before", re.ASCII)
INTERVAL = re.compile(r"(?P<start>\S+?) ?(?:/|\.\.| to | until ) ?(?P<end>\S+)")
BETWEEN = re.compile(
    r"(?:from |between )?(?P<first>.+?)"
    r" ?(?: to | until | till | through | thru | and | - |\u2013) ?(?P<last>.+)"
)
SINCE = re.compile(r"since (?:the )?(?P<first>.+)")
ENDLESS = frozenset({"all time", "all", "ever", "always", "forever", "lifetime"})


class UnclearWindow(ValueError):
    """These words do not name a stretch of time; the message says why."""


def parse(text: str, *, now: datetime, timezone: str = BUSINESS_ZONE) -> Window:
    """The window that these words name. Raises UnclearWindow.

    Days, weeks and months are those of the zone; "last 7 days" end with today. Hours and minutes
    are counted back from now. "this month vs last" is this month, to be seen beside the one before.
    """
    words = " ".join(text.casefold().replace("_", " ").split()) if len(text) <= MAX_LENGTH else ""
    words = spoken.simplified(words).replace(SINCE_MIDNIGHT, "today")
    if compared := COMPARED.fullmatch(words):
        return _compared(compared["main"], compared["other"], now, timezone)
    today = local_day(now, timezone)
    if words in ENDLESS:
        raise UnclearWindow(f"A window has two ends, at most {MAX_DAYS} days apart.")
    if counted := COUNTED.fullmatch("24h" if words == LAST_DAY else LONE.sub(r"\1 1 \2", words)):
        return _counted(counted, now, today, timezone)
    if (days := _spoken(words, today)) is not None:
        return _of_days(days.label, days.days, timezone, days.unit)
    return _dated(words, today, timezone)


def _spoken(words: str, today: date) -> spoken.Spoken | None:
    """Days by their name. Raises UnclearWindow where no calendar has them."""
    if not words.isascii():
        return None
    for year in YEARS.findall(words):
        _check_year(int(year))
    try:
        return spoken.named(words, today)
    except spoken.NoSuchDay as none:
        raise UnclearWindow(str(none)) from none


def _compared(main: str, other: str, now: datetime, timezone: str) -> Window:
    """A window and the one right before it: no others are ever shown side by side."""
    window = parse(main, now=now, timezone=timezone)
    before = previous(window)
    bare = other.removeprefix("the ")
    named = UNIT_BEFORE.sub(r"last \1\2", bare)
    if not BEFORE.fullmatch(bare) and parse(named, now=now, timezone=timezone).span != before.span:
        raise UnclearWindow(
            "A window is only compared with the one right before it. Ask for the two by themselves."
        )
    return replace(window, label=f"{window.label} vs {as_interval(before)}", compared=True)


def as_interval(window: Window) -> str:
    """The window in figures, as it is read again: dates of which the last is included, or times."""
    days, span = window.days, window.span
    if days is None:
        return f"{span.start:%Y-%m-%dT%H:%M:%SZ}/{span.end:%Y-%m-%dT%H:%M:%SZ}"
    return f"{days.first}/{days.end - timedelta(days=1)}"


def previous(window: Window) -> Window:
    """The window of the same kind that ends where this one starts."""
    span, days = window.span, window.days
    if days is None:
        before = Span(span.start - span.length, span.start)
        return Window("the same length before", before, window.timezone, window.unit, None)
    first = days.first
    if window.unit is Unit.MONTH:
        year, month = spoken.stepped(first.year, first.month, -1)
        return _whole(spoken.month_label(year, month), spoken.month_days(year, month), window)
    if window.unit is Unit.QUARTER:
        year, month = spoken.stepped(first.year, first.month, -spoken.QUARTER)
        number = (month - 1) // spoken.QUARTER + 1
        return _whole(spoken.quarter_label(year, number), spoken.quarter_days(year, number), window)
    if window.unit is Unit.YEAR:
        return _whole(str(first.year - 1), Days(date(first.year - 1, 1, 1), first), window)
    label = "the day before" if days.count == 1 else f"the {days.count} days before"
    return _whole(label, spoken.counted(first - timedelta(days=days.count), days.count), window)


def _whole(label: str, days: Days, like: Window) -> Window:
    span = Span(midnight(days.first, like.timezone), midnight(days.end, like.timezone))
    return Window(label, span, like.timezone, like.unit, days)


def _counted(found: re.Match[str], now: datetime, today: date, timezone: str) -> Window:
    count, unit = int(found["count"]), found["unit"][0]
    ahead = found["way"] == "next"
    if count == 0:
        raise UnclearWindow("A window has at least one day, hour or minute.")
    if unit in "mh":
        length = timedelta(minutes=count) if unit == "m" else timedelta(hours=count)
        if length > timedelta(days=MAX_DAYS):
            raise _too_long()
        span = Span(now, now + length) if ahead else Span(now - length, now)
        return Window(_counted_label(found), span, timezone, Unit.INSTANTS, None)
    days = count * 7 if unit == "w" else count
    if days > MAX_DAYS:
        raise _too_long()
    first = today + timedelta(days=1) if ahead else today - timedelta(days=days - 1)
    return _of_days(_counted_label(found), spoken.counted(first, days), timezone)


def _counted_label(found: re.Match[str]) -> str:
    """The same words as they are read again: "last week" would be the calendar's week."""
    count, unit = int(found["count"]), found["unit"][0]
    if (count, unit) == (1, "w"):
        count, unit = 7, "d"
    if (count, unit) == (1, "d"):
        return "tomorrow" if found["way"] == "next" else "today"
    noun = {"m": "minute", "h": "hour", "d": "day", "w": "week"}[unit]
    way = "next" if found["way"] == "next" else "last"
    return f"{way} {noun}" if count == 1 else f"{way} {count} {noun}s"


def _dated(words: str, today: date, timezone: str) -> Window:
    """Windows that name a date, a month, a year or an interval."""
    if DAY.fullmatch(words):
        return _of_days(words, spoken.counted(_day(words), 1), timezone)
    if found := YEAR_MONTH.fullmatch(words):
        year, month = int(found["year"]), int(found["month"])
        return _of_month(year, month, timezone)
    if YEAR.fullmatch(words):
        return _of_year(words, int(words), timezone)
    if found := SINCE.fullmatch(words):
        first = _days_of(found["first"], today)
        return _of_days(f"since {first.first}", Days(first.first, today + ONE), timezone)
    if found := BETWEEN.fullmatch(words):
        both = _between(found["first"], found["last"], today)
        if both is not None:
            return _of_days(f"{both.first} to {both.last}", both, timezone)
    if found := INTERVAL.fullmatch(words):
        return _interval(found["start"], found["end"], timezone)
    raise UnclearWindow("These words do not name a stretch of time.")


def _between(first: str, last: str, today: date) -> Days | None:
    """From the first of the days that one names to the last of those that another names.

    "march to may 2025" are both of 2025. None where these are no days, but maybe times.
    """
    if "t" in (first[10:11], last[10:11]):
        return None
    one, other = _days_of(first, today), _days_of(last, today)
    if other.end <= one.first and (year := YEARS.search(last)) and not YEARS.search(first):
        one = _days_of(f"{first} {year[0]}", today)
    return Days(one.first, other.end)


def _days_of(words: str, today: date) -> Days:
    """The days that one side of an interval names. Raises UnclearWindow."""
    if DAY.fullmatch(words):
        return spoken.counted(_day(words), 1)
    if YEAR.fullmatch(words):
        _check_year(int(words))
        return spoken.year_days(int(words))
    found = _spoken(words, today)
    if found is None:
        raise UnclearWindow("These words do not name a stretch of time.")
    return found.days


def _interval(start: str, end: str, timezone: str) -> Window:
    """Two dates, both included, or two instants, the second not included."""
    label = f"{start.upper()} to {end.upper()}"
    if DAY.fullmatch(start) and DAY.fullmatch(end):
        return _of_days(label, Days(_day(start), _day(end) + timedelta(days=1)), timezone)
    first = midnight(_day(start), timezone) if DAY.fullmatch(start) else _instant(start, timezone)
    if DAY.fullmatch(end):
        last = midnight(_day(end) + timedelta(days=1), timezone)
    else:
        last = _instant(end, timezone)
    if last <= first:
        raise UnclearWindow("A window must end after it starts.")
    if last - first > timedelta(days=MAX_DAYS):
        raise _too_long()
    return Window(label, Span(first, last), timezone, Unit.INSTANTS, None)


def _instant(text: str, timezone: str) -> datetime:
    """The instant of an ISO 8601 time; without an offset it is a wall clock of the zone."""
    try:
        read = datetime.fromisoformat(text.upper())
    except ValueError as failure:
        raise UnclearWindow("An interval has two dates or two ISO 8601 times.") from failure
    _check_year(read.year)
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    try:
        return to_utc(read, timezone)
    except NonexistentLocalTime as failure:
        raise UnclearWindow(f"The clocks skip this time in {timezone}.") from failure


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as failure:
        raise UnclearWindow(f"There is no day {text}.") from failure
    _check_year(day.year)
    return day


def _of_days(label: str, days: Days, timezone: str, unit: Unit = Unit.DAYS) -> Window:
    if days.end <= days.first:
        raise UnclearWindow("A window must end after it starts.")
    if days.count > MAX_DAYS:
        raise _too_long()
    span = Span(midnight(days.first, timezone), midnight(days.end, timezone))
    return Window(label, span, timezone, unit, days)


def _of_month(year: int, month: int, timezone: str) -> Window:
    _check_year(year)
    if not 1 <= month <= DECEMBER:
        raise UnclearWindow(f"There is no month {month}.")
    label, days = spoken.month_label(year, month), spoken.month_days(year, month)
    return _of_days(label, days, timezone, Unit.MONTH)


def _of_year(label: str, year: int, timezone: str) -> Window:
    _check_year(year)
    return _of_days(label, spoken.year_days(year), timezone, Unit.YEAR)


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnclearWindow(f"Years run from {FIRST_YEAR} to {LAST_YEAR}.")


def _too_long() -> UnclearWindow:
    return UnclearWindow(f"A window is at most {MAX_DAYS} days long.")
