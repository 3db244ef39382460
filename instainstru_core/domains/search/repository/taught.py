"""With whom somebody had lessons: one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus

MOST = 500


class Taught(NamedTuple):
    """Lessons with an instructor in a service: how many, and when the last one ended."""

    instructor_id: str
    service_id: str
    lessons: int
    last_at: datetime


TAUGHT = (
    select(
        Booking.instructor_id,
        Booking.service_id,
        func.count(),
        func.max(Booking.ends_at).label("last_at"),
    )
    .where(
        Booking.student_id == bindparam("student_id"),
        Booking.status.in_([BookingStatus.COMPLETED, BookingStatus.CONFIRMED]),
        Booking.ends_at <= bindparam("now"),
    )
    .group_by(Booking.instructor_id, Booking.service_id)
    .order_by(func.max(Booking.ends_at).desc(), Booking.instructor_id, Booking.service_id)
    .limit(MOST)
)


def taught(session: Session, student_id: str, *, now: datetime) -> Sequence[Taught]:
    """Who taught a student what, the last first."""
    rows = session.execute(TAUGHT, {"student_id": student_id, "now": now})
    return [Taught._make(row) for row in rows]
