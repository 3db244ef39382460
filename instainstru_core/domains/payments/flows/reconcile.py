"""Reading the provider's books, page by page, then comparing them with ours."""

from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.ports import MoneyGateway
from instainstru_core.domains.payments.schemas import ReconciliationView
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Begin

_log = logger(__name__)


def reconcile(begin: Begin, gateway: MoneyGateway, *, actor: Actor) -> ReconciliationView:
    """Take over what is new in the provider's books and say where they differ from the ledger.

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
            break
    with begin(actor) as uow:
        found = service.compare_books(uow, since=since, read_at=until)
    if not found.is_clean:
        _log.error("books_differ", differences=len(found.differences))
    return found
