"""Open days with tags, against a list of 1440 minutes that is looked at one by one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.domains.availability import policy
from instainstru_core.domains.availability.policy import BadWindow
from instainstru_core.domains.availability.policy.days import TAGS
from instainstru_core.domains.availability.policy.rules import EASIEST_FIRST
from instainstru_core.domains.availability.types import (
    Buffers,
    Busy,
    Calendar,
    DayPart,
    OpenDay,
    Opening,
    Tag,
)
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import Span, midnight, zone

NY = "America/New_York"
SPRING, AUTUMN, USUAL = date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 16)
MINUTE, ONE_DAY = timedelta(minutes=1), timedelta(days=1)
FORMATS = list(LessonFormat)
ALLOWED = {
    Tag.ANY: set(FORMATS),
    Tag.ONLINE_ONLY: {LessonFormat.ONLINE},
    Tag.NO_TRAVEL: {LessonFormat.ONLINE, LessonFormat.INSTRUCTOR_LOCATION},
    Tag.CLOSED: set[LessonFormat](),
}

few = settings(deadline=None, max_examples=25)

Minutes: TypeAlias = list[Tag | None]
"""Of each minute its tag; None where it is not open."""

tags = st.sampled_from([*Tag, None])
spans = st.tuples(st.integers(0, 1440), st.integers(0, 1440)).map(lambda pair: tuple(sorted(pair)))


@st.composite
def listed_days(draw: st.DrawFn) -> Minutes:
    """A day in a few stretches of one tag each."""
    cuts = sorted(draw(st.sets(st.integers(1, 1439), max_size=8)))
    minutes: Minutes = []
    for start, end in zip([0, *cuts], [*cuts, 1440], strict=True):
        minutes += [draw(tags)] * (end - start)
    return minutes


def day_of(minutes: Minutes) -> OpenDay:
    def plane(chosen: Callable[[Tag], bool]) -> int:
        return sum(1 << at for at, tag in enumerate(minutes) if tag is not None and chosen(tag))

    return OpenDay(
        plane(lambda _: True),
        plane(lambda tag: tag in {Tag.ONLINE_ONLY, Tag.CLOSED}),
        plane(lambda tag: tag in {Tag.NO_TRAVEL, Tag.CLOSED}),
    )


def minutes_of(day: OpenDay) -> Minutes:
    return [
        TAGS[(day.low >> at & 1) + 2 * (day.high >> at & 1)] if day.bits >> at & 1 else None
        for at in range(1440)
    ]


class TestDays:
    @few
    @given(listed_days())
    def test_survive_being_stored(self, minutes: Minutes) -> None:
        day = day_of(minutes)
        stored = policy.stored_tags(day)
        assert policy.from_stored(policy.to_bytes(day.bits), stored) == day
        assert (stored is None) == (set(minutes) <= {None, Tag.ANY})
        assert stored is None or len(stored) == 360

    def test_forget_tags_of_closed_minutes_when_stored_and_when_read(self) -> None:
        loose = OpenDay(0b0110, 0b1111, 0b1100)
        stored = policy.stored_tags(loose)
        assert stored == policy.to_bytes(0b0110) + policy.to_bytes(0b0100)
        tags = policy.to_bytes(0b1111) + policy.to_bytes(0b1100)
        assert policy.from_stored(policy.to_bytes(0b0110), tags) == OpenDay(6, 6, 4)

    @few
    @given(listed_days(), spans, tags)
    def test_open_stretches_minute_by_minute(
        self, minutes: Minutes, span: tuple[int, int], tag: Tag | None
    ) -> None:
        opened = policy.opened(day_of(minutes), *span, tag)
        for at in range(*span):
            minutes[at] = tag or minutes[at] or Tag.ANY
        assert minutes_of(opened) == minutes

    @few
    @given(listed_days(), spans)
    def test_close_stretches_minute_by_minute(
        self, minutes: Minutes, span: tuple[int, int]
    ) -> None:
        closed = policy.closed(day_of(minutes), *span)
        for at in range(*span):
            minutes[at] = None
        assert closed == day_of(minutes)

    @few
    @given(listed_days(), st.lists(st.tuples(spans, tags), max_size=5))
    def test_are_rewritten_keeping_tags_that_nothing_is_said_of(
        self, minutes: Minutes, wanted: list[tuple[tuple[int, int], Tag | None]]
    ) -> None:
        apart: list[Opening] = []
        taken = 0
        for (start, end), tag in wanted:
            if not taken & policy.stretch(start, end):
                taken |= policy.stretch(start, end)
                apart.append(Opening(start, end, tag))
        expected: Minutes = [None] * 1440
        for each in apart:
            for at in range(each.start, each.end):
                expected[at] = each.tag or minutes[at] or Tag.ANY
        assert minutes_of(policy.rewritten(day_of(minutes), apart)) == expected

    @few
    @given(listed_days())
    def test_are_the_sum_of_their_windows(self, minutes: Minutes) -> None:
        day = day_of(minutes)
        found = list(policy.windows(day))
        assert policy.rewritten(policy.NOTHING, found) == day
        assert all(
            one.end < other.start or (one.end == other.start and one.tag != other.tag)
            for one, other in pairwise(found)
        )

    @few
    @given(listed_days())
    def test_can_be_used_for_a_format_where_the_tag_says_so(self, minutes: Minutes) -> None:
        day = day_of(minutes)
        for lesson_format in FORMATS:
            expected = sum(
                1 << at
                for at, tag in enumerate(minutes)
                if tag is not None and lesson_format in ALLOWED[tag]
            )
            assert policy.usable(day, lesson_format) == expected

    @few
    @given(listed_days())
    def test_leave_no_more_to_a_format_than_to_an_easier_one(self, minutes: Minutes) -> None:
        usable = [policy.usable(day_of(minutes), each) for each in EASIEST_FIRST]
        for easier, harder in pairwise(usable):
            assert harder & ~easier == 0
        assert usable[-1] == usable[-2] == policy.usable(day_of(minutes), policy.STRICTEST)

    @pytest.mark.parametrize(("tag", "allowed"), ALLOWED.items())
    def test_know_what_each_tag_allows(self, tag: Tag, allowed: set[LessonFormat]) -> None:
        day = policy.opened(policy.NOTHING, 0, 1, tag)
        assert {each for each in FORMATS if policy.usable(day, each)} == allowed


class TestSplit:
    @pytest.mark.parametrize(
        ("start", "end", "today", "after"),
        [
            (540, 600, (540, 600), None),
            (1320, 0, (1320, 1440), None),
            (0, 0, (0, 1440), None),
            (1320, 60, (1320, 1440), (0, 60)),
            (720, 720 - 1, None, None),
            (1020, 300, (1020, 1440), (0, 300)),
            (1020, 301, None, None),
        ],
    )
    def test_cuts_at_midnight_and_refuses_more_than_half_a_day(
        self,
        start: int,
        end: int,
        today: tuple[int, int] | None,
        after: tuple[int, int] | None,
    ) -> None:
        wanted = [Opening(start, end, Tag.NO_TRAVEL)]
        if today is None:
            with pytest.raises(BadWindow, match="exchange the times"):
                policy.split(wanted)
            return
        first, second = policy.split(wanted)
        assert first == [Opening(*today, Tag.NO_TRAVEL)]
        assert second == ([Opening(*after, Tag.NO_TRAVEL)] if after else [])

    @pytest.mark.parametrize(
        ("windows", "said"),
        [
            ([(600, 600)], "10:00-10:00 is empty"),
            ([(600, 660), (659, 700)], "10:59-11:40 overlaps"),
            ([(1380, 60), (1410, 30)], "23:30-24:00 overlaps"),
            ([(0, 0), (600, 660)], "10:00-11:00 overlaps"),
        ],
    )
    def test_refuses_windows_that_make_no_sense(
        self, windows: Sequence[tuple[int, int]], said: str
    ) -> None:
        with pytest.raises(BadWindow, match=said):
            policy.split([Opening(*window) for window in windows])


class TestFreeMinutes:
    @settings(deadline=None, max_examples=40)
    @given(
        days=st.lists(listed_days().map(day_of), min_size=3, max_size=3),
        lessons=st.lists(
            st.tuples(st.integers(-100, 3000), st.integers(1, 200), st.booleans(), st.booleans()),
            max_size=3,
        ),
        lesson_format=st.sampled_from(FORMATS),
        minutes=st.sampled_from([30, 45, 60, 90, 240]),
        first=st.sampled_from([SPRING, AUTUMN, USUAL, SPRING - ONE_DAY, AUTUMN - ONE_DAY]),
        early=st.integers(-3000, 1500),
    )
    def test_are_found_minute_by_minute(
        self,
        *,
        days: list[OpenDay],
        lessons: list[tuple[int, int, bool, bool]],
        lesson_format: LessonFormat,
        minutes: int,
        first: date,
        early: int,
    ) -> None:
        """Nothing of the bit algebra is used for the other side: instants, clocks and loops."""
        start = midnight(first, NY)
        busy = tuple(
            Busy(Span(start + at * MINUTE, start + (at + length) * MINUTE), travels, taught)
            for at, length, travels, taught in lessons
        )
        calendar = Calendar(
            timezone=NY,
            buffers=Buffers(15 * MINUTE, 60 * MINUTE),
            overnight_protection=True,
            days={first + number * ONE_DAY: day for number, day in enumerate(days)},
            busy=busy,
        )
        now = start + early * MINUTE
        found = policy.free_minutes(
            calendar,
            first=first,
            last=first + ONE_DAY,
            minutes=minutes,
            lesson_format=lesson_format,
            now=now,
        )
        listed = {first + number * ONE_DAY: minutes_of(day) for number, day in enumerate(days)}
        assert found == [
            [
                local.hour * 60 + local.minute
                for local in quarters(day)
                if not local.fold
                and bookable(calendar, listed, local, minutes, lesson_format)
                and allowed(local, lesson_format, now)
            ]
            for day in (first, first + ONE_DAY)
        ]
        range_of = {"first": first, "last": first + ONE_DAY}
        whole = list(
            policy.free_days(
                calendar, **range_of, minutes=minutes, lesson_format=lesson_format, now=now
            )
        )
        assert [[start.minute for start in day.starts] for day in whole] == found
        assert [day.windows for day in whole] == policy.free_windows(
            calendar, **range_of, lesson_format=lesson_format, now=now
        )


def quarters(day: date) -> Iterator[datetime]:
    """Every quarter of an hour of a New York day, on its clock."""
    at = midnight(day, NY)
    while at < midnight(day + ONE_DAY, NY):
        yield at.astimezone(zone(NY))
        at += 15 * MINUTE


def bookable(
    calendar: Calendar,
    listed: Mapping[date, Minutes],
    local: datetime,
    minutes: int,
    lesson_format: LessonFormat,
) -> bool:
    """Whether each minute of a lesson is open for it, and every other lesson far enough away."""
    start = local.astimezone(UTC)
    end = start + minutes * MINUTE
    for number in range(minutes):
        clock = (start + number * MINUTE).astimezone(zone(NY))
        tag = listed.get(clock.date(), [None] * 1440)[clock.hour * 60 + clock.minute]
        if tag is None or lesson_format not in ALLOWED[tag]:
            return False
    for busy in calendar.busy:
        travels = busy.travels or instructor_travels(lesson_format)
        pause = calendar.buffers.travel if travels else calendar.buffers.usual
        if not busy.taught:
            pause = timedelta(0)
        if start < busy.span.end + pause and busy.span.start < end + pause:
            return False
    return True


def allowed(local: datetime, lesson_format: LessonFormat, now: datetime) -> bool:
    """Whether notice is long enough and the morning is not protected."""
    travels = instructor_travels(lesson_format)
    asked, earliest = now.astimezone(zone(NY)), 11 if travels else 9
    if local.astimezone(UTC) < now + (180 if travels else 60) * MINUTE:
        return False
    protected = asked.date() + ONE_DAY if asked.hour >= 20 else asked.date()
    is_protected = asked.hour >= 20 or asked.hour < earliest
    return not (is_protected and local.date() == protected and local.hour < earliest)


class TestPartsOfADay:
    @pytest.mark.parametrize(
        ("starts", "parts"),
        [
            ([], ()),
            ([0, 719], (DayPart.MORNING,)),
            ([720, 1019], (DayPart.AFTERNOON,)),
            ([1020], (DayPart.EVENING,)),
            ([705, 720, 1439], tuple(DayPart)),
        ],
    )
    def test_begin_at_noon_and_at_five(self, starts: list[int], parts: tuple[DayPart, ...]) -> None:
        assert policy.parts_of(starts) == parts


class TestBoundaries:
    """Notice and protected mornings, to the second."""

    @pytest.mark.parametrize(
        ("lesson_format", "notice"),
        [(LessonFormat.ONLINE, 60), (LessonFormat.STUDENT_LOCATION, 180)],
    )
    def test_exactly_the_notice_is_enough(self, lesson_format: LessonFormat, notice: int) -> None:
        start = datetime(2026, 6, 16, 16, tzinfo=UTC)
        edge = start - notice * MINUTE
        calendar = Calendar(NY, Buffers(15 * MINUTE, 60 * MINUTE), True, {}, ())
        assert policy.may_start(calendar, start, lesson_format, edge)
        assert not policy.may_start(
            calendar, start, lesson_format, edge + timedelta(microseconds=1)
        )

    @pytest.mark.parametrize(
        ("asked", "start", "may"),
        [
            ((15, 19, 59, 59), (16, 8, 0), True),
            ((15, 20, 0, 0), (16, 8, 45), False),
            ((15, 20, 0, 0), (16, 9, 0), True),
            ((15, 20, 0, 0), (15, 23, 59), True),
            ((15, 23, 59, 59), (17, 7, 0), True),
            ((16, 0, 0, 0), (16, 8, 45), False),
            ((16, 7, 0, 0), (16, 9, 0), True),
        ],
    )
    def test_a_morning_is_protected_from_20_o_clock_until_9(
        self, asked: tuple[int, ...], start: tuple[int, ...], may: bool
    ) -> None:
        calendar = Calendar(NY, Buffers(15 * MINUTE, 60 * MINUTE), True, {}, ())
        now = datetime(2026, 6, *asked, tzinfo=zone(NY)).astimezone(UTC)
        at = datetime(2026, 6, *start, tzinfo=zone(NY)).astimezone(UTC)
        assert policy.may_start(calendar, at, LessonFormat.ONLINE, now) is may
