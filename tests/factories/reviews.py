"""Reviews of lessons that took place."""

from datetime import timedelta

from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.reviews import service
from instainstru_core.domains.reviews.schemas import OwnReviewView, WriteReview
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.bookings import booking, student_actor
from tests.factories.instructors import LiveInstructor, person


def taken(
    uow: Uow,
    teacher: LiveInstructor,
    *,
    student_id: str | None = None,
    ago: timedelta = timedelta(days=1),
    status: BookingStatus = BookingStatus.COMPLETED,
) -> Booking:
    """An hour that ended this long ago, and that Zoe M. took unless somebody else did."""
    return booking(
        uow,
        teacher=teacher,
        student_id=student_id or person(uow, first_name="Zoe", last_name="Marlow"),
        starts_at=uow.now - ago - timedelta(hours=1),
        status=status,
    )


def reviewed(
    begin: Begin,
    teacher: LiveInstructor,
    stars: int = 5,
    text: str | None = "Patient, clear, and fun.",
    *,
    ago: timedelta = timedelta(days=1),
) -> OwnReviewView:
    """What a student says of a lesson they took with this instructor."""
    with begin(SYSTEM) as uow:
        lesson = taken(uow, teacher, ago=ago)
        booking_id, author = lesson.id, student_actor(lesson.student_id)
    with begin(author) as uow:
        return service.publish(uow, WriteReview(booking_id=booking_id, stars=stars, text=text))


def author_of(begin: Begin, review_id: str) -> Actor:
    """The student who wrote a review, signed in."""
    with begin(SYSTEM) as uow:
        return student_actor(service.review(uow, review_id).student_id)
