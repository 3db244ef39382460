"""Reviewing a lesson, changing one's mind, answering."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reviews import service
from instainstru_core.domains.reviews.errors import (
    AlreadyReviewed,
    AnswerTooLate,
    LessonNotCompleted,
    LessonNotFound,
    LessonNotTaken,
    NothingToChange,
    ReviewAnswered,
    ReviewNotFound,
    ReviewNotPublished,
    ReviewTooLate,
    ReviewWithdrawn,
    WordsMeaningless,
    WordsTooLong,
    WordsTooShort,
)
from instainstru_core.domains.reviews.schemas import AnswerReview, EditReview, WriteReview
from instainstru_core.domains.reviews.types import ReviewState, Totals
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import reviews
from tests.factories.bookings import student, student_actor
from tests.factories.instructors import LiveInstructor, instructor_actor, live_instructor, person

TICK = timedelta(microseconds=1)
THANKS = AnswerReview(text="Thank you, see you next week!")


@pytest.fixture
def maya(begin: Begin) -> LiveInstructor:
    with begin(SYSTEM) as uow:
        return live_instructor(uow, open_days=0)


@pytest.fixture
def lesson(begin: Begin, maya: LiveInstructor) -> Booking:
    """An hour with Maya O. that Zoe M. took, and that ended a day ago."""
    with begin(SYSTEM) as uow:
        return reviews.taken(uow, maya)


@pytest.fixture
def zoe(lesson: Booking) -> Actor:
    return student_actor(lesson.student_id)


def totals(begin: Begin, instructor_id: str) -> Totals | None:
    with begin(SYSTEM) as uow:
        return service.totals(uow, [instructor_id]).get(instructor_id)


def stars(begin: Begin, instructor_id: str) -> tuple[int, int, tuple[int, ...]]:
    found = totals(begin, instructor_id)
    assert found is not None
    return found.count, found.star_sum, found.stars


def facts(uow: Uow) -> list[tuple[str, dict[str, object]]]:
    rows = uow.session.scalars(select(OutboxRow).order_by(OutboxRow.id))
    return [(row.name, row.payload) for row in rows if row.name.startswith("Review")]


def audited(uow: Uow) -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.subject_kind == "review")
    return list(uow.session.scalars(query.order_by(AuditEntry.id)))


class TestPublishing:
    def test_says_who_said_what_and_counts_at_once(
        self, begin: Begin, maya: LiveInstructor, lesson: Booking, zoe: Actor
    ) -> None:
        with begin(zoe) as uow:
            view = service.publish(
                uow,
                WriteReview(booking_id=lesson.id, stars=4, text="  Clear.  Call me: 212-555-0123 "),
            )
        assert view.model_dump(exclude={"id", "written_at", "editable_until"}) == {
            "stars": 4,
            "text": "Clear. Call me: [removed]",
            "student_name": "Zoe M.",
            "service_id": maya.service_id,
            "service_name": maya.service_name,
            "edited_at": None,
            "response": None,
            "booking_id": lesson.id,
            "instructor_id": maya.id,
            "instructor_name": "Maya O.",
            "state": ReviewState.PUBLISHED,
        }
        assert view.editable_until == lesson.ends_at + timedelta(days=30)
        assert stars(begin, maya.id) == (1, 4, (0, 0, 0, 1, 0))
        with begin(SYSTEM) as uow:
            assert facts(uow) == [
                (
                    "ReviewPublished",
                    {
                        "review_id": view.id,
                        "booking_id": lesson.id,
                        "instructor_id": maya.id,
                        "service_id": maya.service_id,
                        "stars": 4,
                    },
                )
            ]
            assert audited(uow) == ["reviews.publish"]

    @pytest.mark.parametrize("text", [None, "", "  \n "])
    def test_needs_no_words(
        self, begin: Begin, lesson: Booking, zoe: Actor, text: str | None
    ) -> None:
        with begin(zoe) as uow:
            wish = WriteReview(booking_id=lesson.id, stars=5, text=text)
            assert service.publish(uow, wish).text is None

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("ok", WordsTooShort),
            ("212-555-0123", WordsTooShort),
            ("Wooooooooooow", WordsMeaningless),
            ("ab " * 333 + "ab", WordsTooLong),
        ],
    )
    def test_wants_words_that_say_something(
        self, begin: Begin, lesson: Booking, zoe: Actor, text: str, kind: type[Refusal]
    ) -> None:
        with pytest.raises(kind), begin(zoe) as uow:
            service.publish(uow, WriteReview(booking_id=lesson.id, stars=5, text=text))
        with begin(SYSTEM) as uow:
            assert facts(uow) == []

    def test_is_for_the_student_of_the_lesson_alone(
        self, begin: Begin, maya: LiveInstructor, lesson: Booking
    ) -> None:
        with begin(SYSTEM) as uow:
            other = student(uow)
        wish = WriteReview(booking_id=lesson.id, stars=1)
        with pytest.raises(LessonNotFound), begin(other) as uow:
            service.publish(uow, wish)
        with pytest.raises(LessonNotFound), begin(SYSTEM) as uow:
            service.publish(uow, wish)
        for actor in (ANONYMOUS, maya.actor):
            with pytest.raises(PermissionMissing), begin(actor) as uow:
                service.publish(uow, wish)

    def test_is_possible_once(self, begin: Begin, lesson: Booking, zoe: Actor) -> None:
        wish = WriteReview(booking_id=lesson.id, stars=5)
        with begin(zoe) as uow:
            first = service.publish(uow, wish)
        with pytest.raises(AlreadyReviewed) as refusal, begin(zoe) as uow:
            service.publish(uow, wish)
        assert refusal.value.facts == {"review_id": first.id}
        with begin(zoe) as uow:
            service.withdraw(uow, first.id)
        with pytest.raises(AlreadyReviewed), begin(zoe) as uow:
            service.publish(uow, wish)

    def test_ends_30_days_after_the_completion(
        self, begin: Begin, clock: SetClock, lesson: Booking, zoe: Actor
    ) -> None:
        wish = WriteReview(booking_id=lesson.id, stars=5)
        clock.now = lesson.ends_at + timedelta(days=30) + TICK
        with pytest.raises(ReviewTooLate), begin(zoe) as uow:
            service.publish(uow, wish)
        clock.now -= TICK
        with begin(zoe) as uow:
            service.publish(uow, wish)

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (BookingStatus.NO_SHOW, LessonNotTaken),
            (BookingStatus.CONFIRMED, LessonNotCompleted),
            (BookingStatus.CANCELLED, LessonNotCompleted),
        ],
    )
    def test_needs_a_lesson_that_took_place(
        self, begin: Begin, maya: LiveInstructor, status: BookingStatus, kind: type[Refusal]
    ) -> None:
        with begin(SYSTEM) as uow:
            row = reviews.taken(uow, maya, status=status)
        with pytest.raises(kind) as refusal, begin(student_actor(row.student_id)) as uow:
            service.publish(uow, WriteReview(booking_id=row.id, stars=5))
        assert refusal.value.facts == {"booking_id": row.id}


class TestEditing:
    def test_changes_what_is_sent_and_what_counts(
        self, begin: Begin, clock: SetClock, maya: LiveInstructor
    ) -> None:
        review = reviews.reviewed(begin, maya, 2, "Late twice.")
        author = reviews.author_of(begin, review.id)
        clock.advance(timedelta(hours=1))
        with begin(author) as uow:
            better = service.edit(uow, review.id, EditReview(stars=5))
        assert (better.stars, better.text, better.edited_at) == (5, "Late twice.", clock.now)
        assert stars(begin, maya.id) == (1, 5, (0, 0, 0, 0, 1))
        with begin(author) as uow:
            silent = service.edit(uow, review.id, EditReview(text=""))
        assert (silent.stars, silent.text) == (5, None)
        with begin(SYSTEM) as uow:
            told = [(name, payload.get("change")) for name, payload in facts(uow)]
            assert told == [
                ("ReviewPublished", None),
                ("ReviewChanged", "edited"),
                ("ReviewChanged", "edited"),
            ]

    def test_is_for_its_author_with_something_to_say(
        self, begin: Begin, maya: LiveInstructor
    ) -> None:
        review = reviews.reviewed(begin, maya)
        with pytest.raises(NothingToChange), begin(reviews.author_of(begin, review.id)) as uow:
            service.edit(uow, review.id, EditReview())
        with begin(SYSTEM) as uow:
            other = student(uow)
        for review_id in (review.id, new_id(), "no id"):
            with pytest.raises(ReviewNotFound), begin(other) as uow:
                service.edit(uow, review_id, EditReview(stars=1))

    def test_ends_with_the_window_and_with_an_answer(
        self, begin: Begin, clock: SetClock, maya: LiveInstructor
    ) -> None:
        late, answered = reviews.reviewed(begin, maya), reviews.reviewed(begin, maya)
        with begin(maya.actor) as uow:
            service.answer(uow, answered.id, THANKS)
        with pytest.raises(ReviewAnswered), begin(reviews.author_of(begin, answered.id)) as uow:
            service.edit(uow, answered.id, EditReview(stars=1))
        clock.advance(timedelta(days=29))
        with begin(reviews.author_of(begin, late.id)) as uow:
            assert service.edit(uow, late.id, EditReview(stars=1)).stars == 1
        clock.advance(TICK)
        with pytest.raises(ReviewTooLate), begin(reviews.author_of(begin, late.id)) as uow:
            service.edit(uow, late.id, EditReview(stars=5))


class TestWithdrawing:
    def test_takes_a_review_out_of_sight_and_out_of_the_count(
        self, begin: Begin, maya: LiveInstructor
    ) -> None:
        kept, gone = reviews.reviewed(begin, maya, 4), reviews.reviewed(begin, maya, 1)
        author = reviews.author_of(begin, gone.id)
        with begin(author) as uow:
            assert service.withdraw(uow, gone.id).state is ReviewState.WITHDRAWN
        assert stars(begin, maya.id) == (1, 4, (0, 0, 0, 1, 0))
        with begin(ANONYMOUS) as uow:
            assert [one.id for one in service.public_list(uow, maya.id).items] == [kept.id]
        with pytest.raises(ReviewWithdrawn), begin(author) as uow:
            service.withdraw(uow, gone.id)
        with pytest.raises(ReviewNotPublished), begin(author) as uow:
            service.edit(uow, gone.id, EditReview(stars=5))
        with pytest.raises(ReviewNotFound), begin(maya.actor) as uow:
            service.answer(uow, gone.id, THANKS)
        assert stars(begin, maya.id) == (1, 4, (0, 0, 0, 1, 0))


class TestAnswering:
    def test_is_for_its_instructor_and_seen_by_everybody(
        self, begin: Begin, clock: SetClock, maya: LiveInstructor
    ) -> None:
        review = reviews.reviewed(begin, maya)
        with begin(SYSTEM) as uow:
            other = instructor_actor(person(uow))
        with pytest.raises(ReviewNotFound), begin(other) as uow:
            service.answer(uow, review.id, THANKS)
        with begin(maya.actor) as uow:
            answered = service.answer(uow, review.id, AnswerReview(text="Thanks! www.maya.com"))
        assert answered.response is not None
        assert answered.response.model_dump() == {
            "text": "Thanks! [removed]",
            "responded_at": clock.now,
            "edited_at": None,
        }
        with begin(ANONYMOUS) as uow:
            (shown,) = service.public_list(uow, maya.id).items
        assert shown.response == answered.response

    def test_can_be_put_in_other_words_for_a_week(
        self, begin: Begin, clock: SetClock, maya: LiveInstructor
    ) -> None:
        review = reviews.reviewed(begin, maya)
        with begin(maya.actor) as uow:
            service.answer(uow, review.id, THANKS)
        clock.advance(timedelta(days=7))
        with begin(maya.actor) as uow:
            same = service.answer(uow, review.id, THANKS).response
            other = service.answer(uow, review.id, AnswerReview(text="Thanks again!")).response
        assert same is not None
        assert other is not None
        assert (same.edited_at, other.edited_at) == (None, clock.now)
        assert (other.text, other.responded_at) == ("Thanks again!", clock.now - timedelta(days=7))
        clock.advance(TICK)
        with pytest.raises(AnswerTooLate), begin(maya.actor) as uow:
            service.answer(uow, review.id, THANKS)

    def test_needs_words(self, begin: Begin, maya: LiveInstructor) -> None:
        review = reviews.reviewed(begin, maya)
        with pytest.raises(WordsTooShort), begin(maya.actor) as uow:
            service.answer(uow, review.id, AnswerReview(text="  "))
