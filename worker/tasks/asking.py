"""What may hang because an event was lost, and is asked about: identities, holds taken elsewhere.

Disputes have jobs of their own, and so have accounts with their payouts, and background checks.
"""

from functools import partial

from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.observability.types import Queue
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.flows import sync
from instainstru_core.kernel.paging import pages
from worker.batches import each
from worker.jobs import Desk, Job

PAGE = 200


def _ask_identities(desk: Desk) -> None:
    """Ask about every check of identity that is not over and that nobody told of for long."""
    waiting = pages(
        desk.begin, payments.identities_to_ask, place=lambda one: one.instructor_id, size=PAGE
    )
    found = [one.vendor_id for page in waiting for one in page]
    each("payments.ask_identities", found, partial(_look_at_identity, desk))


def _ask_stopped(desk: Desk) -> None:
    """Ask about lessons that stopped because their hold was taken elsewhere: then they go on."""
    stopped = pages(desk.begin, bookings.stopped_holds, place=lambda one: one.chain_id, size=PAGE)
    found = [one.intent_id for page in stopped for one in page]
    each("bookings.ask_stopped", found, partial(_look_at_intent, desk))


def _look_at_identity(desk: Desk, vendor_id: str) -> bool:
    runtime = desk.runtime
    sync.sync_identity(runtime.begin, runtime.payments, actor=desk.actor, vendor_id=vendor_id)
    return True


def _look_at_intent(desk: Desk, intent_id: str) -> bool:
    flows.on_intent(desk.runtime.cashier, actor=desk.actor, intent_id=intent_id)
    return True


ASK_IDENTITIES = Job(
    "payments.ask_identities", _ask_identities, queue=Queue.MAINTENANCE, seconds=1800, retries=0
)
ASK_STOPPED = Job(
    "bookings.ask_stopped", _ask_stopped, queue=Queue.MAINTENANCE, seconds=900, retries=0
)
