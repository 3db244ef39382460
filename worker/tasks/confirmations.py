"""Forgetting proposed changes and codes of sign-ins that nobody needs any more."""

from functools import partial

from instainstru_core.domains.access import service as access
from instainstru_core.domains.confirmations import service
from instainstru_core.domains.observability.types import Queue
from worker.jobs import Job, until_done

BATCH = 1_000

FORGET_CONFIRMATIONS = Job(
    "confirmations.forget",
    until_done(partial(service.forget, limit=BATCH), batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
FORGET_CODES = Job(
    "access.forget_codes",
    until_done(partial(access.forget_codes, limit=BATCH), batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
