"""Disputes whose events were lost: those that are open too long, and those we never heard of.

Each is asked about on its own, and goes the way that its event would have gone. An event that comes
late, or at this very moment, changes nothing any more.
"""

from functools import partial

from instainstru_core.domains.bookings import flows
from instainstru_core.domains.observability.types import Queue
from worker.batches import each
from worker.jobs import Desk, Job


def _ask(desk: Desk) -> None:
    """Ask about every dispute of which nobody sent word in time."""
    due = flows.disputes_to_ask(desk.runtime.cashier, actor=desk.actor)
    each("bookings.ask_disputes", due, partial(_look, desk))


def _find(desk: Desk) -> None:
    """Take in what the provider's list has and we have not. What fails is read again next time."""
    cashier = desk.runtime.cashier
    found = flows.find_disputes(cashier, actor=desk.actor)
    each("bookings.find_disputes", found.vendor_ids, partial(_look, desk))
    flows.note_found(cashier, actor=desk.actor, until=found.until)


def _look(desk: Desk, vendor_id: str) -> bool:
    flows.on_dispute(desk.runtime.cashier, actor=desk.actor, dispute_id=vendor_id)
    return True


ASK_DISPUTES = Job("bookings.ask_disputes", _ask, queue=Queue.MAINTENANCE, seconds=1800, retries=0)
FIND_DISPUTES = Job(
    "bookings.find_disputes", _find, queue=Queue.MAINTENANCE, seconds=1800, retries=0
)
