"""Lessons: booking, looking, changing, cancelling, moving, completing, and notes."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import RuntimeDep, SignedInDep, UowDep
from api.keys import IdempotencyKey
from api.lists import Items
from api.routing import Router
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    BookingView,
    BookLesson,
    CancelBooking,
    EditBooking,
    NoteView,
    RescheduleBooking,
    WriteNote,
)
from instainstru_core.domains.bookings.types import BookingStatus, OwnSide, Side, When
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(prefix="/bookings", tags=["bookings"])


class BookingsQuery(BaseModel):
    """Which of the caller's bookings, and which page of them."""

    model_config = ConfigDict(frozen=True)

    side: OwnSide = Field(default=Side.STUDENT, description="Lessons taken, or lessons given.")
    when: When = Field(default=When.ALL, description="Upcoming ones come soonest first.")
    status: list[BookingStatus] = Field(
        default_factory=list[BookingStatus], description="Only these; repeat it for several."
    )
    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=MAX_PAGE)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    operation_id="bookings.create",
    summary="Begin to book a lesson",
    responses={404: {}},
)
def create(uow: UowDep, command: BookLesson, key: IdempotencyKey = None) -> BookingDetailView:
    """Keeps the time for 30 minutes, at the price of this moment; the checkout confirms it. Send
    a key, so that a repeat is safe.
    """
    return service.create(uow, command, idempotency_key=key)


@router.get("", operation_id="bookings.list", summary="The caller's own bookings")
def listing(uow: UowDep, query: Annotated[BookingsQuery, Query()]) -> Page[BookingView]:
    """From one side. Keep the filters the same from page to page."""
    return service.listing(
        uow,
        side=query.side,
        when=query.when,
        statuses=query.status,
        cursor=query.cursor,
        limit=query.limit,
    )


@router.get("/{booking_id}", operation_id="bookings.get", summary="One booking")
def detail(uow: UowDep, booking_id: str) -> BookingDetailView:
    """For its two sides and for staff; the address is for the two sides only."""
    return service.detail(uow, booking_id)


@router.patch("/{booking_id}", operation_id="bookings.edit", summary="Leave a note for the lesson")
def edit(uow: UowDep, booking_id: str, command: EditBooking) -> BookingDetailView:
    """For the instructor; both sides read it. Null takes it away."""
    return service.edit(uow, booking_id, command)


@router.post("/{booking_id}/cancel", operation_id="bookings.cancel", summary="Cancel a booking")
def cancel(
    runtime: RuntimeDep, actor: SignedInDep, booking_id: str, command: CancelBooking
) -> BookingDetailView:
    """Before the start; the money follows by how early it is. Cancelling again from the same side
    changes nothing.
    """
    return flows.cancel(runtime.cashier, actor=actor, booking_id=booking_id, command=command)


@router.post(
    "/{booking_id}/reschedule", operation_id="bookings.reschedule", summary="Move a lesson"
)
def reschedule(
    runtime: RuntimeDep, actor: SignedInDep, booking_id: str, command: RescheduleBooking
) -> BookingDetailView:
    """For the student. Answers with the booking that takes its place. Where the money of a late
    move cannot be had, the lesson stands as it was.
    """
    return flows.reschedule(runtime.cashier, actor=actor, booking_id=booking_id, command=command)


@router.post(
    "/{booking_id}/complete", operation_id="bookings.complete", summary="Say that it took place"
)
def complete(runtime: RuntimeDep, actor: SignedInDep, booking_id: str) -> BookingDetailView:
    """For the instructor, once it is over. A day after its end it is completed by itself."""
    return flows.complete(runtime.cashier, actor=actor, booking_id=booking_id)


@router.get("/{booking_id}/notes", operation_id="bookings.notes", summary="Staff's notes on it")
def notes(uow: UowDep, booking_id: str) -> Items[NoteView]:
    """Those that the caller may read, the oldest first."""
    return Items(items=service.notes(uow, booking_id))


@router.post(
    "/{booking_id}/notes",
    status_code=HTTPStatus.CREATED,
    operation_id="bookings.write_note",
    summary="Write a note",
)
def write_note(uow: UowDep, booking_id: str, command: WriteNote) -> NoteView:
    """For staff; `visibility` says who else may read it."""
    return service.write_note(uow, booking_id, command)
