"""Cleaning up what the kernel remembers: relayed facts and answered keys."""

from datetime import timedelta
from functools import partial

from instainstru_core.domains.observability.types import Queue
from instainstru_core.kernel import idempotency, outbox
from instainstru_core.kernel.uow import Uow
from worker.jobs import Job, until_done

BATCH = 1_000
KEEP_FACTS = timedelta(days=30)


def _forget_facts(uow: Uow) -> int:
    return outbox.forget(uow.session, before=uow.now - KEEP_FACTS, limit=BATCH)


FORGET_FACTS = Job(
    "outbox.forget",
    until_done(_forget_facts, batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
FORGET_KEYS = Job(
    "idempotency.forget",
    until_done(partial(idempotency.forget, limit=BATCH), batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
