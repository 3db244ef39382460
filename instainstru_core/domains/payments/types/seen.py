"""What the provider tells, as plain values. Pure."""

from dataclasses import dataclass
from datetime import datetime

from instainstru_core.domains.payments.types.words import (
    DisputeState,
    IdentityStatus,
    IntentStatus,
    PayoutStatus,
)


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment intent as the provider tells it, with its latest charge."""

    id: str
    status: IntentStatus
    amount_cents: int
    captured_cents: int = 0
    refunded_cents: int = 0
    charge_id: str | None = None
    capture_before: datetime | None = None
    fee_cents: int | None = None
    client_secret: str | None = None
    failure_code: str | None = None
    command_id: str | None = None


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A payment method as the provider tells it."""

    id: str
    customer_id: str | None
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str | None


@dataclass(frozen=True, slots=True)
class SetupSeen:
    """A session that saves a card: the secret lets a browser finish it."""

    id: str
    status: str
    client_secret: str | None
    payment_method_id: str | None
    customer_id: str | None


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """A connected account as the provider tells it."""

    id: str
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    disabled_reason: str | None
    payout_interval: str | None
    payout_anchor: str | None

    @property
    def is_ready(self) -> bool:
        """Whether it can be paid: onboarded, and nothing disabled."""
        return self.details_submitted and self.payouts_enabled and self.disabled_reason is None


@dataclass(frozen=True, slots=True)
class LinkSeen:
    """A one-time page at the provider."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class IdentitySeen:
    """An identity check as the provider tells it."""

    id: str
    status: IdentityStatus
    url: str | None
    client_secret: str | None
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class RefundSeen:
    """A refund as the provider tells it. `reason` is the provider's word, where there is one."""

    id: str
    cents: int
    status: str
    command_id: str | None = None
    intent_id: str | None = None
    reason: str | None = None

    @property
    def is_undone(self) -> bool:
        """Whether the money came back to us: the card's bank did not take it, or it was stopped."""
        return self.status in {"failed", "canceled"}


@dataclass(frozen=True, slots=True)
class TransferSeen:
    """A transfer to a connected account, or a reversal of one."""

    id: str
    cents: int
    reversed_cents: int = 0
    command_id: str | None = None


@dataclass(frozen=True, slots=True)
class PayoutSeen:
    """A payout to a bank."""

    id: str
    cents: int
    status: PayoutStatus
    arrives_at: datetime | None
    is_instant: bool
    failure_code: str | None = None


@dataclass(frozen=True, slots=True)
class Payouts:
    """A page of them, the newest first."""

    items: tuple[PayoutSeen, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """A chargeback as the provider tells it. `withdrawn_cents` is net of what was given back.

    Until `evidence_due_at` the bank can be told otherwise; None where that is over.
    """

    id: str
    charge_id: str
    intent_id: str | None
    cents: int
    reason: str
    state: DisputeState
    withdrawn_cents: int
    fee_cents: int
    evidence_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Disputes:
    """A page of them, the newest first."""

    items: tuple[DisputeSeen, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class BalanceChange:
    """One line of the provider's books about us."""

    id: str
    kind: str
    cents: int
    fee_cents: int
    net_cents: int
    source_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class BalanceChanges:
    """A page of them, oldest or newest first as the provider has it."""

    items: tuple[BalanceChange, ...]
    next_cursor: str | None
