"""Cancelling before the start."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import service as availability
from instainstru_core.domains.bookings import policy
from instainstru_core.domains.bookings.errors import (
    AlreadyCancelled,
    AlreadyStarted,
    NotCancellable,
)
from instainstru_core.domains.bookings.events import BookingCancelled
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.schemas import BookingDetailView, CancelBooking
from instainstru_core.domains.bookings.service.views import detailed, reference, visible
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    CancellationVerdict,
    CancelledBy,
    Side,
)
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

CANCELLING_SIDE = {
    Side.STUDENT: CancelledBy.STUDENT,
    Side.INSTRUCTOR: CancelledBy.INSTRUCTOR,
    Side.STAFF: CancelledBy.ADMIN,
}


@operation("bookings.cancel")
def cancel(uow: Uow, booking_id: str, command: CancelBooking) -> BookingDetailView:
    """Cancel before the start, as the student, the instructor or staff, and free the time.

    Cancelling again from the same side gets the same answer and changes nothing.
    """
    named, side = visible(uow, booking_id, lock=True)
    row = named.booking
    staff = side is Side.STAFF
    require(uow.actor, Permission.BOOKINGS_CANCEL_ANY if staff else Permission.BOOKINGS_CANCEL_OWN)
    by = CANCELLING_SIDE[side]
    verdict = policy.cancellation(
        status=row.status,
        cancelled_by=row.cancelled_by,
        starts_at=row.starts_at,
        by=by,
        now=uow.now,
    )
    _refuse_unless_cancellable(row, verdict)
    if verdict is CancellationVerdict.ALLOWED:
        _cancel(uow, row, by, command.reason)
    return detailed(named, side)


def _refuse_unless_cancellable(row: Booking, verdict: CancellationVerdict) -> None:
    match verdict:
        case CancellationVerdict.STARTED:
            raise AlreadyStarted(
                "The lesson has started, so it cannot be cancelled any more."
                " If someone did not come, report that instead.",
                booking_id=row.id,
                starts_at=row.starts_at.isoformat(),
            )
        case CancellationVerdict.CANCELLED_BEFORE:
            raise AlreadyCancelled(
                f"The {row.cancelled_by} has cancelled this booking already. Nothing is left.",
                booking_id=row.id,
                cancelled_by=row.cancelled_by,
            )
        case CancellationVerdict.IMPOSSIBLE:
            raise NotCancellable(
                f"A booking that is {row.status} cannot be cancelled. Look at its status first.",
                booking_id=row.id,
                status=row.status,
            )
        case CancellationVerdict.ALLOWED | CancellationVerdict.REPEATED:
            return


def _cancel(uow: Uow, row: Booking, by: CancelledBy, reason: str) -> None:
    notice = policy.notice(row.starts_at, uow.now)
    row.status = BookingStatus.CANCELLED
    row.cancelled_at = uow.now
    row.cancelled_by = by
    row.cancellation_reason = reason
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
