"""A booking that does not take place after all: its time is free again and both sides are told."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.bookings import policy
from instainstru_core.domains.bookings.events import BookingCancelled
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.service.views import reference
from instainstru_core.domains.bookings.types import BookingStatus, CancelledBy, Notice
from instainstru_core.kernel.uow import Uow


def call_off(uow: Uow, row: Booking, by: CancelledBy, reason: str) -> Notice:
    """Cancel a booking, whoever wanted it and however it came to it. Says how early that came."""
    notice = policy.notice(row.starts_at, uow.now)
    row.status = BookingStatus.CANCELLED
    row.cancelled_at = uow.now
    row.cancelled_by = by
    row.cancellation_reason = reason
    uow.session.flush()
    availability.release(uow, reference(row.id))
    uow.emit(
        BookingCancelled(
            booking_id=row.id,
            student_id=row.student_id,
            instructor_id=row.instructor_id,
            starts_at=row.starts_at,
            cancelled_by=by,
            notice=notice,
        )
    )
    audit.record(
        uow,
        "bookings.cancel",
        subject_kind="booking",
        subject_id=row.id,
        details={"cancelled_by": by, "notice": notice},
    )
    return notice
