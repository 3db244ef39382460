"""The first free starts of many, in columns, against the calendars one by one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.domains.availability import policy
from instainstru_core.domains.availability.policy.many import (
    Asked,
    Columns,
    first_starts,
    free_rows,
)
from instainstru_core.domains.availability.types import Buffers, Busy, Calendar, OpenDay
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import Span, midnight

NY = "America/New_York"
SPRING, AUTUMN, USUAL = date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 16)
MINUTE, ONE_DAY = timedelta(minutes=1), timedelta(days=1)
FORMATS = list(LessonFormat)


class Teacher(NamedTuple):
    """Some days, what is taken on them in minutes from the first, and how careful they are."""

    days: Sequence[OpenDay]
    taken: Sequence[tuple[int, int, bool, bool]]
    buffers: tuple[int, int]
    protected: bool


def calendar(teacher: Teacher, first: date) -> Calendar:
    start = midnight(first, NY)
    return Calendar(
        timezone=NY,
        buffers=Buffers(*(timedelta(minutes=pause) for pause in teacher.buffers)),
        overnight_protection=teacher.protected,
        days={first + number * ONE_DAY: day for number, day in enumerate(teacher.days)},
        busy=tuple(
            Busy(Span(start + at * MINUTE, start + (at + length) * MINUTE), travels, taught)
            for at, length, travels, taught in teacher.taken
        ),
    )


def columns(teachers: Sequence[Teacher], first: date) -> Columns:
    tagged = [row for row, each in enumerate(teachers) if any(d.low | d.high for d in each.days)]
    taken = [(row, *span) for row, each in enumerate(teachers) for span in each.taken]

    def plane(rows: Sequence[int], name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        stored = [
            list(policy.to_bytes(getattr(day, name))) for row in rows for day in teachers[row].days
        ]
        return np.array(stored, np.uint8).reshape(len(rows), len(teachers[0].days), 180)

    return Columns(
        zone_name=NY,
        first=first,
        open=plane(range(len(teachers)), "bits"),
        tagged=np.array(tagged, np.int64),
        low=plane(tagged, "low"),
        high=plane(tagged, "high"),
        usual=np.array([each.buffers[0] for each in teachers], np.int64),
        travel=np.array([each.buffers[1] for each in teachers], np.int64),
        protected=np.array([each.protected for each in teachers], np.bool_),
        busy=np.array([row for row, *_ in taken], np.int64),
        starts=np.array([at for _, at, *_ in taken], np.int64),
        ends=np.array([at + length for _, at, length, *_ in taken], np.int64),
        travels=np.array([travels for *_, travels, _ in taken], np.bool_),
        taught=np.array([taught for *_, taught in taken], np.bool_),
    )


def firsts(
    calendars: Columns,
    asked: Asked,
    formats: Sequence[LessonFormat | None],
    lengths: Sequence[int],
) -> list[int]:
    free = free_rows(calendars, formats)
    found: list[int] = first_starts(calendars, free, asked, np.array(lengths)).tolist()
    return found


def one_by_one(
    teacher: Teacher, first: date, asked: Asked, kind: LessonFormat, minutes: int
) -> int:
    """The same by the calendar of one: the first start that the wall clocks allow, or -1."""
    last = first + (len(teacher.days) - 2) * ONE_DAY
    for day in policy.free_days(
        calendar(teacher, first),
        first=first,
        last=last,
        minutes=minutes,
        lesson_format=kind,
        now=asked.now,
    ):
        if day.day not in asked.days:
            continue
        earliest = policy.at_wall(day.day, asked.after or 0, NY)
        latest = (
            midnight(day.day + ONE_DAY, NY)
            if asked.before is None
            else policy.at_wall(day.day, asked.before, NY) - minutes * MINUTE
        )
        for start in day.starts:
            if earliest <= start.at <= latest:
                return (start.at - midnight(first, NY)) // MINUTE
    return -1


def open_day(edges: list[int], marks: list[int]) -> OpenDay:
    bits, low, high = (
        sum(policy.stretch(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False))
        for cuts in (sorted(edges), sorted(marks), sorted(marks)[1:])
    )
    return OpenDay(bits, low & bits, high & bits)


edges = st.lists(st.integers(0, 1440), unique=True, max_size=6)
open_days = st.builds(open_day, edges, st.one_of(st.just([]), edges))
teachers = st.builds(
    Teacher,
    st.lists(open_days, min_size=3, max_size=3),
    st.lists(
        st.tuples(st.integers(-200, 3 * 1440), st.integers(1, 240), st.booleans(), st.booleans()),
        max_size=3,
    ),
    st.tuples(st.integers(10, 30), st.integers(30, 120)),
    st.booleans(),
)


class TestFirstStarts:
    @settings(deadline=None, max_examples=60)
    @given(
        everybody=st.lists(teachers, min_size=1, max_size=4),
        on=st.sampled_from([SPRING, AUTUMN, USUAL]),
        back=st.integers(0, 1),
        hours=st.tuples(
            st.one_of(st.none(), st.integers(0, 1439)), st.one_of(st.none(), st.integers(1, 1440))
        ),
        early=st.integers(-2000, 2000),
        data=st.data(),
    )
    def test_are_those_of_each_calendar(
        self,
        *,
        everybody: list[Teacher],
        on: date,
        back: int,
        hours: tuple[int | None, int | None],
        early: int,
        data: st.DataObject,
    ) -> None:
        first = on - back * ONE_DAY
        days = data.draw(st.sets(st.sampled_from([first, first + ONE_DAY]), min_size=1))
        asked = Asked(days, *hours, now=midnight(on, NY) + early * MINUTE)
        kinds = data.draw(
            st.lists(
                st.sampled_from([*FORMATS, None]),
                min_size=len(everybody),
                max_size=len(everybody),
            )
        )
        lengths = [data.draw(st.sampled_from([30, 45, 60, 120, 240])) for _ in everybody]
        found = firsts(columns(everybody, first), asked, kinds, lengths)
        assert found == [
            -1 if kind is None else one_by_one(teacher, first, asked, kind, length)
            for teacher, kind, length in zip(everybody, kinds, lengths, strict=True)
        ]

    @pytest.mark.parametrize(
        ("after", "before", "minutes", "expected"),
        [
            (None, None, 60, 9 * 60),
            (9 * 60 + 1, None, 60, 9 * 60 + 15),
            (None, 10 * 60, 60, 9 * 60),
            (None, 10 * 60 - 1, 60, -1),
            (None, 10 * 60, 75, -1),
            (22 * 60, 1440, 120, 22 * 60),
            (22 * 60, 1440, 135, -1),
            (22 * 60, None, 135, 22 * 60),
            (23 * 60, None, 60, 23 * 60),
            (23 * 60 + 1, 1440, 60, -1),
        ],
    )
    def test_begin_after_one_time_and_end_by_another(
        self, after: int | None, before: int | None, minutes: int, expected: int
    ) -> None:
        busy_day = OpenDay(policy.stretch(9 * 60, 12 * 60) | policy.stretch(22 * 60, 1440))
        night = OpenDay(policy.stretch(0, 30))
        one = Teacher([busy_day, night, OpenDay()], [], (15, 60), False)
        asked = Asked([USUAL], after, before, now=datetime(2026, 6, 14, 12, tzinfo=UTC))
        found = firsts(columns([one], USUAL), asked, [LessonFormat.ONLINE], [minutes])
        assert found == [expected]

    def test_leave_out_the_second_of_two_equal_hours(self) -> None:
        """From one to two twice in the night: the first time is taken, the second has no name."""
        day = OpenDay(policy.stretch(60, 120))
        taken = Teacher([day, OpenDay(), OpenDay()], [(0, 120, False, True)], (10, 30), False)
        free = Teacher([day, OpenDay(), OpenDay()], [], (10, 30), False)
        asked = Asked([AUTUMN], None, None, now=datetime(2026, 10, 30, 12, tzinfo=UTC))
        kinds = [LessonFormat.ONLINE] * 2
        found = firsts(columns([taken, free], AUTUMN), asked, kinds, [30, 30])
        assert found == [-1, 60]
        both = calendar(taken, AUTUMN)
        assert policy.free_minutes(
            both, first=AUTUMN, last=AUTUMN, minutes=30, lesson_format=kinds[0], now=asked.now
        ) == [[]]

    @pytest.mark.parametrize(
        ("hour", "expected"),
        [
            (19, [7 * 60, 7 * 60, 7 * 60]),
            (20, [9 * 60, 11 * 60, 7 * 60]),
            (24 + 6, [9 * 60, 11 * 60, 9 * 60]),
            (24 + 9, [10 * 60, 12 * 60, 12 * 60]),
        ],
    )
    def test_keep_protected_mornings_and_notice(self, hour: int, expected: list[int]) -> None:
        """Asked online and with travel, and with travel of somebody who protects no morning."""
        days = [OpenDay(policy.stretch(7 * 60, 20 * 60)), OpenDay(), OpenDay()]
        careful, careless = (Teacher(days, [], (15, 60), kept) for kept in (True, False))
        night = midnight(USUAL - ONE_DAY, NY) + timedelta(hours=hour)
        found = firsts(
            columns([careful, careful, careless], USUAL),
            Asked([USUAL], None, None, now=night),
            [LessonFormat.ONLINE, LessonFormat.NEUTRAL_LOCATION, LessonFormat.STUDENT_LOCATION],
            [60, 60, 60],
        )
        assert found == expected

    def test_are_nothing_of_nobody(self) -> None:
        nobody = columns([Teacher([OpenDay()] * 3, [], (15, 60), True)], USUAL)
        asked = Asked([USUAL], None, None, now=datetime(2026, 6, 14, 12, tzinfo=UTC))
        assert firsts(nobody, asked, [LessonFormat.ONLINE], [60]) == [-1]
