"""Facts bookings announces."""

from dataclasses import dataclass
from datetime import datetime

from instainstru_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCreated(Event):
    """A student booked a lesson."""

    booking_id: str
    student_id: str
    instructor_id: str
    service_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCancelled(Event):
    """A booking was cancelled. `notice` is early, middle or late: what money follows."""

    booking_id: str
    student_id: str
    instructor_id: str
    starts_at: datetime
    cancelled_by: str
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingConfirmed(Event):
    """A lesson is paid for, or will be: its time is kept."""

    booking_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFailed(Event):
    """The lesson's amount could not be held on the card. `attempt` counts the refusals."""

    booking_id: str
    reason: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWarned(Event):
    """The last warning before a lesson without a hold is dropped."""

    booking_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDropped(Event):
    """A lesson was not paid for in time, and its slot is free again."""

    booking_id: str
    was_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRescheduled(Event):
    """A lesson was moved to a booking of its own."""

    booking_id: str
    to_booking_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCompleted(Event):
    """A lesson took place."""

    booking_id: str
    student_id: str
    instructor_id: str
    completed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowReported(Event):
    """Somebody says that somebody did not come."""

    booking_id: str
    absent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoShowResolved(Event):
    """What a report led to. Without a `result` it changed nothing about the lesson, which had ended
    otherwise, or it was cancelled for that, as another fact says.
    """

    booking_id: str
    resolution: str
    result: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFailed(Event):
    """The card refused an amount that is due. Told once for each lesson."""

    booking_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerLocked(Event):
    """A student's account was locked over an amount that could not be taken."""

    booking_id: str
    student_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtOpened(Event):
    """A lost dispute left so much open, for what its reference names."""

    student_id: str
    reference: str
    because: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerRestricted(Event):
    """A student may book nothing, because of a dispute that leaves nothing to pay: one that is open
    while its credit is spent, or one that is lost.
    """

    student_id: str
    reference: str
    is_lost: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonRefunded(Event):
    """Money went back to the student's card."""

    booking_id: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSettled(Event):
    """A refund that the provider refused became credit, or the bank had given it back."""

    booking_id: str
    credit_cents: int
    bank_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructorPaid(Event):
    """Money went to the instructor's account at the provider."""

    booking_id: str
    instructor_id: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSettled(Event):
    """A lesson's money found its places."""

    booking_id: str
    outcome: str
