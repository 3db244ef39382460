"""What is told of each kind of thing that has an id: in the same columns for every kind."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Select,
    Text,
    case,
    cast,
    literal,
    literal_column,
    null,
    select,
)

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.bookings.models import AdminRefund, Booking, Tip
from instainstru_core.domains.credits.models import CreditLot, TopUp
from instainstru_core.domains.ledger.models import Journal
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.onboarding.models import Invite
from instainstru_core.domains.payments.models import (
    Charge,
    Chargeback,
    PaymentCommand,
    PaymentMethod,
    Payout,
    Refund,
    Transfer,
)
from instainstru_core.domains.reporting.types import FoundKind
from instainstru_core.domains.webhooks.models import WebhookEvent


def line(
    kind: FoundKind,
    own_id: Any,  # noqa: ANN401 - a column, and so are the others
    *,
    person: Any = None,  # noqa: ANN401
    other: Any = None,  # noqa: ANN401
    reference: Any = None,  # noqa: ANN401
    title: Any = None,  # noqa: ANN401
    state: Any = None,  # noqa: ANN401
    at: Any = None,  # noqa: ANN401
    cents: Any = None,  # noqa: ANN401
    mentioned: bool = False,
) -> Select[*tuple[Any, ...]]:
    """What is told of a row, in the same columns for every kind."""

    def text_of(column: Any) -> ColumnElement[str]:  # noqa: ANN401
        return cast(null() if column is None else column, Text)

    columns: list[ColumnElement[Any]] = [
        literal(kind.value, Text),
        *(text_of(column) for column in (own_id, person, other, reference, title, state)),
        cast(null() if at is None else at, DateTime(timezone=True)),
        cast(null() if cents is None else cents, BigInteger),
        literal_column("true" if mentioned else "false"),
    ]
    return select(*(column.label(f"c{place}") for place, column in enumerate(columns)))


def booking() -> Select[*tuple[Any, ...]]:
    return line(
        FoundKind.BOOKING,
        Booking.id,
        person=Booking.student_id,
        other=Booking.instructor_id,
        reference=literal("booking:") + Booking.id,
        title=Booking.service_name,
        state=Booking.status,
        at=Booking.starts_at,
        cents=Booking.total_cents,
    )


def invites() -> Select[*tuple[Any, ...]]:
    state = case(
        (Invite.used_at.is_not(None), "accepted"),
        (Invite.revoked_at.is_not(None), "revoked"),
        else_="open",
    )
    return line(
        FoundKind.INVITE,
        Invite.id,
        person=Invite.used_by,
        title=Invite.email,
        state=state,
        at=Invite.expires_at,
    )


def charge() -> Select[*tuple[Any, ...]]:
    return line(
        FoundKind.CHARGE,
        Charge.id,
        person=Charge.student_id,
        reference=Charge.reference,
        title=Charge.purpose,
        state=Charge.state,
        at=Charge.authorized_at,
        cents=Charge.amount_cents,
    )


def refund() -> Select[*tuple[Any, ...]]:
    return line(
        FoundKind.REFUND,
        Refund.id,
        person=Charge.student_id,
        reference=Charge.reference,
        title=Refund.reason,
        at=Refund.refunded_at,
        cents=Refund.cents,
    )


def transfer() -> Select[*tuple[Any, ...]]:
    return line(
        FoundKind.TRANSFER,
        Transfer.id,
        person=Transfer.instructor_id,
        reference=Transfer.reference,
        title=Transfer.purpose,
        at=Transfer.transferred_at,
        cents=Transfer.cents,
    )


def payout() -> Select[*tuple[Any, ...]]:
    return line(
        FoundKind.PAYOUT,
        Payout.id,
        person=Payout.instructor_id,
        state=Payout.status,
        at=Payout.created_at,
        cents=Payout.cents,
    )


def chargeback() -> Select[*tuple[Any, ...]]:
    return line(
        FoundKind.CHARGEBACK,
        Chargeback.id,
        reference=Chargeback.reference,
        title=Chargeback.reason,
        state=Chargeback.state,
        at=Chargeback.opened_at,
        cents=Chargeback.cents,
    )


def command() -> Select[*tuple[Any, ...]]:
    return line(
        FoundKind.COMMAND,
        PaymentCommand.id,
        reference=PaymentCommand.reference,
        title=PaymentCommand.action,
        state=PaymentCommand.state,
        at=PaymentCommand.requested_at,
        cents=PaymentCommand.request["cents"].as_integer(),
    )


def card() -> Select[*tuple[Any, ...]]:
    return line(
        FoundKind.CARD,
        PaymentMethod.id,
        person=PaymentMethod.user_id,
        title=PaymentMethod.brand + literal(" ") + PaymentMethod.last4,
        at=PaymentMethod.created_at,
    )


def webhook(*, mentioned: bool = False) -> Select[*tuple[Any, ...]]:
    return line(
        FoundKind.WEBHOOK,
        WebhookEvent.id,
        title=WebhookEvent.kind,
        state=WebhookEvent.state,
        at=WebhookEvent.received_at,
        mentioned=mentioned,
    )


def others() -> list[tuple[Select[*tuple[Any, ...]], Any]]:
    """What is looked up by our own id alone."""
    refund_order = line(
        FoundKind.REFUND_ORDER,
        AdminRefund.id,
        reference=literal("booking:") + AdminRefund.booking_id,
        title=AdminRefund.reason,
        at=AdminRefund.ordered_at,
        cents=AdminRefund.cents,
    )
    tip = line(
        FoundKind.TIP,
        Tip.id,
        person=Tip.student_id,
        other=Tip.instructor_id,
        reference=literal("booking:") + Tip.booking_id,
        state=Tip.state,
        at=Tip.created_at,
        cents=Tip.cents,
    )
    credit = line(
        FoundKind.CREDIT,
        CreditLot.id,
        person=CreditLot.user_id,
        reference=CreditLot.reference,
        title=CreditLot.source,
        at=CreditLot.issued_at,
        cents=CreditLot.issued_cents,
    )
    top_up = line(
        FoundKind.TOP_UP, TopUp.id, person=TopUp.user_id, at=TopUp.created_at, cents=TopUp.cents
    )
    return [
        (refund_order, AdminRefund.id),
        (tip, Tip.id),
        (credit, CreditLot.id),
        (top_up, TopUp.id),
        *_records(),
    ]


def _records() -> list[tuple[Select[*tuple[Any, ...]], Any]]:
    journal = line(
        FoundKind.JOURNAL,
        Journal.id,
        reference=Journal.reference,
        title=Journal.fact,
        at=Journal.occurred_at,
    )
    message = line(
        FoundKind.MESSAGE,
        Delivery.id,
        person=Delivery.user_id,
        reference=Delivery.reference,
        title=Delivery.template,
        state=Delivery.state,
        at=Delivery.created_at,
    )
    entry = line(
        FoundKind.AUDIT_ENTRY,
        AuditEntry.id,
        title=AuditEntry.action,
        state=AuditEntry.outcome,
        at=AuditEntry.at,
    )
    return [(journal, Journal.id), (message, Delivery.id), (entry, AuditEntry.id)]
