"""What a change of a booking's money would do, before it is made."""

from dataclasses import dataclass

from rich.table import Table

from cli import output
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    CancelPreview,
    RefundPreview,
    RefundSettlementPreview,
    ReportAbsence,
)
from instainstru_core.domains.bookings.types import RefundAction, RefundWay
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.uow import Uow


@dataclass(frozen=True, slots=True)
class Asked:
    """What the payment provider would be asked for at once."""

    action: str
    cents: int | None


@dataclass(frozen=True, slots=True)
class WouldBe:
    """A booking as it would be, and what would be asked of the provider then."""

    booking: BookingDetailView
    asked: Asked | None


def completed(uow: Uow, booking_id: str) -> WouldBe:
    """Complete a lesson, to see what comes of it."""
    call = bookings.complete(uow, booking_id)
    return WouldBe(bookings.detail(uow, booking_id), None if call is None else _asked(call))


def reported(uow: Uow, booking_id: str, command: ReportAbsence) -> BookingDetailView:
    """Report that somebody did not come, to see what comes of it."""
    bookings.report_absence(uow, booking_id, command)
    return bookings.detail(uow, booking_id)


def asked(found: Asked | None) -> str:
    """What would be asked of the provider, in a sentence."""
    if found is None:
        return " Nothing is charged now."
    amount = "" if found.cents is None else f" {output.money(found.cents)}"
    return f" The provider would be asked to {found.action}{amount} at once."


def _asked(call: Command) -> Asked:
    return Asked(call.action, getattr(call.call, "cents", None))


def refund_words(found: RefundPreview) -> str:
    """What a refund would do, in a sentence."""
    if found.action is RefundAction.VOID:
        return "Cancel the lesson and charge nothing"
    return f"Give back {output.money(found.refund_cents)} to the card"


def settlement_words(found: RefundSettlementPreview) -> str:
    """What settling a refused refund would do, in a sentence."""
    credit, bank = output.money(found.credit_cents), output.money(found.bank_cents)
    if found.way is RefundWay.BANK:
        return f"Close the refund of {bank}: the bank gave it back"
    made = f"; {bank} came from the bank" if found.bank_cents else ""
    return f"Give {credit} as credit in place of the refund{made}"


def settlement(found: RefundSettlementPreview) -> Table:
    """What settling a refused refund would do, cent by cent."""
    return output.facts(
        [
            ("way", found.way),
            ("charged", output.money(found.charged_cents)),
            ("taken back by banks", output.money(found.charged_back_cents)),
            ("refunded before", output.money(found.refunded_before_cents)),
            ("still to go back", output.money(found.outstanding_cents)),
            ("as credit", output.money(found.credit_cents)),
            ("made by the bank", output.money(found.bank_cents)),
        ]
    )


def refund(found: RefundPreview) -> Table:
    """What a refund would do, cent by cent."""
    return output.facts(
        [
            ("action", found.action),
            ("charged", output.money(found.charged_cents)),
            ("refunded before", output.money(found.refunded_before_cents)),
            ("refund", output.money(found.refund_cents)),
            ("from the instructor", output.money(found.instructor_cents)),
            ("from the platform", output.money(found.platform_cents)),
            ("credit back", output.money(found.credit_back_cents)),
            ("credit revoked", output.money(found.credit_revoked_cents)),
        ]
    )


def cancelling(found: CancelPreview) -> Table:
    """What cancelling would do, cent by cent."""
    return output.facts(
        [
            ("lesson", f"{found.service_name} with {found.instructor_name}"),
            ("student", found.student_name),
            ("starts", output.moment(found.starts_at)),
            ("status", found.status),
            ("charged", output.money(found.charged_cents)),
            ("refund", output.money(found.refund_cents)),
            ("hold let go", output.money(found.hold_released_cents)),
            ("credit back", output.money(found.credit_back_cents)),
            ("for the instructor", output.money(found.instructor_cents)),
        ]
    )
