"""Money that staff give or take: shown first, then made as shown."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.errors import PreviewOutdated
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    OrderRefund,
    RefundOrderView,
    RefundPreview,
)
from instainstru_core.domains.bookings.types import RefundAction, RefundReason
from instainstru_core.domains.confirmations.errors import StateChanged
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.credits.schemas import MAX_ADJUSTMENT, AdjustCredit, AdjustmentView
from instainstru_core.domains.credits.types import AdjustmentReason
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.uow import Uow
from mcp_server.arguments import BookingId, Note, PersonId
from mcp_server.confirming import (
    ConfirmToken,
    Made,
    OneUnit,
    Order,
    Proposed,
    Shown,
    Steps,
    execute,
    propose,
    stamp,
)
from mcp_server.envelope import Answer
from mcp_server.tool import Call, previews, writes

Amount = Annotated[
    int | None,
    Field(ge=1, le=10_000_000, description="Cents; all that is left if omitted.", examples=[4000]),
]
Reason = Annotated[RefundReason, Field(examples=["service_issue"])]
Change = Annotated[
    int,
    Field(
        ge=-MAX_ADJUSTMENT,
        le=MAX_ADJUSTMENT,
        description="Cents; negative takes credit away.",
        examples=[2000, -500],
    ),
]
WhyChanged = Annotated[AdjustmentReason, Field(examples=["goodwill"])]
WhatHappened = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
    Field(description="What happened, for staff.", examples=["The video room did not open."]),
]


class RefundWish(BaseModel):
    """Which money is to go back, and why."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    cents: int | None
    reason: RefundReason
    note: str | None

    def order(self, confirm: str | None = None) -> OrderRefund:
        """The same, as the domain takes it."""
        return OrderRefund(cents=self.cents, reason=self.reason, note=self.note, confirm=confirm)


class RefundFigures(BaseModel):
    """What a refund would do."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    student: str
    instructor: str
    action: RefundAction
    charged_cents: int
    refunded_before_cents: int
    refund_cents: int
    instructor_cents: int
    platform_cents: int
    credit_back_cents: int
    credit_revoked_cents: int


def _show_refund(call: Call, wish: RefundWish) -> Shown[RefundFigures]:
    with call.begin() as uow:
        booked = bookings.detail(uow, wish.booking_id)
        access.require_other(uow, booked.student_id, booked.instructor_id)
        found = bookings.preview_refund(uow, wish.booking_id, wish.order())
    told = RefundFigures(
        student=booked.student_name,
        instructor=booked.instructor_name,
        **found.model_dump(exclude={"confirm", "currency"}),
    )
    return Shown(told, summary=_refund_words(booked, found), state=found.confirm)


def _refund_words(booked: BookingDetailView, found: RefundPreview) -> str:
    lesson = (
        f"{booked.student_name}'s lesson in {booked.service_name} with {booked.instructor_name}"
        f" on {booked.starts_local:%B %-d, %Y at %-I:%M %p}"
    )
    if found.action is RefundAction.VOID:
        return f"Cancel {lesson} and let the hold on the card go. Nothing was charged."
    back = f"{dollars(found.refund_cents)} of {dollars(found.charged_cents)}"
    parts = [
        f"Give back {back} to the card for {lesson}.",
        f"{dollars(found.instructor_cents)} of it is taken back from the instructor.",
    ]
    if found.credit_back_cents:
        parts.append(f"{dollars(found.credit_back_cents)} of used credit comes back.")
    if found.credit_revoked_cents:
        parts.append(f"{dollars(found.credit_revoked_cents)} of issued credit is revoked.")
    return " ".join(parts)


def _refund(call: Call, wish: RefundWish, order: Order) -> RefundOrderView:
    """With the token as its key, a repeat after a crash orders nothing twice."""
    try:
        return flows.refund(
            call.runtime.cashier,
            actor=call.actor,
            booking_id=wish.booking_id,
            command=wish.order(order.state),
            idempotency_key=order.key,
        )
    except PreviewOutdated as refusal:
        raise StateChanged(refusal.message, **refusal.facts) from refusal


REFUND = Steps(
    action="refund_execute",
    wish=RefundWish,
    made=RefundOrderView,
    preview=_show_refund,
    make=_refund,
    compares=True,
)


@previews("Preview a refund", scope=Scope.MCP_MONEY)
def refund_preview(
    call: Call, booking_id: BookingId, reason: Reason, cents: Amount = None, note: Note = None
) -> Answer[Proposed[RefundFigures]]:
    """Show what refunding a lesson would do to card, instructor, platform and credit."""
    wish = RefundWish(booking_id=booking_id, cents=cents, reason=reason, note=note)
    return propose(call, REFUND, wish)


@writes("Execute a refund", destructive=True, idempotent=True, scope=Scope.MCP_MONEY)
def refund_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[RefundOrderView]]:
    """Give money back exactly as `refund_preview` showed."""
    return execute(call, REFUND, confirm_token)


def _show_adjustment(uow: Uow, wish: AdjustCredit) -> Shown[AdjustmentView]:
    access.require_other(uow, wish.user_id)
    told = credits.adjust(uow, wish, preview=True)
    name = accounts.person(uow, wish.user_id).public_name
    verb = "Give" if wish.cents > 0 else "Take"
    summary = (
        f"{verb} {dollars(abs(wish.cents))} of credit {'to' if wish.cents > 0 else 'from'} {name},"
        f" who then has {dollars(told.available_after_cents)} available."
    )
    lots = [(lot.lot_id, lot.cents) for lot in told.lots]
    return Shown(told, summary, state=stamp(told.available_before_cents, lots))


def _adjust(uow: Uow, wish: AdjustCredit, key: str) -> AdjustmentView:
    return credits.adjust(uow, wish, idempotency_key=key)


ADJUSTMENT = OneUnit(
    action="credit_adjust_execute",
    wish=AdjustCredit,
    made=AdjustmentView,
    preview=_show_adjustment,
    make=_adjust,
    hold=lambda uow, wish: credits.hold_wallet(uow, wish.user_id),
)


@previews("Preview a change of credit", scope=Scope.MCP_MONEY)
def credit_adjust_preview(
    call: Call, user_id: PersonId, cents: Change, reason: WhyChanged, note: WhatHappened
) -> Answer[Proposed[AdjustmentView]]:
    """Show what giving credit to a student, or taking it, would do."""
    wish = AdjustCredit(user_id=user_id, cents=cents, reason_code=reason, note=note)
    return propose(call, ADJUSTMENT, wish)


@writes("Change somebody's credit", destructive=True, idempotent=True, scope=Scope.MCP_MONEY)
def credit_adjust_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[AdjustmentView]]:
    """Change credit exactly as `credit_adjust_preview` showed."""
    return execute(call, ADJUSTMENT, confirm_token)
