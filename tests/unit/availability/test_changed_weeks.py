"""What changing days comes to, against sets of single minutes."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from instainstru_core.domains.availability import policy
from instainstru_core.domains.availability.policy import NOTHING, BadDay, runs
from instainstru_core.domains.availability.types import (
    Done,
    Edit,
    OpenDay,
    Opening,
    Outcome,
    Tag,
    Why,
)

MONDAY = date(2026, 6, 15)
ONE_DAY = timedelta(days=1)
DAYS = policy.week_days(MONDAY)
AFTER = MONDAY + 7 * ONE_DAY

Moment: TypeAlias = tuple[date, int]
"""A minute of a day."""

windows = st.tuples(st.integers(0, 1439), st.integers(1, 400), st.sampled_from([None, *Tag])).map(
    lambda each: (each[0], (each[0] + each[1]) % 1440, each[2])
)
weeks = st.dictionaries(
    st.sampled_from(DAYS), st.lists(windows.map(lambda each: Opening(*each)), max_size=3)
)
stored_weeks = st.dictionaries(
    st.sampled_from([*DAYS, AFTER]),
    st.lists(st.integers(0, 1440), max_size=6, unique=True).map(
        lambda cuts: OpenDay(
            sum(
                policy.stretch(start, end)
                for start, end in zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)
            )
        )
    ),
)


def minutes_of(day: date, opening: Opening) -> list[Moment]:
    """Each minute from the start on until the end, over midnight where it comes."""
    length = (opening.end - opening.start) % 1440 or 1440
    return [
        (day + (opening.start + number) // 1440 * ONE_DAY, (opening.start + number) % 1440)
        for number in range(length)
    ]


def open_minutes(days: dict[date, OpenDay]) -> set[Moment]:
    return {
        (day, minute)
        for day, found in days.items()
        for start, end in runs(found.bits)
        for minute in range(start, end)
    }


class TestWeekChange:
    @settings(deadline=None, max_examples=40)
    @given(wanted=weeks, stored=stored_weeks, clear=st.booleans())
    def test_opens_every_minute_that_is_wanted_and_no_other(
        self, wanted: dict[date, list[Opening]], stored: dict[date, OpenDay], clear: bool
    ) -> None:
        try:
            change = policy.week_change(
                stored,
                policy.wanted_week(wanted),
                days=DAYS,
                clear_existing=clear,
                today=MONDAY,
            )
        except BadDay:
            return
        after = {**stored, **change.changed}
        asked = {
            moment
            for day, openings in wanted.items()
            for opening in openings
            for moment in minutes_of(day, opening)
        }
        rewritten = set(DAYS) if clear else set(wanted)
        kept = {moment for moment in open_minutes(stored) if moment[0] not in rewritten}
        assert open_minutes(after) == asked | kept
        assert all(after[day] != stored.get(day, NOTHING) for day in change.changed)

    @settings(deadline=None, max_examples=40)
    @given(wanted=weeks, stored=stored_weeks)
    def test_comes_to_nothing_the_second_time(
        self, wanted: dict[date, list[Opening]], stored: dict[date, OpenDay]
    ) -> None:
        now = dict(stored)
        for expected in (None, 0):
            try:
                change = policy.week_change(
                    now,
                    policy.wanted_week(wanted),
                    days=DAYS,
                    clear_existing=True,
                    today=MONDAY,
                )
            except BadDay:
                return
            now |= change.changed
            assert expected is None or len(change.changed) == expected

    def test_leaves_days_of_more_than_30_days_ago_and_says_so(self) -> None:
        stored = {DAYS[0]: OpenDay(1), DAYS[1]: OpenDay(2)}
        change = policy.week_change(
            stored,
            policy.wanted_week({}),
            days=DAYS,
            clear_existing=True,
            today=DAYS[1] + timedelta(days=30),
        )
        assert change.changed == {DAYS[1]: NOTHING}
        assert change.outcomes == (
            Outcome(DAYS[0], Done.SKIPPED, Why.TOO_OLD),
            Outcome(DAYS[1], Done.APPLIED),
        )


class TestEdits:
    @settings(deadline=None, max_examples=40)
    @given(
        edits=st.lists(
            st.tuples(st.sampled_from(DAYS), windows, st.booleans()), min_size=1, max_size=6
        ),
        stored=stored_weeks,
    )
    def test_open_and_close_minute_by_minute(
        self,
        edits: Sequence[tuple[date, tuple[int, int, Tag | None], bool]],
        stored: dict[date, OpenDay],
    ) -> None:
        wanted = [Edit(day, Opening(*window), opens) for day, window, opens in edits]
        try:
            change = policy.edited(wanted, stored=stored, today=MONDAY)
        except BadDay:
            return
        expected = open_minutes(stored)
        for edit in wanted:
            minutes = set(minutes_of(edit.day, edit.opening))
            expected = expected | minutes if edit.opens else expected - minutes
        assert open_minutes({**stored, **change.changed}) == expected
        assert len(change.outcomes) == len(wanted)
        for day in change.changed.values():
            assert (day.low | day.high) & ~day.bits == 0

    def test_are_counted_by_what_they_change_in_the_end(self) -> None:
        before = {MONDAY: OpenDay(0b0111, low=0b0010)}
        after = {MONDAY: OpenDay(0b1101, low=0b0100), AFTER: OpenDay(0b1)}
        assert policy.minutes_changed(before, after) == (2, 1, 1)

    @pytest.mark.parametrize("pieces", [48, 49])
    def test_may_leave_a_day_in_48_pieces_at_most(self, pieces: int) -> None:
        edits = [
            Edit(MONDAY, Opening(number * 20, number * 20 + 10), opens=True)
            for number in range(pieces)
        ]
        if pieces <= 48:
            assert len(policy.edited(edits, stored={}, today=MONDAY).changed) == 1
        else:
            with pytest.raises(BadDay, match="at most 48 windows"):
                policy.edited(edits, stored={}, today=MONDAY)
