"""Forgetting proposed changes and codes of sign-ins that nobody needs any more."""

from functools import partial

from instainstru_core.domains.access import service as access
from instainstru_core.domains.confirmations import service
from instainstru_core.domains.observability.types import Queue
from instainstru_core.kernel.uow import Uow
from worker.jobs import Job, until_done

BATCH = 1_000


def _forget_sign_ins(uow: Uow, *, limit: int) -> int:
    """Codes and sessions of programs that are over; says how many of whichever were more."""
    return max(access.forget_codes(uow, limit=limit), access.forget_programs(uow, limit=limit))


FORGET_CONFIRMATIONS = Job(
    "confirmations.forget",
    until_done(partial(service.forget, limit=BATCH), batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
FORGET_CODES = Job(
    "access.forget_codes",
    until_done(partial(_forget_sign_ins, limit=BATCH), batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
