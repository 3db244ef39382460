"""Buying credit with a card: write, call, write."""

from datetime import datetime

from instainstru_core.domains.credits import service
from instainstru_core.domains.credits.schemas import BuyCredit, TopUpView
from instainstru_core.domains.credits.service.topping_up import PREFIX
from instainstru_core.domains.payments.errors import CommandOpen
from instainstru_core.domains.payments.flows import commands
from instainstru_core.domains.payments.ports import MoneyGateway
from instainstru_core.domains.payments.types import Command
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Begin


def top_up(
    begin: Begin,
    gateway: MoneyGateway,
    *,
    actor: Actor,
    command: BuyCredit,
    idempotency_key: str | None = None,
) -> TopUpView:
    """Charge a card and issue credit for it. What happened is told, also when it was refused.

    A repeat with the same key charges nothing twice.
    """
    with begin(actor) as uow:
        top_up_id, call = service.start_top_up(uow, command, idempotency_key=idempotency_key)
        now = uow.now
    secret = None if call is None else _made(begin, gateway, actor, call, now)
    with begin(actor) as uow:
        return service.top_up(uow, top_up_id, client_secret=secret)


def resume_top_up(
    begin: Begin, gateway: MoneyGateway, *, actor: Actor, reference: str, at_once: bool = False
) -> bool:
    """Go on with a top-up whose caller is gone, or whose card's holder has confirmed.

    False where somebody is at it, or where the reference is not a top-up.
    """
    if not reference.startswith(PREFIX):
        return False
    try:
        with begin(actor) as uow:
            top_up_id = reference.removeprefix(PREFIX)
            call = service.advance_top_up(uow, top_up_id, at_once=at_once)
            now = uow.now
    except CommandOpen:
        return False
    if call is not None:
        _made(begin, gateway, actor, call, now)
    return True


def _made(
    begin: Begin, gateway: MoneyGateway, actor: Actor, call: Command, now: datetime
) -> str | None:
    outcome = commands.call(gateway, call, now=now)
    with begin(actor) as uow:
        return service.absorb_top_up(uow, call, outcome)
