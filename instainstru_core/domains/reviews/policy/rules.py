"""Who may say what of a lesson, and until when. Pure: states and instants in, verdicts out.

A lesson is reviewed by its student once it is completed. What became of its money is another
matter: a refund does not take back what somebody saw. A lesson that did not take place has nothing
to review, and a review of one that is reported later is out of sight while the report stands.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reviews.types import HideReason, ReviewState

WINDOW = timedelta(days=30)
"""How long after a lesson's completion its review is written, and rewritten."""

REWORDING = timedelta(days=7)
"""How long after their first answer instructors may put it in other words."""


class Verdict(StrEnum):
    """What becomes of a wish to write."""

    ALLOWED = "allowed"
    NOT_COMPLETED = "not_completed"
    NOT_TAKEN = "not_taken"
    TOO_LATE = "too_late"
    NOT_PUBLISHED = "not_published"
    ANSWERED = "answered"


class Following(StrEnum):
    """What a review does when its lesson changes."""

    HIDE = "hide"
    SHOW = "show"
    STAY = "stay"


def may_review(status: BookingStatus, completed_at: datetime | None, now: datetime) -> Verdict:
    """Within 30 days of the completion of a lesson that took place, that instant included."""
    if status is BookingStatus.NO_SHOW:
        return Verdict.NOT_TAKEN
    if status is not BookingStatus.COMPLETED or completed_at is None:
        return Verdict.NOT_COMPLETED
    return Verdict.ALLOWED if now <= completed_at + WINDOW else Verdict.TOO_LATE


def may_edit(
    state: ReviewState, completed_at: datetime, *, is_answered: bool, now: datetime
) -> Verdict:
    """As long as it could be written, and until it is answered: an answer keeps what it is to."""
    if state is not ReviewState.PUBLISHED:
        return Verdict.NOT_PUBLISHED
    if is_answered:
        return Verdict.ANSWERED
    return Verdict.ALLOWED if now <= completed_at + WINDOW else Verdict.TOO_LATE


def may_answer(state: ReviewState, answered_at: datetime | None, now: datetime) -> Verdict:
    """The first answer at any time; other words for it within 7 days, that instant included."""
    if state is not ReviewState.PUBLISHED:
        return Verdict.NOT_PUBLISHED
    if answered_at is None or now <= answered_at + REWORDING:
        return Verdict.ALLOWED
    return Verdict.TOO_LATE


def follow(state: ReviewState, reason: HideReason | None, status: BookingStatus) -> Following:
    """A review is out of sight while its lesson counts as not taken, and back when it counts
    again. What staff hid, staff show.
    """
    is_taken = status is BookingStatus.COMPLETED
    if state is ReviewState.PUBLISHED and not is_taken:
        return Following.HIDE
    if state is ReviewState.HIDDEN and reason is HideReason.LESSON_NOT_TAKEN and is_taken:
        return Following.SHOW
    return Following.STAY
