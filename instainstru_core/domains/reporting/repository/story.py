"""Everything that is on record about one lesson, one statement for each kind of record."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, cast, func, select, union_all
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.domains.bookings.models import (
    AdminRefund,
    Booking,
    BookingNote,
    NoShowReport,
    Tip,
)
from instainstru_core.domains.bookings.types import (
    Absent,
    NoShowResolution,
    NoteCategory,
    Party,
    RefundOrigin,
    RefundReason,
)
from instainstru_core.domains.ledger.models import Journal, LedgerEntry
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.types import DeliveryState, Template
from instainstru_core.domains.payments.models import (
    Charge,
    Chargeback,
    PaymentCommand,
    Refund,
    Transfer,
)
from instainstru_core.domains.payments.types import Action, ChargeState, CommandState
from instainstru_core.domains.reporting.repository.bookings import Line, lines
from instainstru_core.domains.reporting.repository.finding import OBJECT_ID
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.types import WebhookState

SHOWN_AT_MOST = 500
"""Records of one kind: more than any lesson has."""


class Posting(NamedTuple):
    """One entry of one money fact."""

    journal_id: str
    reference: str
    fact: str
    at: datetime
    actor_id: str | None
    account: AccountKind
    owner_id: str
    cents: int


class Call(NamedTuple):
    """One call that was asked of the payment provider."""

    id: str
    reference: str
    action: Action
    attempt: int
    state: CommandState
    cents: int | None
    failure: str | None
    provider_id: str | None
    at: datetime
    finished_at: datetime | None


class Message(NamedTuple):
    """One message to one person."""

    id: str
    template: Template
    user_id: str
    state: DeliveryState
    at: datetime
    error: str | None


class Told(NamedTuple):
    """Word from the provider about something of this lesson."""

    id: str
    kind: str
    state: WebhookState
    at: datetime
    error: str | None


class Noted(NamedTuple):
    """What somebody did, from the audit trail."""

    id: str
    at: datetime
    actor_id: str | None
    action: str
    outcome: Outcome
    code: str | None


class Absence(NamedTuple):
    """A report that somebody did not come, and what became of it."""

    absent: Absent
    reported_by: Party
    reporter_id: str | None
    reason: str | None
    reported_at: datetime
    disputed_by: str | None
    disputed_at: datetime | None
    dispute_reason: str | None
    resolution: NoShowResolution | None
    resolved_at: datetime | None
    resolved_by: str | None


class Note(NamedTuple):
    """What somebody of the staff wrote about a booking."""

    id: str
    author_id: str | None
    category: NoteCategory
    words: str
    at: datetime


class Order(NamedTuple):
    """A refund that staff ordered."""

    id: str
    chain_id: str
    cents: int
    reason: RefundReason
    note: str | None
    ordered_by: str | None
    at: datetime
    done_at: datetime | None
    origin: RefundOrigin


class Standing(NamedTuple):
    """What is held on a card and not taken, by reference."""

    reference: str
    cents: int


def chain(session: Session, booking_id: str) -> list[Line]:
    """All bookings of the lesson that this booking belongs to, the first one first."""
    named = select(Booking.chain_id).where(Booking.id == booking_id).scalar_subquery()
    query = lines().where(Booking.chain_id == named).order_by(Booking.id)
    return [Line._make(row) for row in session.execute(query)]


def tips(session: Session, booking_ids: Collection[str]) -> list[tuple[str, str]]:
    """Tips for these bookings, oldest first: the id of each, and the booking's."""
    query = select(Tip.id, Tip.booking_id).where(Tip.booking_id.in_(booking_ids)).order_by(Tip.id)
    return [(tip_id, booking_id) for tip_id, booking_id in session.execute(query)]


def postings(session: Session, references: Collection[str]) -> list[Posting]:
    """Every entry of these references, in the order in which they were posted."""
    query = (
        select(
            Journal.id,
            Journal.reference,
            Journal.fact,
            Journal.occurred_at,
            Journal.actor_id,
            LedgerEntry.account,
            LedgerEntry.owner_id,
            LedgerEntry.cents,
        )
        .join(LedgerEntry, LedgerEntry.journal_id == Journal.id)
        .where(Journal.reference.in_(references))
        .order_by(Journal.id, LedgerEntry.position)
    )
    return [Posting._make(row) for row in session.execute(query)]


