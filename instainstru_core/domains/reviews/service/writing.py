"""What the two sides of a lesson do: its student reviews it, its instructor answers."""

from typing import Final

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.reviews import repository
from instainstru_core.domains.reviews.errors import (
    AlreadyReviewed,
    AnswerTooLate,
    LessonNotCompleted,
    LessonNotFound,
    LessonNotTaken,
    NothingToChange,
    ReviewAnswered,
    ReviewNotPublished,
    ReviewTooLate,
    ReviewWithdrawn,
    WordsMeaningless,
    WordsTooLong,
    WordsTooShort,
)
from instainstru_core.domains.reviews.events import ReviewChanged, ReviewPublished
from instainstru_core.domains.reviews.models import Review
from instainstru_core.domains.reviews.policy import rules, words
from instainstru_core.domains.reviews.policy.rules import Verdict
from instainstru_core.domains.reviews.policy.words import WordsVerdict
from instainstru_core.domains.reviews.repository import Lesson
from instainstru_core.domains.reviews.schemas import (
    AnswerReview,
    EditReview,
    OwnReviewView,
    ReceivedReviewView,
    WriteReview,
)
from instainstru_core.domains.reviews.service import rows
from instainstru_core.domains.reviews.service.views import own_view, received_view
from instainstru_core.domains.reviews.types import Change, ReviewState
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.errors import Conflict
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

TOO_LATE: Final = (
    ReviewTooLate,
    (f"A lesson is reviewed within {rules.WINDOW.days} days of its completion. That time is over."),
)
NOT_SEEN: Final = (
    ReviewNotPublished,
    ("This review is not published, so it stays as it is. Ask support if you think that is wrong."),
)
REFUSALS: dict[Verdict, tuple[type[Conflict], str]] = {
    Verdict.NOT_COMPLETED: (
        LessonNotCompleted,
        "Only a lesson that is completed can be reviewed. Come back when it is.",
    ),
    Verdict.NOT_TAKEN: (
        LessonNotTaken,
        "This lesson did not take place, so there is nothing to review.",
    ),
    Verdict.TOO_LATE: TOO_LATE,
    Verdict.NOT_PUBLISHED: NOT_SEEN,
    Verdict.ANSWERED: (
        ReviewAnswered,
        "The instructor has answered this review, so it stays as it is. You can still withdraw it.",
    ),
}


@operation("reviews.publish")
def publish(uow: Uow, command: WriteReview) -> OwnReviewView:
    """Review a lesson as its student. There is one review of a lesson, also after it is withdrawn.

    Refuses with LessonNotFound, LessonNotCompleted, LessonNotTaken, ReviewTooLate,
    AlreadyReviewed, or with what is wrong with the words.
    """
    require(uow.actor, Permission.REVIEWS_WRITE_OWN)
    lesson = repository.lesson(uow.session, command.booking_id)
    if lesson is None or not uow.actor.is_user(lesson.student_id):
        raise LessonNotFound(
            "You took no such lesson. Look at your past lessons for their ids.",
            booking_id=command.booking_id,
        )
    text = _kept(command.text) if command.text else None
    review = _written(uow, lesson, command.stars, text)
    repository.count_in(uow.session, review, uow.now)
    uow.emit(
        ReviewPublished(
            review_id=review.id,
            booking_id=review.booking_id,
            instructor_id=review.instructor_id,
            service_id=review.service_id,
            stars=review.stars,
        )
    )
    _record(uow, "reviews.publish", review)
    return own_view(rows.named(uow, review.id), uow.now)


@operation("reviews.edit")
def edit(uow: Uow, review_id: str, command: EditReview) -> OwnReviewView:
    """Give other stars or words, as long as the lesson could be reviewed and nobody answered."""
    require(uow.actor, Permission.REVIEWS_WRITE_OWN)
    if command.stars is None and command.text is None:
        raise NothingToChange("Send the stars or the text that the review is to have.")
    review = _own(uow, review_id)
    _require(
        rules.may_edit(
            review.state,
            review.lesson_completed_at,
            is_answered=review.response is not None,
            now=uow.now,
        ),
        review_id=review_id,
    )
    was = review.stars
    if command.stars is not None:
        review.stars = command.stars
    if command.text is not None:
        review.text = _kept(command.text)
    review.edited_at = uow.now
    uow.session.flush()
    repository.recount(uow.session, review, was, uow.now)
    return own_view(_told(uow, "reviews.edit", review, Change.EDITED), uow.now)


