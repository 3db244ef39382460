"""What we ask of the provider, what came of it, and what we know. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from instainstru_core.domains.payments.types.seen import (
    Intent,
    RefundSeen,
    TransferSeen,
)
from instainstru_core.domains.payments.types.words import (
    Action,
    ChargeState,
    CommandState,
    DisputeState,
    Purpose,
)


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

    `cents` is what it is about, `more_cents` how much more that is than we knew. `withdrawn_cents`
    and `fee_cents` are what the bank took since we last knew; negative amounts came back.
    `open_cents` is what all disputes of its reference that are open now are about.
    """

    id: str
    reference: str
    cents: int
    state: DisputeState
    before: DisputeState | None
    withdrawn_cents: int
    fee_cents: int
    more_cents: int = 0
    open_cents: int = 0

    @property
    def is_over(self) -> bool:
        """Whether the bank had said its last word before: then only money moves."""
        return self.before is not None and self.before is not DisputeState.OPEN

    @property
    def is_news(self) -> bool:
        """Whether anything is to follow from it."""
        moved = self.withdrawn_cents or self.fee_cents or self.more_cents
        return self.before is not self.state or bool(moved)


@dataclass(frozen=True, slots=True)
class RefundChange:
    """A refund that we did not know of, or one that failed after it was made.

    `command_id` is the command of ours that made it, given up where we did not know of it; None
    for one of the provider's dashboard.
    """

    vendor_id: str
    charge_id: str
    cents: int
    reason: str
    has_failed: bool
    command_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReversalChange:
    """What was taken back of a transfer without our knowing.

    `command_id` is the command of ours that did it and was given up; None for the dashboard.
    """

    vendor_id: str
    cents: int
    command_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What may keep a student from booking."""

    is_locked: bool
    is_restricted: bool
    debt_cents: int
