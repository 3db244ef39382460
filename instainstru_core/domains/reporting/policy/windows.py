"""The one grammar of time: what people say, and the instants it means. Pure."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from instainstru_core.domains.reporting.types import Days, Unit, Window
from instainstru_core.kernel.time import (
    BUSINESS_ZONE,
    NonexistentLocalTime,
    Span,
    local_day,
    midnight,
    monday_of,
    to_utc,
)

EXAMPLES = (
    "today",
    "yesterday",
    "last 7 days",
    "2h",
    "this week",
    "last month",
    "this month vs last",
    "march 2026",
    "2026-03-15",
    "2026-01-01/2026-01-31",
)
MAX_LENGTH = 80
MAX_DAYS = 1_100
FIRST_YEAR, LAST_YEAR = 2_000, 2_100
DECEMBER = 12

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
ABBREVIATION = 3

COUNTED = re.compile(
    r"(?:(?P<way>last|past|next) )?(?P<count>\d{1,5}) ?"
    r"(?P<unit>m|min|minutes?|h|hrs?|hours?|d|days?|w|weeks?)",
    re.ASCII,
)
LONE = re.compile(r"(last|next) (minute|hour)")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEAR_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})", re.ASCII)
YEAR = re.compile(r"\d{4}", re.ASCII)
MONTH_NAME = re.compile(r"(?P<name>[a-z]{3,9})\.?(?:,? (?P<year>\d{4}))?", re.ASCII)
COMPARED = re.compile(
    r"(?P<main>.+?),? (?:vs\.?|versus|against|compared (?:to|with)) (?P<other>.+)", re.ASCII
)
BEFORE = re.compile(r"(?:last|previous|prior)(?: one| period)?|(?:one|period) before", re.ASCII)
UNIT_BEFORE = re.compile(r"(?:previous|prior) (\w+)|(\w+) before", re.ASCII)
INTERVAL = re.compile(r"(?P<start>\S+?) ?(?:/|\.\.| to | until ) ?(?P<end>\S+)")

Named = Callable[[date], Days]


class UnclearWindow(ValueError):
    """These words do not name a stretch of time; the message says why."""


def _days(first: date, count: int) -> Days:
    return Days(first, first + timedelta(days=count))


NAMED: dict[str, Named] = {
    "today": lambda today: _days(today, 1),
    "yesterday": lambda today: _days(today - timedelta(days=1), 1),
    "tomorrow": lambda today: _days(today + timedelta(days=1), 1),
    "this week": lambda today: _days(monday_of(today), 7),
    "last week": lambda today: _days(monday_of(today) - timedelta(days=7), 7),
    "next week": lambda today: _days(monday_of(today) + timedelta(days=7), 7),
}
MONTH_STEPS = {"last month": -1, "this month": 0, "next month": 1}
YEAR_STEPS = {"last year": -1, "this year": 0}


def parse(text: str, *, now: datetime, timezone: str = BUSINESS_ZONE) -> Window:
    """The window that these words name. Raises UnclearWindow.

    Days, weeks and months are those of the zone; "last 7 days" end with today. Hours and minutes
    are counted back from now. "this month vs last" is this month, to be seen beside the one before.
    """
    words = " ".join(text.casefold().replace("_", " ").split()) if len(text) <= MAX_LENGTH else ""
    words = words.removeprefix("the ").replace("past ", "last ")
    if compared := COMPARED.fullmatch(words):
        return _compared(compared["main"], compared["other"], now, timezone)
    today = local_day(now, timezone)
    if words in NAMED:
        return _of_days(words, NAMED[words](today), timezone)
    if words in MONTH_STEPS:
        year, month = _stepped(today.year, today.month, MONTH_STEPS[words])
        return _of_month(words, year, month, timezone)
    if words in YEAR_STEPS:
        return _of_year(words, today.year + YEAR_STEPS[words], timezone)
    if counted := COUNTED.fullmatch(LONE.sub(r"\1 1 \2", words)):
        return _counted(counted, now, today, timezone)
    return _dated(words, today, timezone)


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
        year, month = _stepped(first.year, first.month, -1)
        return _whole(_month_label(year, month), _month_days(year, month), window)
    if window.unit is Unit.YEAR:
        return _whole(str(first.year - 1), Days(date(first.year - 1, 1, 1), first), window)
    label = "the day before" if days.count == 1 else f"the {days.count} days before"
    return _whole(label, _days(first - timedelta(days=days.count), days.count), window)


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
    return _of_days(_counted_label(found), _days(first, days), timezone)


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
        return _of_days(words, _days(_day(words), 1), timezone)
    if found := YEAR_MONTH.fullmatch(words):
        year, month = int(found["year"]), int(found["month"])
        return _of_month(_month_label(year, month), year, month, timezone)
    if YEAR.fullmatch(words):
        return _of_year(words, int(words), timezone)
    if (found := MONTH_NAME.fullmatch(words)) and (named := _month(found["name"])):
        year = int(found["year"] or (today.year if named <= today.month else today.year - 1))
        return _of_month(_month_label(year, named), year, named, timezone)
    if found := INTERVAL.fullmatch(words):
        return _interval(found["start"], found["end"], timezone)
    raise UnclearWindow("These words do not name a stretch of time.")


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


def _of_month(label: str, year: int, month: int, timezone: str) -> Window:
    _check_year(year)
    if not 1 <= month <= DECEMBER:
        raise UnclearWindow(f"There is no month {month}.")
    return _of_days(label, _month_days(year, month), timezone, Unit.MONTH)


def _of_year(label: str, year: int, timezone: str) -> Window:
    _check_year(year)
    return _of_days(label, Days(date(year, 1, 1), date(year + 1, 1, 1)), timezone, Unit.YEAR)


def _month_days(year: int, month: int) -> Days:
    return Days(date(year, month, 1), date(*_stepped(year, month, 1), 1))


def _stepped(year: int, month: int, by: int) -> tuple[int, int]:
    years, place = divmod(year * 12 + month - 1 + by, 12)
    return years, place + 1


def _month(name: str) -> int | None:
    """The number of the month with this name or its first three letters."""
    for number, full in enumerate(MONTHS, start=1):
        if name in {full, full[:ABBREVIATION]} or (name == "sept" and full.startswith(name)):
            return number
    return None


def _month_label(year: int, month: int) -> str:
    return f"{MONTHS[month - 1].capitalize()} {year}" if 1 <= month <= DECEMBER else ""


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise UnclearWindow(f"Years run from {FIRST_YEAR} to {LAST_YEAR}.")


def _too_long() -> UnclearWindow:
    return UnclearWindow(f"A window is at most {MAX_DAYS} days long.")
