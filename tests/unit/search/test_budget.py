"""The time of a request, how many are made at once, and what an answer does without."""

import pytest

from instainstru_core.domains.search.policy import admission, budget, degrading
from instainstru_core.domains.search.policy.budget import Step
from instainstru_core.domains.search.types.degrading import Lack, Level
from instainstru_core.kernel.deadline import Deadline


def left(seconds: float) -> Deadline:
    """A deadline on a clock that stands still."""
    return Deadline(seconds, clock=lambda: 0.0)


class TestTheBudget:
    def test_is_smaller_in_a_busy_time(self) -> None:
        assert (budget.seconds(loaded=False), budget.seconds(loaded=True)) == (0.5, 0.3)
        assert (budget.seconds(2.0, loaded=False), budget.seconds(2.0, loaded=True)) == (2.0, 1.2)

    @pytest.mark.parametrize(
        ("seconds", "step", "share"),
        [
            (0.5, Step.READING, 0.38),
            (0.27, Step.READING, 0.15),
            (0.269, Step.READING, None),
            (0.2, Step.VECTORS, 0.08),
            (0.199, Step.VECTORS, None),
            (0.0, Step.PLACE_MODEL, None),
        ],
    )
    def test_keeps_for_the_database_what_it_needs(
        self, seconds: float, step: Step, share: float | None
    ) -> None:
        found = budget.share(left(seconds), step)
        assert (None if found is None else round(found.left, 6)) == share

    def test_gives_statements_what_is_left(self) -> None:
        assert budget.statement_ms(left(0.3)) == 300
        assert budget.statement_ms(left(0.3), kept=0.1) == 200
        assert budget.statement_ms(left(0.0), kept=0.1) == 25


class TestAdmission:
    def test_has_numbers_that_hang_together(self) -> None:
        assert admission.RUNNING == 4
        assert budget.wait_seconds() + budget.seconds(loaded=True) == budget.SECONDS
        assert budget.wait_seconds() < budget.refuse_seconds() == 0.4 < budget.SECONDS
        for step in Step:
            assert budget.WORTH[step] + budget.ANSWER_SECONDS <= budget.seconds(loaded=True)

    @pytest.mark.parametrize(
        ("threads", "most", "running"), [(8, 4, 4), (8, 50, 4), (50, 10, 10), (3, 4, 1), (1, 4, 1)]
    )
    def test_leaves_other_routes_half_of_the_threads(
        self, threads: int, most: int, running: int
    ) -> None:
        assert admission.running(threads, most) == running

    def test_finds_a_time_busy_that_can_be_reached(self) -> None:
        most = admission.running(8)
        assert [admission.is_loaded(others, most) for others in (0, most - 1, most)] == [
            False,
            False,
            True,
        ]


class TestTheLevel:
    def test_is_none_where_nothing_lacks(self) -> None:
        assert degrading.level([]) is Level.NONE

    def test_is_that_of_the_worst(self) -> None:
        assert degrading.level([Lack.MODEL_TIMEOUT, Lack.VECTORS_FAILED]) is Level.HEAVY
        assert degrading.level([Lack.TIMES_UNCHECKED, Lack.MODEL_TIMEOUT]) is Level.CRITICAL
        assert degrading.level([Lack.CACHE_UNREACHABLE]) is Level.LIGHT

    def test_is_known_for_every_lack(self) -> None:
        assert set(degrading.LEVELS) == set(Lack)
        assert set(degrading.LEVELS.values()) == set(Level) - {Level.NONE}
