"""Forgetting what people searched for, when its time is over."""

from functools import partial

from instainstru_core.domains.observability.types import Queue
from instainstru_core.domains.search import service
from worker.jobs import Desk, Job, until_done

BATCH = 1_000
PEOPLE = 50

_TRIM = until_done(partial(service.trim_histories, limit=BATCH), batch=BATCH)
_FORGET = until_done(partial(service.forget_old_searches, limit=BATCH), batch=BATCH)


def _histories(desk: Desk) -> None:
    """Delete what is too much of one person, then remove what was deleted long ago, and make what
    people searched for nobody's whose accounts are closed.
    """
    _TRIM(desk)
    _FORGET(desk)
    secret = desk.runtime.settings.location_secret.get_secret_value()
    gone = partial(service.forget_deactivated, secret=secret, limit=PEOPLE)
    until_done(gone, batch=PEOPLE)(desk)


FORGET_HISTORIES = Job("search.forget_histories", _histories, queue=Queue.MAINTENANCE, seconds=600)
FORGET_SHOWN = Job(
    "search.forget_shown",
    until_done(partial(service.forget_shown, limit=BATCH), batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
