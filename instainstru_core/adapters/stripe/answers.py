"""What Stripe answers, as far as we read it.

An answer that lacks what we need is no answer: the validation error becomes ProviderFailed.
"""

from datetime import UTC, datetime
from typing import Generic, TypeAlias, TypeVar

from pydantic import BaseModel, Field

from instainstru_core.domains.payments.types import IdentityStatus, IntentStatus, PayoutStatus

COMMAND = "command_id"


class Object(BaseModel):
    """Anything that has an identifier; an object stands where we asked for more than that."""

    id: str


Listed = TypeVar("Listed", bound=Object)


class PageAnswer(BaseModel, Generic[Listed]):
    """A page of a list, the newest first."""

    data: list[Listed]
    has_more: bool

    @property
    def next_cursor(self) -> str | None:
        """Behind what the next page begins; None where there is none."""
        return self.data[-1].id if self.has_more and self.data else None


Reference: TypeAlias = str | Object
"""Another object: its identifier, or the whole of it."""


class Tagged(Object):
    """Something that a command of ours made."""

    metadata: dict[str, str] | None = None

    @property
    def command_id(self) -> str | None:
        return (self.metadata or {}).get(COMMAND)


class BalanceLine(Object):
    """One movement on a balance."""

    type: str
    amount: int
    fee: int
    net: int
    created: int
    source: Reference | None = None


class CardDetails(BaseModel):
    """How a card was charged."""

    capture_before: int | None = None


class PaymentDetails(BaseModel):
    """How a charge was paid."""

    card: CardDetails | None = None


class ChargeAnswer(Object):
    """An attempt at a card. What a release of a hold frees counts as refunded at Stripe."""

    amount: int
    amount_captured: int
    amount_refunded: int
    captured: bool
    balance_transaction: BalanceLine | str | None = None
    payment_method_details: PaymentDetails | None = None

    @property
    def refunded_cents(self) -> int:
        """What was given back of what was taken."""
        if not self.captured:
            return 0
        released = self.amount - self.amount_captured
        return max(0, self.amount_refunded - released)

    @property
    def fee_cents(self) -> int | None:
        line = self.balance_transaction
        return line.fee if isinstance(line, BalanceLine) else None

    @property
    def capture_before(self) -> datetime | None:
        card = self.payment_method_details.card if self.payment_method_details else None
        return None if card is None else instant(card.capture_before)


class LastError(BaseModel):
    """Why the last attempt failed."""

    code: str | None = None
    decline_code: str | None = None


class IntentAnswer(Tagged):
    """A payment intent with its latest charge."""

    status: IntentStatus
    amount: int
    amount_received: int
    latest_charge: ChargeAnswer | None = None
    client_secret: str | None = None
    last_payment_error: LastError | None = None


class CardLook(BaseModel):
    """What a card looks like."""

    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str | None = None


class CardAnswer(Object):
    """A payment method that is a card."""

    card: CardLook
    customer: Reference | None = None


class SetupAnswer(Object):
    """A session that saves a card."""

    status: str
    client_secret: str | None = None
    payment_method: Reference | None = None
    customer: Reference | None = None


class RefundAnswer(Tagged):
    amount: int
    status: str | None = None
    payment_intent: Reference | None = None
    reason: str | None = None


class TransferAnswer(Tagged):
    """A transfer, or a reversal of one, which has nothing reversed of its own."""

    amount: int
    amount_reversed: int = 0


class ReversalAnswer(BaseModel):
    """What a line of the books is about; only of a reversal does it name a transfer."""

    transfer: Reference | None = None


class ReversalLineAnswer(BaseModel):
    source: ReversalAnswer | str | None = None


class Requirements(BaseModel):
    disabled_reason: str | None = None


class Schedule(BaseModel):
    interval: str | None = None
    weekly_anchor: str | None = None


class PayoutSettings(BaseModel):
    schedule: Schedule | None = None


class AccountSettings(BaseModel):
    payouts: PayoutSettings | None = None


class AccountAnswer(Object):
    """A connected account."""

    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    requirements: Requirements | None = None
    settings: AccountSettings | None = None


class LinkAnswer(BaseModel):
    url: str
    expires_at: int


class PayoutAnswer(Object):
    amount: int
    status: PayoutStatus
    method: str
    arrival_date: int | None = None
    failure_code: str | None = None


class IdentityError(BaseModel):
    code: str | None = None


class IdentityAnswer(Object):
    status: IdentityStatus
    url: str | None = None
    client_secret: str | None = None
    last_error: IdentityError | None = None


class Funds(BaseModel):
    amount: int
    currency: str


class BalanceAnswer(BaseModel):
    available: list[Funds]


class EvidenceDetails(BaseModel):
    due_by: int | None = None


class DisputeAnswer(Object):
    """A chargeback, with what it moved."""

    amount: int
    reason: str
    status: str
    charge: Reference
    payment_intent: Reference | None = None
    balance_transactions: list[BalanceLine] = Field(default_factory=list[BalanceLine])
    evidence_details: EvidenceDetails | None = None


def instant(seconds: int | None) -> datetime | None:
    """A moment as Stripe writes it."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def identifier(found: Reference | None) -> str | None:
    """The identifier of another object."""
    return found.id if isinstance(found, Object) else found
