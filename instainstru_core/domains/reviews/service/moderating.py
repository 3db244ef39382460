"""What staff do, and what a review does when its lesson turns out not to have taken place."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reviews import repository
from instainstru_core.domains.reviews.errors import (
    LessonNotTaken,
    ReviewHiddenAlready,
    ReviewNotHidden,
    ReviewWithdrawn,
)
from instainstru_core.domains.reviews.events import ReviewChanged, ReviewHidden
from instainstru_core.domains.reviews.models import Review
from instainstru_core.domains.reviews.policy import rules
from instainstru_core.domains.reviews.policy.rules import Following
from instainstru_core.domains.reviews.schemas import HideReview, ShowReview, StaffReviewView
from instainstru_core.domains.reviews.service import rows
from instainstru_core.domains.reviews.service.views import staff_view
from instainstru_core.domains.reviews.types import Change, HideReason, ReviewState
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.errors import Fact
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("reviews.hide")
def hide(uow: Uow, review_id: str, command: HideReview) -> StaffReviewView:
    """Keep a review from being seen, and from counting. Its author and instructor still see it."""
    require(uow.actor, Permission.REVIEWS_MODERATE)
    review = _held(uow, review_id)
    by_system = review.hidden_reason is HideReason.LESSON_NOT_TAKEN
    if review.state is ReviewState.HIDDEN and not by_system:
        raise ReviewHiddenAlready(
            "This review is hidden already. Show it first to hide it for another reason.",
            review_id=review_id,
            reason=review.hidden_reason,
        )
    _hide(uow, review, HideReason(command.reason.value), note=command.note)
    return staff_view(rows.named(uow, review_id))


@operation("reviews.show")
def show(uow: Uow, review_id: str, command: ShowReview) -> StaffReviewView:
    """Let a hidden review be seen and count again. Refuses with LessonNotTaken while its lesson
    counts as not taken.
    """
    require(uow.actor, Permission.REVIEWS_MODERATE)
    review = _held(uow, review_id)
    if review.state is not ReviewState.HIDDEN:
        raise ReviewNotHidden("This review is not hidden.", review_id=review_id)
    lesson = repository.lesson(uow.session, review.booking_id)
    if lesson is None or lesson.status is not BookingStatus.COMPLETED:
        raise LessonNotTaken(
            "Its lesson counts as not taken. Resolve the report of the absence first.",
            booking_id=review.booking_id,
        )
    _show(uow, review, note=command.note)
    return staff_view(rows.named(uow, review_id))


@operation("reviews.follow_lesson")
def follow_lesson(uow: Uow, booking_id: str) -> None:
    """Hide the review of a lesson that counts as not taken, or show it when it counts again.

    Called when a report of an absence is made or resolved; told twice, it does nothing more.
    """
    lesson = repository.lesson(uow.session, booking_id)
    review = repository.of_booking(uow.session, booking_id, lock=True)
    if lesson is None or review is None:
        return
    match rules.follow(review.state, review.hidden_reason, lesson.status):
        case Following.HIDE:
            _hide(uow, review, HideReason.LESSON_NOT_TAKEN, note=None)
        case Following.SHOW:
            _show(uow, review, note=None)
        case Following.STAY:
            pass


def _held(uow: Uow, review_id: str) -> Review:
    review = rows.held(uow, review_id)
    if review.state is ReviewState.WITHDRAWN:
        raise ReviewWithdrawn(
            "Its author has withdrawn this review: nobody else sees it.", review_id=review_id
        )
    return review


def _hide(uow: Uow, review: Review, reason: HideReason, *, note: str | None) -> None:
    counted = review.state is ReviewState.PUBLISHED
    review.state = ReviewState.HIDDEN
    review.hidden_at, review.hidden_by = uow.now, uow.actor.id
    review.hidden_reason, review.hidden_note = reason, note
    uow.session.flush()
    if counted:
        repository.count_out(uow.session, review, uow.now)
    uow.emit(
        ReviewHidden(review_id=review.id, instructor_id=review.instructor_id, reason=reason.value)
    )
    _record(uow, "reviews.hide", review, reason=reason.value, has_note=note is not None)


def _show(uow: Uow, review: Review, *, note: str | None) -> None:
    reason = review.hidden_reason
    review.state = ReviewState.PUBLISHED
    review.hidden_at = review.hidden_by = review.hidden_reason = review.hidden_note = None
    uow.session.flush()
    repository.count_in(uow.session, review, uow.now)
    uow.emit(
        ReviewChanged(
            review_id=review.id,
            instructor_id=review.instructor_id,
            change=Change.SHOWN_AGAIN.value,
        )
    )
    _record(uow, "reviews.show", review, was_hidden_for=reason, note=note)


def _record(uow: Uow, action: str, review: Review, **details: Fact) -> None:
    audit.record(
        uow,
        action,
        subject_kind="review",
        subject_id=review.id,
        details={"instructor_id": review.instructor_id, **details},
    )
