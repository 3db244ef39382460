"""Days that are named one by one, left out, or called by their holiday."""

from datetime import date

import pytest

from instainstru_core.domains.search.policy import wanting
from instainstru_core.domains.search.policy.grammar import holidays, parse
from instainstru_core.domains.search.types.asked import Given
from instainstru_core.domains.search.types.parsed import Audience, DateKind, DateWish, Parsed, Slot
from tests.unit.search.knowledge import words

SATURDAY = date(2026, 11, 28)
DEC_5, DEC_6 = date(2026, 12, 5), date(2026, 12, 6)


def read(text: str, today: date = SATURDAY) -> Parsed:
    return parse(text, words(), today)


def dates(text: str, today: date = SATURDAY) -> DateWish:
    found = read(text, today).dates
    assert found is not None
    return found


class TestSchoolBreaks:
    """Their days differ by school and year, so that they are told and none is guessed."""

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("piano over spring break", ["spring break"]),
            ("lessons during winter break for kids", ["winter break"]),
            ("Mid-Winter Recess coding", ["mid winter recess"]),
            ("midwinter recess chess", ["midwinter recess"]),
            ("guitar on our school vacation", ["school vacation"]),
            ("piano christmas break", ["christmas break"]),
            ("chess in winter recess or spring break", ["winter recess", "spring break"]),
            ("break dance class", []),
            ("piano christmas eve", []),
            ("winter, break dancing", []),
        ],
    )
    def test_are_read_and_have_no_days(self, text: str, said: list[str]) -> None:
        found = read(text)
        assert [one.text for one in found.unknown_days] == said
        assert not said or (found.dates, found.rest) == (None, "")

    def test_are_no_wish(self) -> None:
        found = read("lessons during winter break for kids")
        assert (found.services, found.audience) == ((), Audience.KIDS)
        assert found.typed(found.unknown_days[0]) == "winter break"

    def test_beside_days_that_are_said_change_nothing(self) -> None:
        found = dates("piano over winter break dec 28 to 30")
        assert (found.first, found.last) == (date(2026, 12, 28), date(2026, 12, 30))


class TestHolidays:
    @pytest.mark.parametrize(
        ("text", "first", "last"),
        [
            ("piano lessons on Thanksgiving", date(2027, 11, 25), date(2027, 11, 25)),
            ("guitar lesson on Christmas", date(2026, 12, 25), date(2026, 12, 25)),
            ("guitar xmas eve", date(2026, 12, 24), date(2026, 12, 24)),
            ("guitar new year's day", date(2027, 1, 1), date(2027, 1, 1)),
            ("guitar new years eve", date(2026, 12, 31), date(2026, 12, 31)),
            ("violin on MLK day", date(2027, 1, 18), date(2027, 1, 18)),
            ("yoga Presidents' Day weekend", date(2027, 2, 13), date(2027, 2, 15)),
            ("tennis labor day weekend", date(2027, 9, 4), date(2027, 9, 6)),
            ("piano christmas week", date(2026, 12, 21), date(2026, 12, 27)),
            ("piano on easter", date(2027, 3, 28), date(2027, 3, 28)),
            ("piano good friday", date(2027, 3, 26), date(2027, 3, 26)),
            ("piano on memorial day", date(2027, 5, 31), date(2027, 5, 31)),
            ("piano election day", date(2027, 11, 2), date(2027, 11, 2)),
            ("the day after christmas piano", date(2026, 12, 26), date(2026, 12, 26)),
            ("piano before christmas", SATURDAY, date(2026, 12, 24)),
            ("piano by christmas", SATURDAY, date(2026, 12, 25)),
            ("piano between christmas and new year's", date(2026, 12, 25), date(2027, 1, 1)),
            ("mothers day lesson in pottery on mothers day", date(2027, 5, 9), date(2027, 5, 9)),
        ],
    )
    def test_are_the_coming_ones(self, text: str, first: date, last: date) -> None:
        found = dates(text)
        assert (found.first, found.last) == (first, last)

    def test_of_this_weekend_are_not_those_of_the_next_year(self) -> None:
        found = dates("piano thanksgiving weekend")
        assert (found.first, found.last) == (SATURDAY, date(2026, 11, 29))
        assert dates("piano thanksgiving weekend", date(2026, 11, 30)).first == date(2027, 11, 25)

    @pytest.mark.parametrize(
        "text",
        [
            "christmas carols piano",
            "halloween makeup",
            "piano for christmas",
            "mother's day gift cooking class",
        ],
    )
    def test_are_no_days_where_they_belong_to_something_else(self, text: str) -> None:
        assert read(text).dates is None

    @pytest.mark.parametrize(
        ("day", "first", "last"),
        [
            (date(2027, 2, 15), date(2027, 2, 13), date(2027, 2, 15)),  # a Monday
            (date(2025, 11, 11), date(2025, 11, 8), date(2025, 11, 11)),  # a Tuesday
            (date(2026, 11, 11), date(2026, 11, 14), date(2026, 11, 15)),  # a Wednesday
            (date(2026, 11, 26), date(2026, 11, 26), date(2026, 11, 29)),  # a Thursday
            (date(2026, 12, 25), date(2026, 12, 25), date(2026, 12, 27)),  # a Friday
            (date(2026, 7, 4), date(2026, 7, 4), date(2026, 7, 5)),  # a Saturday
            (date(2027, 7, 4), date(2027, 7, 3), date(2027, 7, 4)),  # a Sunday
        ],
    )
    def test_make_a_weekend_long(self, day: date, first: date, last: date) -> None:
        found = holidays.around(day)
        assert (found.first, found.last) == (first, last)

    def test_know_when_easter_is(self) -> None:
        assert [holidays.easter(year) for year in (2024, 2025, 2026, 2038)] == [
            date(2024, 3, 31),
            date(2025, 4, 20),
            date(2026, 4, 5),
            date(2038, 4, 25),
        ]

    def test_are_marked_with_their_weekend(self) -> None:
        text = "yoga Presidents' Day weekend"
        (mark,) = [mark for mark in read(text).marks if mark.slot is Slot.DATE]
        assert text[mark.start : mark.end] == "Presidents' Day weekend"


