"""What staff and instructors write about a booking."""

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.models import BookingNote
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    EditBooking,
    NoteView,
    WriteNote,
)
from instainstru_core.domains.bookings.service.views import detailed, not_found, visible
from instainstru_core.domains.bookings.types import NoteVisibility, Side
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

READABLE = {
    Side.STAFF: frozenset(NoteVisibility),
    Side.STUDENT: frozenset({NoteVisibility.SHARED, NoteVisibility.SHARED_WITH_STUDENT}),
    Side.INSTRUCTOR: frozenset({NoteVisibility.SHARED, NoteVisibility.SHARED_WITH_INSTRUCTOR}),
}


@operation("bookings.write_note")
def write_note(uow: Uow, booking_id: str, command: WriteNote) -> NoteView:
    """Staff add a note; who may read it is said with it."""
    require(uow.actor, Permission.BOOKINGS_MANAGE_ANY)
    visible(uow, booking_id)
    row = BookingNote(
        id=new_id(),
        booking_id=booking_id,
        author_id=uow.actor.id,
        visibility=command.visibility,
        category=command.category,
        words=command.words,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    audit.record(
        uow,
        "bookings.write_note",
        subject_kind="booking",
        subject_id=booking_id,
        details={"visibility": command.visibility, "category": command.category},
    )
    return _view(row)


@operation("bookings.notes")
def notes(uow: Uow, booking_id: str) -> list[NoteView]:
    """The notes on a booking that the reader may see, oldest first."""
    _, side = visible(uow, booking_id)
    found = repository.notes(uow.session, booking_id)
    return [_view(row) for row in found if row.visibility in READABLE[side]]


@operation("bookings.edit")
def edit(uow: Uow, booking_id: str, command: EditBooking) -> BookingDetailView:
    """The instructor leaves a note for both sides on the booking itself."""
    require(uow.actor, Permission.BOOKINGS_COMPLETE_OWN)
    named, side = visible(uow, booking_id)
    if side is not Side.INSTRUCTOR:
        raise not_found(booking_id)
    named.booking.instructor_note = command.instructor_note or None
    audit.record(uow, "bookings.edit", subject_kind="booking", subject_id=booking_id)
    return detailed(named, side)


def _view(row: BookingNote) -> NoteView:
    return NoteView(
        id=row.id,
        booking_id=row.booking_id,
        words=row.words,
        visibility=row.visibility,
        category=row.category,
        created_at=row.created_at,
    )
