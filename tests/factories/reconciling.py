"""A comparison of the provider's books with ours that asks about nothing else."""

from instainstru_core.domains.payments.flows import reconcile as books
from instainstru_core.domains.payments.ports import MoneyGateway
from instainstru_core.domains.payments.schemas import ReconciliationView
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.uow import Begin


def reconcile(begin: Begin, gateway: MoneyGateway, *, actor: Actor) -> ReconciliationView:
    """Read the provider's lines and compare."""
    return books.compare(begin, books.read(begin, gateway, actor=actor), actor=actor)