class TestDaysOneByOne:
    @pytest.mark.parametrize(
        "text",
        [
            "piano Saturday the 5th or Sunday the 6th",
            "piano on Dec 5 or 6",
            "piano dec 5th or 6th",
            "piano sat dec 5 or sun dec 6",
            "piano on the 5th or the 6th",
        ],
    )
    def test_that_are_joined_by_or(self, text: str) -> None:
        found = dates(text)
        assert (found.first, found.last, found.weekdays) == (DEC_5, DEC_6, {5, 6})
        assert read(text).rest == ""

    @pytest.mark.parametrize("text", ["piano Saturday or Sunday", "either saturday or sunday"])
    def test_of_this_week(self, text: str) -> None:
        assert dates(text).weekdays == {5, 6}

    def test_with_their_weekday_are_that_one_day(self) -> None:
        found = dates("piano saturday december 5")
        assert (found.kind, found.first, found.last) == (DateKind.SINGLE, DEC_5, DEC_5)

    def test_of_two_weeks_are_no_days_between(self) -> None:
        found = dates("piano this saturday or next saturday")
        assert (found.first, found.last, found.weekdays) == (SATURDAY, DEC_5, {5})

    def test_that_are_no_rule_of_weekdays_are_listed(self) -> None:
        found = dates("piano dec 5th or 20th")
        assert (found.kind, found.days) == (DateKind.DAYS, (DEC_5, date(2026, 12, 20)))
        assert wanting.days_of(found, SATURDAY) == (DEC_5, date(2026, 12, 20))

    def test_between_two_are_all_of_them(self) -> None:
        found = dates("piano between december 20 and december 23")
        assert (found.kind, found.first, found.last) == (
            DateKind.RANGE,
            date(2026, 12, 20),
            date(2026, 12, 23),
        )

    def test_that_bound_each_other(self) -> None:
        found = dates("piano after dec 5 before dec 20")
        assert (found.first, found.last) == (DEC_6, date(2026, 12, 19))


class TestDaysThatAreLeftOut:
    @pytest.mark.parametrize(
        ("text", "left"),
        [
            ("piano not monday or tuesday", {2, 3, 4, 5, 6}),
            ("piano except mondays and tuesdays", {2, 3, 4, 5, 6}),
            ("piano except mondays, tuesdays or fridays", {2, 3, 5, 6}),
            ("piano any day but sunday", {0, 1, 2, 3, 4, 5}),
            ("piano weekdays except friday", {0, 1, 2, 3}),
        ],
    )
    def test_are_all_of_the_list(self, text: str, left: set[int]) -> None:
        assert dates(text).weekdays == left


class TestDaysOutOfReach:
    @pytest.mark.parametrize("text", ["piano on august 5", "piano on 2026-01-05"])
    def test_ask_nothing_of_calendars(self, text: str) -> None:
        assert wanting.when(Given(), read(text), SATURDAY) is None


class TestHoursOneOrTheOther:
    @pytest.mark.parametrize(
        ("text", "after", "before"),
        [
            ("guitar 6 or 7 pm", 18 * 60, 20 * 60),
            ("guitar at 5pm or 6pm", 17 * 60, 19 * 60),
            ("guitar not on mondays or after 8pm", None, 20 * 60),
            ("guitar not mondays or before 10am", 10 * 60, None),
            ("guitar 4pm or later", 16 * 60, None),
        ],
    )
    def test_are_read(self, text: str, after: int | None, before: int | None) -> None:
        found = read(text)
        assert found.time is not None
        assert (found.time.after, found.time.before, found.rest) == (after, before, "")

    @pytest.mark.parametrize("text", ["math for grade 5 or 6", "piano for ages 6 or 7"])
    def test_are_none_where_nothing_says_so(self, text: str) -> None:
        assert read(text).time is None
