"""Days that are counted from others, days that are over, and hours in words."""

from datetime import date

import pytest

from instainstru_core.domains.search.policy import wanting
from instainstru_core.domains.search.policy.grammar import parse
from instainstru_core.domains.search.types.asked import Given
from instainstru_core.domains.search.types.parsed import DateKind, Parsed, Urgency
from tests.unit.search.knowledge import words

SATURDAY = date(2026, 11, 28)
MONDAY = date(2026, 12, 7)


def read(text: str, today: date = SATURDAY) -> Parsed:
    return parse(text, words(), today)


def day(text: str) -> date:
    """A day of the months around: "12-08" or "01-04"."""
    month, number = map(int, text.split("-"))
    return date(2026 if month > 6 else 2027, month, number)


class TestDaysCountedFromOthers:
    @pytest.mark.parametrize(
        ("text", "first", "last"),
        [
            ("piano the week after next", "12-07", "12-13"),
            ("piano weekend after next", "12-12", "12-13"),
            ("piano tuesday after next", "12-08", "12-08"),
            ("piano month after next", "01-01", "01-31"),
            ("piano 2 weeks from saturday", "12-12", "12-12"),
            ("piano a week from monday", "12-07", "12-07"),
            ("piano a week from today", "12-05", "12-05"),
            ("piano two weeks from now", "12-12", "12-12"),
            ("piano lesson 3 weeks from today", "12-19", "12-19"),
            ("piano lesson a week from today", "12-05", "12-05"),
            ("piano a couple of weeks from tomorrow", "12-13", "12-13"),
            ("piano 10 days after christmas", "01-04", "01-04"),
            ("piano last friday of the month", "12-25", "12-25"),
            ("piano last friday in december", "12-25", "12-25"),
            ("piano first monday of the month", "12-07", "12-07"),
            ("piano first weekend of december", "12-05", "12-06"),
            ("piano last day of the month", "11-30", "11-30"),
            ("piano last week of december", "12-25", "12-31"),
            ("piano second week in january", "01-08", "01-14"),
            ("piano last weekend in january", "01-30", "01-31"),
            ("piano weekend of december 12", "12-12", "12-13"),
            ("piano saturday after christmas", "12-26", "12-26"),
            ("piano friday before christmas", "12-18", "12-18"),
            ("piano the week after christmas", "12-28", "01-03"),
            ("piano the weekend before christmas", "12-19", "12-20"),
            ("piano weekend before 12/9", "12-05", "12-06"),
            ("piano weekend after dec 12", "12-19", "12-20"),
            ("piano end of the month", "11-28", "11-30"),
            ("piano at the end of january", "01-21", "01-31"),
            ("piano beginning of january", "01-01", "01-10"),
            ("piano mid-january", "01-11", "01-20"),
            ("piano early january", "01-01", "01-10"),
            ("piano late january", "01-21", "01-31"),
            ("piano early next week", "11-30", "12-01"),
            ("piano end of next week", "12-04", "12-06"),
            ("piano later this week", "11-28", "11-29"),
            ("piano for the rest of the month", "11-28", "11-30"),
        ],
    )
    def test_are_those_days_and_nothing_is_left(self, text: str, first: str, last: str) -> None:
        found = read(text)
        assert found.dates is not None
        assert (found.dates.first, found.dates.last, found.rest) == (day(first), day(last), "")
        assert [one.text for one in found.services] == ["piano"]

    def test_of_a_month_that_is_over_are_those_of_the_next(self) -> None:
        found = read("piano first friday of the month", date(2026, 12, 31)).dates
        assert found is not None
        assert found.first == date(2027, 1, 1)

    def test_of_january_are_no_level(self) -> None:
        assert read("piano beginning of january").skill is None
        assert read("beginning piano").skill is not None

    @pytest.mark.parametrize(
        ("text", "weekdays"),
        [
            ("piano every other tuesday", {1}),
            ("piano every second friday", {4}),
            ("piano school nights", {0, 1, 2, 3, 6}),
        ],
    )
    def test_of_every_week(self, text: str, weekdays: set[int]) -> None:
        found = read(text)
        assert found.dates is not None
        assert (found.dates.kind, found.dates.weekdays) == (DateKind.WEEKDAYS, weekdays)
        assert found.rest == ""

    def test_are_none_where_no_day_follows(self) -> None:
        assert read("2 lessons a week from a pianist").dates is None
        assert read("late night piano").dates is None
        assert read("42nd and 8th piano").dates is None
        assert read("the end of my patience").dates is None

    def test_are_none_where_it_is_said_how_often(self) -> None:
        found = read("piano twice a week from monday").dates
        assert found is not None
        assert (found.first, found.kind) == (date(2026, 11, 30), DateKind.RANGE)


