"""Half-open spans and wall clocks, exact on the days when the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from instainstru_core.kernel.time import (
    NonexistentLocalTime,
    Span,
    UnknownZone,
    day_span,
    local_day,
    midnight,
    monday_of,
    to_local,
    to_utc,
)

NY = "America/New_York"


def wall(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A naive wall-clock time of 2026."""
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001 - that it is naive is the point


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


class TestToUtc:
    def test_refuses_a_time_the_clocks_skip(self) -> None:
        with pytest.raises(NonexistentLocalTime):
            to_utc(wall(3, 8, 2, 30), NY)

    def test_takes_the_first_occurrence_of_a_time_that_happens_twice(self) -> None:
        assert to_utc(wall(11, 1, 1, 30), NY) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("local", "expected"),
        [
            (wall(3, 8, 1, 59), datetime(2026, 3, 8, 6, 59, tzinfo=UTC)),
            (wall(3, 8, 3, 0), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
            (wall(7, 1, 12, 0), datetime(2026, 7, 1, 16, 0, tzinfo=UTC)),
        ],
    )
    def test_knows_the_minutes_around_the_change(self, local: datetime, expected: datetime) -> None:
        assert to_utc(local, NY) == expected
        assert to_local(expected, NY) == local

    def test_refuses_an_unknown_zone(self) -> None:
        with pytest.raises(UnknownZone):
            to_utc(wall(6, 1, 12), "America/Gotham")

    def test_refuses_a_time_that_already_has_a_zone(self) -> None:
        with pytest.raises(ValueError, match="no zone"):
            to_utc(at(1, 12), NY)


class TestDays:
    def test_a_late_evening_belongs_to_its_new_york_day(self) -> None:
        assert local_day(datetime(2026, 6, 16, 3, 30, tzinfo=UTC)) == date(2026, 6, 15)

    def test_the_short_day_of_spring_has_23_hours(self) -> None:
        day = date(2026, 3, 8)
        assert day_span(day, day).length == timedelta(hours=23)

    def test_the_long_day_of_autumn_has_25_hours(self) -> None:
        day = date(2026, 11, 1)
        assert day_span(day, day).length == timedelta(hours=25)

    def test_midnight_is_the_first_instant_of_the_day(self) -> None:
        assert midnight(date(2026, 1, 1)) == datetime(2026, 1, 1, 5, tzinfo=UTC)

    def test_monday_of_a_sunday_is_six_days_before(self) -> None:
        assert monday_of(date(2026, 6, 21)) == date(2026, 6, 15)


class TestSpan:
    def test_touching_spans_do_not_overlap(self) -> None:
        assert not Span(at(1, 9), at(1, 10)).overlaps(Span(at(1, 10), at(1, 11)))

    def test_one_shared_minute_overlaps(self) -> None:
        assert Span(at(1, 9), at(1, 10)).overlaps(Span(at(1, 9, 59), at(1, 11)))

    def test_an_empty_span_overlaps_nothing(self) -> None:
        assert not Span(at(1, 9), at(1, 9)).overlaps(Span(at(1, 8), at(1, 10)))

    def test_contains_its_start_and_not_its_end(self) -> None:
        span = Span(at(1, 9), at(1, 10))
        assert (span.contains(at(1, 9)), span.contains(at(1, 10))) == (True, False)

    def test_never_ends_before_it_starts(self) -> None:
        with pytest.raises(ValueError, match="end"):
            Span(at(1, 10), at(1, 9))

    def test_widens_on_both_sides(self) -> None:
        assert Span(at(1, 9), at(1, 10)).widened(timedelta(minutes=15)) == Span(
            at(1, 8, 45), at(1, 10, 15)
        )
