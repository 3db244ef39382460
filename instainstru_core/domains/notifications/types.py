"""Message vocabulary. Pure."""

from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a message is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Template(StrEnum):
    """Every message there is; each has a subject, a text and an HTML part."""

    BOOKING_CONFIRMED = "booking_confirmed"
    HOLD_FAILED = "hold_failed"
    FINAL_WARNING = "final_warning"
    BOOKING_DROPPED_STUDENT = "booking_dropped_student"
    BOOKING_DROPPED_INSTRUCTOR = "booking_dropped_instructor"
    BOOKING_CANCELLED = "booking_cancelled"
    BOOKING_RESCHEDULED = "booking_rescheduled"
    CAPTURE_FAILED = "capture_failed"
    ACCOUNT_LOCKED = "account_locked"
    NO_SHOW_REPORTED = "no_show_reported"
    REFUNDED = "refunded"
    REFUND_SETTLED = "refund_settled"
    PAYOUT_SENT = "payout_sent"
    INSTRUCTOR_INVITE = "instructor_invite"
    REVIEW_PUBLISHED = "review_published"
    ADDRESS_PROOF = "address_proof"
    DEBT_OPENED = "debt_opened"
    NO_SHOW_RESOLVED = "no_show_resolved"
    ACCOUNT_RESTRICTED = "account_restricted"
    PAYOUT_FAILED = "payout_failed"
    PAYEE_BLOCKED = "payee_blocked"


class Reader(StrEnum):
    """From which side of a lesson somebody reads a message."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
