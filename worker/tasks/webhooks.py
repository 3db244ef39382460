"""Processing what vendors told us, and forgetting it in the end."""

from collections.abc import Mapping
from datetime import timedelta

from instainstru_core.domains.background_checks import flows as checks
from instainstru_core.domains.observability.types import Queue
from instainstru_core.domains.webhooks import policy, service
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.errors import Refusal, Unavailable
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.uow import Uow
from instainstru_core.wiring import WEBHOOK_HANDLERS, WebhookHandler, check_handlers
from worker.jobs import Desk, Job, until_done

LEASE = timedelta(minutes=5)
"""Longer than any handler takes, with all its calls timing out."""

WORKING = timedelta(seconds=30)
"""How long one run takes new events; the next run follows at once."""

BATCH = 1_000

_log = logger(__name__)


def process(desk: Desk, handlers: Mapping[str, WebhookHandler] = WEBHOOK_HANDLERS) -> None:
    """Take what is due, one event at a time, and let its handler do what it calls for.

    An event that fails is due again later and stops no other. When somebody cannot be reached, the
    run ends: the others would only wait for the same.
    """
    until = desk.runtime.clock() + WORKING
    while desk.runtime.clock() < until:
        with desk.begin() as uow:
            events = service.claim(uow, limit=1, lease=LEASE)
        if not events or not _process(desk, handlers, events[0]):
            return


def _process(desk: Desk, handlers: Mapping[str, WebhookHandler], event: ClaimedEvent) -> bool:
    """Handle one event and note how it went. False when somebody could not be reached."""
    if event.source == checks.SOURCE:
        handlers = check_handlers(desk.runtime.checks)
    handler = handlers.get(event.kind)
    try:
        if handler is not None:
            handler(desk.runtime.cashier, desk.actor, event)
    except Exception as failure:  # noqa: BLE001 - one bad event must not stop the others
        code = failure.code if isinstance(failure, Refusal) else type(failure).__name__
        is_passing = isinstance(failure, Unavailable)
        _log.warning("webhook_failed", event_id=event.id, kind=event.kind, code=code)
        with desk.begin() as uow:
            service.fail(uow, event, code, is_passing=is_passing)
        return not is_passing
    with desk.begin() as uow:
        service.finish(uow, event, ignored=handler is None)
    return True


def _forget(uow: Uow) -> int:
    return service.forget(uow, before=uow.now - policy.KEEP, limit=BATCH)


PROCESS_WEBHOOKS = Job("webhooks.process", process, seconds=240, retries=0, is_quiet=True)
FORGET_WEBHOOKS = Job(
    "webhooks.forget",
    until_done(_forget, batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
