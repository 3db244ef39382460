"""Cleaning up after sign-ins."""

from functools import partial

from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.observability.types import Queue
from worker.jobs import Job, until_done

BATCH = 1_000

FORGET_SESSIONS = Job(
    "accounts.forget_sessions",
    until_done(partial(accounts.forget_sessions, limit=BATCH), batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
