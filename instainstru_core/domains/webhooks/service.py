"""What vendors tell us is stored at once, processed once by a worker, and never lost.

An event that is taken is held for a lease; should its worker die, another one takes it after that.
Whatever is done for an event is done by handlers that bear being called again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.webhooks import policy, repository
from instainstru_core.domains.webhooks.errors import EventNotFound, NotReplayable
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.repository import WebhookEvents
from instainstru_core.domains.webhooks.schemas import (
    ReceivedView,
    WebhookBacklogView,
    WebhookEventDetailView,
    WebhookEventView,
    WebhookFilters,
)
from instainstru_core.domains.webhooks.types import ClaimedEvent, Inbound, WebhookState
from instainstru_core.kernel import ids, paging
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page
from instainstru_core.kernel.uow import Uow

LOST = "webhooks.worker_lost"
DAY = timedelta(days=1)


@operation("webhooks.receive")
def receive(uow: Uow, inbound: Inbound) -> ReceivedView:
    """Store an event whose signature was found good. One that is stored already stays as it is."""
    event_id: str = policy.storable(inbound.event_id)
    given: dict[str, Any] = {
        "source": inbound.source,
        "event_id": event_id,
        "kind": policy.storable(inbound.kind),
        "account_id": policy.storable(inbound.account_id),
        "payload": policy.storable(inbound.payload),
        "happened_at": inbound.happened_at,
        "received_at": uow.now,
        "due_at": uow.now,
    }
    new = repository.write(
        uow.session, {"id": ids.new_id(), "state": WebhookState.RECEIVED, **given}
    )
    if new is not None:
        return ReceivedView(id=new, is_duplicate=False)
    old = repository.known(uow.session, source=inbound.source, event_id=event_id)
    return ReceivedView(id=old, is_duplicate=True)


@operation("webhooks.claim")
def claim(uow: Uow, *, limit: int, lease: timedelta) -> Sequence[ClaimedEvent]:
    """Take what is due, oldest first, and hold it for the lease. Others take other events.

    One that workers vanish over again and again is given up instead of taken.
    """
    require(uow.actor, Permission.WEBHOOKS_MANAGE)
    taken = repository.take(uow.session, now=uow.now, lease=lease, limit=limit)
    for row in taken:
        if row.losses > policy.LOSSES_BORNE:
            row.state, row.error = WebhookState.DEAD, LOST
    uow.session.flush()
    return [_claimed(row) for row in taken if row.state is WebhookState.PROCESSING]


@operation("webhooks.finish")
def finish(uow: Uow, event: ClaimedEvent, *, ignored: bool = False) -> None:
    """Note that an event is done with. One that somebody else holds by now is left to them."""
    require(uow.actor, Permission.WEBHOOKS_MANAGE)
    done = {
        "state": WebhookState.PROCESSED,
        "processed_at": uow.now,
        "was_ignored": ignored,
        "error": None,
    }
    repository.end(uow.session, event_id=event.id, attempt=event.attempt, values=done)


@operation("webhooks.fail")
def fail(uow: Uow, event: ClaimedEvent, error_code: str, *, is_passing: bool = False) -> None:
    """Note that an event could not be processed: it is due again later, or given up.

    `is_passing` says that only somebody could not be reached: then it has days instead of attempts.
    """
    require(uow.actor, Permission.WEBHOOKS_MANAGE)
    row = repository.held(uow.session, event_id=event.id, attempt=event.attempt)
    if row is None:
        return
    row.failures += 0 if is_passing else 1
    due_at = policy.next_due(
        attempts=row.attempts,
        failures=row.failures,
        is_passing=is_passing,
        received_at=row.received_at,
        now=uow.now,
    )
    row.state = WebhookState.DEAD if due_at is None else WebhookState.FAILED
    row.due_at, row.error = due_at or uow.now, error_code
    uow.session.flush()


@operation("webhooks.listing")
def listing(
    uow: Uow, filters: WebhookFilters, *, cursor: str | None = None, limit: int = 20
) -> Page[WebhookEventView]:
    """The newest events that match, page by page."""
    require(uow.actor, Permission.WEBHOOKS_MANAGE)
    limit = min(max(limit, 1), MAX_PAGE)
    scope = f"webhooks:{filters.model_dump_json()}"
    before_id: str | None = None
    if cursor is not None:
        (key,) = paging.decode_cursor(cursor, scope=scope, kinds=(str,))
        before_id = str(key)
    query = repository.matching(filters, before_id=before_id, limit=limit + 1)
    return paging.page_of(
        WebhookEvents(uow.session).all(query),
        limit=limit,
        scope=scope,
        key=lambda row: (row.id,),
        view=WebhookEventView.model_validate,
    )


@operation("webhooks.detail")
def detail(uow: Uow, name: str) -> WebhookEventDetailView:
    """One event by our id or by its source's, with all that was told. Raises EventNotFound."""
    return WebhookEventDetailView.model_validate(_found(uow, name))


@operation("webhooks.replayable")
def replayable(uow: Uow, name: str) -> WebhookEventView:
    """An event that may be processed once more, held. Raises NotReplayable while it still will."""
    return WebhookEventView.model_validate(_replayable(uow, name))


@operation("webhooks.replay")
def replay(uow: Uow, name: str) -> WebhookEventView:
    """Let an event be processed once more, now. Raises NotReplayable while it still will be."""
    row = _replayable(uow, name)
    was, row.state, row.due_at = row.state, WebhookState.RECEIVED, uow.now
    row.failures, row.losses, row.error, row.processed_at = 0, 0, None, None
    row.was_ignored, row.replays = False, row.replays + 1
    uow.session.flush()
    audit.record(
        uow,
        "webhooks.replay",
        subject_kind="webhook_event",
        subject_id=row.id,
        details={"kind": row.kind, "was": was, "replays": row.replays},
    )
    return WebhookEventView.model_validate(row)


@operation("webhooks.backlog")
def backlog(uow: Uow) -> WebhookBacklogView:
    """How far we are with what vendors told us."""
    require(uow.actor, Permission.OPERATIONS_READ)
    found = repository.backlog(uow.session, now=uow.now)
    return WebhookBacklogView(
        at=uow.now,
        **found._asdict(),
        dead=repository.dead(uow.session),
        received_last_day=repository.received_since(uow.session, uow.now - DAY),
    )


@operation("webhooks.forget")
def forget(uow: Uow, *, before: datetime, limit: int) -> int:
    """Delete the oldest processed events that were received before this, and say how many."""
    require(uow.actor, Permission.WEBHOOKS_MANAGE)
    return repository.forget(uow.session, before=before, limit=limit)


def _replayable(uow: Uow, name: str) -> WebhookEvent:
    row = _found(uow, name, lock=True)
    if not policy.may_replay(row.state):
        raise NotReplayable(
            f"This event is {row.state}: it is being taken care of. Look at it again in a moment.",
            state=row.state,
        )
    return row


def _found(uow: Uow, name: str, *, lock: bool = False) -> WebhookEvent:
    require(uow.actor, Permission.WEBHOOKS_MANAGE)
    query = repository.named(policy.storable(name), by_id=ids.is_id(name), lock=lock)
    row = WebhookEvents(uow.session).one_or_none(query)
    if row is None:
        raise EventNotFound("There is no such event. List them to see what came in.")
    return row


def _claimed(row: WebhookEvent) -> ClaimedEvent:
    return ClaimedEvent(
        id=row.id,
        source=row.source,
        event_id=row.event_id,
        kind=row.kind,
        account_id=row.account_id,
        payload=row.payload,
        happened_at=row.happened_at,
        attempt=row.attempts,
    )
