"""Paying for a lesson: credit is set aside, the card is held now or a day before."""

from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.bookings.errors import (
    CheckoutOver,
    InstructorNotReady,
    NotPayable,
)
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.policy.agenda import Decision
from instainstru_core.domains.bookings.schemas import CheckoutBooking, RetryPayment
from instainstru_core.domains.bookings.service import advancing, calls, confirming, steps
from instainstru_core.domains.bookings.service.lesson import Lesson, held
from instainstru_core.domains.bookings.service.views import own_side
from instainstru_core.domains.bookings.types import BookingStatus, DueKind, Side
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Uow


@operation("bookings.checkout")
def checkout(
    uow: Uow, booking_id: str, command: CheckoutBooking, *, fence: int | None = None
) -> Command | None:
    """Confirm the lesson, with a hold on the card first when it starts in less than 24 hours.

    A command that comes back is that hold, to be called now. A lesson that is confirmed already
    stays as it is.
    """
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    lesson = held(uow, own_side(uow, booking_id, Side.STUDENT).chain_id, fence=fence)
    row, booking = lesson.money, lesson.booking
    if booking.id == booking_id and booking.status is BookingStatus.CONFIRMED:
        return None
    resumed = payments.resume(uow, lesson.reference, at_once=True)
    if resumed is not None:
        return resumed
    _refuse_unless_payable(uow, lesson, booking_id)
    payments.require_good_standing(uow, row.student_id)
    card = payments.usable_card(uow, row.student_id, command.payment_method_id)
    _keep_time(uow, lesson)
    row.payment_method_id = card.id
    row.credit_cents = credits.reserve(
        uow,
        user_id=row.student_id,
        reference=lesson.reference,
        cents=min(command.credit_cents, booking.lesson_price_cents),
    )
    row.card_cents = booking.total_cents - row.credit_cents
    if agenda.is_immediate(booking.starts_at, uow.now):
        row.hold_due_at = uow.now
        call = calls.authorize(uow, lesson, Decision(), off_session=False)
        return None if call is None else advancing.under_way(lesson, call)
    row.hold_due_at = due_at = agenda.hold_due_at(booking.starts_at)
    row.hold_failures = 0
    confirming.confirm(uow, lesson)
    if row.ending is not None:
        return advancing.proceed(uow, lesson)
    advancing.wait(lesson, due_at, DueKind.HOLD)
    return None


@operation("bookings.retry_payment")
def retry_payment(
    uow: Uow, booking_id: str, command: RetryPayment, *, fence: int | None = None
) -> Command | None:
    """Try again now, with this card: a hold that was refused, or an amount that is due."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_OWN)
    lesson = held(uow, own_side(uow, booking_id, Side.STUDENT).chain_id, fence=fence)
    row = lesson.money
    resumed = payments.resume(uow, lesson.reference, at_once=True)
    if resumed is not None:
        return resumed
    if lesson.booking.id != booking_id or lesson.booking.status is BookingStatus.PENDING:
        raise not_payable(lesson)
    card = payments.usable_card(uow, row.student_id, command.payment_method_id)
    changed, row.payment_method_id = card.id != row.payment_method_id, card.id
    if row.capture_failures and row.settled_at is None:
        if changed:
            steps.let_go(lesson)
        row.capture_last_failed_at = None
    elif row.hold_failures and row.ending is None:
        row.hold_last_failed_at = None
    return advancing.proceed(uow, lesson)


def _refuse_unless_payable(uow: Uow, lesson: Lesson, booking_id: str) -> None:
    row, booking = lesson.money, lesson.booking
    if booking.id != booking_id or booking.status is not BookingStatus.PENDING:
        raise not_payable(lesson)
    until = row.checkout_expires_at
    if until is None or uow.now >= until or uow.now >= booking.starts_at:
        raise CheckoutOver(
            "The time to pay for this lesson is over and its slot is free again. Book it anew.",
            booking_id=booking_id,
        )
    payee = payments.payee(uow, row.instructor_id)
    if payee is None or not payee.is_ready:
        raise InstructorNotReady(
            "This instructor cannot be paid yet, so the lesson cannot be paid for. Choose another"
            " instructor, or try again later.",
            instructor_id=row.instructor_id,
        )


def _keep_time(uow: Uow, lesson: Lesson) -> None:
    """Keep the slot while the card is asked. After a refused card it has to be taken anew."""
    row, booking = lesson.money, lesson.booking
    until = agenda.checkout_expiry(booking.starts_at, uow.now)
    row.checkout_expires_at = max(row.checkout_expires_at or until, until)
    reference = steps.occupies(booking.id)
    if availability.keep(uow, reference, until=row.checkout_expires_at):
        return
    span = Span(booking.starts_at, booking.ends_at)
    availability.require_open(
        uow,
        booking.instructor_id,
        span,
        lesson_format=booking.format,
        student_id=booking.student_id,
        chain_id=booking.chain_id,
    )
    availability.occupy(
        uow,
        instructor_id=booking.instructor_id,
        student_id=booking.student_id,
        span=span,
        travels=instructor_travels(booking.format),
        chain_id=booking.chain_id,
        reference=reference,
        expires_at=row.checkout_expires_at,
    )


def not_payable(lesson: Lesson) -> NotPayable:
    """The refusal of paying for what is not to be paid now."""
    status = lesson.booking.status
    return NotPayable(
        f"There is nothing to pay for a booking that is {status}. Look at its status first.",
        booking_id=lesson.booking.id,
        status=status,
    )