class TestWeekdaysWithANumber:
    def test_are_the_day_that_is_both(self) -> None:
        found = read("piano friday the 13th").dates
        assert found is not None
        assert found.first == date(2027, 8, 13)


class TestDaysThatAreOver:
    @pytest.mark.parametrize(
        ("text", "last"),
        [
            ("tutor yesterday", date(2026, 11, 27)),
            ("piano last night", date(2026, 11, 27)),
            ("piano last monday", date(2026, 11, 23)),
            ("piano last saturday", date(2026, 11, 21)),
            ("piano last week", date(2026, 11, 22)),
            ("piano last month", date(2026, 10, 31)),
        ],
    )
    def test_are_read_and_ask_nothing_of_calendars(self, text: str, last: date) -> None:
        found = read(text)
        assert found.dates is not None
        assert (found.dates.last, found.rest) == (last, "")
        assert wanting.when(Given(), found, SATURDAY) is None

    def test_are_no_wish(self) -> None:
        assert [one.text for one in read("tutor last week").services] == ["tutoring"]


class TestDaysOfOtherCalendars:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("piano during hanukkah", "hanukkah"),
            ("piano over the holidays", "the holidays"),
            ("chess on lunar new year", "lunar new year"),
            ("piano Chanukah", "chanukah"),
        ],
    )
    def test_are_told_and_not_guessed(self, text: str, said: str) -> None:
        found = read(text)
        assert ([one.text for one in found.unknown_days], found.dates) == ([said], None)
        assert found.rest == ""

    @pytest.mark.parametrize("text", ["passover cooking", "hanukkah songs", "ramadan recipes"])
    def test_are_no_days_where_something_is_called_by_them(self, text: str) -> None:
        assert read(text).unknown_days == ()


class TestHoursInWords:
    @pytest.mark.parametrize(
        ("text", "after", "before"),
        [
            ("piano half past five", 17 * 60 + 30, 18 * 60 + 30),
            ("piano at half past 9", 9 * 60 + 30, 10 * 60 + 30),
            ("piano quarter to six", 17 * 60 + 45, 18 * 60 + 45),
            ("piano quarter past 4", 16 * 60 + 15, 17 * 60 + 15),
            ("piano after half past 8am", 8 * 60 + 30, None),
            ("piano before quarter to 1pm", None, 12 * 60 + 45),
            ("piano quarter to 12pm", 11 * 60 + 45, 12 * 60 + 45),
            ("piano at 5 or 6", 17 * 60, 19 * 60),
        ],
    )
    def test_are_read(self, text: str, after: int | None, before: int | None) -> None:
        found = read(text)
        assert found.time is not None
        assert (found.time.after, found.time.before, found.rest) == (after, before, "")

    def test_are_no_lengths(self) -> None:
        assert read("piano half past five").minutes is None
        assert read("piano half hour at 5").minutes == 30


class TestHowSoon:
    @pytest.mark.parametrize(
        "text", ["piano in an hour", "piano in half an hour", "piano within 30 minutes"]
    )
    def test_is_urgent_and_no_length(self, text: str) -> None:
        found = read(text)
        assert (found.urgency, found.minutes, found.place, found.rest) == (
            Urgency.HIGH,
            None,
            None,
            "",
        )

    def test_is_neither_where_lessons_are_so_long_or_places_so_far(self) -> None:
        assert read("piano in 45 minute lessons").minutes == 45
        assert read("piano within 30 minutes of astoria").urgency is None
