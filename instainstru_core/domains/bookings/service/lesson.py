"""A lesson and its money, held together: what every change of either begins with."""

from dataclasses import dataclass

from instainstru_core.domains.bookings.errors import BookingNotFound
from instainstru_core.domains.bookings.models import Booking, LessonMoney, NoShowReport
from instainstru_core.domains.bookings.policy import settlement
from instainstru_core.domains.bookings.policy.agenda import Case, Moving
from instainstru_core.domains.bookings.policy.settlement import Price
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.service.views import not_found
from instainstru_core.domains.bookings.types import BookingStatus, PaymentStatus
from instainstru_core.kernel.authority import ActorKind
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.ports import InProgress
from instainstru_core.kernel.uow import Uow

PREFIX = "booking:"
TAKEN_BACK = "transfer_reversed_at_the_provider"
"""Why people look at a lesson of whose payout somebody took back more than was to come back."""


@dataclass(slots=True)
class Lesson:
    """The row that is held, the booking that counts now, and a report about it.

    `is_asked` tells whether a call about its money was open when it was taken hold of.
    """

    money: LessonMoney
    booking: Booking
    report: NoShowReport | None
    is_asked: bool = False

    @property
    def reference(self) -> str:
        """What payments, credits and the ledger know this lesson by."""
        return PREFIX + self.money.chain_id

    @property
    def price(self) -> Price:
        row = self.booking
        return Price(
            Cents(row.lesson_price_cents),
            Cents(row.student_fee_cents),
            Cents(row.instructor_fee_cents),
        )

    @property
    def taken_back_cents(self) -> int:
        """What of the instructor's share goes with refunds by staff and with chargebacks."""
        row = self.money
        return settlement.running_share(
            row.owed_cents,
            part=row.refund_due_cents + row.charged_back_cents,
            whole=row.captured_cents,
        )

    @property
    def still_owed_cents(self) -> int:
        """What of the instructor's share is left after refunds by staff and chargebacks."""
        return self.money.owed_cents - self.taken_back_cents

    @property
    def given_over_cents(self) -> int:
        """By how much refunds by staff and chargebacks together are more than was taken."""
        row = self.money
        return max(0, row.refund_due_cents + row.charged_back_cents - row.captured_cents)


def held(uow: Uow, chain_id: str, *, fence: int | None = None) -> Lesson:
    """The lesson of this chain, held until the transaction ends. Two statements.

    A holder of the lesson's mutex whose successor was here already is refused with InProgress.
    """
    money = repository.locked(uow.session, chain_id)
    if money is None:
        raise BookingNotFound("There is no such lesson. List your bookings to find its id.")
    return _lesson(uow, money, fence)


def held_by_student(uow: Uow, booking_id: str, *, fence: int | None = None) -> Lesson:
    """The lesson of a booking, held, for its student. For all others it does not exist."""
    actor = uow.actor
    is_person = actor.kind is ActorKind.USER and is_id(booking_id)
    student_id = actor.id if is_person else None
    money = student_id and repository.locked_of_student(uow.session, booking_id, student_id)
    if not money:
        raise not_found(booking_id)
    return _lesson(uow, money, fence)


def _lesson(uow: Uow, money: LessonMoney, fence: int | None) -> Lesson:
    if fence is not None and money.fence > fence:
        raise InProgress("This booking was worked on meanwhile. Look at it again.", retry_after=1)
    found = repository.booking(uow.session, money.booking_id)
    money.fence = money.fence if fence is None else fence
    return Lesson(money, *found)


def as_it_is(uow: Uow, lesson: Lesson, row: Booking) -> Booking:
    """A booking of this lesson, read before it was held, as it is now: it may have been moved."""
    if row.id != lesson.booking.id:
        uow.session.refresh(row)
    return row


def chain_id_of(reference: str) -> str:
    """The lesson of a reference."""
    return reference.removeprefix(PREFIX)


def case_of(lesson: Lesson) -> Case:
    """What the policy knows of a lesson."""
    row, booking, report = lesson.money, lesson.booking, lesson.report
    open_report = report if report is not None and report.resolution is None else None
    moving = None
    if row.moving_to_id is not None and row.moving_until is not None:
        moving = Moving(takes_all=row.moving_takes_all, until=row.moving_until)
    return Case(
        status=booking.status,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        has_card=row.payment_method_id is not None,
        checkout_expires_at=row.checkout_expires_at,
        hold_due_at=row.hold_due_at,
        hold_failures=row.hold_failures,
        hold_last_failed_at=row.hold_last_failed_at,
        warned_at=row.warned_at,
        is_held=row.authorized_at is not None and row.captured_at is None,
        has_stale_hold=row.stale_charge_id is not None,
        capture_before=row.capture_before,
        captured_cents=row.captured_cents,
        capture_failures=row.capture_failures,
        capture_first_failed_at=row.capture_first_failed_at,
        capture_last_failed_at=row.capture_last_failed_at,
        is_locked=row.locked_at is not None,
        moving=moving,
        reported_at=None if open_report is None else open_report.reported_at,
        report_is_disputed=open_report is not None and open_report.disputed_at is not None,
        ending=row.ending,
        is_settled=row.settled_at is not None,
        owed_cents=lesson.still_owed_cents,
        paid_cents=row.paid_cents,
        transfer_failures=row.transfer_failures,
        transfer_last_failed_at=row.transfer_last_failed_at,
        refund_due_cents=row.refund_due_cents,
        refunded_cents=row.refunded_cents,
        refund_settled_cents=row.refund_settled_cents,
        charged_back_cents=row.charged_back_cents,
        is_disputed=row.is_disputed,
        is_blocked=row.is_blocked,
        is_taken_back=row.review_reason == TAKEN_BACK,
    )


def payment_status(lesson: Lesson) -> PaymentStatus:
    """The one word for where a lesson's money is. Derived, and kept on the booking for lists."""
    row, status = lesson.money, lesson.booking.status
    is_held = row.authorized_at is not None
    needs_card = row.payment_method_id is None and status is not BookingStatus.PENDING
    words = (
        (row.review_since is not None or row.is_disputed, PaymentStatus.MANUAL_REVIEW),
        (status is BookingStatus.NO_SHOW and row.ending is None, PaymentStatus.MANUAL_REVIEW),
        (row.settled_at is not None, PaymentStatus.SETTLED),
        (row.locked_at is not None, PaymentStatus.LOCKED),
        (bool(row.capture_failures), PaymentStatus.PAYMENT_METHOD_REQUIRED),
        (is_held, PaymentStatus.AUTHORIZED),
        (bool(row.hold_failures) or needs_card, PaymentStatus.PAYMENT_METHOD_REQUIRED),
        (status is BookingStatus.PENDING, PaymentStatus.NONE),
    )
    return next((word for holds, word in words if holds), PaymentStatus.SCHEDULED)
