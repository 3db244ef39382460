"""Credit vocabulary. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum


class CreditSource(StrEnum):
    """Why a credit was issued."""

    CANCELLATION = "cancellation"
    MILESTONE_5 = "milestone_5"
    MILESTONE_11 = "milestone_11"
    REFERRAL = "referral"
    TOP_UP = "top_up"
    ADJUSTMENT = "adjustment"
    REINSTATEMENT = "reinstatement"
    REFUND = "refund"


class ReservationState(StrEnum):
    """What became of credit that was set aside for a lesson."""

    RESERVED = "reserved"
    CONSUMED = "consumed"
    RELEASED = "released"
    EXPIRED = "expired"
    FORFEITED = "forfeited"


class TopUpState(StrEnum):
    """How far credit that is bought with a card has come."""

    PENDING = "pending"
    ISSUED = "issued"
    FAILED = "failed"


class Expiry(Enum):
    """How long a new credit lives, where no instant is given."""

    STANDARD = "standard"
    NEVER = "never"


class AdjustmentReason(StrEnum):
    """Why staff changed somebody's credit."""

    GOODWILL = "goodwill"
    SERVICE_ISSUE = "service_issue"
    PROMOTION = "promotion"
    CORRECTION = "correction"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one issue of credit, and when it ends. No end means never.

    `kept_cents` is reserved already for the reference that asks, and stays its own whatever
    happened to the lot meanwhile.
    """

    id: str
    available_cents: int
    expires_at: datetime | None
    issued_at: datetime
    is_frozen: bool = False
    kept_cents: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A part of one lot that is reserved for a reference, or was."""

    id: str
    lot_id: str
    cents: int
    expires_at: datetime | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """So much of one lot, or of one reservation: `id` says which."""

    id: str
    cents: int


@dataclass(frozen=True, slots=True)
class Released:
    """What a give-back came to: what may be spent again, and what had expired meanwhile."""

    released_cents: int
    expired_cents: int

    @property
    def given_back_cents(self) -> int:
        """Both together: what expired while it was reserved counts towards what is given back."""
        return self.released_cents + self.expired_cents


@dataclass(frozen=True, slots=True)
class Revoked:
    """What was taken back of issued credit, and what could not be, because it was spent."""

    revoked_cents: int
    spent_cents: int


@dataclass(frozen=True, slots=True)
class CreditSweep:
    """What one page of the sweep expired. `next_after` goes into the next page; None ends it."""

    expired_lots: int
    expired_cents: int
    next_after: str | None


@dataclass(frozen=True, slots=True)
class Revocable:
    """A lot whose issue is to be undone: what is there of it, and what may be taken at most."""

    id: str
    available_cents: int
    open_cents: int
    expires_at: datetime | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Revocation:
    """What is taken back of one lot, and what of it is spent instead."""

    id: str
    revoked_cents: int
    spent_cents: int


@dataclass(frozen=True, slots=True)
class TopUpDebt:
    """What its buyer owes for a top-up."""

    id: str
    user_id: str
    cents: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved in all, and what of it is left to move back."""

    original_cents: int
    left_cents: int
