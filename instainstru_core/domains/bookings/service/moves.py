"""What becomes of a move whose money is done, or could not be had."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.bookings.events import BookingRescheduled
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.service import confirming, steps
from instainstru_core.domains.bookings.service.calling_off import call_off
from instainstru_core.domains.bookings.service.lesson import Lesson
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    CancelledBy,
    Ending,
    PaymentStatus,
)
from instainstru_core.domains.credits import service as credits
from instainstru_core.kernel.uow import Uow

RESCHEDULED = "Rescheduled"


def finish(uow: Uow, lesson: Lesson) -> None:
    """Let the new booking take the old one's place, with the money."""
    row = lesson.money
    child = uow.session.get_one(Booking, row.moving_to_id)
    if not confirming.keep_time(uow, child):
        abandon(uow, lesson)
        if row.captured_at is None:
            steps.let_go(lesson)
        else:
            steps.block(uow, lesson, "moved_into_a_taken_time")
        return
    is_lock = row.moving_takes_all
    if is_lock:
        row.locked_at = uow.now
        row.late_move_used = True
    replace(uow, lesson, child)
    lesson.booking = child


def replace(uow: Uow, lesson: Lesson, child: Booking) -> None:
    """The old booking is cancelled as moved, the new one counts. Its hold is planned anew."""
    row, old = lesson.money, lesson.booking
    old.status = BookingStatus.CANCELLED
    old.cancelled_at = uow.now
    old.cancelled_by = CancelledBy.STUDENT
    old.cancellation_reason = RESCHEDULED
    old.moved_to_id = child.id
    old.payment_status = PaymentStatus.LOCKED if row.locked_at else PaymentStatus.SETTLED
    availability.release(uow, steps.occupies(old.id))
    child.status = BookingStatus.CONFIRMED
    child.confirmed_at = uow.now
    row.booking_id = child.id
    row.credit_cents = _reduced_credit(uow, lesson, child)
    row.card_cents = child.total_cents - row.credit_cents
    child.credit_cents, child.card_cents = row.credit_cents, row.card_cents
    row.moves += 1
    row.moving_to_id = row.moving_until = None
    row.moving_takes_all = False
    row.hold_due_at = agenda.hold_due_at(child.starts_at)
    row.hold_failures = 0
    row.hold_first_failed_at = row.hold_last_failed_at = row.hold_failure = None
    row.warned_at = None
    uow.emit(BookingRescheduled(booking_id=old.id, to_booking_id=child.id))
    audit.record(
        uow,
        "bookings.reschedule",
        subject_kind="booking",
        subject_id=old.id,
        details={"to_booking_id": child.id, "locked": row.locked_at is not None},
    )
    lesson.booking = child


def end_charged_back(uow: Uow, lesson: Lesson) -> None:
    """A lesson whose money the bank took back does not take place, nor does a move of it."""
    _end(uow, lesson, Ending.CHARGED_BACK, "The payment was disputed at the bank")


def end_refunded(uow: Uow, lesson: Lesson) -> None:
    """A lesson whose whole charge staff gave back at the provider is one that staff cancelled."""
    _end(uow, lesson, Ending.ADMIN_CANCEL_REFUND, "Refunded by staff")


def _end(uow: Uow, lesson: Lesson, ending: Ending, reason: str) -> None:
    if lesson.money.moving_to_id is not None:
        abandon(uow, lesson)
    booking = lesson.booking
    if booking.status in {BookingStatus.PENDING, BookingStatus.CONFIRMED}:
        call_off(uow, booking, CancelledBy.ADMIN, reason)
    steps.end(uow, lesson, ending)


def credit_for(lesson: Lesson, child: Booking) -> int:
    """What credit pays of the new booking: what is reserved, at most its lesson's price."""
    return min(lesson.money.credit_cents, child.lesson_price_cents)


def _reduced_credit(uow: Uow, lesson: Lesson, child: Booking) -> int:
    row, wanted = lesson.money, credit_for(lesson, child)
    if wanted == row.credit_cents:
        return wanted
    return credits.reserve(uow, user_id=row.student_id, reference=lesson.reference, cents=wanted)


def abandon(uow: Uow, lesson: Lesson) -> None:
    """Give the new time back and forget the new booking; the old one stands as it was."""
    row = lesson.money
    child_id = row.moving_to_id
    row.moving_to_id = row.moving_until = None
    row.moving_takes_all = False
    row.card_cents = lesson.booking.total_cents - row.credit_cents
    uow.session.flush()
    if child_id is None:
        return
    availability.release(uow, steps.occupies(child_id))
    uow.session.delete(uow.session.get_one(Booking, child_id))
    uow.session.flush()
    audit.record(uow, "bookings.abandon_move", subject_kind="booking", subject_id=lesson.booking.id)
