"""Lessons: booking, looking, cancelling."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Header, Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import UowDep
from api.routing import Router
from instainstru_core.domains.bookings import service
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    BookingView,
    BookLesson,
    CancelBooking,
)
from instainstru_core.domains.bookings.types import BookingStatus, OwnSide, Side, When
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(prefix="/bookings", tags=["bookings"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A repeat with the same key and body gets the first answer.",
    ),
]


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
    summary="Book a lesson",
    responses={404: {}},
)
def create(uow: UowDep, command: BookLesson, key: IdempotencyKey = None) -> BookingDetailView:
    """Confirmed at once, at the price of this moment. Send a key, so that a repeat is safe."""
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


@router.post("/{booking_id}/cancel", operation_id="bookings.cancel", summary="Cancel a booking")
def cancel(uow: UowDep, booking_id: str, command: CancelBooking) -> BookingDetailView:
    """Before the start. Cancelling again from the same side changes nothing."""
    return service.cancel(uow, booking_id, command)
