"""Lessons that staff cancel: shown first, then cancelled as shown."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.errors import PreviewOutdated
from instainstru_core.domains.bookings.schemas import CancelBooking, CancelPreview
from instainstru_core.domains.bookings.types import BookingStatus, PaymentStatus
from instainstru_core.domains.confirmations.errors import StateChanged
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.time import BUSINESS_ZONE, to_local
from mcp_server.arguments import BookingId
from mcp_server.confirming import (
    ConfirmToken,
    Made,
    Order,
    Proposed,
    Shown,
    Steps,
    execute,
    propose,
)
from mcp_server.envelope import Answer
from mcp_server.tool import Call, previews, writes


class CancelReason(StrEnum):
    """Why staff cancel a lesson."""

    STUDENT_REQUEST = "student_request"
    INSTRUCTOR_UNAVAILABLE = "instructor_unavailable"
    DUPLICATE = "duplicate"
    FRAUD = "fraud"
    SAFETY = "safety"
    PLATFORM_ERROR = "platform_error"
    OTHER = "other"


class CancelWish(BaseModel):
    """Which lesson is to be cancelled, and what both sides are told."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    reason: CancelReason
    message: str
    keep_payment: bool

    @property
    def command(self) -> CancelBooking:
        """The same, as the domain takes it."""
        return CancelBooking(reason=self.message, keep_payment=self.keep_payment)


class CancelFigures(BaseModel):
    """What cancelling would do."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    student_name: str
    instructor_name: str
    starts_at: datetime
    charged_cents: int
    refund_cents: int
    hold_released_cents: int
    credit_back_cents: int
    instructor_cents: int


class Cancelled(BaseModel):
    """How the lesson stands now."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    status: BookingStatus
    payment_status: PaymentStatus


Message = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
    Field(
        description="Why, in words that both sides may read.",
        examples=["The studio is closed by a burst pipe."],
    ),
]
KeepPayment = Annotated[
    bool,
    Field(description="Charge the student and pay the instructor all the same.", examples=[False]),
]


def _show_cancel(call: Call, wish: CancelWish) -> Shown[CancelFigures]:
    with call.begin() as uow:
        found = bookings.preview_cancel(uow, wish.booking_id, wish.command)
    told = CancelFigures(**found.model_dump(include=set(CancelFigures.model_fields)))
    return Shown(told, summary=_cancel_words(found), state=found.confirm)


def _cancel_words(found: CancelPreview) -> str:
    starts = to_local(found.starts_at, BUSINESS_ZONE)
    amounts = (
        (found.refund_cents, "goes back to the card"),
        (found.hold_released_cents, "held on the card is let go"),
        (found.credit_back_cents, "of credit comes back"),
        (found.charged_cents - found.refund_cents, "is charged to the card"),
        (found.instructor_cents, "is paid to the instructor"),
    )
    money = [f"{dollars(cents)} {what}" for cents, what in amounts if cents]
    return (
        f"Cancel {found.student_name}'s lesson in {found.service_name} with"
        f" {found.instructor_name} on {starts:%B %-d, %Y at %-I:%M %p} New York time:"
        f" {', '.join(money) or 'no money moves'}."
    )


def _cancel(call: Call, wish: CancelWish, order: Order) -> Cancelled:
    """A repeat after a crash finds it cancelled by staff, and changes nothing."""
    try:
        done = flows.cancel(
            call.runtime.cashier,
            actor=call.actor,
            booking_id=wish.booking_id,
            command=wish.command,
            confirm=order.state,
        )
    except PreviewOutdated as refusal:
        raise StateChanged(refusal.message, **refusal.facts) from refusal
    return Cancelled(booking_id=done.id, status=done.status, payment_status=done.payment_status)


CANCEL = Steps(
    action="booking_cancel_execute",
    wish=CancelWish,
    made=Cancelled,
    preview=_show_cancel,
    make=_cancel,
    compares=True,
)


@previews("Preview cancelling a booking")
def booking_cancel_preview(
    call: Call,
    booking_id: BookingId,
    reason: Annotated[CancelReason, Field(examples=["student_request"])],
    message: Message,
    keep_payment: KeepPayment = False,
) -> Answer[Proposed[CancelFigures]]:
    """Show what cancelling a lesson as staff would do to the money of both sides."""
    wish = CancelWish(
        booking_id=booking_id, reason=reason, message=message, keep_payment=keep_payment
    )
    return propose(call, CANCEL, wish)


@writes("Cancel a booking", destructive=True, idempotent=True)
def booking_cancel_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[Cancelled]]:
    """Cancel a lesson exactly as `booking_cancel_preview` showed."""
    return execute(call, CANCEL, confirm_token)
