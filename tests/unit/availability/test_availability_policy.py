"""Days as bits, days when the clocks change, and the rules of booking. Exact to the minute."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.availability import policy
from instainstru_core.domains.availability.policy import (
    DAY_MINUTES,
    BadWindow,
    Line,
    from_bytes,
    from_windows,
    runs,
    stretch,
    to_bytes,
)
from instainstru_core.domains.availability.types import Buffers, Busy, Calendar, OpenDay
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import Span, midnight

NY = "America/New_York"
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)
USUAL = date(2026, 6, 16)
MINUTE = timedelta(minutes=1)
BUFFERS = Buffers(usual=timedelta(minutes=15), travel=timedelta(minutes=60))
ONLINE, TRAVEL = LessonFormat.ONLINE, LessonFormat.STUDENT_LOCATION

days = st.integers(min_value=0, max_value=(1 << DAY_MINUTES) - 1)
cuts = st.lists(
    st.integers(min_value=0, max_value=DAY_MINUTES), unique=True, min_size=2, max_size=20
).map(sorted)
openings = cuts.map(lambda edges: from_windows(list(zip(edges[::2], edges[1::2], strict=False))))


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def calendar(**changes: object) -> Calendar:
    usual: dict[str, object] = {
        "timezone": NY,
        "buffers": BUFFERS,
        "overnight_protection": True,
        "days": {},
        "busy": (),
    }
    return Calendar(**(usual | changes))  # type: ignore[arg-type]


class TestBits:
    @given(days)
    def test_survive_being_stored(self, bits: int) -> None:
        stored = to_bytes(bits)
        assert len(stored) == 180
        assert from_bytes(stored) == bits

    @given(days)
    def test_are_the_sum_of_their_runs(self, bits: int) -> None:
        found = list(runs(bits))
        assert sum(stretch(start, end) for start, end in found) == bits
        assert from_windows(found) == bits

    @given(cuts)
    def test_come_back_from_windows(self, edges: list[int]) -> None:
        windows = list(zip(edges[::2], edges[1::2], strict=False))
        assert list(runs(from_windows(windows))) == windows

    def test_begin_with_the_least_significant_bit(self) -> None:
        stored = to_bytes(from_windows([(9 * 60, 9 * 60 + 12)]))
        assert stored[67] == 0b1111_0000
        assert stored[68] == 0b1111_1111
        assert sum(stored) == 0b1111_0000 + 0b1111_1111

    @given(days, st.integers(min_value=1, max_value=300))
    def test_fit_where_that_many_are_set_in_a_row(self, bits: int, minutes: int) -> None:
        expected = sum(
            stretch(start, end - minutes + 1) for start, end in runs(bits) if end - start >= minutes
        )
        assert policy.fitting(bits, minutes) == expected

    def test_refuse_windows_that_overlap(self) -> None:
        with pytest.raises(BadWindow, match="10:59-11:40 overlaps another window"):
            from_windows([(600, 660), (659, 700)])


class TestDaysWhenTheClocksChange:
    def test_have_their_own_length(self) -> None:
        lengths = {day: policy.day_length(policy.segments(day, NY)) for day in (SPRING, AUTUMN)}
        assert lengths == {SPRING: 23 * 60, AUTUMN: 25 * 60}
        assert policy.day_length(policy.segments(USUAL, NY)) == DAY_MINUTES

    @pytest.mark.parametrize(
        ("day", "elapsed", "wall"),
        [
            (SPRING, 119, 119),
            (SPRING, 120, 180),
            (SPRING, 1379, 1439),
            (AUTUMN, 119, 119),
            (AUTUMN, 120, 60),
            (AUTUMN, 179, 119),
            (AUTUMN, 180, 120),
            (AUTUMN, 1499, 1439),
        ],
    )
    def test_show_the_wall_clock(self, day: date, elapsed: int, wall: int) -> None:
        assert policy.wall_minute(policy.segments(day, NY), elapsed) == wall

    def test_have_no_minutes_in_the_gap(self) -> None:
        bits = stretch(120, 180)
        assert policy.line({SPRING: bits}, SPRING, SPRING, NY).bits == 0

    def test_are_open_from_before_to_after_the_gap_without_a_hole(self) -> None:
        line = policy.line({SPRING: stretch(90, 210)}, SPRING, SPRING, NY)
        assert list(runs(line.bits)) == [(90, 150)]
        assert line.is_open(Span(utc(3, 8, 6, 30), utc(3, 8, 7, 30)))
        assert not line.is_open(Span(utc(3, 8, 6, 30), utc(3, 8, 7, 31)))
        assert not line.is_open(Span(utc(3, 8, 6, 29), utc(3, 8, 7)))

    def test_have_the_repeated_hour_twice(self) -> None:
        line = policy.line({AUTUMN: stretch(60, 120)}, AUTUMN, AUTUMN, NY)
        assert list(runs(line.bits)) == [(60, 180)]
        assert line.is_open(Span(utc(11, 1, 5), utc(11, 1, 7)))
        assert not line.is_open(Span(utc(11, 1, 5), utc(11, 1, 7, 1)))

    def test_split_a_window_inside_the_repeated_hour(self) -> None:
        line = policy.line({AUTUMN: stretch(75, 90)}, AUTUMN, AUTUMN, NY)
        assert list(runs(line.bits)) == [(75, 90), (135, 150)]

    @given(days, st.sampled_from([SPRING, AUTUMN, USUAL]))
    def test_set_each_minute_that_the_wall_clock_shows_open(self, bits: int, day: date) -> None:
        line = policy.line({day: bits}, day, day, NY)
        parts = policy.segments(day, NY)
        for elapsed in range(0, line.length, 7):
            wall = policy.wall_minute(parts, elapsed)
            assert line.bits >> elapsed & 1 == bits >> wall & 1

    @given(days, days)
    def test_join_the_next_day_without_a_seam(self, one: int, other: int) -> None:
        before = SPRING - timedelta(days=1)
        line = policy.line({before: one, SPRING: other}, before, SPRING, NY)
        assert line.start == midnight(before, NY)
        assert line.length == DAY_MINUTES + 23 * 60
        assert line.bits & stretch(0, DAY_MINUTES) == one

    def test_offer_a_start_in_the_repeated_hour_once(self) -> None:
        one = calendar(days={AUTUMN: OpenDay(stretch(60, 120))})
        (day,) = policy.free_days(
            one, first=AUTUMN, last=AUTUMN, minutes=30, lesson_format=ONLINE, now=utc(10, 30, 0)
        )
        assert [(start.minute, start.at) for start in day.starts] == [
            (60, utc(11, 1, 5)),
            (75, utc(11, 1, 5, 15)),
            (90, utc(11, 1, 5, 30)),
            (105, utc(11, 1, 5, 45)),
        ]


class TestLine:
    @given(days, st.integers(-100, 1500), st.integers(0, 300))
    def test_loses_every_minute_a_span_touches(self, bits: int, first: int, length: int) -> None:
        start = utc(6, 16, 0)
        line = Line(start, DAY_MINUTES, bits)
        span = Span(start + first * MINUTE, start + (first + length) * MINUTE)
        taken = stretch(max(first, 0), min(first + length, DAY_MINUTES))
        assert line.without(span).bits == bits & ~taken

    def test_loses_a_minute_that_is_touched_by_a_second(self) -> None:
        start = utc(6, 16, 0)
        line = Line(start, DAY_MINUTES, stretch(0, 10))
        second = timedelta(seconds=1)
        left = line.without(Span(start + 2 * MINUTE + 59 * second, start + 3 * MINUTE + second))
        assert list(runs(left.bits)) == [(0, 2), (4, 10)]


class TestConflicts:
    @pytest.mark.parametrize(
        ("wanted", "taken", "pause"),
        [(False, False, 15), (True, False, 60), (False, True, 60), (True, True, 60)],
    )
    def test_end_exactly_at_the_pause(self, wanted: bool, taken: bool, pause: int) -> None:
        lesson = Span(utc(6, 16, 16), utc(6, 16, 17))
        for gap, expected in ((pause, False), (pause - 1, True)):
            after = Span(lesson.end + gap * MINUTE, lesson.end + (gap + 30) * MINUTE)
            before = Span(lesson.start - (gap + 30) * MINUTE, lesson.start - gap * MINUTE)
            for other in (after, before):
                assert (
                    policy.conflicts(Busy(other, wanted), Busy(lesson, taken), BUFFERS) is expected
                )


class TestProtectedMornings:
    @pytest.mark.parametrize(
        ("now", "lesson_format", "protected"),
        [
            (utc(6, 16, 0), ONLINE, Span(utc(6, 16, 4), utc(6, 16, 13))),
            (utc(6, 15, 23, 59), ONLINE, None),
            (utc(6, 16, 12, 59), ONLINE, Span(utc(6, 16, 4), utc(6, 16, 13))),
            (utc(6, 16, 13), ONLINE, None),
            (utc(6, 16, 13), TRAVEL, Span(utc(6, 16, 4), utc(6, 16, 15))),
            (utc(6, 16, 15), TRAVEL, None),
        ],
    )
    def test_follow_the_hour_of_the_request(
        self, now: datetime, lesson_format: LessonFormat, protected: Span | None
    ) -> None:
        assert policy.protected_morning(now, NY, lesson_format) == protected

    def test_end_at_the_wall_clock_s_hour_when_the_clocks_change(self) -> None:
        asked = datetime(2026, 3, 8, 1, 30, tzinfo=UTC)
        assert policy.protected_morning(asked, NY, ONLINE) == Span(utc(3, 8, 5), utc(3, 8, 13))


class TestFreeDays:
    @given(
        openings,
        st.integers(30, 240),
        st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 120)), max_size=5),
        st.sampled_from([SPRING, AUTUMN, USUAL]),
    )
    def test_offer_only_starts_that_can_be_booked(
        self, bits: int, minutes: int, lessons: list[tuple[int, int]], day: date
    ) -> None:
        start = midnight(day, NY)
        busy = tuple(
            Busy(Span(start + at * MINUTE, start + (at + length) * MINUTE), travels=bool(at % 2))
            for at, length in lessons
        )
        one = calendar(days={day: OpenDay(bits)}, busy=busy)
        now = start - timedelta(days=2)
        (free,) = policy.free_days(
            one, first=day, last=day, minutes=minutes, lesson_format=ONLINE, now=now
        )
        offered = {each.at for each in free.starts}
        seen: set[int] = set()
        parts = policy.segments(day, NY)
        for elapsed in range(0, policy.day_length(parts), policy.GRID):
            at = start + elapsed * MINUTE
            bookable = policy.is_free(one, Span(at, at + minutes * MINUTE), ONLINE)
            wall = policy.wall_minute(parts, elapsed)
            assert (at in offered) == (bookable and wall not in seen)
            seen.add(wall)

    def test_begin_at_one_where_the_clocks_skip_midnight(self) -> None:
        """In Santiago the sixth of September has no hour from 0 to 1."""
        day = date(2026, 9, 6)
        one = calendar(timezone="America/Santiago", days={day: OpenDay(stretch(0, 150))})
        asked: dict[str, Any] = {
            "first": day,
            "last": day,
            "minutes": 60,
            "lesson_format": ONLINE,
            "now": utc(8, 30, 12),
        }
        (free,) = policy.free_days(one, **asked)
        assert policy.free_minutes(one, **asked) == [[60, 75, 90]]
        assert [(each.minute, each.at) for each in free.starts] == [
            (60, utc(9, 6, 4)),
            (75, utc(9, 6, 4, 15)),
            (90, utc(9, 6, 4, 30)),
        ]
