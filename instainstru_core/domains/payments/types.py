"""Payment vocabulary: what we ask of the provider and what it answers. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias


class Purpose(StrEnum):
    """What a charge is for."""

    LESSON = "lesson"
    TIP = "tip"
    TOP_UP = "top_up"
    DEBT = "debt"


class Action(StrEnum):
    """What a command asks of the provider."""

    AUTHORIZE = "authorize"
    CHARGE = "charge"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    TRANSFER = "transfer"
    REVERSE = "reverse"


class CommandState(StrEnum):
    """How far a command is. An open one is REQUESTED or SENT."""

    REQUESTED = "requested"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"


class ChargeState(StrEnum):
    """What stands of a charge at the provider, as far as we know."""

    HELD = "held"
    CAPTURED = "captured"
    VOIDED = "voided"
    EXPIRED = "expired"


class IntentStatus(StrEnum):
    """The provider's states of a payment intent."""

    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    CANCELED = "canceled"
    SUCCEEDED = "succeeded"


class DisputeState(StrEnum):
    """Where a chargeback is."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class IdentityStatus(StrEnum):
    """Where the check of a person's identity is."""

    REQUIRES_INPUT = "requires_input"
    PROCESSING = "processing"
    VERIFIED = "verified"
    CANCELED = "canceled"


class PayoutStatus(StrEnum):
    """Where a payout to an instructor's bank is."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


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
    """A refund as the provider tells it."""

    id: str
    cents: int
    status: str
    command_id: str | None = None


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
class DisputeSeen:
    """A chargeback as the provider tells it. `withdrawn_cents` is net of what was given back."""

    id: str
    charge_id: str
    intent_id: str | None
    cents: int
    reason: str
    state: DisputeState
    withdrawn_cents: int
    fee_cents: int


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


@dataclass(frozen=True, slots=True)
class AuthorizeCall:
    """Hold an amount on a card; with `purpose` other than a lesson, take it at once."""

    student_id: str
    customer_id: str
    payment_method_id: str
    cents: int
    purpose: Purpose
    off_session: bool


@dataclass(frozen=True, slots=True)
class CaptureCall:
    """Take a held amount."""

    charge_id: str
    intent_id: str
    cents: int


@dataclass(frozen=True, slots=True)
class VoidCall:
    """Let a hold go."""

    charge_id: str
    intent_id: str


@dataclass(frozen=True, slots=True)
class RefundCall:
    """Give a captured amount back, or a part of it."""

    charge_id: str
    intent_id: str
    cents: int
    reason: str


@dataclass(frozen=True, slots=True)
class TransferCall:
    """Send an amount to an instructor; out of a charge where one is named."""

    instructor_id: str
    account_id: str
    cents: int
    purpose: Purpose
    charge_id: str | None = None
    source_charge_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReverseCall:
    """Take an amount of a transfer back."""

    transfer_id: str
    vendor_id: str
    cents: int


Call: TypeAlias = AuthorizeCall | CaptureCall | VoidCall | RefundCall | TransferCall | ReverseCall


@dataclass(frozen=True, slots=True)
class Command:
    """A call that is written down, ready to be made. `calls` counts how often it was.

    Unless its result is written down before `due_at`, somebody else may make it again from then on.
    """

    id: str
    reference: str
    action: Action
    part: str
    attempt: int
    call: Call
    calls: int
    requested_at: datetime
    due_at: datetime
    intent_id: str | None = None
    last_failure: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The call had its effect, and this is it."""

    seen: Intent | RefundSeen | TransferSeen


@dataclass(frozen=True, slots=True)
class Refused:
    """The call will not have an effect. `code` is ours and stable."""

    code: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The card's holder has to confirm first, in a browser, with the intent's secret."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody knows whether the call had an effect: it is to be made again with its key."""

    code: str
    retry_after: timedelta


Outcome: TypeAlias = Confirmed | Refused | Waiting | Uncertain


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """What we know of a charge."""

    id: str
    intent_id: str
    vendor_charge_id: str | None
    state: ChargeState
    amount_cents: int
    captured_cents: int
    refunded_cents: int
    authorized_at: datetime
    capture_before: datetime | None
    captured_at: datetime | None


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """What we know of a transfer."""

    id: str
    vendor_id: str
    charge_id: str | None
    cents: int
    reversed_cents: int

    @property
    def net_cents(self) -> int:
        return self.cents - self.reversed_cents


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a finished command changed. `failure` is set when it was refused.

    One that is not finished is looked at again at `due_at`.
    """

    command_id: str
    action: Action
    part: str
    attempt: int
    state: CommandState
    failure: str | None = None
    cents: int = 0
    charge: ChargeFacts | None = None
    client_secret: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ChargebackChange:
    """What is new about a chargeback. `before` is None when it was just opened.

    `withdrawn_cents` and `fee_cents` are what the bank took since we last knew; negative amounts
    came back.
    """

    id: str
    reference: str
    cents: int
    state: DisputeState
    before: DisputeState | None
    withdrawn_cents: int
    fee_cents: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What may keep a student from booking."""

    is_locked: bool
    is_restricted: bool
    debt_cents: int


class OutsideChange(StrEnum):
    """What happened to a charge without us."""

    NONE = "none"
    HOLD_GONE = "hold_gone"
    CAPTURED = "captured"
    REFUNDED = "refunded"
    ORPHAN_HOLD = "orphan_hold"
