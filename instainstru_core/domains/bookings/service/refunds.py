"""Money that staff give back: shown first, then ordered, judged anew at that moment."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.errors import (
    NotRefundable,
    RefundTooLarge,
)
from instainstru_core.domains.bookings.schemas import OrderRefund, RefundPreview
from instainstru_core.domains.bookings.service import advancing, giving_back, previews, steps
from instainstru_core.domains.bookings.service.calling_off import call_off
from instainstru_core.domains.bookings.service.giving_back import Shares
from instainstru_core.domains.bookings.service.lesson import Lesson
from instainstru_core.domains.bookings.types import CancelledBy, Ending, RefundAction
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("bookings.preview_refund")
def preview_refund(uow: Uow, booking_id: str, command: OrderRefund) -> RefundPreview:
    """What this refund would do now. Nothing changes."""
    require(uow.actor, Permission.PAYMENTS_REFUND_ANY)
    return _preview(uow, previews.lesson_of(uow, booking_id, None), command)


@operation("bookings.order_refund")
def order_refund(
    uow: Uow, booking_id: str, command: OrderRefund, *, fence: int | None = None
) -> tuple[RefundPreview, str | None, Command | None]:
    """Order it, as it is at this moment. Refused when a preview was confirmed that no longer holds.

    Comes back with what is being done, the order's id, and the call to be made for it now.
    """
    require(uow.actor, Permission.PAYMENTS_REFUND_ANY)
    lesson = previews.lesson_of(uow, booking_id, fence)
    if payments.pending(uow, lesson.reference):
        raise payments.command_open(lesson.reference)
    found = _preview(uow, lesson, command)
    previews.refuse_outdated(command.confirm, found.confirm, booking_id=booking_id)
    if found.action is RefundAction.VOID:
        _cancel(uow, lesson)
        order_id = None
    else:
        order_id = _order(uow, lesson, command, found)
    audit.record(
        uow,
        "bookings.order_refund",
        subject_kind="booking",
        subject_id=booking_id,
        details={
            "cents": found.refund_cents,
            "reason": command.reason,
            "instructor_cents": found.instructor_cents,
        },
    )
    return found, order_id, advancing.proceed(uow, lesson)


def _preview(uow: Uow, lesson: Lesson, command: OrderRefund) -> RefundPreview:
    row = lesson.money
    if row.is_disputed or row.is_blocked or row.moving_to_id is not None:
        raise NotRefundable("Something else is going on with this payment. Settle that first.")
    if row.captured_cents:
        shares, action = _shares(uow, lesson, command), RefundAction.REFUND
    else:
        shares, action = _nothing_taken(lesson, command), RefundAction.VOID
    seen = (
        lesson.booking.id,
        action,
        row.refund_due_cents,
        row.captured_cents,
        row.owed_cents,
        lesson.booking.status,
        shares,
    )
    return RefundPreview(
        booking_id=lesson.booking.id,
        action=action,
        charged_cents=row.captured_cents,
        refunded_before_cents=row.refund_due_cents,
        refund_cents=shares.refund,
        instructor_cents=shares.instructor,
        platform_cents=shares.platform,
        credit_back_cents=shares.credit_back,
        credit_revoked_cents=shares.credit_revoked,
        confirm=previews.mark(*seen),
    )


def _shares(uow: Uow, lesson: Lesson, command: OrderRefund) -> Shares:
    row = lesson.money
    if row.settled_at is None:
        raise NotRefundable(
            "This lesson's money is not settled yet. Cancel the lesson, or wait until it is."
        )
    gone = row.refund_due_cents + row.charged_back_cents
    left = row.captured_cents - gone
    cents = left if command.cents is None else command.cents
    if left <= 0:
        raise NotRefundable("All of this charge has been given back already.")
    if cents > left:
        raise RefundTooLarge(
            f"Only {left} cents of this charge are left to give back.", left_cents=left
        )

    return giving_back.shares(uow, lesson, cents)


def _nothing_taken(lesson: Lesson, command: OrderRefund) -> Shares:
    """A hold is let go as a whole: the lesson is cancelled, nothing is charged."""
    if lesson.money.ending is not None or lesson.booking.confirmed_at is None:
        raise NotRefundable("Nothing was charged for this booking, so nothing can be given back.")
    if lesson.report is not None and lesson.report.resolution is None:
        raise NotRefundable(
            "Somebody reported that somebody did not come, and nothing was taken yet. Decide about"
            " the report: that lets the hold go too."
        )
    if command.cents is not None:
        raise RefundTooLarge(
            "Nothing was taken yet, so no part can be given back. Leave the amount out to cancel"
            " the lesson and let the hold go."
        )
    return Shares(0, 0, 0, 0)


def _order(uow: Uow, lesson: Lesson, command: OrderRefund, found: RefundPreview) -> str:
    row = lesson.money
    order = giving_back.order(uow, lesson, found.refund_cents, command.reason, note=command.note)
    taken = Shares(
        refund=found.refund_cents,
        instructor=found.instructor_cents,
        credit_back=found.credit_back_cents,
        credit_revoked=found.credit_revoked_cents,
    )
    giving_back.take(uow, lesson, taken, key=f"refund_order:{order.id}")
    row.refund_due_cents += found.refund_cents
    giving_back.finish(uow, lesson)
    return order.id


def _cancel(uow: Uow, lesson: Lesson) -> None:
    call_off(uow, lesson.booking, CancelledBy.ADMIN, "Refunded by staff")
    steps.end(uow, lesson, Ending.ADMIN_CANCEL_REFUND)
