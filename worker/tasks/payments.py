"""Nightly work with the payment provider's books and accounts."""

from functools import partial

from instainstru_core.domains.bookings import flows
from instainstru_core.domains.observability.types import Queue
from instainstru_core.domains.payments.flows import connect
from worker.batches import each, refuse_failures
from worker.jobs import Desk, Job

PAGE = 50


def _reconcile(desk: Desk) -> None:
    one_each = partial(each, "payments.reconcile")
    flows.reconcile(desk.runtime.cashier, actor=desk.actor, each=one_each)


def _audit_schedules(desk: Desk) -> None:
    after: str | None = ""
    checked = failed = 0
    while after is not None:
        done = connect.audit_schedules(
            desk.runtime.begin,
            desk.runtime.payments,
            actor=desk.actor,
            after=after,
            limit=PAGE,
        )
        after = done.next_after
        checked += done.checked
        failed += done.failed
    refuse_failures(failed, of=checked)


RECONCILE = Job(
    "payments.reconcile",
    _reconcile,
    queue=Queue.MAINTENANCE,
    seconds=1800,
    first_wait_seconds=300,
)
AUDIT_SCHEDULES = Job(
    "payments.audit_schedules",
    _audit_schedules,
    queue=Queue.MAINTENANCE,
    seconds=1800,
    first_wait_seconds=300,
)
