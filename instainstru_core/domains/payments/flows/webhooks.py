"""What is asked anew at the provider when it sends word of accounts, cards, payouts, identity."""

from typing import Any, cast

from instainstru_core.domains.payments.flows import sync
from instainstru_core.domains.payments.ports import PaymentGateway
from instainstru_core.domains.webhooks.errors import PayloadUnreadable
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Begin


def object_of(event: ClaimedEvent) -> dict[str, Any]:
    """What an event of the provider is about, as it was then. Raises PayloadUnreadable."""
    data = event.payload.get("data")
    about = cast("dict[str, Any]", data).get("object") if isinstance(data, dict) else None
    if not isinstance(about, dict):
        raise PayloadUnreadable("This event says nothing about an object. Replaying does not help.")
    return cast("dict[str, Any]", about)


def object_id(event: ClaimedEvent) -> str:
    """The id of what an event is about. Raises PayloadUnreadable."""
    found = object_of(event).get("id")
    if not isinstance(found, str) or not found:
        raise PayloadUnreadable("This event names no object. Replaying does not help.")
    return found


def on_account(begin: Begin, gateway: PaymentGateway, actor: Actor, event: ClaimedEvent) -> None:
    """An account, or what it may do, has changed."""
    vendor_id = event.account_id or object_id(event)
    sync.sync_account(begin, gateway, actor=actor, vendor_id=vendor_id)


def on_payout(begin: Begin, gateway: PaymentGateway, actor: Actor, event: ClaimedEvent) -> None:
    """A payout has moved. Whose it is stands beside the object: its destination is a bank's.

    Without an account it is the platform's own, which is nobody's here.
    """
    payout_id = object_id(event)
    if event.account_id is not None:
        sync.sync_payout(
            begin, gateway, actor=actor, account_vendor_id=event.account_id, payout_id=payout_id
        )


def on_identity(begin: Begin, gateway: PaymentGateway, actor: Actor, event: ClaimedEvent) -> None:
    """A check of identity has moved."""
    sync.sync_identity(begin, gateway, actor=actor, vendor_id=object_id(event))


def on_card(begin: Begin, gateway: PaymentGateway, actor: Actor, event: ClaimedEvent) -> None:
    """A card was removed or renewed."""
    sync.sync_card(begin, gateway, actor=actor, vendor_id=object_id(event))


def on_setup(begin: Begin, gateway: PaymentGateway, actor: Actor, event: ClaimedEvent) -> None:
    """A card was set up."""
    sync.sync_setup(begin, gateway, actor=actor, setup_id=object_id(event))
