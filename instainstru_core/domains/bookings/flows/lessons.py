"""What people do with lessons, with the money that follows."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel

from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.errors import MoveFailed, MoveUnderWay
from instainstru_core.domains.bookings.flows.driving import Cashier, Start, drive, run, run_to
from instainstru_core.domains.bookings.repository import money
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    CancelBooking,
    CheckoutBooking,
    CheckoutView,
    DisputeReport,
    ReportAbsence,
    RescheduleBooking,
    ResolveReport,
    RetryPayment,
)
from instainstru_core.domains.bookings.service.views import not_found
from instainstru_core.domains.bookings.types import BookingStatus, PaymentResult, PaymentStatus
from instainstru_core.domains.payments.errors import AuthenticationRequired, CommandOpen
from instainstru_core.domains.payments.types import Command, CommandState, Recorded
from instainstru_core.kernel import idempotency
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Uow

FINAL = frozenset({PaymentResult.CONFIRMED, PaymentResult.DECLINED})
"""What a key is answered with from then on. Before that, whoever asks is to ask again."""


def checkout(
    cashier: Cashier,
    *,
    actor: Actor,
    booking_id: str,
    command: CheckoutBooking,
    idempotency_key: str | None = None,
) -> CheckoutView:
    """Pay for a lesson. What happened is told, also when the card was refused; with a key, a
    repeat gets the same answer and nothing is charged twice.
    """

    def start(uow: Uow, fence: int | None) -> Command | None:
        return service.checkout(uow, booking_id, command, fence=fence)

    asked = _Keyed("checkout", idempotency_key, command)
    return _paid(cashier, actor, booking_id, asked, start)


def retry_payment(
    cashier: Cashier,
    *,
    actor: Actor,
    booking_id: str,
    command: RetryPayment,
    idempotency_key: str | None = None,
) -> CheckoutView:
    """Try a refused payment again, perhaps with another card. A repeated key gets the same answer,
    once there is one.
    """

    def start(uow: Uow, fence: int | None) -> Command | None:
        return service.retry_payment(uow, booking_id, command, fence=fence)

    asked = _Keyed("retry_payment", idempotency_key, command)
    return _paid(cashier, actor, booking_id, asked, start)


def cancel(
    cashier: Cashier,
    *,
    actor: Actor,
    booking_id: str,
    command: CancelBooking,
    confirm: str | None = None,
) -> BookingDetailView:
    """Cancel a lesson and let the money follow, as previewed where a preview is confirmed."""

    def start(uow: Uow, fence: int | None) -> Command | None:
        return service.cancel(uow, booking_id, command, fence=fence, confirm=confirm)

    _run_with(cashier, actor, booking_id, start)
    return _detail(cashier, actor, booking_id)


def reschedule(
    cashier: Cashier, *, actor: Actor, booking_id: str, command: RescheduleBooking
) -> BookingDetailView:
    """Move a lesson. Answers with the new booking. Raises MoveFailed where its money could not be
    had: then the old booking stands as it was. Raises MoveUnderWay where nobody knows yet.
    """
    _run(cashier, actor, booking_id, command, service.reschedule)
    old = _detail(cashier, actor, booking_id)
    if old.moved_to_id is not None:
        return _detail(cashier, actor, old.moved_to_id)
    with cashier.begin(actor) as uow:
        if money.is_moving(uow.session, old.chain_id):
            raise MoveUnderWay(
                "The payment provider has not answered yet. The lesson is moved as soon as it has;"
                " look at it again in a minute.",
                booking_id=booking_id,
            )
    raise MoveFailed(
        "The card was refused, so the lesson was not moved and stands as it was. Choose another"
        " card, then move it again.",
        booking_id=booking_id,
    )


def complete(cashier: Cashier, *, actor: Actor, booking_id: str) -> BookingDetailView:
    """Say that a lesson took place."""

    def start(uow: Uow, fence: int | None) -> Command | None:
        return service.complete(uow, booking_id, fence=fence)

    _run_with(cashier, actor, booking_id, start)
    return _detail(cashier, actor, booking_id)


def report_absence(
    cashier: Cashier, *, actor: Actor, booking_id: str, command: ReportAbsence
) -> BookingDetailView:
    """Say that somebody did not come."""
    _run(cashier, actor, booking_id, command, service.report_absence)
    return _detail(cashier, actor, booking_id)


def dispute_report(
    cashier: Cashier, *, actor: Actor, booking_id: str, command: DisputeReport
) -> BookingDetailView:
    """Object to a report."""
    _run(cashier, actor, booking_id, command, service.dispute_report)
    return _detail(cashier, actor, booking_id)


def resolve_report(
    cashier: Cashier, *, actor: Actor, booking_id: str, command: ResolveReport
) -> BookingDetailView:
    """Decide about a report, as staff."""
    _run(cashier, actor, booking_id, command, service.resolve_report)
    return _detail(cashier, actor, booking_id)


def _run(
    cashier: Cashier,
    actor: Actor,
    booking_id: str,
    command: object,
    act: Callable[..., Command | None],
) -> Recorded | None:
    return _run_with(
        cashier, actor, booking_id, lambda uow, fence: act(uow, booking_id, command, fence=fence)
    )


def _run_with(cashier: Cashier, actor: Actor, booking_id: str, start: Start) -> Recorded | None:
    return run_afresh(cashier, actor, chain_of(cashier, actor, booking_id), start)


def run_afresh(cashier: Cashier, actor: Actor, chain_id: str, start: Start) -> Recorded | None:
    """Run, once what a crash left of this lesson's money is finished. Raises CommandOpen while
    somebody is at it.
    """
    try:
        return run(cashier, actor=actor, chain_id=chain_id, start=start)
    except CommandOpen:
        drive(cashier, actor=actor, chain_id=chain_id)
        return run(cashier, actor=actor, chain_id=chain_id, start=start)


def chain_of(cashier: Cashier, actor: Actor, booking_id: str) -> str:
    """The lesson that a booking belongs to. Whether the actor may know is judged later."""
    with cashier.begin(actor) as uow:
        return _chain(uow, booking_id)


def _chain(uow: Uow, booking_id: str) -> str:
    found = money.chain_of(uow.session, booking_id)
    if found is None:
        raise not_found(booking_id)
    return found


def _detail(cashier: Cashier, actor: Actor, booking_id: str) -> BookingDetailView:
    with cashier.begin(actor) as uow:
        return service.detail(uow, booking_id)


@dataclass(frozen=True, slots=True)
class _Keyed:
    """What is asked with an idempotency key: by which name, and what."""

    name: str
    key: str | None
    request: BaseModel


def _paid(
    cashier: Cashier, actor: Actor, booking_id: str, asked: _Keyed, start: Start
) -> CheckoutView:
    """Let a lesson be paid for, once for each key. What is final is its answer from then on."""
    operation = f"bookings.{asked.name}:{booking_id}"
    with cashier.begin(actor) as uow:
        known = idempotency.claim(
            uow, operation=operation, key=asked.key, request=asked.request, kind=CheckoutView
        )
        if known is not None:
            return known
        chain_id = _chain(uow, booking_id)

    def tell(uow: Uow, recorded: Recorded | None) -> CheckoutView:
        told = _told(uow, booking_id, recorded)
        if told.result in FINAL:
            idempotency.answer(uow, operation=operation, key=asked.key, result=told)
        return told

    return run_to(cashier, actor=actor, chain_id=chain_id, start=start, tell=tell)


def _told(uow: Uow, booking_id: str, recorded: Recorded | None) -> CheckoutView:
    found = service.detail(uow, booking_id, held=True)
    result, failure = PaymentResult.CONFIRMED, None
    if recorded is not None and recorded.state is CommandState.SENT:
        result = PaymentResult.AUTHENTICATION_REQUIRED
    elif recorded is not None and recorded.state is CommandState.REQUESTED:
        result = PaymentResult.PENDING
    elif recorded is not None and recorded.failure is not None:
        result, failure = PaymentResult.DECLINED, recorded.failure
    elif found.status in {BookingStatus.PENDING, BookingStatus.PAYMENT_FAILED}:
        result, failure = PaymentResult.DECLINED, AuthenticationRequired.code
    elif found.payment_status is PaymentStatus.PAYMENT_METHOD_REQUIRED:
        result = PaymentResult.DECLINED
    return CheckoutView(
        result=result,
        failure=failure,
        client_secret=None if recorded is None else recorded.client_secret,
        booking=found,
    )
