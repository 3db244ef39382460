"""Paying out at once what an instructor's account has."""

from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.errors import (
    BalanceInsufficient,
    CallRefused,
    NothingToPayOut,
)
from instainstru_core.domains.payments.ports import ConnectGateway
from instainstru_core.domains.payments.schemas import BalanceView, PayoutView
from instainstru_core.domains.payments.service.payouts import Wish
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Begin

NOTHING = (
    "There is nothing to pay out now. What is earned arrives in the account a day after a lesson,"
    " and goes to the bank every Tuesday by itself."
)


def available_balance(begin: Begin, gateway: ConnectGateway, *, actor: Actor) -> BalanceView:
    """What the signed-in instructor could have paid out at once."""
    with begin(actor) as uow:
        account = service.usable_account(uow)
    return BalanceView(available_cents=max(0, gateway.available_cents(account.vendor_id)))


def instant_payout(
    begin: Begin, gateway: ConnectGateway, *, actor: Actor, key: str | None
) -> PayoutView:
    """Pay out everything at once. A repeat with the same key gets the same payout.

    Raises NothingToPayOut.
    """
    key = key or new_id()
    with begin(actor) as uow:
        wish = service.instant_wish(uow, key)
        account = service.usable_account(uow)
    wish = wish or _wished(begin, gateway, actor, account.vendor_id, key)
    if wish.payout is not None:
        return wish.payout
    try:
        seen = gateway.instant_payout(
            key=f"instant:{wish.id}", account_id=account.vendor_id, cents=wish.cents
        )
    except CallRefused as refusal:
        with begin(actor) as uow:
            service.drop_instant_wish(uow, wish.id)
        if isinstance(refusal, BalanceInsufficient):
            raise NothingToPayOut(NOTHING) from refusal
        raise
    with begin(actor) as uow:
        return service.grant_instant_wish(
            uow, wish.id, account.vendor_id, seen, asked_at=account.asked_at
        )


def _wished(begin: Begin, gateway: ConnectGateway, actor: Actor, account_id: str, key: str) -> Wish:
    """What this key asks for: all there is, unless the same was asked for at this very moment."""
    cents = gateway.available_cents(account_id)
    with begin(actor) as uow:
        if cents > 0:
            return service.keep_instant_wish(uow, key, cents)
        known = service.instant_wish(uow, key)
    if known is None:
        raise NothingToPayOut(NOTHING)
    return known
