"""Cutting off what the search's indexes have read of what changed."""

from functools import partial

from instainstru_core.domains.observability.types import Queue
from instainstru_core.domains.search import service as search
from worker.jobs import Job, until_done

BATCH = 5_000

FORGET_CHANGES = Job(
    "search.forget_changes",
    until_done(partial(search.forget_changes, limit=BATCH), batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
