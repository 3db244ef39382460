"""Words about time, and the instants they mean."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.reporting.policy.windows import (
    EXAMPLES,
    UnclearWindow,
    parse,
    previous,
)
from instainstru_core.domains.reporting.types import Unit, Window

# Monday, 10:00 in New York.
NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)


def window(text: str, now: datetime = NOW) -> Window:
    return parse(text, now=now)


def days(text: str, now: datetime = NOW) -> tuple[str, str]:
    found = window(text, now).days
    assert found is not None
    return found.first.isoformat(), found.last.isoformat()


class TestDays:
    @pytest.mark.parametrize(
        ("text", "first", "last"),
        [
            ("today", "2026-06-15", "2026-06-15"),
            ("  ToDay ", "2026-06-15", "2026-06-15"),
            ("yesterday", "2026-06-14", "2026-06-14"),
            ("tomorrow", "2026-06-16", "2026-06-16"),
            ("this week", "2026-06-15", "2026-06-21"),
            ("last_week", "2026-06-08", "2026-06-14"),
            ("next week", "2026-06-22", "2026-06-28"),
            ("last 7 days", "2026-06-09", "2026-06-15"),
            ("the past 7 days", "2026-06-09", "2026-06-15"),
            ("last_7_days", "2026-06-09", "2026-06-15"),
            ("7d", "2026-06-09", "2026-06-15"),
            ("1 day", "2026-06-15", "2026-06-15"),
            ("next 2 days", "2026-06-16", "2026-06-17"),
            ("last 2 weeks", "2026-06-02", "2026-06-15"),
            ("this month", "2026-06-01", "2026-06-30"),
            ("last month", "2026-05-01", "2026-05-31"),
            ("next month", "2026-07-01", "2026-07-31"),
            ("march 2026", "2026-03-01", "2026-03-31"),
            ("Sept. 2025", "2025-09-01", "2025-09-30"),
            ("march", "2026-03-01", "2026-03-31"),
            ("july", "2025-07-01", "2025-07-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2025", "2025-01-01", "2025-12-31"),
            ("this year", "2026-01-01", "2026-12-31"),
            ("last year", "2025-01-01", "2025-12-31"),
            ("2026-03-15", "2026-03-15", "2026-03-15"),
            ("2026-01-01/2026-01-31", "2026-01-01", "2026-01-31"),
            ("2026-01-01..2026-01-31", "2026-01-01", "2026-01-31"),
            ("2026-01-01 to 2026-01-31", "2026-01-01", "2026-01-31"),
        ],
    )
    def test_are_those_of_new_york(self, text: str, first: str, last: str) -> None:
        assert days(text) == (first, last)

    @pytest.mark.parametrize(
        ("text", "first", "last"),
        [
            ("last 3 months", "2026-03-16", "2026-06-15"),
            ("past three months", "2026-03-16", "2026-06-15"),
            ("next 2 months", "2026-06-16", "2026-08-15"),
            ("last 2 quarters", "2025-12-16", "2026-06-15"),
            ("last 2 years", "2024-06-16", "2026-06-15"),
            ("12 months", "2025-06-16", "2026-06-15"),
            ("past week", "2026-06-09", "2026-06-15"),
            ("past month", "2026-05-16", "2026-06-15"),
            ("past year", "2025-06-16", "2026-06-15"),
            ("this quarter", "2026-04-01", "2026-06-30"),
            ("last quarter", "2026-01-01", "2026-03-31"),
            ("next quarter", "2026-07-01", "2026-09-30"),
            ("Q1", "2026-01-01", "2026-03-31"),
            ("q4", "2025-10-01", "2025-12-31"),
            ("Q3 2025", "2025-07-01", "2025-09-30"),
            ("2025-Q4", "2025-10-01", "2025-12-31"),
            ("next year", "2027-01-01", "2027-12-31"),
            ("month to date", "2026-06-01", "2026-06-15"),
            ("MTD", "2026-06-01", "2026-06-15"),
            ("this quarter so far", "2026-04-01", "2026-06-15"),
            ("so far this year", "2026-01-01", "2026-06-15"),
            ("wtd", "2026-06-15", "2026-06-15"),
            ("the day before yesterday", "2026-06-13", "2026-06-13"),
            ("this weekend", "2026-06-20", "2026-06-21"),
            ("last weekend", "2026-06-13", "2026-06-14"),
            ("monday", "2026-06-15", "2026-06-15"),
            ("last monday", "2026-06-08", "2026-06-08"),
            ("next Monday", "2026-06-22", "2026-06-22"),
            ("on sunday", "2026-06-14", "2026-06-14"),
            ("tues", "2026-06-09", "2026-06-09"),
            ("this friday", "2026-06-19", "2026-06-19"),
            ("March 15", "2026-03-15", "2026-03-15"),
            ("june 16", "2025-06-16", "2025-06-16"),
            ("15th of March 2024", "2024-03-15", "2024-03-15"),
            ("feb 29, 2024", "2024-02-29", "2024-02-29"),
            ("since monday", "2026-06-15", "2026-06-15"),
            ("since midnight", "2026-06-15", "2026-06-15"),
            ("since last friday", "2026-06-12", "2026-06-15"),
            ("since 2026-06-01", "2026-06-01", "2026-06-15"),
            ("since march", "2026-03-01", "2026-06-15"),
            ("since 2025", "2025-01-01", "2026-06-15"),
            ("from march to may 2025", "2025-03-01", "2025-05-31"),
            ("november 2025 to january", "2025-11-01", "2026-01-31"),
            ("between June 1 and June 10", "2026-06-01", "2026-06-10"),
            ("from yesterday to today", "2026-06-14", "2026-06-15"),
            ("q1 2025 to q2 2025", "2025-01-01", "2025-06-30"),
            ("2024 to 2025", "2024-01-01", "2025-12-31"),
        ],
    )
    def test_are_named_as_people_name_them(self, text: str, first: str, last: str) -> None:
        assert days(text) == (first, last)
        assert days(window(text).label) == (first, last)

    @pytest.mark.parametrize("text", ["february 30", "june 31 2026", "feb 29 2025"])
    def test_are_days_of_the_calendar(self, text: str) -> None:
        with pytest.raises(UnclearWindow, match="has no day"):
            window(text)

    @pytest.mark.parametrize(
        "text",
        [
            "all time",
            "ever",
            "since",
            "since forever",
            "since 2026-07-01",
            "0 months",
            "last 40 months",
            "q5 2026",
            "march to february",
            "monday to",
            "friday 2026",
            "q1 1999",
            "march 3 1999",
            "may to 2026-06-15T10:00",
        ],
    )
    def test_are_not_guessed(self, text: str) -> None:
        with pytest.raises(UnclearWindow):
            window(text)

    @pytest.mark.parametrize(
        ("today", "first"),
        [("2026-05-30", "2026-03-01"), ("2026-05-31", "2026-03-01"), ("2024-05-28", "2024-02-29")],
    )
    def test_of_three_months_begin_a_day_after_the_same_day(self, today: str, first: str) -> None:
        now = datetime.fromisoformat(f"{today}T16:00:00+00:00")
        assert days("last 3 months", now)[0] == first

    def test_of_a_quarter_follow_those_of_the_quarter_before(self) -> None:
        before = previous(window("this quarter"))
        assert (before.label, before.unit) == ("Q1 2026", Unit.QUARTER)
        assert before.days is not None
        assert (before.days.first, before.days.last) == (date(2026, 1, 1), date(2026, 3, 31))
        assert previous(window("q1 2026")).label == "Q4 2025"
        assert window("this quarter vs last").compared

    def test_last_day_is_24_hours(self) -> None:
        found = window("last day")
        assert (found.span.start, found.span.end) == (NOW - timedelta(hours=24), NOW)

    @pytest.mark.parametrize(
        ("hour", "today"),
        [(3, "2026-06-15"), (4, "2026-06-16")],
    )
    def test_begin_at_midnight_in_new_york(self, hour: int, today: str) -> None:
        now = datetime(2026, 6, 16, hour, 0, tzinfo=UTC)
        assert days("today", now)[0] == today

    @pytest.mark.parametrize(
        ("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-06-15", 24)]
    )
    def test_are_as_long_as_the_clocks_make_them(self, day: str, hours: int) -> None:
        assert window(day).span.length == timedelta(hours=hours)


class TestHours:
    def test_count_back_from_now(self) -> None:
        found = window("2h")
        assert (found.span.start, found.span.end) == (NOW - timedelta(hours=2), NOW)
        assert (found.days, found.unit, found.label) == (None, Unit.INSTANTS, "last 2 hours")

    def test_count_ahead(self) -> None:
        assert window("next 90 minutes").span.end == NOW + timedelta(minutes=90)

    def test_are_real_hours_when_the_clocks_change(self) -> None:
        now = datetime(2026, 3, 8, 8, 0, tzinfo=UTC)
        assert window("24h", now).span.start == now - timedelta(hours=24)


class TestLabels:
    @pytest.mark.parametrize(
        "text",
        [
            "2h",
            "1h",
            "last hour",
            "1 minute",
            "next hour",
            "7d",
            "1d",
            "next 1 day",
            "1w",
            "2 weeks",
        ],
    )
    def test_are_read_again_as_the_same_window(self, text: str) -> None:
        found = window(text)
        assert window(found.label) == found


class TestIntervals:
    def test_of_two_instants_leave_the_second_out(self) -> None:
        found = window("2026-06-15T09:00/2026-06-15T10:30")
        assert found.span.start == datetime(2026, 6, 15, 13, 0, tzinfo=UTC)
        assert found.span.end == datetime(2026, 6, 15, 14, 30, tzinfo=UTC)

    def test_take_offsets_at_their_word(self) -> None:
        found = window("2026-06-15t09:00z/2026-06-15T12:00:00+02:00")
        assert found.span.start == datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
        assert found.span.end == datetime(2026, 6, 15, 10, 0, tzinfo=UTC)

    def test_refuse_a_time_that_the_clocks_skip(self) -> None:
        with pytest.raises(UnclearWindow, match="The clocks skip this time"):
            window("2026-03-08T02:30/2026-03-08T05:00")


class TestUnclear:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "soon",
            "7",
            "0d",
            "last 0 hours",
            "-3d",
            "2026-13",
            "2026-02-30",
            "2026-06-15/2026-06-01",
            "1999",
            "9999-01-01",
            "99999d",
            "99999h",
            "2020-01-01/2026-01-01",
            "x" * 81,
            "today'; DROP TABLE bookings",
            "٣ days",
        ],
    )
    def test_words_are_refused(self, text: str) -> None:
        with pytest.raises(UnclearWindow):
            window(text)

    @given(st.text(max_size=90))
    def test_words_never_break_it(self, text: str) -> None:
        try:
            found = window(text)
        except UnclearWindow:
            return
        assert found.span.start < found.span.end

    def test_examples_are_clear(self) -> None:
        for text in EXAMPLES:
            window(text)


class TestPrevious:
    @pytest.mark.parametrize(
        ("text", "label", "first", "last"),
        [
            ("today", "the day before", "2026-06-14", "2026-06-14"),
            ("last 7 days", "the 7 days before", "2026-06-02", "2026-06-08"),
            ("this month", "May 2026", "2026-05-01", "2026-05-31"),
            ("january 2026", "December 2025", "2025-12-01", "2025-12-31"),
            ("2025", "2024", "2024-01-01", "2024-12-31"),
        ],
    )
    def test_is_of_the_same_kind(self, text: str, label: str, first: str, last: str) -> None:
        found = previous(window(text))
        assert found.label == label
        assert found.days is not None
        assert (found.days.first, found.days.last) == (
            date.fromisoformat(first),
            date.fromisoformat(last),
        )

    @pytest.mark.parametrize("text", EXAMPLES)
    def test_ends_where_the_window_starts(self, text: str) -> None:
        assert previous(window(text)).span.end == window(text).span.start


class TestCompared:
    @pytest.mark.parametrize(
        ("text", "label", "first"),
        [
            ("this month vs last", "this month vs 2026-05-01/2026-05-31", "2026-06-01"),
            ("this month vs. last month", "this month vs 2026-05-01/2026-05-31", "2026-06-01"),
            (
                "this week versus the week before",
                "this week vs 2026-06-08/2026-06-14",
                "2026-06-15",
            ),
            ("today against yesterday", "today vs 2026-06-14/2026-06-14", "2026-06-15"),
            (
                "last 7 days, compared with the previous period",
                "last 7 days vs 2026-06-02/2026-06-08",
                "2026-06-09",
            ),
            ("june 2026 vs may 2026", "June 2026 vs 2026-05-01/2026-05-31", "2026-06-01"),
            ("this year vs 2025", "this year vs 2025-01-01/2025-12-31", "2026-01-01"),
        ],
    )
    def test_is_seen_beside_the_window_before(self, text: str, label: str, first: str) -> None:
        found = window(text)
        assert (found.label, found.compared) == (label, True)
        assert found.days is not None
        assert found.days.first.isoformat() == first

    def test_hours_have_the_hours_before(self) -> None:
        found = window("2h vs previous")
        assert found.label == "last 2 hours vs 2026-06-15T10:00:00Z/2026-06-15T12:00:00Z"

    @pytest.mark.parametrize("text", ["this month vs last", "2h vs previous", "today vs yesterday"])
    def test_is_read_again_by_its_label(self, text: str) -> None:
        assert window(window(text).label) == window(text)

    @pytest.mark.parametrize(
        "text",
        ["june 2026 vs march 2026", "this month vs last week", "today vs nonsense", "a vs b"],
    )
    def test_is_refused_beside_any_other(self, text: str) -> None:
        with pytest.raises(UnclearWindow):
            window(text)
