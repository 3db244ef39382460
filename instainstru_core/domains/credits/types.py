"""Credit vocabulary. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CreditSource(StrEnum):
    """Why a credit was issued."""

    CANCELLATION = "cancellation"
    MILESTONE_5 = "milestone_5"
    MILESTONE_11 = "milestone_11"
    REFERRAL = "referral"
    TOP_UP = "top_up"
    ADJUSTMENT = "adjustment"
    REINSTATEMENT = "reinstatement"


class ReservationState(StrEnum):
    """What became of credit that was set aside for a lesson."""

    RESERVED = "reserved"
    CONSUMED = "consumed"
    RELEASED = "released"
    EXPIRED = "expired"
    FORFEITED = "forfeited"


@dataclass(frozen=True, slots=True)
class Lot:
    """What is left of one issue of credit, and when it ends. No end means never."""

    id: str
    available_cents: int
    expires_at: datetime | None
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A part of one lot that is reserved for a reference."""

    id: str
    lot_id: str
    cents: int
    expires_at: datetime | None
    issued_at: datetime
