"""Paying for a lesson: credit is set aside, the card is held now or a day before."""

from instainstru_core.domains.bookings.errors import (
    CheckoutOver,
    InstructorNotReady,
    NotPayable,
)
from instainstru_core.domains.bookings.policy import agenda
from instainstru_core.domains.bookings.schemas import CheckoutBooking, RetryPayment
from instainstru_core.domains.bookings.service import advancing, calls, confirming, steps
from instainstru_core.domains.bookings.service.lesson import Lesson, held_by_student
from instainstru_core.domains.bookings.types import BookingStatus, DueKind
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.errors import PayeeNotReady
from instainstru_core.domains.payments.schemas import Card
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
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
    lesson = held_by_student(uow, booking_id, fence=fence)
    row, booking = lesson.money, lesson.booking
    if booking.id == booking_id and booking.status is BookingStatus.CONFIRMED:
        return None
    with uow.session.no_autoflush:  # the lesson's money is written once, at the end
        resumed = advancing.resumed(uow, lesson, at_once=True)
        if resumed is not None:
            return resumed
        card = _payable(uow, lesson, booking_id, command)
        _keep_time(uow, lesson)
        _share(uow, lesson, card, command)
        if agenda.is_immediate(booking.starts_at, uow.now):
            row.hold_due_at = uow.now
            call = calls.hold(uow, lesson, card, off_session=False)
            return advancing.under_way(lesson, call)
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
    lesson = held_by_student(uow, booking_id, fence=fence)
    row = lesson.money
    resumed = advancing.resumed(uow, lesson, at_once=True)
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


def _share(uow: Uow, lesson: Lesson, card: Card, command: CheckoutBooking) -> None:
    """What credit pays, and what is left for the card."""
    row, booking = lesson.money, lesson.booking
    row.payment_method_id = card.id
    wanted = min(command.credit_cents, booking.lesson_price_cents)
    if wanted or row.credit_cents:
        row.credit_cents = credits.reserve(
            uow, user_id=row.student_id, reference=lesson.reference, cents=wanted
        )
    row.card_cents = booking.total_cents - row.credit_cents


def _payable(uow: Uow, lesson: Lesson, booking_id: str, command: CheckoutBooking) -> Card:
    """The card to charge, where this lesson may be paid for now."""
    row, booking = lesson.money, lesson.booking
    if booking.id != booking_id or booking.status is not BookingStatus.PENDING:
        raise not_payable(lesson)
    until = row.checkout_expires_at
    if until is None or uow.now >= until or uow.now >= booking.starts_at:
        raise CheckoutOver(
            "The time to pay for this lesson is over and its slot is free again. Book it anew.",
            booking_id=booking_id,
        )
    try:
        return payments.card_for(
            uow,
            student_id=row.student_id,
            instructor_id=row.instructor_id,
            payment_method_id=command.payment_method_id,
        )
    except PayeeNotReady as refusal:
        raise InstructorNotReady(
            "This instructor cannot be paid yet, so the lesson cannot be paid for. Choose another"
            " instructor, or try again later.",
            instructor_id=row.instructor_id,
        ) from refusal


def _keep_time(uow: Uow, lesson: Lesson) -> None:
    """Keep the slot while the card is asked, for half an hour from now."""
    row, booking = lesson.money, lesson.booking
    until = agenda.checkout_expiry(booking.starts_at, uow.now)
    row.checkout_expires_at = max(row.checkout_expires_at or until, until)
    confirming.take_time(uow, booking, until=row.checkout_expires_at)


def not_payable(lesson: Lesson) -> NotPayable:
    """The refusal of paying for what is not to be paid now."""
    status = lesson.booking.status
    return NotPayable(
        f"There is nothing to pay for a booking that is {status}. Look at its status first.",
        booking_id=lesson.booking.id,
        status=status,
    )
