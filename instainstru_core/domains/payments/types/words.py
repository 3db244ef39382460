"""The states and kinds of payments. Pure."""

from enum import StrEnum


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


class OutsideChange(StrEnum):
    """What happened to a charge without us."""

    NONE = "none"
    HOLD_GONE = "hold_gone"
    CAPTURED = "captured"
    ORPHAN_HOLD = "orphan_hold"
