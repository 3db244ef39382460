"""Which earlier windows a value is set beside, to the instant."""

from datetime import UTC, date, datetime, timedelta

import pytest

from instainstru_core.domains.observability.policy import comparisons
from instainstru_core.domains.reporting.policy import windows

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def earlier(words: str, *, now: datetime = NOW, by_day: bool = False) -> list[tuple[str, str, str]]:
    window = windows.parse(words, now=now)
    found = comparisons.earlier(window, now=now, by_day=by_day)
    return [
        (one.label, f"{one.window.span.start:%m-%d %H:%M}", f"{one.window.span.end:%m-%d %H:%M}")
        for one in found
    ]


class TestEarlier:
    def test_is_the_same_hour_a_day_and_a_week_before(self) -> None:
        assert earlier("last hour") == [
            ("a day earlier", "06-14 13:00", "06-14 14:00"),
            ("a week earlier", "06-08 13:00", "06-08 14:00"),
        ]

    def test_of_a_day_that_is_not_over_ends_at_the_same_hour(self) -> None:
        assert earlier("today") == [
            ("a day earlier", "06-14 04:00", "06-14 14:00"),
            ("a week earlier", "06-08 04:00", "06-08 14:00"),
        ]

    def test_of_whole_days_is_of_whole_days(self) -> None:
        assert earlier("today", by_day=True)[0] == ("a day earlier", "06-14 04:00", "06-15 04:00")

    @pytest.mark.parametrize(
        ("words", "labels"),
        [
            ("24h", ["a day earlier", "a week earlier"]),
            ("25h", ["a day earlier", "a week earlier"]),
            ("26h", ["the window before", "a week earlier"]),
            ("last 7 days", ["a week earlier"]),
            ("this week", ["a week earlier"]),
            ("last 8 days", ["the window before"]),
            ("last month", ["the window before"]),
        ],
    )
    def test_never_overlaps(self, words: str, labels: list[str]) -> None:
        assert [label for label, _, _ in earlier(words)] == labels

    def test_of_a_month_is_the_month_before(self) -> None:
        assert earlier("may 2026") == [("the window before", "04-01 04:00", "05-01 04:00")]

    def test_keeps_to_local_midnights_when_the_clocks_change(self) -> None:
        spring = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
        day, week = earlier("2026-03-09", now=spring, by_day=True)
        assert day[1:] == ("03-08 05:00", "03-09 04:00"), "23 hours"
        assert week[1:] == ("03-02 05:00", "03-03 05:00")

    def test_puts_a_named_window_first_and_once(self) -> None:
        window = windows.parse("today", now=NOW)
        named = windows.parse("yesterday", now=NOW)
        found = comparisons.earlier(window, now=NOW, named=named, by_day=True)
        assert [one.label for one in found] == ["yesterday", "a week earlier"]


def test_moments_are_a_day_and_a_week_ago() -> None:
    assert comparisons.moments(NOW) == [
        ("a day earlier", NOW - DAY),
        ("a week earlier", NOW - 7 * DAY),
    ]


def test_past_is_what_is_over() -> None:
    window = windows.parse("today", now=NOW)
    assert comparisons.past(window, NOW).end == NOW
    assert comparisons.past(window, NOW + 2 * DAY).end == MIDNIGHT + DAY
    assert window.days is not None
    assert window.days.first == date(2026, 6, 15)
