"""Words for days, weeks, months, quarters and years, and the local days they mean. Pure."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from instainstru_core.domains.reporting.types import Days, Unit
from instainstru_core.kernel.time import monday_of

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
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
           "twelve")  # fmt: skip
ABBREVIATION = 3
WEEK, QUARTER, YEAR = 7, 3, 12
SATURDAY = 5

NUMBER = re.compile(rf"\b(?:{'|'.join(NUMBERS)})\b")
ROLLING = re.compile(r"past (week|month|quarter|year)", re.ASCII)
MONTH_COUNT = re.compile(
    r"(?:(?P<way>last|past|next) )?(?P<count>\d{1,3}) ?"
    r"(?P<unit>mo|months?|quarters?|y|yrs?|years?)",
    re.ASCII,
)
QUARTER_NAME = re.compile(
    r"q(?P<number>[1-4])(?:[ ,/-]{1,2}(?P<year>\d{4}))?"
    r"|(?P<year_first>\d{4})[ -]?q(?P<number_last>[1-4])",
    re.ASCII,
)
WEEKDAY = re.compile(r"(?:on )?(?:(?P<way>last|next|this) )?(?P<name>[a-z]{3,9})", re.ASCII)
MONTH_NAME = re.compile(r"(?P<name>[a-z]{3,9})\.?(?:,? (?P<year>\d{4}))?", re.ASCII)
MONTH_DAY = re.compile(
    r"(?:(?P<name>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"|(?P<day_first>\d{1,2})(?:st|nd|rd|th)? (?:of )?(?P<name_last>[a-z]{3,9})\.?)"
    r"(?:,? (?P<year>\d{4}))?",
    re.ASCII,
)
SO_FAR = re.compile(
    r"(?P<before>week|month|quarter|year) to date|(?P<initial>[wmqy])td"
    r"|this (?P<named>week|month|quarter|year) so far"
    r"|so far this (?P<after>week|month|quarter|year)",
    re.ASCII,
)


class Spoken(NamedTuple):
    """The days that words mean, what they are made of, and how to say them again."""

    label: str
    days: Days
    unit: Unit


class NoSuchDay(ValueError):
    """The words have the form of a day that no calendar has."""


def stepped(year: int, month: int, by: int) -> tuple[int, int]:
    """The month so many months later."""
    years, place = divmod(year * YEAR + month - 1 + by, YEAR)
    return years, place + 1


def month_days(year: int, month: int) -> Days:
    """The days of a month."""
    return Days(date(year, month, 1), date(*stepped(year, month, 1), 1))


def quarter_days(year: int, number: int) -> Days:
    """The days of a quarter, 1 to 4."""
    first = (number - 1) * QUARTER + 1
    return Days(date(year, first, 1), date(*stepped(year, first, QUARTER), 1))


def year_days(year: int) -> Days:
    """The days of a year."""
    return Days(date(year, 1, 1), date(year + 1, 1, 1))


def counted(first: date, count: int) -> Days:
    """So many days from one on."""
    return Days(first, first + timedelta(days=count))


def month_label(year: int, month: int) -> str:
    """How a month is called."""
    return f"{MONTHS[month - 1].capitalize()} {year}"


def quarter_label(year: int, number: int) -> str:
    """How a quarter is called."""
    return f"Q{number} {year}"


def simplified(words: str) -> str:
    """The same in fewer ways: numbers in figures, and "past week" for what it means, 7 days."""
    words = NUMBER.sub(lambda found: str(NUMBERS.index(found[0]) + 1), words)
    words = words.removeprefix("the ").removeprefix("in the ").removeprefix("over the ")
    words = ROLLING.sub(lambda found: {"week": "7 days"}.get(found[1], f"last 1 {found[1]}"), words)
    return words.replace("past ", "last ")


def named(words: str, today: date) -> Spoken | None:
    """The days that these words mean; None where they mean none. Raises NoSuchDay."""
    for read in (_fixed, _so_far, _months, _quarter, _weekday, _month_day, _month):
        found = read(words, today)
        if found is not None:
            return found
    return None


def _fixed(words: str, today: date) -> Spoken | None:
    monday, one = monday_of(today), timedelta(days=1)
    week = timedelta(days=WEEK)
    saturday = monday + timedelta(days=SATURDAY)
    days = {
        "today": counted(today, 1),
        "yesterday": counted(today - one, 1),
        "day before yesterday": counted(today - one - one, 1),
        "tomorrow": counted(today + one, 1),
        "day after tomorrow": counted(today + one + one, 1),
        "this week": counted(monday, WEEK),
        "last week": counted(monday - week, WEEK),
        "next week": counted(monday + week, WEEK),
        "this weekend": counted(saturday, 2),
        "last weekend": counted(saturday - week, 2),
        "next weekend": counted(saturday + week, 2),
    }.get(words)
    if days is not None:
        return Spoken(words, days, Unit.DAYS)
    way, _, unit = words.partition(" ")
    by = {"last": -1, "this": 0, "next": 1}.get(way)
    if by is None:
        return None
    if unit == "month":
        return Spoken(words, month_days(*stepped(today.year, today.month, by)), Unit.MONTH)
    if unit == "quarter":
        year, first = stepped(today.year, today.month, by * QUARTER)
        return Spoken(words, quarter_days(year, _quarter_of(first)), Unit.QUARTER)
    return Spoken(words, year_days(today.year + by), Unit.YEAR) if unit == "year" else None


def _so_far(words: str, today: date) -> Spoken | None:
    """From the first day of a week, month, quarter or year to today."""
    found = SO_FAR.fullmatch(words)
    if found is None:
        return None
    said = found["before"] or found["initial"] or found["named"] or found["after"]
    unit, first = {
        "w": ("week", monday_of(today)),
        "m": ("month", today.replace(day=1)),
        "q": ("quarter", quarter_days(today.year, _quarter_of(today.month)).first),
        "y": ("year", date(today.year, 1, 1)),
    }[said[0]]
    return Spoken(f"{unit} to date", Days(first, today + timedelta(days=1)), Unit.DAYS)


def _months(words: str, today: date) -> Spoken | None:
    """Months, quarters and years that end with today: from the same day of the month on."""
    found = MONTH_COUNT.fullmatch(words)
    if found is None:
        return None
    unit = {"m": "month", "q": "quarter", "y": "year"}[found["unit"][0]]
    count = int(found["count"])
    by = count * {"month": 1, "quarter": QUARTER, "year": YEAR}[unit]
    ahead = found["way"] == "next"
    if not 0 < by <= YEAR * YEAR:
        return None
    tomorrow, other = (
        day + timedelta(days=1) for day in (today, _same_day(today, by if ahead else -by))
    )
    days = Days(tomorrow, other) if ahead else Days(other, tomorrow)
    way = "next" if ahead else "last"
    return Spoken(f"{way} {count} {unit}{'' if count == 1 else 's'}", days, Unit.DAYS)


def _quarter(words: str, today: date) -> Spoken | None:
    """A quarter by its number; without a year the latest that has begun."""
    found = QUARTER_NAME.fullmatch(words)
    if found is None:
        return None
    number = int(found["number"] or found["number_last"])
    has_begun = number <= _quarter_of(today.month)
    year = int(
        found["year"] or found["year_first"] or (today.year if has_begun else today.year - 1)
    )
    return Spoken(quarter_label(year, number), quarter_days(year, number), Unit.QUARTER)


def _weekday(words: str, today: date) -> Spoken | None:
    """A day of the week: the latest up to today; "last" is before today, "next" after it."""
    found = WEEKDAY.fullmatch(words)
    place = None if found is None else _place(found["name"], WEEKDAYS)
    if found is None or place is None:
        return None
    match found["way"]:
        case "next":
            ahead = (place - today.weekday() - 1) % WEEK + 1
        case "this":
            ahead = place - today.weekday()
        case "last":
            ahead = (place - today.weekday()) % WEEK - WEEK
        case _:
            ahead = -((today.weekday() - place) % WEEK)
    day = today + timedelta(days=ahead)
    return Spoken(day.isoformat(), counted(day, 1), Unit.DAYS)


def _month_day(words: str, today: date) -> Spoken | None:
    """A day of a month; without a year the latest up to today."""
    found = MONTH_DAY.fullmatch(words)
    place = None if found is None else _place(found["name"] or found["name_last"], MONTHS)
    if found is None or place is None:
        return None
    month, number = place + 1, int(found["day"] or found["day_first"])
    has_come = (month, number) <= (today.month, today.day)
    year = int(found["year"] or (today.year if has_come else today.year - 1))
    try:
        day = date(year, month, number)
    except ValueError as failure:
        raise NoSuchDay(f"{MONTHS[place].capitalize()} {year} has no day {number}.") from failure
    return Spoken(day.isoformat(), counted(day, 1), Unit.DAYS)


def _month(words: str, today: date) -> Spoken | None:
    """A month; without a year the latest that has begun."""
    found = MONTH_NAME.fullmatch(words)
    place = None if found is None else _place(found["name"], MONTHS)
    if found is None or place is None:
        return None
    has_begun = place + 1 <= today.month
    year = int(found["year"] or (today.year if has_begun else today.year - 1))
    return Spoken(month_label(year, place + 1), month_days(year, place + 1), Unit.MONTH)


def _place(name: str, names: tuple[str, ...]) -> int | None:
    """Where this name or its first three letters stand among names."""
    for place, full in enumerate(names):
        if name in {full, full[:ABBREVIATION]} or (
            name in {"sept", "tues", "thur", "thurs"} and full.startswith(name)
        ):
            return place
    return None


def _same_day(day: date, by: int) -> date:
    """The same day of another month, or its last where it has none so late."""
    year, month = stepped(day.year, day.month, by)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _quarter_of(month: int) -> int:
    return (month - 1) // QUARTER + 1
