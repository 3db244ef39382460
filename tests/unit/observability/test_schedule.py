"""When jobs are due on New York's clock, and what counts as missed."""

from datetime import UTC, datetime, timedelta

import pytest

from instainstru_core.domains.observability.policy import schedule
from instainstru_core.domains.observability.types import Timing

ZONE = "America/New_York"
MOMENT = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
NIGHTLY = Timing(hours=(3,), minutes=(15,))
HOURLY = Timing(hours=tuple(range(24)), minutes=(35,))
NOON = datetime(2026, 6, 15, 16, 0, tzinfo=UTC)
"""Noon in New York."""


def every(seconds: float) -> Timing:
    return Timing(every_seconds=seconds)


class TestWords:
    @pytest.mark.parametrize(
        ("timing", "told"),
        [
            (every(2), "every 2 seconds"),
            (every(60), "every minute"),
            (every(90), "every 90 seconds"),
            (every(300), "every 5 minutes"),
            (every(3600), "every hour"),
            (HOURLY, "hourly at :35"),
            (NIGHTLY, "daily at 03:15"),
            (Timing(hours=(3, 15), minutes=(30,)), "daily at 03:30, 15:30"),
        ],
    )
    def test_say_when(self, timing: Timing, told: str) -> None:
        assert schedule.words(timing) == told


class TestNextDue:
    def due(self, timing: Timing, last: datetime | None, now: datetime) -> datetime | None:
        return schedule.next_due(timing, zone_name=ZONE, last=last, now=now)

    def test_of_a_time_of_day_is_new_york_s_not_utc_s(self) -> None:
        assert self.due(NIGHTLY, None, NOON) == datetime(2026, 6, 16, 7, 15, tzinfo=UTC)

    def test_of_a_time_of_day_follows_the_clocks(self) -> None:
        winter = datetime(2026, 12, 15, 17, 0, tzinfo=UTC)
        assert self.due(NIGHTLY, None, winter) == datetime(2026, 12, 16, 8, 15, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("before", "due"),
        [(MOMENT, datetime(2026, 6, 15, 7, 15, tzinfo=UTC)),
         (timedelta(0), datetime(2026, 6, 16, 7, 15, tzinfo=UTC))],
    )  # fmt: skip
    def test_at_its_own_moment_is_the_one_after(self, before: timedelta, due: datetime) -> None:
        at = datetime(2026, 6, 15, 7, 15, tzinfo=UTC)
        assert self.due(NIGHTLY, None, at - before) == due

    def test_of_every_so_often_counts_from_the_last_time(self) -> None:
        assert self.due(every(300), NOON - MINUTE, NOON) == NOON + 4 * MINUTE

    def test_of_what_is_overdue_is_now(self) -> None:
        assert self.due(every(300), NOON - 99 * MINUTE, NOON) == NOON

    def test_of_what_never_ran_is_unknown(self) -> None:
        assert self.due(every(300), None, NOON) is None


class TestMissed:
    def count(self, timing: Timing, since: datetime, now: datetime = NOON) -> int:
        return schedule.missed(timing, zone_name=ZONE, since=since, now=now)

    @pytest.mark.parametrize(
        ("seconds", "ago", "count"),
        [
            (300, 10 * MINUTE - MOMENT, 0),
            (300, 10 * MINUTE, 1),
            (300, 15 * MINUTE - MOMENT, 1),
            (300, 15 * MINUTE, 2),
            (60, 2 * MINUTE - MOMENT, 0),
            (60, 2 * MINUTE, 1),
            (2, timedelta(seconds=12) - MOMENT, 0),
            (2, timedelta(seconds=12), 1),
            (3600, 70 * MINUTE - MOMENT, 0),
            (3600, 70 * MINUTE, 1),
        ],
    )
    def test_of_every_so_often_begin_after_the_grace(
        self, seconds: float, ago: timedelta, count: int
    ) -> None:
        assert self.count(every(seconds), NOON - ago) == count

    @pytest.mark.parametrize(
        ("now", "count"),
        [
            (datetime(2026, 6, 15, 7, 25, tzinfo=UTC) - MOMENT, 2),
            (datetime(2026, 6, 15, 7, 25, tzinfo=UTC), 3),
        ],
    )
    def test_of_a_time_of_day_are_nights_without_it(self, now: datetime, count: int) -> None:
        ran = datetime(2026, 6, 12, 7, 15, 4, tzinfo=UTC)
        assert self.count(NIGHTLY, ran, now) == count

    def test_do_not_count_the_time_it_ran_for_though_clocks_differ(self) -> None:
        due = datetime(2026, 6, 15, 7, 15, tzinfo=UTC)
        assert self.count(NIGHTLY, due - schedule.SKEW) == 0
        assert self.count(NIGHTLY, due - schedule.SKEW - MOMENT) == 1

    def test_of_the_hour_that_happens_twice_count_it_once(self) -> None:
        """On November 1st 2026 1:35 comes twice; on March 8th 2:35 never comes."""
        autumn = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
        assert self.count(HOURLY, autumn, autumn + timedelta(hours=6)) == 5
        spring = datetime(2026, 3, 8, 5, 0, tzinfo=UTC)
        assert self.count(HOURLY, spring, spring + timedelta(hours=6)) == 6

    def test_look_back_ninety_days_at_most(self) -> None:
        assert self.count(NIGHTLY, NOON - timedelta(days=4_000)) == 90


class TestLateAfter:
    @pytest.mark.parametrize(
        ("cadence", "minutes"), [(1, 13), (5, 25), (15, 55), (60, 180), (24 * 60, 26 * 60)]
    )
    def test_is_a_few_times_the_cadence_or_two_hours_more(self, cadence: int, minutes: int) -> None:
        assert schedule.late_after(cadence * MINUTE) == minutes * MINUTE