def calls(session: Session, references: Collection[str]) -> list[Call]:
    """Every call of these references, oldest first."""
    query = (
        select(
            PaymentCommand.id,
            PaymentCommand.reference,
            PaymentCommand.action,
            PaymentCommand.attempt,
            PaymentCommand.state,
            cast(PaymentCommand.request["cents"].astext, BigInteger),
            PaymentCommand.failure,
            PaymentCommand.result["id"].astext,
            PaymentCommand.requested_at,
            PaymentCommand.finished_at,
        )
        .where(PaymentCommand.reference.in_(references))
        .order_by(PaymentCommand.id)
        .limit(SHOWN_AT_MOST)
    )
    return [Call._make(row) for row in session.execute(query)]


def on_hold(session: Session, references: Collection[str]) -> list[Standing]:
    """What is held on cards for these references and not taken."""
    query = (
        select(Charge.reference, func.sum(Charge.amount_cents))
        .where(Charge.reference.in_(references), Charge.state == ChargeState.HELD)
        .group_by(Charge.reference)
    )
    return [Standing(reference, int(cents)) for reference, cents in session.execute(query)]


def messages(session: Session, booking_ids: Collection[str]) -> list[Message]:
    """Messages about these bookings, oldest first."""
    when = func.coalesce(Delivery.sent_at, Delivery.created_at)
    query = (
        select(
            Delivery.id, Delivery.template, Delivery.user_id, Delivery.state, when, Delivery.error
        )
        .where(Delivery.reference.in_([f"booking:{one}" for one in booking_ids]))
        .order_by(Delivery.id)
        .limit(SHOWN_AT_MOST)
    )
    return [Message._make(row) for row in session.execute(query)]


def webhooks(session: Session, references: Collection[str]) -> list[Told]:
    """Word from the provider about the charges, refunds and transfers of these references."""
    about = union_all(
        select(Charge.intent_id).where(Charge.reference.in_(references)),
        select(Charge.vendor_charge_id).where(Charge.reference.in_(references)),
        select(Refund.vendor_id).join(Charge).where(Charge.reference.in_(references)),
        select(Transfer.vendor_id).where(Transfer.reference.in_(references)),
        select(Chargeback.vendor_id).where(Chargeback.reference.in_(references)),
    ).subquery()
    query = (
        select(
            WebhookEvent.id,
            WebhookEvent.kind,
            WebhookEvent.state,
            WebhookEvent.received_at,
            WebhookEvent.error,
        )
        .where(OBJECT_ID.in_(select(about.c[0])))
        .order_by(WebhookEvent.id)
        .limit(SHOWN_AT_MOST)
    )
    return [Told._make(row) for row in session.execute(query)]


def audited(session: Session, booking_ids: Collection[str]) -> list[Noted]:
    """What was done with these bookings, oldest first."""
    query = (
        select(
            AuditEntry.id,
            AuditEntry.at,
            AuditEntry.actor_id,
            AuditEntry.action,
            AuditEntry.outcome,
            AuditEntry.code,
        )
        .where(AuditEntry.subject_kind == "booking", AuditEntry.subject_id.in_(booking_ids))
        .order_by(AuditEntry.id)
        .limit(SHOWN_AT_MOST)
    )
    return [Noted._make(row) for row in session.execute(query)]


def reports(session: Session, booking_ids: Collection[str]) -> list[Absence]:
    """Reports that somebody did not come."""
    columns = [getattr(NoShowReport, name) for name in Absence._fields]
    query = select(*columns).where(NoShowReport.booking_id.in_(booking_ids))
    rows = session.execute(query.order_by(NoShowReport.reported_at))
    return [Absence._make(row) for row in rows]


def notes(session: Session, booking_ids: Collection[str]) -> list[Note]:
    """Staff's notes, oldest first."""
    query = (
        select(
            BookingNote.id,
            BookingNote.author_id,
            BookingNote.category,
            BookingNote.words,
            BookingNote.created_at,
        )
        .where(BookingNote.booking_id.in_(booking_ids))
        .order_by(BookingNote.id)
        .limit(SHOWN_AT_MOST)
    )
    return [Note._make(row) for row in session.execute(query)]


def orders(session: Session, chain_ids: Collection[str]) -> list[Order]:
    """Refunds that staff ordered, oldest first."""
    query = (
        select(
            AdminRefund.id,
            AdminRefund.chain_id,
            AdminRefund.cents,
            AdminRefund.reason,
            AdminRefund.note,
            AdminRefund.ordered_by,
            AdminRefund.ordered_at,
            AdminRefund.done_at,
            AdminRefund.origin,
        )
        .where(AdminRefund.chain_id.in_(chain_ids))
        .order_by(AdminRefund.id)
    )
    return [Order._make(row) for row in session.execute(query)]


def names(session: Session, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """First and last names of these people. Others are left out."""
    query = select(User.id, User.first_name, User.last_name).where(User.id.in_(ids))
    return {user_id: (first, last) for user_id, first, last in session.execute(query)}
