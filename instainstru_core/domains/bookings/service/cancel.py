"""Cancelling before the start."""

from instainstru_core.domains.accounts.policy import public_name
from instainstru_core.domains.bookings import policy
from instainstru_core.domains.bookings.errors import (
    AlreadyCancelled,
    AlreadyStarted,
    NotCancellable,
    OwnBooking,
)
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.policy import settlement
from instainstru_core.domains.bookings.repository.lessons import Named
from instainstru_core.domains.bookings.schemas import CancelBooking, CancelPreview
from instainstru_core.domains.bookings.service import advancing, previews, steps
from instainstru_core.domains.bookings.service.calling_off import call_off
from instainstru_core.domains.bookings.service.lesson import Lesson, as_it_is, held
from instainstru_core.domains.bookings.service.views import visible
from instainstru_core.domains.bookings.types import (
    CancellationVerdict,
    CancelledBy,
    Ending,
    Notice,
    Side,
)
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import Cents
from instainstru_core.kernel.uow import Uow

CANCELLING_SIDE = {
    Side.STUDENT: CancelledBy.STUDENT,
    Side.INSTRUCTOR: CancelledBy.INSTRUCTOR,
    Side.STAFF: CancelledBy.ADMIN,
}


@operation("bookings.cancel")
def cancel(
    uow: Uow,
    booking_id: str,
    command: CancelBooking,
    *,
    fence: int | None = None,
    confirm: str | None = None,
) -> Command | None:
    """Cancel before the start, as the student, the instructor or staff, and free the time.

    What follows for the money is decided here; a command that comes back is to be called now.
    Cancelling again from the same side changes nothing. Refused where a preview was confirmed that
    no longer holds.
    """
    named, side = visible(uow, booking_id)
    lesson = held(uow, named.booking.chain_id, fence=fence)
    row = as_it_is(uow, lesson, named.booking)
    staff = side is Side.STAFF
    require(uow.actor, Permission.BOOKINGS_CANCEL_ANY if staff else Permission.BOOKINGS_CANCEL_OWN)
    by = CANCELLING_SIDE[side]
    verdict = policy.cancellation(
        status=row.status,
        cancelled_by=row.cancelled_by,
        starts_at=row.starts_at,
        by=by,
        now=uow.now,
    )
    _refuse_unless_cancellable(row, verdict)
    if verdict is CancellationVerdict.REPEATED:
        return None
    if payments.pending(uow, lesson.reference):
        raise payments.command_open(lesson.reference)
    if confirm is not None:
        current = _preview(uow, lesson, named, command).confirm
        previews.refuse_outdated(confirm, current, booking_id=booking_id)
    notice = call_off(uow, row, by, command.reason)
    steps.end(uow, lesson, _ending(lesson, by, notice, keep=command.keep_payment))
    return advancing.proceed(uow, lesson)


@operation("bookings.preview_cancel")
def preview_cancel(uow: Uow, booking_id: str, command: CancelBooking) -> CancelPreview:
    """What cancelling as staff would do now. Nothing changes. Not for lessons of one's own."""
    require(uow.actor, Permission.BOOKINGS_CANCEL_ANY)
    named, side = visible(uow, booking_id)
    if side is not Side.STAFF:
        raise OwnBooking(
            "This is a lesson of your own. Cancel it as yourself, or ask a colleague.",
            booking_id=booking_id,
        )
    lesson = held(uow, named.booking.chain_id)
    row = as_it_is(uow, lesson, named.booking)
    verdict = policy.cancellation(
        status=row.status,
        cancelled_by=row.cancelled_by,
        starts_at=row.starts_at,
        by=CancelledBy.ADMIN,
        now=uow.now,
    )
    if verdict is CancellationVerdict.REPEATED:
        verdict = CancellationVerdict.CANCELLED_BEFORE
    _refuse_unless_cancellable(row, verdict)
    return _preview(uow, lesson, named, command)


def _preview(uow: Uow, lesson: Lesson, named: Named, command: CancelBooking) -> CancelPreview:
    row, booking = lesson.money, lesson.booking
    notice = policy.notice(booking.starts_at, uow.now)
    ending = _ending(lesson, CancelledBy.ADMIN, notice, keep=command.keep_payment)
    charged = row.card_cents if ending in settlement.KEEPS_CARD else row.captured_cents
    settled = settlement.settlement(
        ending,
        lesson.price,
        credit=Cents(credits.reserved(uow, lesson.reference)),
        captured=Cents(charged),
        is_locked=row.locked_at is not None,
    )
    is_held = row.authorized_at is not None and not row.captured_cents
    given_back = settled.released.amount + settled.issued.amount
    seen = booking.id, booking.status, ending, is_held, row.captured_cents, settled
    return CancelPreview(
        booking_id=booking.id,
        status=booking.status,
        starts_at=booking.starts_at,
        student_name=public_name(*named.student),
        instructor_name=public_name(*named.instructor),
        service_name=booking.service_name,
        charged_cents=charged,
        refund_cents=settled.refunded.amount,
        hold_released_cents=row.card_cents if is_held and not charged else 0,
        credit_back_cents=given_back,
        instructor_cents=settled.owed.amount,
        confirm=previews.mark(*seen),
    )


def _ending(lesson: Lesson, by: CancelledBy, notice: Notice, *, keep: bool) -> Ending:
    """What a cancellation means for the money. An unpaid checkout costs nobody anything."""
    if lesson.booking.confirmed_at is None:
        return Ending.STUDENT_CANCEL_UNPAID
    match by:
        case CancelledBy.STUDENT:
            is_locked = lesson.money.locked_at is not None
            return settlement.student_cancellation(notice, is_locked=is_locked)
        case CancelledBy.INSTRUCTOR:
            return Ending.INSTRUCTOR_CANCEL
        case CancelledBy.ADMIN:
            return Ending.ADMIN_CANCEL_KEEP if keep else Ending.ADMIN_CANCEL_REFUND


def _refuse_unless_cancellable(row: Booking, verdict: CancellationVerdict) -> None:
    match verdict:
        case CancellationVerdict.STARTED:
            raise AlreadyStarted(
                "The lesson has started, so it cannot be cancelled any more."
                " If someone did not come, report that instead.",
                booking_id=row.id,
                starts_at=row.starts_at.isoformat(),
            )
        case CancellationVerdict.CANCELLED_BEFORE:
            raise AlreadyCancelled(
                f"The {row.cancelled_by} has cancelled this booking already. Nothing is left.",
                booking_id=row.id,
                cancelled_by=row.cancelled_by,
            )
        case CancellationVerdict.IMPOSSIBLE:
            raise NotCancellable(
                f"A booking that is {row.status} cannot be cancelled. Look at its status first.",
                booking_id=row.id,
                status=row.status,
            )
        case CancellationVerdict.ALLOWED | CancellationVerdict.REPEATED:
            return
