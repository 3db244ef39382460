"""The way out where the provider refuses a refund: credit, or the bank gave the money back already.

A charge that was disputed can no longer be refunded. Staff look first and confirm; what is settled
leaves the lesson's pot, the student is told, and the lesson's money goes on.
"""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.errors import NotRefundable
from instainstru_core.domains.bookings.events import RefundSettled
from instainstru_core.domains.bookings.models import RefundSettlement
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.schemas import (
    RefundSettlementPreview,
    RefundSettlementView,
    SettleRefund,
)
from instainstru_core.domains.bookings.service import (
    advancing,
    books,
    outside_reversals,
    previews,
    refund_orders,
)
from instainstru_core.domains.bookings.service.lesson import Lesson, case_of
from instainstru_core.domains.bookings.types import RefundWay
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.money import Cents, dollars
from instainstru_core.kernel.uow import Uow

STOPPED_BY = frozenset({refund_orders.REFUSED, outside_reversals.REFUSED})
"""Why people look at a lesson whose money goes on with the settlement: it is tried again."""


@operation("bookings.preview_refund_settlement")
def preview_refund_settlement(
    uow: Uow, booking_id: str, command: SettleRefund
) -> RefundSettlementPreview:
    """What settling a refused refund this way would do now. Nothing changes. For staff."""
    require(uow.actor, Permission.PAYMENTS_REFUND_ANY)
    return _preview(uow, previews.lesson_of(uow, booking_id, None), command)


@operation("bookings.settle_refund")
def settle_refund(
    uow: Uow, booking_id: str, command: SettleRefund, *, fence: int | None = None
) -> tuple[RefundSettlementView, Command | None]:
    """Settle it, as it is at this moment; the call that comes back is to be made now.

    Raises NotRefundable, and PreviewOutdated where a preview that was confirmed no longer holds.
    """
    require(uow.actor, Permission.PAYMENTS_REFUND_ANY)
    lesson = previews.lesson_of(uow, booking_id, fence)
    if payments.pending(uow, lesson.reference):
        raise payments.command_open(lesson.reference)
    found = _preview(uow, lesson, command)
    previews.refuse_outdated(command.confirm, found.confirm, booking_id=booking_id)
    row = _write(uow, lesson, command, found)
    _go_on(uow, lesson, row)
    audit.record(
        uow,
        "bookings.settle_refund",
        subject_kind="booking",
        subject_id=booking_id,
        details={
            "way": command.way,
            "credit_cents": found.credit_cents,
            "bank_cents": found.bank_cents,
            "reason": command.reason,
        },
    )
    uow.emit(
        RefundSettled(
            booking_id=lesson.booking.id,
            credit_cents=found.credit_cents,
            bank_cents=found.bank_cents,
        )
    )
    view = RefundSettlementView(
        id=row.id,
        booking_id=booking_id,
        way=row.way,
        credit_cents=row.credit_cents,
        bank_cents=row.bank_cents,
        settled_at=row.settled_at,
    )
    return view, advancing.proceed(uow, lesson)


def _preview(uow: Uow, lesson: Lesson, command: SettleRefund) -> RefundSettlementPreview:
    row, case = lesson.money, case_of(lesson)
    if row.is_disputed:
        raise NotRefundable(
            "A bank is still looking into this charge. Wait for its last word, then settle this."
        )
    outstanding = case.outstanding_cents
    if not row.is_blocked or outstanding <= 0:
        raise NotRefundable(
            "No refund of this booking was refused, so there is none to settle. Order a refund"
            " instead."
        )
    bank = min(outstanding, _made_by_bank(uow, lesson))
    _judge(command.way, outstanding=outstanding, bank=bank)
    seen = (lesson.booking.id, command.way, outstanding, bank, row.refund_settled_cents)
    return RefundSettlementPreview(
        booking_id=lesson.booking.id,
        way=command.way,
        charged_cents=row.captured_cents,
        charged_back_cents=row.charged_back_cents,
        refunded_before_cents=row.refunded_cents,
        outstanding_cents=outstanding,
        credit_cents=outstanding - bank,
        bank_cents=bank,
        confirm=previews.mark(*seen),
    )


def _made_by_bank(uow: Uow, lesson: Lesson) -> int:
    """What of the refunds that staff ordered came back from the bank instead.

    What goes beyond the charge was given back by the bank. Before a lesson is settled its refund
    leaves out what the bank took anyway.
    """
    row = lesson.money
    if row.settled_at is None:
        return 0
    before = sum(one.bank_cents for one in repository.settlements(uow.session, row.chain_id))
    return max(0, lesson.given_over_cents - before)


def _judge(way: RefundWay, *, outstanding: int, bank: int) -> None:
    if way is RefundWay.BANK and bank < outstanding:
        raise NotRefundable(
            f"The bank gave back {dollars(bank)} of the {dollars(outstanding)} that are to go back,"
            " so the student is still to get the rest. Settle it as credit.",
            bank_cents=bank,
            outstanding_cents=outstanding,
        )
    if way is RefundWay.CREDIT and bank == outstanding:
        raise NotRefundable(
            f"The bank gave all of the {dollars(outstanding)} back already. Credit would give it"
            " twice: settle it as made by the bank.",
            bank_cents=bank,
            outstanding_cents=outstanding,
        )


def _write(
    uow: Uow, lesson: Lesson, command: SettleRefund, found: RefundSettlementPreview
) -> RefundSettlement:
    row = RefundSettlement(
        id=new_id(),
        chain_id=lesson.money.chain_id,
        booking_id=lesson.booking.id,
        way=command.way,
        credit_cents=found.credit_cents,
        bank_cents=found.bank_cents,
        reason=command.reason,
        settled_by=uow.actor.id,
        settled_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    books.pay_back(
        uow,
        lesson,
        key=f"refund_settled:{row.id}",
        credit=Cents(found.credit_cents),
        bank=Cents(found.bank_cents),
    )
    return row


def _go_on(uow: Uow, lesson: Lesson, settled: RefundSettlement) -> None:
    """What was stopped goes on, as if the refund had been made."""
    row = lesson.money
    row.refund_settled_cents += settled.credit_cents + settled.bank_cents
    row.credit_back_cents += settled.credit_cents
    row.is_blocked = False
    if row.review_reason in STOPPED_BY:
        row.review_since = row.review_reason = None
    refund_orders.close_orders(uow, lesson)
