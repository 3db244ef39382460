"""The wallet: what a student may spend besides a card."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Header, Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import RuntimeDep, SignedInDep, UowDep
from api.routing import Router
from instainstru_core.domains.credits import flows, service
from instainstru_core.domains.credits.schemas import (
    AdjustCredit,
    AdjustmentView,
    BuyCredit,
    CreditAdjustment,
    CreditView,
    TopUpView,
    WalletView,
)
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(tags=["credits"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A repeat with the same key and body gets the first answer.",
    ),
]
Preview = Annotated[bool, Query(description="Only tell what would happen.")]


class HistoryQuery(BaseModel):
    """Which page."""

    model_config = ConfigDict(frozen=True)

    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=MAX_PAGE)


@router.get("/credits", operation_id="credits.wallet", summary="The caller's credit")
def wallet(uow: UowDep) -> WalletView:
    """What may be spent on the next lesson, what is set aside, and what ends soon."""
    return service.wallet(uow)


@router.get("/credits/history", operation_id="credits.history", summary="All credit ever issued")
def history(uow: UowDep, query: Annotated[HistoryQuery, Query()]) -> Page[CreditView]:
    """To the caller, the newest first."""
    return service.history(uow, cursor=query.cursor, limit=query.limit)


@router.post(
    "/credits/top-ups",
    status_code=HTTPStatus.CREATED,
    operation_id="credits.top_up",
    summary="Buy credit with a card",
    responses={404: {}, 409: {}},
)
def top_up(
    runtime: RuntimeDep, actor: SignedInDep, command: BuyCredit, key: IdempotencyKey = None
) -> TopUpView:
    """Issued once the charge has succeeded. Where it is pending with a secret, the card's holder
    has to confirm in the browser. Send a key, so that a repeat is safe.
    """
    return flows.top_up(
        runtime.begin, runtime.payments, actor=actor, command=command, idempotency_key=key
    )


@router.get(
    "/credits/top-ups/{top_up_id}", operation_id="credits.top_up_state", summary="One top-up"
)
def top_up_state(uow: UowDep, top_up_id: str) -> TopUpView:
    """Whether it was issued, refused, or is still pending."""
    return service.top_up(uow, top_up_id)


@router.get(
    "/users/{user_id}/credits", operation_id="credits.wallet_of", summary="Somebody's credit"
)
def wallet_of(uow: UowDep, user_id: str) -> WalletView:
    """For staff."""
    return service.wallet_of(uow, user_id)


@router.post(
    "/users/{user_id}/credits/adjust", operation_id="credits.adjust", summary="Change credit"
)
def adjust(
    uow: UowDep,
    user_id: str,
    command: CreditAdjustment,
    *,
    preview: Preview = False,
    key: IdempotencyKey = None,
) -> AdjustmentView:
    """For staff. Ask with `preview=true` first; send a key, so that a repeat is safe."""
    asked = AdjustCredit(user_id=user_id, **command.model_dump())
    return service.adjust(uow, asked, idempotency_key=key, preview=preview)
