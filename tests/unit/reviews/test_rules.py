"""Who may say what of a lesson, until when, and what stars come to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reviews.policy import rating, rules
from instainstru_core.domains.reviews.policy.rules import Following, Verdict
from instainstru_core.domains.reviews.types import NO_REVIEWS, HideReason, ReviewState, Totals

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
PUBLISHED, HIDDEN, WITHDRAWN = ReviewState


class TestReviewing:
    @pytest.mark.parametrize(
        ("age", "verdict"),
        [
            (timedelta(0), Verdict.ALLOWED),
            (timedelta(days=30), Verdict.ALLOWED),
            (timedelta(days=30) + TICK, Verdict.TOO_LATE),
        ],
    )
    def test_is_possible_for_30_days_that_instant_included(
        self, age: timedelta, verdict: Verdict
    ) -> None:
        assert rules.may_review(BookingStatus.COMPLETED, NOW - age, NOW) is verdict
        assert rules.may_edit(PUBLISHED, NOW - age, is_answered=False, now=NOW) is verdict

    @pytest.mark.parametrize("status", set(BookingStatus) - {BookingStatus.COMPLETED})
    def test_needs_a_lesson_that_took_place(self, status: BookingStatus) -> None:
        expected = Verdict.NOT_TAKEN if status is BookingStatus.NO_SHOW else Verdict.NOT_COMPLETED
        assert rules.may_review(status, NOW, NOW) is expected
        assert rules.may_review(BookingStatus.COMPLETED, None, NOW) is Verdict.NOT_COMPLETED

    def test_ends_with_an_answer(self) -> None:
        assert rules.may_edit(PUBLISHED, NOW, is_answered=True, now=NOW) is Verdict.ANSWERED

    @pytest.mark.parametrize("state", [HIDDEN, WITHDRAWN])
    def test_leaves_alone_what_is_not_to_be_seen(self, state: ReviewState) -> None:
        assert rules.may_edit(state, NOW, is_answered=False, now=NOW) is Verdict.NOT_PUBLISHED
        assert rules.may_answer(state, None, NOW) is Verdict.NOT_PUBLISHED


class TestAnswering:
    @pytest.mark.parametrize(
        ("age", "verdict"),
        [
            (None, Verdict.ALLOWED),
            (timedelta(days=7), Verdict.ALLOWED),
            (timedelta(days=7) + TICK, Verdict.TOO_LATE),
        ],
    )
    def test_is_possible_always_and_again_within_7_days(
        self, age: timedelta | None, verdict: Verdict
    ) -> None:
        answered_at = None if age is None else NOW - age
        assert rules.may_answer(PUBLISHED, answered_at, NOW) is verdict


class TestFollowingTheLesson:
    @pytest.mark.parametrize(
        ("state", "reason", "status", "follows"),
        [
            (PUBLISHED, None, BookingStatus.NO_SHOW, Following.HIDE),
            (PUBLISHED, None, BookingStatus.CANCELLED, Following.HIDE),
            (PUBLISHED, None, BookingStatus.COMPLETED, Following.STAY),
            (HIDDEN, HideReason.LESSON_NOT_TAKEN, BookingStatus.COMPLETED, Following.SHOW),
            (HIDDEN, HideReason.LESSON_NOT_TAKEN, BookingStatus.NO_SHOW, Following.STAY),
            (HIDDEN, HideReason.SPAM, BookingStatus.COMPLETED, Following.STAY),
            (WITHDRAWN, HideReason.LESSON_NOT_TAKEN, BookingStatus.COMPLETED, Following.STAY),
            (WITHDRAWN, None, BookingStatus.NO_SHOW, Following.STAY),
        ],
    )
    def test_hides_and_shows(
        self,
        state: ReviewState,
        reason: HideReason | None,
        status: BookingStatus,
        follows: Following,
    ) -> None:
        assert rules.follow(state, reason, status) is follows


class TestRating:
    def test_has_a_plain_mean_where_there_are_reviews(self) -> None:
        assert rating.mean(NO_REVIEWS) is None
        assert rating.mean(Totals(count=3, star_sum=14)) == pytest.approx(4.6667, abs=1e-4)

    def test_falls_back_where_nobody_has_any(self) -> None:
        assert rating.overall_mean(0, 0) == 4.2
        assert rating.overall_mean(4, 18) == 4.5

    @pytest.mark.parametrize(
        ("count", "star_sum", "overall", "mean"),
        [
            (0, 0, 4.2, 4.2),
            (0, 0, 4.5, 4.5),
            (2, 10, 4.2, 31 / 7),
            (1, 1, 4.2, 22 / 6),
            (50, 245, 4.2, 266 / 55),
        ],
    )
    def test_is_pulled_towards_what_everybody_gets(
        self, count: int, star_sum: int, overall: float, mean: float
    ) -> None:
        assert rating.bayesian_mean(count, star_sum, overall) == pytest.approx(mean)

    @given(st.lists(st.integers(1, 5), max_size=50), st.floats(1, 5))
    def test_lies_between_the_stars_and_what_everybody_gets(
        self, stars: list[int], overall: float
    ) -> None:
        found = rating.bayesian_mean(len(stars), sum(stars), overall)
        own = sum(stars) / len(stars) if stars else overall
        assert min(own, overall) - 1e-9 <= found <= max(own, overall) + 1e-9

    def test_two_fives_lie_below_fifty_almost_fives(self) -> None:
        assert rating.bayesian_mean(2, 10, 4.2) < rating.bayesian_mean(50, 245, 4.2)
