"""Money that staff give or take: shown first, then made as shown."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.bookings.types import RefundReason, RefundWay
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
    Proposed,
    Shown,
    execute,
    propose,
    stamp,
)
from mcp_server.envelope import Answer
from mcp_server.refunding import (
    EITHER,
    REFUND,
    SETTLEMENT,
    GivenBack,
    RefundFigures,
    RefundWish,
    SettlementFigures,
    SettlementWish,
    Wish,
)
from mcp_server.tool import Call, previews, writes

Amount = Annotated[
    int | None,
    Field(ge=1, le=10_000_000, description="Cents; all that is left if omitted.", examples=[4000]),
]
Reason = Annotated[RefundReason, Field(examples=["service_issue"])]
Way = Annotated[
    RefundWay,
    Field(
        description="credit: to the student as credit. bank: it gave all back already.",
        examples=["credit"],
    ),
]
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


@previews("Preview a refund", scope=Scope.MCP_MONEY)
def refund_preview(
    call: Call, booking_id: BookingId, reason: Reason, cents: Amount = None, note: Note = None
) -> Answer[Proposed[RefundFigures]]:
    """Show what refunding a lesson would do to card, instructor, platform and credit."""
    wish = RefundWish(booking_id=booking_id, cents=cents, reason=reason, note=note)
    return propose(call, REFUND, Wish(wish))


@previews("Preview settling a refused refund", scope=Scope.MCP_MONEY)
def refund_settle_preview(
    call: Call, booking_id: BookingId, way: Way, reason: WhatHappened
) -> Answer[Proposed[SettlementFigures]]:
    """Show what settling a refused or failed refund, as credit or by the bank, would do."""
    wish = SettlementWish(booking_id=booking_id, way=way, reason=reason)
    return propose(call, SETTLEMENT, Wish(wish))


@writes("Execute a refund", destructive=True, idempotent=True, scope=Scope.MCP_MONEY)
def refund_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[GivenBack]]:
    """Refund, or settle a refund, exactly as the preview showed."""
    return execute(call, EITHER, confirm_token)


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
