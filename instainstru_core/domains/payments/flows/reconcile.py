"""Reading the provider's books, page by page, then comparing them with ours."""

from datetime import datetime
from typing import NamedTuple

from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.ports import MoneyGateway
from instainstru_core.domains.payments.schemas import ReconciliationView
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Begin

_log = logger(__name__)


class Stretch(NamedTuple):
    """The time of which the provider's lines were read."""

    since: datetime
    until: datetime


def read(begin: Begin, gateway: MoneyGateway, *, actor: Actor) -> Stretch:
    """Take over what is new in the provider's books.

    Every page is a transaction of its own; one that was lost in the middle is read again from the
    start, and nothing is written twice.
    """
    with begin(actor) as uow:
        since, until = service.reconcile_from(uow), uow.now
    cursor: str | None = None
    while True:
        page = gateway.balance_changes(since=since, until=until, cursor=cursor)
        with begin(actor) as uow:
            service.keep_lines(uow, page.items)
        cursor = page.next_cursor
        if cursor is None:
            return Stretch(since, until)


def refunds_to_ask(begin: Begin, stretch: Stretch, *, actor: Actor) -> list[str]:
    """The provider's ids of the refunds that these lines tell of and that we do not know so."""
    with begin(actor) as uow:
        return service.refunds_to_ask(uow, since=stretch.since)


def reversals_to_ask(begin: Begin, stretch: Stretch, *, actor: Actor) -> list[str]:
    """The provider's lines of transfers that came back and that we do not know of."""
    with begin(actor) as uow:
        return service.reversals_to_ask(uow, since=stretch.since)


def compare(begin: Begin, stretch: Stretch, *, actor: Actor) -> ReconciliationView:
    """Say where the lines that were read differ from the ledger."""
    with begin(actor) as uow:
        found = service.compare_books(uow, since=stretch.since, read_at=stretch.until)
    if not found.is_clean:
        _log.error("books_differ", differences=len(found.differences))
    return found
