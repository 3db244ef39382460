"""Giving money back, as staff."""

from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.flows.driving import Cashier
from instainstru_core.domains.bookings.flows.lessons import chain_of, run_afresh
from instainstru_core.domains.bookings.schemas import (
    OrderRefund,
    RefundOrderView,
    RefundPreview,
    RefundSettlementView,
    SettleRefund,
)
from instainstru_core.domains.bookings.types import RefundState
from instainstru_core.domains.payments.types import Command, CommandState
from instainstru_core.kernel import idempotency
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Uow


def refund(
    cashier: Cashier,
    *,
    actor: Actor,
    booking_id: str,
    command: OrderRefund,
    idempotency_key: str | None = None,
) -> RefundOrderView:
    """Order a refund and have it made. With a key, a repeat gets the same answer.

    The order and its answer are one transaction: a key never orders twice, whatever crashes.
    """
    operation = f"bookings.refund:{booking_id}"
    orders: list[RefundOrderView] = []
    calls: list[Command] = []

    def start(uow: Uow, fence: int | None) -> Command | None:
        def order() -> RefundOrderView:
            found, order_id, call = service.order_refund(uow, booking_id, command, fence=fence)
            calls.extend([] if call is None else [call])
            return _told(found, order_id, done=call is None)

        told = idempotency.once(
            uow,
            operation=operation,
            key=idempotency_key,
            request=command,
            kind=RefundOrderView,
            produce=order,
        )
        orders.append(told)
        return calls[0] if calls else None

    chain_id = chain_of(cashier, actor, booking_id)
    recorded = run_afresh(cashier, actor, chain_id, start)
    told = orders[0]
    if recorded is not None and recorded.state is CommandState.CONFIRMED:
        told = told.model_copy(update={"state": RefundState.DONE})
        with cashier.begin(actor) as uow:
            idempotency.answer(uow, operation=operation, key=idempotency_key, result=told)
    return told


def settle_refund(
    cashier: Cashier,
    *,
    actor: Actor,
    booking_id: str,
    command: SettleRefund,
    idempotency_key: str | None = None,
) -> RefundSettlementView:
    """Settle a refund that the provider refused. With a key, a repeat gets the same answer.

    What the lesson's money waits for since then is done at once.
    """
    answers: list[RefundSettlementView] = []
    calls: list[Command] = []

    def start(uow: Uow, fence: int | None) -> Command | None:
        def settle() -> RefundSettlementView:
            view, call = service.settle_refund(uow, booking_id, command, fence=fence)
            calls.extend([] if call is None else [call])
            return view

        told = idempotency.once(
            uow,
            operation=f"bookings.settle_refund:{booking_id}",
            key=idempotency_key,
            request=command,
            kind=RefundSettlementView,
            produce=settle,
        )
        answers.append(told)
        return calls[0] if calls else None

    run_afresh(cashier, actor, chain_of(cashier, actor, booking_id), start)
    return answers[0]


def _told(found: RefundPreview, order_id: str | None, *, done: bool) -> RefundOrderView:
    return RefundOrderView(
        id=order_id,
        booking_id=found.booking_id,
        action=found.action,
        refund_cents=found.refund_cents,
        instructor_cents=found.instructor_cents,
        credit_back_cents=found.credit_back_cents,
        credit_revoked_cents=found.credit_revoked_cents,
        state=RefundState.DONE if done else RefundState.PENDING,
    )
