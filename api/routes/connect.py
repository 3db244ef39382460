"""How the signed-in instructor is paid: account, identity, payouts, earnings."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Header, Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import RuntimeDep, SignedInDep, UowDep
from api.routing import Router
from instainstru_core.domains.payments import flows, service
from instainstru_core.domains.payments.schemas import (
    AccountView,
    BalanceView,
    EarningsView,
    EarningsWindow,
    IdentityView,
    OnboardingLinkView,
    PayoutView,
)
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(prefix="/connect", tags=["connect"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", description="A repeat with the same key gets the first answer."
    ),
]


class PayoutsQuery(BaseModel):
    """Which page of the payouts."""

    model_config = ConfigDict(frozen=True)

    cursor: str | None = None
    limit: int = Field(default=20, ge=1, le=MAX_PAGE)


@router.get("/account", operation_id="connect.account", summary="How one's account stands")
def account(uow: UowDep) -> AccountView:
    """As the payment provider last told; it tells by itself when something changes."""
    return service.account(uow)


@router.post(
    "/onboarding",
    status_code=HTTPStatus.CREATED,
    operation_id="connect.onboarding",
    summary="Start or go on with the onboarding",
    responses={404: {}},
)
def onboarding(runtime: RuntimeDep, actor: SignedInDep) -> OnboardingLinkView:
    """A page of the payment provider, to be visited once and soon."""
    return flows.start_onboarding(
        runtime.begin, runtime.payments, actor=actor, web_url=runtime.settings.web_url
    )


@router.get("/identity", operation_id="connect.identity", summary="Where the identity check is")
def identity(uow: UowDep) -> IdentityView:
    """As the payment provider last told."""
    return service.identity(uow)


@router.post(
    "/identity",
    status_code=HTTPStatus.CREATED,
    operation_id="connect.identity_start",
    summary="Start or go on with the identity check",
    responses={404: {}},
)
def start_identity(runtime: RuntimeDep, actor: SignedInDep) -> IdentityView:
    """The page to go on at; without one, nothing is left to do."""
    return flows.start_identity(
        runtime.begin, runtime.payments, actor=actor, web_url=runtime.settings.web_url
    )


@router.get(
    "/balance",
    operation_id="connect.balance",
    summary="What could be paid out at once",
    responses={404: {}, 409: {}},
)
def balance(runtime: RuntimeDep, actor: SignedInDep) -> BalanceView:
    """Asked of the payment provider now."""
    return flows.available_balance(runtime.begin, runtime.payments, actor=actor)


@router.get("/payouts", operation_id="connect.payouts", summary="One's own payouts")
def payouts(uow: UowDep, query: Annotated[PayoutsQuery, Query()]) -> Page[PayoutView]:
    """The newest first."""
    return service.payouts(uow, cursor=query.cursor, limit=query.limit)


@router.post(
    "/payouts/instant",
    status_code=HTTPStatus.CREATED,
    operation_id="connect.instant_payout",
    summary="Pay out everything at once",
    responses={404: {}},
)
def instant_payout(
    runtime: RuntimeDep, actor: SignedInDep, key: IdempotencyKey = None
) -> PayoutView:
    """All that is available. Send a key, so that a repeat is safe."""
    return flows.instant_payout(runtime.begin, runtime.payments, actor=actor, key=key)


@router.get("/earnings", operation_id="connect.earnings", summary="What one has earned")
def earnings(uow: UowDep, query: Annotated[EarningsWindow, Query()]) -> EarningsView:
    """By New York days; thirty of them unless said otherwise."""
    return service.earnings(uow, query)
