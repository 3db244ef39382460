"""Money that staff give back: look first, then order."""

from http import HTTPStatus

from api.deps import RuntimeDep, SignedInDep, UowDep
from api.keys import IdempotencyKey
from api.routing import Router
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.schemas import (
    OrderRefund,
    RefundOrderView,
    RefundPreview,
    RefundSettlementPreview,
    RefundSettlementView,
    SettleRefund,
)

router = Router(prefix="/bookings/{booking_id}/refunds", tags=["payments"])


@router.post("/preview", operation_id="bookings.preview_refund", summary="What a refund would do")
def preview(uow: UowDep, booking_id: str, command: OrderRefund) -> RefundPreview:
    """For staff. Changes nothing; order it with the `confirm` of the answer."""
    return service.preview_refund(uow, booking_id, command)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    operation_id="bookings.refund",
    summary="Give money back",
)
def order(
    runtime: RuntimeDep,
    actor: SignedInDep,
    booking_id: str,
    command: OrderRefund,
    key: IdempotencyKey = None,
) -> RefundOrderView:
    """For staff. Judged anew at this moment: refused when `confirm` is of a preview that no longer
    holds. Send a key, so that a repeat is safe.
    """
    return flows.refund(
        runtime.cashier, actor=actor, booking_id=booking_id, command=command, idempotency_key=key
    )


@router.post(
    "/settlement/preview",
    operation_id="bookings.preview_refund_settlement",
    summary="What settling a refused refund would do",
)
def preview_settlement(
    uow: UowDep, booking_id: str, command: SettleRefund
) -> RefundSettlementPreview:
    """For staff, where the provider refuses a refund because the payment was disputed at the bank.
    Changes nothing; settle it with the `confirm` of the answer.
    """
    return service.preview_refund_settlement(uow, booking_id, command)


@router.post(
    "/settlement",
    status_code=HTTPStatus.CREATED,
    operation_id="bookings.settle_refund",
    summary="Settle a refused refund",
)
def settle(
    runtime: RuntimeDep,
    actor: SignedInDep,
    booking_id: str,
    command: SettleRefund,
    key: IdempotencyKey = None,
) -> RefundSettlementView:
    """For staff: as credit of the student, or as given back by the bank already. Judged anew at
    this moment: refused when `confirm` is of a preview that no longer holds. Send a key, so that a
    repeat is safe.
    """
    return flows.settle_refund(
        runtime.cashier, actor=actor, booking_id=booking_id, command=command, idempotency_key=key
    )
