"""Asking how disputes stand, where no event told: what is found goes the way of an event.

An event may be lost for good, of a dispute that was opened as well as of one that was closed.
"""

from datetime import datetime
from functools import partial
from typing import NamedTuple

from instainstru_core.domains.bookings.flows.driving import Cashier
from instainstru_core.domains.payments import service as payments
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.paging import pages

PAGE = 200


class Unheard(NamedTuple):
    """Disputes of the provider (its ids) of which we never heard, of all up to `until`."""

    vendor_ids: list[str]
    until: datetime


def disputes_to_ask(cashier: Cashier, *, actor: Actor) -> list[str]:
    """The disputes (the provider's ids) that are due to be asked about, read page by page."""
    begin = partial(cashier.begin, actor)
    due = pages(begin, payments.due_disputes, place=lambda one: one.id, size=PAGE)
    return [one.vendor_id for page in due for one in page]


def find_disputes(cashier: Cashier, *, actor: Actor) -> Unheard:
    """Read the provider's list of disputes since the last look for those that we do not know.

    Each page is looked up in a transaction of its own, and none is open while the list is read.
    """
    with cashier.begin(actor) as uow:
        since, until = payments.disputes_from(uow), uow.now
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = cashier.gateway.disputes(since=since, until=until, cursor=cursor)
        with cashier.begin(actor) as uow:
            found += payments.unheard_disputes(uow, page.items)
        cursor = page.next_cursor
        if cursor is None:
            return Unheard(found, until)


def note_found(cashier: Cashier, *, actor: Actor, until: datetime) -> None:
    """All that a look found is taken in: the next one begins there."""
    with cashier.begin(actor) as uow:
        payments.note_disputes_read(uow, until=until)
