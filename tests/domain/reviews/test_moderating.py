"""What staff hide and show, and what follows from a lesson that did not take place."""

from typing import Any

import pytest
from sqlalchemy import select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.bookings.events import NoShowReported, NoShowResolved
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reviews import service
from instainstru_core.domains.reviews.errors import (
    LessonNotTaken,
    ReviewHiddenAlready,
    ReviewNotFound,
    ReviewNotHidden,
    ReviewNotPublished,
    ReviewWithdrawn,
)
from instainstru_core.domains.reviews.schemas import (
    AnswerReview,
    EditReview,
    HideReview,
    OwnReviewView,
    ShowReview,
)
from instainstru_core.domains.reviews.types import HideReason, ReviewState, StaffReason
from instainstru_core.kernel.authority import (
    ANONYMOUS,
    SYSTEM,
    Actor,
    Permission,
    PermissionMissing,
)
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from instainstru_core.wiring import REACTIONS
from tests.factories import reviews
from tests.factories.instructors import LiveInstructor, live_instructor

SPAM = HideReview(reason=StaffReason.SPAM, note="Advertises another site.")
AGAIN = ShowReview(note="It was a misunderstanding.")


@pytest.fixture
def maya(begin: Begin) -> LiveInstructor:
    with begin(SYSTEM) as uow:
        return live_instructor(uow, open_days=0)


@pytest.fixture
def review(begin: Begin, maya: LiveInstructor) -> OwnReviewView:
    return reviews.reviewed(begin, maya, 1, "Buy at my shop.")


@pytest.fixture
def staff() -> Actor:
    rights = {Permission.REVIEWS_MODERATE, Permission.REVIEWS_READ_ANY}
    return Actor(id=new_id(), permissions=frozenset(rights))


def count(begin: Begin, maya: LiveInstructor) -> tuple[int, int]:
    with begin(SYSTEM) as uow:
        found = service.totals(uow, [maya.id])[maya.id]
        one, *_ = [*service.rating(uow, maya.id).services, None]
        assert (0 if one is None else one.count) == found.count
        return found.count, found.star_sum


def entries(uow: Uow) -> list[tuple[str, dict[str, Any]]]:
    query = select(AuditEntry).where(AuditEntry.subject_kind == "review").order_by(AuditEntry.id)
    return [(row.action, row.details) for row in uow.session.scalars(query)]


def happen(uow: Uow, event: Event) -> None:
    for reaction in REACTIONS[type(event)]:
        if "reviews" in reaction.__module__:
            reaction(uow, event)


class TestHiding:
    def test_takes_a_review_out_of_sight_and_out_of_the_count(
        self, begin: Begin, maya: LiveInstructor, review: OwnReviewView, staff: Actor
    ) -> None:
        assert count(begin, maya) == (1, 1)
        with begin(staff) as uow:
            hidden = service.hide(uow, review.id, SPAM)
        assert (hidden.state, hidden.hidden_reason) == (ReviewState.HIDDEN, HideReason.SPAM)
        assert (hidden.hidden_by, hidden.hidden_note) == (staff.id, "Advertises another site.")
        assert count(begin, maya) == (0, 0)
        with begin(ANONYMOUS) as uow:
            assert service.public_list(uow, maya.id).items == []
            assert service.rating(uow, maya.id).mean is None
        with begin(maya.actor) as uow:
            (received,) = service.received(uow).items
            assert (received.state, received.answerable) == (ReviewState.HIDDEN, False)
        with begin(SYSTEM) as uow:
            assert entries(uow)[1:] == [
                (
                    "reviews.hide",
                    {"instructor_id": maya.id, "reason": "spam", "has_note": True},
                )
            ]
            fact = uow.session.scalars(select(OutboxRow).filter_by(name="ReviewHidden")).one()
            assert fact.payload == {
                "review_id": review.id,
                "instructor_id": maya.id,
                "reason": "spam",
            }

    def test_leaves_neither_side_anything_to_change(
        self, begin: Begin, maya: LiveInstructor, review: OwnReviewView, staff: Actor
    ) -> None:
        with begin(staff) as uow:
            service.hide(uow, review.id, SPAM)
        author = reviews.author_of(begin, review.id)
        with pytest.raises(ReviewNotPublished), begin(author) as uow:
            service.edit(uow, review.id, EditReview(stars=5))
        with pytest.raises(ReviewNotPublished), begin(maya.actor) as uow:
            service.answer(uow, review.id, AnswerReview(text="That is not so."))
        with begin(author) as uow:
            assert service.withdraw(uow, review.id).state is ReviewState.WITHDRAWN
        assert count(begin, maya) == (0, 0)
        for act in (service.hide, service.show):
            with pytest.raises(ReviewWithdrawn), begin(staff) as uow:
                act(uow, review.id, SPAM if act is service.hide else AGAIN)  # type: ignore[arg-type]

    def test_is_undone_by_showing(
        self, begin: Begin, maya: LiveInstructor, review: OwnReviewView, staff: Actor
    ) -> None:
        with pytest.raises(ReviewNotHidden), begin(staff) as uow:
            service.show(uow, review.id, AGAIN)
        with begin(staff) as uow:
            service.hide(uow, review.id, SPAM)
        with pytest.raises(ReviewHiddenAlready), begin(staff) as uow:
            service.hide(uow, review.id, SPAM)
        with begin(staff) as uow:
            shown = service.show(uow, review.id, AGAIN)
        assert (shown.state, shown.hidden_reason) == (ReviewState.PUBLISHED, None)
        assert count(begin, maya) == (1, 1)
        with begin(SYSTEM) as uow:
            action, details = entries(uow)[-1]
            assert action == "reviews.show"
            assert details["was_hidden_for"] == "spam"
            assert details["note"] == "It was a misunderstanding."

    def test_is_for_staff(
        self, begin: Begin, maya: LiveInstructor, review: OwnReviewView, staff: Actor
    ) -> None:
        for actor in (maya.actor, reviews.author_of(begin, review.id), ANONYMOUS):
            with pytest.raises(PermissionMissing), begin(actor) as uow:
                service.hide(uow, review.id, SPAM)
            with pytest.raises(PermissionMissing), begin(actor) as uow:
                service.show(uow, review.id, AGAIN)
        with pytest.raises(ReviewNotFound), begin(staff) as uow:
            service.hide(uow, new_id(), SPAM)


