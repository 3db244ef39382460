"""Refunds by staff, and what becomes of one that cannot reach the card: as shown, then as made.

Both are confirmed by the same tool: what a token was handed out for says which of them it is.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, RootModel

from instainstru_core.domains.access import service as access
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.errors import PreviewOutdated
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    OrderRefund,
    RefundOrderView,
    RefundPreview,
    RefundSettlementPreview,
    RefundSettlementView,
    SettleRefund,
)
from instainstru_core.domains.bookings.types import RefundAction, RefundReason, RefundWay
from instainstru_core.domains.confirmations.errors import StateChanged
from instainstru_core.kernel.money import dollars
from instainstru_core.kernel.uow import Uow
from mcp_server.confirming import Order, Shown, Steps
from mcp_server.tool import Call

ACTION = "refund_execute"
Found = TypeVar("Found", RefundPreview, RefundSettlementPreview)


class RefundWish(BaseModel):
    """Which money is to go back, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    booking_id: str
    cents: int | None
    reason: RefundReason
    note: str | None

    def order(self, confirm: str | None = None) -> OrderRefund:
        """The same, as the domain takes it."""
        return OrderRefund(cents=self.cents, reason=self.reason, note=self.note, confirm=confirm)


class SettlementWish(BaseModel):
    """What is to become of a refund that cannot reach the card, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    booking_id: str
    way: RefundWay
    reason: str

    def command(self, confirm: str | None = None) -> SettleRefund:
        """The same, as the domain takes it."""
        return SettleRefund(way=self.way, reason=self.reason, confirm=confirm)


class Wish(RootModel[RefundWish | SettlementWish]):
    """One of the two; their fields tell which."""


class GivenBack(RootModel[RefundOrderView | RefundSettlementView]):
    """A refund that was ordered, or one that was settled."""


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


class SettlementFigures(BaseModel):
    """What settling a refund would do."""

    model_config = ConfigDict(frozen=True)

    booking_id: str
    student: str
    instructor: str
    way: RefundWay
    charged_cents: int
    charged_back_cents: int
    refunded_before_cents: int
    outstanding_cents: int
    credit_cents: int
    bank_cents: int


def _looked(
    call: Call, booking_id: str, look: Callable[[Uow], Found]
) -> tuple[BookingDetailView, Found, dict[str, Any]]:
    """A lesson that is not the caller's own, what would happen to its money, and how it is told."""
    with call.begin() as uow:
        booked = bookings.detail(uow, booking_id)
        access.require_other(uow, booked.student_id, booked.instructor_id)
        found = look(uow)
    people = {"student": booked.student_name, "instructor": booked.instructor_name}
    return booked, found, people | found.model_dump(exclude={"confirm", "currency"})


def _show_refund(call: Call, wish: RefundWish) -> Shown[RefundFigures]:
    booked, found, told = _looked(
        call,
        wish.booking_id,
        lambda uow: bookings.preview_refund(uow, wish.booking_id, wish.order()),
    )
    return Shown(RefundFigures(**told), summary=_refund_words(booked, found), state=found.confirm)


def _show_settlement(call: Call, wish: SettlementWish) -> Shown[SettlementFigures]:
    booked, found, told = _looked(
        call,
        wish.booking_id,
        lambda uow: bookings.preview_refund_settlement(uow, wish.booking_id, wish.command()),
    )
    words = _settlement_words(booked, found)
    return Shown(SettlementFigures(**told), summary=words, state=found.confirm)


def _refund_words(booked: BookingDetailView, found: RefundPreview) -> str:
    lesson = _lesson(booked)
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


def _settlement_words(booked: BookingDetailView, found: RefundSettlementPreview) -> str:
    what = f"Settle the refund of {dollars(found.outstanding_cents)} for {_lesson(booked)}"
    parts = [f"{what}, which cannot reach the card."]
    if found.credit_cents:
        parts.append(f"{dollars(found.credit_cents)} of it becomes credit of the student.")
    if found.bank_cents:
        parts.append(f"{dollars(found.bank_cents)} of it the bank gave back already.")
    return " ".join(parts)


def _lesson(booked: BookingDetailView) -> str:
    return (
        f"{booked.student_name}'s lesson in {booked.service_name} with {booked.instructor_name}"
        f" on {booked.starts_local:%B %-d, %Y at %-I:%M %p}"
    )


def _make(call: Call, wish: Wish, order: Order) -> GivenBack:
    """With the token as its key, a repeat after a crash does nothing twice."""
    cashier, actor, key = call.runtime.cashier, call.actor, order.key
    asked = wish.root
    try:
        if isinstance(asked, RefundWish):
            ordered = flows.refund(
                cashier,
                actor=actor,
                booking_id=asked.booking_id,
                command=asked.order(order.state),
                idempotency_key=key,
            )
            return GivenBack(ordered)
        settled = flows.settle_refund(
            cashier,
            actor=actor,
            booking_id=asked.booking_id,
            command=asked.command(order.state),
            idempotency_key=key,
        )
    except PreviewOutdated as refusal:
        raise StateChanged(refusal.message, **refusal.facts) from refusal
    return GivenBack(settled)


def _refund_of(wish: Wish) -> RefundWish:
    if not isinstance(wish.root, RefundWish):
        raise TypeError(wish.root)
    return wish.root


def _settlement_of(wish: Wish) -> SettlementWish:
    if not isinstance(wish.root, SettlementWish):
        raise TypeError(wish.root)
    return wish.root


REFUND: Steps[Wish, RefundFigures, GivenBack] = Steps(
    action=ACTION,
    wish=Wish,
    made=GivenBack,
    preview=lambda call, wish: _show_refund(call, _refund_of(wish)),
    make=_make,
    compares=True,
)
SETTLEMENT: Steps[Wish, SettlementFigures, GivenBack] = Steps(
    action=ACTION,
    wish=Wish,
    made=GivenBack,
    preview=lambda call, wish: _show_settlement(call, _settlement_of(wish)),
    make=_make,
    compares=True,
)
EITHER = REFUND
"""What the tool that executes needs of the two is the same: it compares while it makes."""
