"""What the copilot tells of reviews."""

from datetime import timedelta

import pytest

from instainstru_core.domains.reporting import service
from instainstru_core.domains.reviews.models import Review
from instainstru_core.domains.reviews.types import ReviewState
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.uow import Begin
from tests.conftest import SetClock
from tests.factories import reviews
from tests.factories.instructors import live_instructor


class TestReviews:
    def test_are_listed_with_the_rating_of_whom_was_asked_for(
        self, begin: Begin, clock: SetClock
    ) -> None:
        with begin(SYSTEM) as uow:
            maya = live_instructor(uow, open_days=0)
            ana = live_instructor(uow, first_name="Ana", last_name="Vega", open_days=0)
        good = reviews.reviewed(begin, maya, 5)
        clock.advance(timedelta(minutes=1))
        bad = reviews.reviewed(begin, maya, 1, "So sad. " * 60)
        clock.advance(timedelta(minutes=1))
        other = reviews.reviewed(begin, ana, 3, None)
        with begin(SYSTEM) as uow:
            every = service.reviews_list(uow)
            assert [row.review_id for row in every.data.reviews] == [other.id, bad.id, good.id]
            assert (every.data.count, every.data.overall_mean_stars) == (None, 3.0)
            hers = service.reviews_list(uow, "Maya Okafor", max_stars=2).data
        (row,) = hers.reviews
        assert (hers.instructor_id, hers.count, hers.mean_stars) == (maya.id, 2, 3.0)
        assert (row.review_id, row.stars, row.student) == (bad.id, 1, "Zoe M.")
        assert (row.instructor, row.answered, row.booking_id) == ("Maya O.", False, bad.booking_id)
        assert row.text is not None
        assert len(row.text) <= 300
        assert row.text.endswith("…")

    def test_may_be_of_nobody_or_of_several(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            for _ in range(2):
                live_instructor(uow, open_days=0)
            several = service.reviews_list(uow, "Maya Okafor")
            assert len(several.data.candidates) == 2
            assert several.warnings[0].startswith("More than one person fits")
            nobody = service.reviews_list(uow, "qqqqqqq")
            assert nobody.data.reviews == nobody.data.candidates == []
            assert service.reviews_list(uow, state=ReviewState.HIDDEN).warnings == [
                "No review meets these conditions."
            ]

    def test_hide_what_slipped_through(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            maya = live_instructor(uow, open_days=0)
        review = reviews.reviewed(begin, maya)
        with begin(SYSTEM) as uow:
            uow.session.get_one(Review, review.id).text = "Write to zoe@example.org"
            uow.session.flush()
            (row,) = service.reviews_list(uow).data.reviews
        assert row.text == "Write to z…@example.org"

    def test_are_for_staff(self, begin: Begin) -> None:
        with pytest.raises(PermissionMissing), begin(ANONYMOUS) as uow:
            service.reviews_list(uow)
