"""Booking vocabulary. Pure."""

from enum import StrEnum


class BookingStatus(StrEnum):
    """Where a booking is on its way. This slice reaches CONFIRMED, COMPLETED and CANCELLED."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    NO_SHOW = "NO_SHOW"


class PaymentStatus(StrEnum):
    """`none` until the payments work."""

    NONE = "none"


class CancelledBy(StrEnum):
    """On whose side a cancellation was made."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"
