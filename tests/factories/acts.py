"""What people do in a market, and proof that nothing happened."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    CheckoutView,
    DisputeReport,
    ReportAbsence,
    RescheduleBooking,
    ResolveReport,
    RetryPayment,
)
from instainstru_core.domains.bookings.types import Absent, NoShowResolution
from instainstru_core.domains.credits.models import CreditLot
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.models import PaymentCommand, PaymentMethod
from instainstru_core.domains.payments.types import Action
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.outbox import OutboxRow
from tests.factories import money
from tests.factories.instructors import person
from tests.factories.money import PAYER_PERMISSIONS, STAFF, Market

WATCHED = (
    "audit_entries",
    "bookings",
    "charges",
    "credit_lots",
    "credit_reservations",
    "journals",
    "ledger_entries",
    "lesson_money",
    "no_show_reports",
    "occupied_times",
    "outbox",
    "payer_standings",
    "payment_commands",
    "refunds",
    "transfers",
)


@contextmanager
def nothing_changes(market: Market) -> Generator[None]:
    """Whatever happens inside leaves every row and everything at the provider as it was."""
    before = _everything(market)
    yield
    assert _everything(market) == before


def _everything(market: Market) -> dict[str, Any]:
    with market.runtime.begin(SYSTEM) as uow:
        found: dict[str, Any] = {
            table: uow.session.scalars(
                text(f"SELECT to_jsonb(t) - 'fence' FROM {table} t ORDER BY t::text")
            ).all()
            for table in WATCHED
        }
    for kind in ("payment_intents", "transfers", "refunds"):
        found[f"provider's {kind}"] = market.made(kind)
    return found


def assert_final(market: Market) -> None:
    """Every cent has arrived, and a hundred days of jobs change nothing about it."""
    market.assert_at_rest()
    books, calls = market.ledger(), market.made("transfers") + market.made("refunds")
    market.at(market.clock.now + timedelta(days=100))
    market.assert_at_rest()
    assert market.ledger() == books
    assert market.made("transfers") + market.made("refunds") == calls


def another_student(market: Market) -> Market:
    """The same market through the eyes of somebody else with a card."""
    with market.runtime.begin(SYSTEM) as uow:
        student_id = person(uow, first_name="Noor", last_name="Aziz")
        card_id = money.card(uow, market.stripe, student_id)
    student = Actor(id=student_id, permissions=PAYER_PERMISSIONS)
    return replace(market, student=student, card_id=card_id)


def staff(market: Market) -> Actor:
    """Somebody of the staff, with every right."""
    with market.runtime.begin(SYSTEM) as uow:
        return replace(STAFF, id=person(uow, first_name="Ada", last_name="Quist"))


def move(
    market: Market, booking_id: str, starts_local: str, *, actor: Actor | None = None, **more: Any
) -> BookingDetailView:
    return flows.reschedule(
        market.cashier,
        actor=actor or market.student,
        booking_id=booking_id,
        command=RescheduleBooking(starts_local=datetime.fromisoformat(starts_local), **more),
    )


def retry(market: Market, booking_id: str, card_id: str | None = None) -> CheckoutView:
    return flows.retry_payment(
        market.cashier,
        actor=market.student,
        booking_id=booking_id,
        command=RetryPayment(payment_method_id=card_id),
    )


def forget_card(market: Market) -> None:
    """The student removes the card, here and at the provider."""
    with market.runtime.begin(SYSTEM) as uow:
        vendor_id = uow.session.get_one(PaymentMethod, market.card_id).vendor_id
        payments.forget_card(uow, vendor_id)
    money.call(market.stripe, "POST", f"/v1/payment_methods/{vendor_id}/detach", {})


def complete(market: Market, booking_id: str, *, actor: Actor | None = None) -> BookingDetailView:
    return flows.complete(market.cashier, actor=actor or market.instructor, booking_id=booking_id)


def report(market: Market, booking_id: str, absent: Absent, *, actor: Actor) -> BookingDetailView:
    return flows.report_absence(
        market.cashier,
        actor=actor,
        booking_id=booking_id,
        command=ReportAbsence(absent=absent, reason="Nobody came."),
    )


def object_to(market: Market, booking_id: str, *, actor: Actor) -> BookingDetailView:
    return flows.dispute_report(
        market.cashier,
        actor=actor,
        booking_id=booking_id,
        command=DisputeReport(reason="I was there the whole time."),
    )


def resolve(market: Market, booking_id: str, resolution: NoShowResolution) -> BookingDetailView:
    return flows.resolve_report(
        market.cashier,
        actor=STAFF,
        booking_id=booking_id,
        command=ResolveReport(resolution=resolution),  # type: ignore[arg-type]
    )


def attempts(market: Market, action: Action) -> list[datetime]:
    """When calls of this kind were asked for, in order."""
    query = select(PaymentCommand.requested_at).where(PaymentCommand.action == action)
    with market.runtime.begin(SYSTEM) as uow:
        return list(uow.session.scalars(query.order_by(PaymentCommand.requested_at)))


def facts(market: Market, *names: str) -> list[str]:
    """Which of these facts were announced, in order."""
    query = select(OutboxRow.name).where(OutboxRow.name.in_(names)).order_by(OutboxRow.id)
    with market.runtime.begin(SYSTEM) as uow:
        return list(uow.session.scalars(query))


def occupied(market: Market) -> set[str]:
    """Which bookings take time up, as if there were no clock."""
    with market.runtime.begin(SYSTEM) as uow:
        return set(uow.session.scalars(select(OccupiedTime.reference)))


def lots(market: Market) -> Sequence[tuple[int, int, int, datetime | None]]:
    """Of every lot of credit: available, reserved and expired cents, and its end."""
    query = select(CreditLot).order_by(CreditLot.id)
    with market.runtime.begin(SYSTEM) as uow:
        return [
            (row.available_cents, row.reserved_cents, row.expired_cents, row.expires_at)
            for row in uow.session.scalars(query)
        ]