class TestALessonThatDidNotTakePlace:
    def resolve(self, uow: Uow, booking_id: str, status: BookingStatus) -> None:
        uow.session.get_one(Booking, booking_id).status = status
        uow.session.flush()

    def test_takes_its_review_along_and_back(
        self, begin: Begin, maya: LiveInstructor, review: OwnReviewView
    ) -> None:
        reported = NoShowReported(booking_id=review.booking_id, absent="instructor")
        with begin(SYSTEM) as uow:
            self.resolve(uow, review.booking_id, BookingStatus.NO_SHOW)
            happen(uow, reported)
            happen(uow, reported)
            found = service.review(uow, review.id)
        assert (found.state, found.hidden_reason) == (
            ReviewState.HIDDEN,
            HideReason.LESSON_NOT_TAKEN,
        )
        assert count(begin, maya) == (0, 0)
        resolved = NoShowResolved(booking_id=review.booking_id, resolution="dismissed")
        with begin(SYSTEM) as uow:
            happen(uow, resolved)
            assert service.review(uow, review.id).state is ReviewState.HIDDEN
            self.resolve(uow, review.booking_id, BookingStatus.COMPLETED)
            happen(uow, resolved)
            happen(uow, resolved)
            assert service.review(uow, review.id).state is ReviewState.PUBLISHED
        assert count(begin, maya) == (1, 1)

    def test_keeps_its_review_from_being_shown(
        self, begin: Begin, review: OwnReviewView, staff: Actor
    ) -> None:
        with begin(SYSTEM) as uow:
            self.resolve(uow, review.booking_id, BookingStatus.NO_SHOW)
            service.follow_lesson(uow, review.booking_id)
        with pytest.raises(LessonNotTaken), begin(staff) as uow:
            service.show(uow, review.id, AGAIN)

    def test_does_not_bring_back_what_staff_hid_for_good(
        self, begin: Begin, maya: LiveInstructor, review: OwnReviewView, staff: Actor
    ) -> None:
        with begin(SYSTEM) as uow:
            self.resolve(uow, review.booking_id, BookingStatus.NO_SHOW)
            service.follow_lesson(uow, review.booking_id)
        with begin(staff) as uow:
            assert service.hide(uow, review.id, SPAM).hidden_reason is HideReason.SPAM
        with begin(SYSTEM) as uow:
            self.resolve(uow, review.booking_id, BookingStatus.COMPLETED)
            service.follow_lesson(uow, review.booking_id)
            assert service.review(uow, review.id).state is ReviewState.HIDDEN
        assert count(begin, maya) == (0, 0)

    def test_is_nothing_to_reviews_where_there_is_none(
        self, begin: Begin, maya: LiveInstructor
    ) -> None:
        with begin(SYSTEM) as uow:
            service.follow_lesson(uow, reviews.taken(uow, maya).id)
            service.follow_lesson(uow, new_id())
            assert entries(uow) == []
