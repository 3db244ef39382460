"""Taking over how things stand at the provider, asked afresh each time.

An event only says that it is worth asking: so it does not matter in which order events come, how
often, or whether one is lost and somebody asks by hand.
"""

from datetime import datetime

from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.errors import CallRefused
from instainstru_core.domains.payments.flows.cards import is_missing
from instainstru_core.domains.payments.ports import CardGateway, ConnectGateway
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.uow import Begin


def sync_account(begin: Begin, gateway: ConnectGateway, *, actor: Actor, vendor_id: str) -> None:
    """How an instructor's account stands. It may go back as well as forward."""
    asked_at = _asking(begin, actor)
    seen = gateway.account(vendor_id)
    with begin(actor) as uow:
        service.note_account(uow, seen, asked_at=asked_at)


def sync_identity(begin: Begin, gateway: ConnectGateway, *, actor: Actor, vendor_id: str) -> None:
    """Where a check of identity is."""
    asked_at = _asking(begin, actor)
    seen = gateway.identity(vendor_id)
    with begin(actor) as uow:
        service.note_identity(uow, seen, asked_at=asked_at)


def sync_payout(
    begin: Begin, gateway: ConnectGateway, *, actor: Actor, account_vendor_id: str, payout_id: str
) -> None:
    """Where a payout of a connected account is."""
    asked_at = _asking(begin, actor)
    seen = gateway.payout(account_id=account_vendor_id, payout_id=payout_id)
    with begin(actor) as uow:
        service.note_payout(uow, account_vendor_id, seen, asked_at=asked_at)


def sync_payouts(
    begin: Begin, gateway: ConnectGateway, *, actor: Actor, instructor_id: str, account_id: str
) -> None:
    """Where the payouts of an account are, also those that nobody told of."""
    require(actor, Permission.PAYMENTS_MANAGE_ANY)
    with begin(actor) as uow:
        since = service.payouts_from(uow, instructor_id)
    cursor: str | None = None
    while True:
        asked_at = _asking(begin, actor)
        page = gateway.payouts(account_id=account_id, since=since, cursor=cursor)
        for seen in page.items:
            with begin(actor) as uow:
                service.note_payout(uow, account_id, seen, asked_at=asked_at)
        cursor = page.next_cursor
        if cursor is None:
            return


def sync_card(begin: Begin, gateway: CardGateway, *, actor: Actor, vendor_id: str) -> None:
    """Whether a card is still kept, and until when it holds."""
    _asking(begin, actor)
    try:
        seen = gateway.card(vendor_id)
    except CallRefused as refusal:
        if not is_missing(refusal):
            raise
        with begin(actor) as uow:
            service.forget_card(uow, vendor_id)
        return
    with begin(actor) as uow:
        service.note_card(uow, seen)


def sync_setup(begin: Begin, gateway: CardGateway, *, actor: Actor, setup_id: str) -> None:
    """Keep the card of a setup that was finished, should the browser not have come back."""
    _asking(begin, actor)
    setup = gateway.setup(setup_id)
    if setup.status != "succeeded" or not setup.payment_method_id or not setup.customer_id:
        return
    with begin(actor) as uow:
        owner = service.customer_owner(uow, setup.customer_id)
    if owner is None:
        return
    seen = gateway.card(setup.payment_method_id)
    if seen.customer_id != setup.customer_id:
        return
    with begin(actor) as uow:
        service.keep_card(uow, owner, seen, is_default=False)


def _asking(begin: Begin, actor: Actor) -> datetime:
    """The moment of asking. For staff and the system."""
    require(actor, Permission.PAYMENTS_MANAGE_ANY)
    with begin(actor) as uow:
        return uow.now
