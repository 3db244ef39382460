"""Paying for lessons: checkout, another try, tips, debts, and how the work on money keeps up."""

from http import HTTPStatus

from api.deps import RuntimeDep, SignedInDep, UowDep
from api.keys import IdempotencyKey
from api.lists import Items
from api.routing import Router
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    CheckoutBooking,
    CheckoutView,
    DebtView,
    GiveTip,
    HealthView,
    RetryPayment,
    TipView,
)
from instainstru_core.domains.ledger.schemas import LedgerExplanationView

router = Router(tags=["payments"])


@router.post(
    "/bookings/{booking_id}/checkout",
    operation_id="bookings.checkout",
    summary="Pay for a booking",
)
def checkout(
    runtime: RuntimeDep,
    actor: SignedInDep,
    booking_id: str,
    command: CheckoutBooking,
    key: IdempotencyKey = None,
) -> CheckoutView:
    """Confirms the lesson, with a hold on the card first when it starts in less than 24 hours.
    `result` says what became of it, also when the card was refused. Send a key, so that a repeat
    is safe.
    """
    return flows.checkout(
        runtime.cashier, actor=actor, booking_id=booking_id, command=command, idempotency_key=key
    )


@router.post(
    "/bookings/{booking_id}/retry-payment",
    operation_id="bookings.retry_payment",
    summary="Try a refused payment again",
)
def retry_payment(
    runtime: RuntimeDep,
    actor: SignedInDep,
    booking_id: str,
    command: RetryPayment,
    key: IdempotencyKey = None,
) -> CheckoutView:
    """Of a confirmed lesson, at once, perhaps with another card. A repeat charges nothing twice;
    with a key it gets the same answer.
    """
    return flows.retry_payment(
        runtime.cashier, actor=actor, booking_id=booking_id, command=command, idempotency_key=key
    )


@router.post(
    "/bookings/{booking_id}/tips",
    status_code=HTTPStatus.CREATED,
    operation_id="bookings.tip",
    summary="Tip the instructor",
)
def tip(
    runtime: RuntimeDep,
    actor: SignedInDep,
    booking_id: str,
    command: GiveTip,
    key: IdempotencyKey = None,
) -> TipView:
    """Once for a completed lesson, within 30 days. All of it goes to the instructor; `state` says
    whether the card was charged. Send a key, so that a repeat is safe.
    """
    return flows.tip(
        runtime.cashier, actor=actor, booking_id=booking_id, command=command, idempotency_key=key
    )


@router.get("/payments/debts", operation_id="payments.debts", summary="What the caller owes")
def debts(uow: UowDep) -> Items[DebtView]:
    """Lesson by lesson, and for bought credit that a bank took back after it was spent. Until it
    is paid no other lesson can be booked.
    """
    return Items(items=service.debts(uow))


@router.post(
    "/bookings/{booking_id}/pay-debt",
    operation_id="bookings.pay_debt",
    summary="Pay what is owed for a lesson",
)
def pay_debt(
    runtime: RuntimeDep,
    actor: SignedInDep,
    booking_id: str,
    command: RetryPayment,
    key: IdempotencyKey = None,
) -> Items[DebtView]:
    """Charges the card at once, and answers with what the caller owes after that. Send a key, so
    that a repeat is safe.
    """
    owed = flows.pay_debt(
        runtime.cashier, actor=actor, booking_id=booking_id, command=command, idempotency_key=key
    )
    return Items(items=owed)


@router.post(
    "/credits/top-ups/{top_up_id}/pay-debt",
    operation_id="bookings.pay_top_up_debt",
    summary="Pay what is owed for bought credit",
)
def pay_top_up_debt(
    runtime: RuntimeDep,
    actor: SignedInDep,
    top_up_id: str,
    command: RetryPayment,
    key: IdempotencyKey = None,
) -> Items[DebtView]:
    """The same where a bank took back what paid for credit, and the credit was spent."""
    owed = flows.pay_top_up_debt(
        runtime.cashier, actor=actor, top_up_id=top_up_id, command=command, idempotency_key=key
    )
    return Items(items=owed)


@router.post(
    "/bookings/{booking_id}/release-review",
    operation_id="bookings.release_review",
    summary="Let a lesson's money go on",
)
def release_review(uow: UowDep, booking_id: str) -> BookingDetailView:
    """For staff, who looked at it. The jobs go on with it within minutes."""
    return service.release_review(uow, booking_id)


@router.get(
    "/payments/health",
    operation_id="payments.health",
    summary="Whether the work on money keeps up",
)
def health(uow: UowDep) -> HealthView:
    """For staff: what is overdue, what people have to look at, which calls hang."""
    return service.health(uow)


@router.get(
    "/ledger/{reference}/explain",
    operation_id="ledger.explain",
    summary="Where every cent of something is",
)
def explain(uow: UowDep, reference: str) -> LedgerExplanationView:
    """For staff: of a booking by its id, also of one that was moved, with tips for it and what was
    owed for it; else by `booking:ID`, `tip:ID`, `topup:ID` or `debt:ID`.
    """
    return service.explain_money(uow, reference)
