"""Reviews at the same instant, with real commits: every star is counted once, and only once."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reviews import service
from instainstru_core.domains.reviews.errors import (
    AlreadyReviewed,
    LessonNotTaken,
    ReviewHiddenAlready,
    ReviewNotPublished,
    ReviewWithdrawn,
)
from instainstru_core.domains.reviews.models import Review, ReviewServiceTotal, ReviewTotal
from instainstru_core.domains.reviews.schemas import EditReview, HideReview, WriteReview
from instainstru_core.domains.reviews.types import ReviewState, StaffReason
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.uow import Begin
from instainstru_core.runtime import Runtime
from tests.factories import reviews
from tests.factories.bookings import student_actor
from tests.factories.instructors import LiveInstructor, live_instructor
from tests.together import at_once

SPAM = HideReview(reason=StaffReason.SPAM)


def lessons(begin: Begin, count: int) -> tuple[LiveInstructor, list[tuple[str, Actor]]]:
    """An instructor, and lessons that so many students took with them."""
    with begin(SYSTEM) as uow:
        maya = live_instructor(uow, open_days=0)
        rows = [reviews.taken(uow, maya, ago=timedelta(hours=3 * n)) for n in range(1, count + 1)]
        return maya, [(row.id, student_actor(row.student_id)) for row in rows]


def publishing(begin: Begin, booking_id: str, author: Actor, stars: int) -> Callable[[], object]:
    def publish() -> object:
        with begin(author) as uow:
            return service.publish(uow, WriteReview(booking_id=booking_id, stars=stars)).id

    return publish


def counted(begin: Begin, maya: LiveInstructor) -> tuple[int, int, tuple[int, ...]]:
    """The totals, which are those of the rows and of the service."""
    with begin(SYSTEM) as uow:
        found = service.totals(uow, [maya.id])[maya.id]
        seen = uow.session.execute(
            select(func.count(), func.coalesce(func.sum(Review.stars), 0)).where(
                Review.instructor_id == maya.id, Review.state == ReviewState.PUBLISHED
            )
        ).one()
        of_service = uow.session.scalars(select(ReviewServiceTotal)).one()
        assert uow.session.scalar(select(func.count()).select_from(ReviewTotal)) == 1
    assert tuple(seen) == (found.count, found.star_sum)
    assert (of_service.count, of_service.star_sum) == (found.count, found.star_sum)
    return found.count, found.star_sum, found.stars


class TestPublishing:
    def test_of_one_lesson_from_two_tabs_is_done_once(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        maya, ((booking_id, zoe),) = lessons(begin, 1)
        answers = at_once([publishing(begin, booking_id, zoe, 5)] * 4)
        refusals = [one for one in answers if isinstance(one, AlreadyReviewed)]
        (review_id,) = (one for one in answers if isinstance(one, str))
        assert [one.facts["review_id"] for one in refusals] == [review_id] * 3
        assert counted(begin, maya) == (1, 5, (0, 0, 0, 0, 1))

    def test_by_many_students_counts_each(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        maya, taken = lessons(begin, 8)
        stars = [1, 2, 3, 4, 5, 5, 4, 4]
        calls = [publishing(begin, *one, number) for one, number in zip(taken, stars, strict=True)]
        assert not [one for one in at_once(calls) if isinstance(one, Refusal)]
        assert counted(begin, maya) == (8, 28, (1, 1, 1, 3, 2))

    def test_beside_a_report_of_an_absence_ends_out_of_sight(
        self, committed_runtime: Runtime
    ) -> None:
        begin = committed_runtime.begin
        _, taken = lessons(begin, 6)

        def report(booking_id: str) -> Callable[[], object]:
            def do() -> None:
                with begin(SYSTEM) as uow:
                    row = uow.session.get_one(Booking, booking_id, with_for_update=True)
                    row.status = BookingStatus.NO_SHOW
                with begin(SYSTEM) as uow:
                    service.follow_lesson(uow, booking_id)

            return do

        for booking_id, author in taken:
            answers = at_once([publishing(begin, booking_id, author, 5), report(booking_id)])
            if not isinstance(answers[0], LessonNotTaken):
                with begin(SYSTEM) as uow:
                    found = service.review(uow, str(answers[0]))
                assert found.state is ReviewState.HIDDEN


class TestChanging:
    def test_and_hiding_and_withdrawing_at_once_count_out_once(
        self, committed_runtime: Runtime
    ) -> None:
        begin = committed_runtime.begin
        maya, taken = lessons(begin, 4)
        ids = [str(publishing(begin, *one, 4)()) for one in taken]

        def acts(review_id: str, author: Actor) -> list[Callable[[], object]]:
            def hide() -> object:
                with begin(SYSTEM) as uow:
                    return service.hide(uow, review_id, SPAM)

            def withdraw() -> object:
                with begin(author) as uow:
                    return service.withdraw(uow, review_id)

            def edit() -> object:
                with begin(author) as uow:
                    return service.edit(uow, review_id, EditReview(stars=1))

            return [hide, withdraw, edit]

        calls = [
            call
            for review_id, (_, author) in zip(ids[:3], taken[:3], strict=True)
            for call in acts(review_id, author)
        ]
        known = (ReviewHiddenAlready, ReviewWithdrawn, ReviewNotPublished)
        refusals = [one for one in at_once(calls) if isinstance(one, Refusal)]
        assert all(isinstance(one, known) for one in refusals)
        assert counted(begin, maya) == (1, 4, (0, 0, 0, 1, 0))