@operation("reviews.withdraw")
def withdraw(uow: Uow, review_id: str) -> OwnReviewView:
    """Take one's own review back, at any time and for good. Its answer goes with it."""
    require(uow.actor, Permission.REVIEWS_WRITE_OWN)
    review = _own(uow, review_id)
    if review.state is ReviewState.WITHDRAWN:
        raise ReviewWithdrawn("You have withdrawn this review already.", review_id=review_id)
    counted = review.state is ReviewState.PUBLISHED
    review.state, review.withdrawn_at = ReviewState.WITHDRAWN, uow.now
    uow.session.flush()
    if counted:
        repository.count_out(uow.session, review, uow.now)
    return own_view(_told(uow, "reviews.withdraw", review, Change.WITHDRAWN), uow.now)


@operation("reviews.answer")
def answer(uow: Uow, review_id: str, command: AnswerReview) -> ReceivedReviewView:
    """Say something to a review as its instructor; within a week, say it in other words."""
    require(uow.actor, Permission.INSTRUCTORS_MANAGE_OWN)
    review = rows.held(uow, review_id)
    if not uow.actor.is_user(review.instructor_id) or review.state is ReviewState.WITHDRAWN:
        raise rows.no_review(review_id)
    verdict = rules.may_answer(review.state, review.responded_at, uow.now)
    if verdict is Verdict.TOO_LATE:
        raise AnswerTooLate(
            f"An answer can be put in other words within {rules.REWORDING.days} days. It stays as"
            " it is now.",
            review_id=review_id,
        )
    _require(verdict, review_id=review_id)
    text = _kept(command.text)
    if text is None:
        raise WordsTooShort("Write at least a few words.")
    if review.responded_at is None:
        review.responded_at = uow.now
    elif text != review.response:
        review.response_edited_at = uow.now
    review.response = text
    return received_view(_told(uow, "reviews.answer", review, Change.ANSWERED), uow.now)


def _own(uow: Uow, review_id: str) -> Review:
    """A review of the actor's own, held. Refuses with ReviewNotFound."""
    review = rows.held(uow, review_id)
    if not uow.actor.is_user(review.student_id):
        raise rows.no_review(review_id)
    return review


def _written(uow: Uow, lesson: Lesson, stars: int, text: str | None) -> Review:
    """A new review of this lesson. Refuses where there is one, or none to be."""
    known = repository.of_booking(uow.session, lesson.booking_id)
    if known is None:
        _require(
            rules.may_review(lesson.status, lesson.completed_at, uow.now),
            booking_id=lesson.booking_id,
        )
        values = {
            "id": new_id(),
            "booking_id": lesson.booking_id,
            "student_id": lesson.student_id,
            "instructor_id": lesson.instructor_id,
            "service_id": lesson.service_id,
            "service_name": lesson.service_name,
            "stars": stars,
            "text": text,
            "state": ReviewState.PUBLISHED,
            "lesson_completed_at": lesson.completed_at,
            "written_at": uow.now,
        }
        review = repository.add(uow.session, values)
        if review is not None:
            return review
        known = repository.of_booking(uow.session, lesson.booking_id)
    raise AlreadyReviewed(
        "You have reviewed this lesson already. Edit that review instead, unless it is withdrawn.",
        review_id=None if known is None else known.id,
    )


def _kept(given: str) -> str | None:
    """What is kept of somebody's words; None where they say nothing. Refuses what is no text."""
    if not given.strip():
        return None
    text = words.cleaned(given)
    match words.judge(text):
        case WordsVerdict.FINE:
            return text
        case WordsVerdict.TOO_LONG:
            raise WordsTooLong(
                f"Say it in at most {words.MAX_WORDS} characters.", limit=words.MAX_WORDS
            )
        case WordsVerdict.TOO_SHORT:
            raise WordsTooShort(
                f"Write at least {words.MIN_LETTERS} letters beside addresses, numbers and links,"
                " which are taken out, or leave the words away."
            )
        case WordsVerdict.MEANINGLESS:
            raise WordsMeaningless("Write words; one letter over and over says nothing.")


def _require(verdict: Verdict, **facts: str) -> None:
    if verdict is not Verdict.ALLOWED:
        kind, message = REFUSALS[verdict]
        raise kind(message, **facts)


def _told(uow: Uow, action: str, review: Review, change: Change) -> repository.Named:
    """Announce and record a change; the review as it is now, with its names."""
    uow.session.flush()
    uow.emit(
        ReviewChanged(review_id=review.id, instructor_id=review.instructor_id, change=change.value)
    )
    _record(uow, action, review)
    return rows.named(uow, review.id)


def _record(uow: Uow, action: str, review: Review) -> None:
    audit.record(
        uow,
        action,
        subject_kind="review",
        subject_id=review.id,
        details={"instructor_id": review.instructor_id, "stars": review.stars},
    )
