"""From a checkout to a kept lesson, or to a refused card."""

from datetime import datetime

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.availability.errors import NotOpen, SlotTaken
from instainstru_core.domains.bookings.events import BookingConfirmed
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.service import steps
from instainstru_core.domains.bookings.service.lesson import Lesson
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Uow


def confirm(uow: Uow, lesson: Lesson) -> None:
    """Keep the lesson's time for good. Where it was lost meanwhile, the checkout is over."""
    row = lesson.booking
    if not keep_time(uow, row):
        steps.expire_checkout(uow, lesson)
        return
    row.status = BookingStatus.CONFIRMED
    row.confirmed_at = uow.now
    row.credit_cents = lesson.money.credit_cents
    row.card_cents = lesson.money.card_cents
    lesson.money.checkout_expires_at = None
    lesson.money.hold_due_at = lesson.money.hold_due_at or agenda.hold_due_at(row.starts_at)
    uow.emit(BookingConfirmed(booking_id=row.id))
    audit.record(
        uow,
        "bookings.confirm",
        subject_kind="booking",
        subject_id=row.id,
        details={"card_cents": lesson.money.card_cents, "credit_cents": lesson.money.credit_cents},
    )


def refuse(uow: Uow, lesson: Lesson, code: str) -> None:
    """A refused card at checkout: the time is free again, credit too; 30 minutes to try anew."""
    row = lesson.money
    row.hold_failures += 1
    row.hold_first_failed_at = row.hold_first_failed_at or uow.now
    row.hold_last_failed_at = uow.now
    row.hold_failure = code
    row.checkout_expires_at = agenda.checkout_expiry(lesson.booking.starts_at, uow.now)
    availability.release(uow, steps.occupies(row.booking_id))
    credits.release(uow, reference=lesson.reference)
    row.credit_cents = 0
    row.card_cents = lesson.booking.total_cents


def keep_time(uow: Uow, row: Booking) -> bool:
    """Whether the booking's time is its own from now on."""
    if availability.keep(uow, steps.occupies(row.id), people=_people(row)):
        return True
    try:
        with uow.savepoint():
            take_time(uow, row)
    except (SlotTaken, NotOpen):
        return False
    return True


def take_time(uow: Uow, row: Booking, *, until: datetime | None = None) -> None:
    """Keep the booking's time until then, or for good. Given back meanwhile, it is taken anew.

    How long ahead a lesson has to be booked is judged by when it was.
    """
    reference = steps.occupies(row.id)
    if availability.keep(uow, reference, people=_people(row), until=until):
        return
    span = Span(row.starts_at, row.ends_at)
    availability.require_open(
        uow,
        row.instructor_id,
        span,
        lesson_format=row.format,
        student_id=row.student_id,
        chain_id=row.chain_id,
        asked_at=row.created_at,
    )
    availability.occupy(
        uow,
        instructor_id=row.instructor_id,
        student_id=row.student_id,
        span=span,
        travels=instructor_travels(row.format),
        chain_id=row.chain_id,
        reference=reference,
        expires_at=until,
    )


def _people(row: Booking) -> tuple[str, str]:
    return row.instructor_id, row.student_id
