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
