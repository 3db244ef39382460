"""Booking vocabulary. Pure."""

from enum import StrEnum
from typing import Literal, TypeAlias


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


class Party(StrEnum):
    """Who may move a booking on: its two sides, staff, and the system by itself."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    ADMIN = "admin"
    SYSTEM = "system"


class Side(StrEnum):
    """From which side someone reads a booking."""

    STUDENT = "student"
    INSTRUCTOR = "instructor"
    STAFF = "staff"


OwnSide: TypeAlias = Literal[Side.STUDENT, Side.INSTRUCTOR]
"""A side that somebody takes in lessons of their own."""


class Notice(StrEnum):
    """How long before the start a change came; money follows it."""

    EARLY = "early"
    MIDDLE = "middle"
    LATE = "late"


class When(StrEnum):
    """Which bookings of a list, by their end."""

    UPCOMING = "upcoming"
    PAST = "past"
    ALL = "all"


class CancellationVerdict(StrEnum):
    """What becomes of a wish to cancel."""

    ALLOWED = "allowed"
    REPEATED = "repeated"
    CANCELLED_BEFORE = "cancelled_before"
    STARTED = "started"
    IMPOSSIBLE = "impossible"
