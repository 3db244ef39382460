"""Workers and queues, as the broker knows them."""

from datetime import datetime, timedelta

from instainstru_core.domains.observability.ports import Broker
from instainstru_core.domains.observability.schemas import (
    QueuesView,
    QueueView,
    WorkersView,
    WorkerView,
)
from instainstru_core.domains.observability.types import (
    Crew,
    Heartbeat,
    Queue,
    WorkerState,
)
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.measure import operation

LOST_AFTER = timedelta(seconds=20)
SCHEDULE_LATE_SECONDS = 60.0
SCHEDULE_SILENT = (
    "The schedule has not reached a worker for a minute or longer: what is due by the clock is not"
    " being done, and facts in the outbox wait. Check that beat runs."
)
NO_WORKERS = "No worker is online: tasks wait and nothing is relayed."


@operation("observability.worker_status")
def worker_status(broker: Broker, *, actor: Actor) -> Report[WorkersView]:
    """Every worker that did not end in order, also those that are lost."""
    require(actor, Permission.OPERATIONS_READ)
    crew = broker.crew()
    workers = [_worker(one, crew.at) for one in crew.heartbeats]
    online = [one for one in workers if one.state is WorkerState.ONLINE]
    beat = crew.schedule_seen_at
    view = WorkersView(
        workers=workers,
        online=len(online),
        lost=len(workers) - len(online),
        active_tasks=sum(one.active_tasks for one in online),
        schedule_last_seen_at=beat,
        schedule_age_seconds=round((crew.at - beat).total_seconds(), 1) if beat else None,
    )
    warnings = [] if online else [NO_WORKERS]
    if view.lost:
        warnings.append("Lost workers gave no sign of life and did not end in order.")
    age = view.schedule_age_seconds
    if age is None or age >= SCHEDULE_LATE_SECONDS:
        warnings.append(SCHEDULE_SILENT)
    return Report(data=view, total=len(workers), warnings=warnings)


@operation("observability.queue_depth")
def queue_depth(broker: Broker, *, actor: Actor) -> Report[QueuesView]:
    """How many tasks wait in each queue, and how many workers take from it."""
    require(actor, Permission.OPERATIONS_READ)
    crew = broker.crew()
    online = [one for one in crew.heartbeats if _state(one, crew) is WorkerState.ONLINE]
    names = dict.fromkeys([*Queue, *(name for one in online for name in one.queues)])
    backlog = broker.backlog([str(name) for name in names])
    queues = [
        QueueView(
            name=str(name),
            waiting=backlog.waiting.get(name, 0),
            unacked=backlog.unacked.get(name, 0),
            workers=sum(name in one.queues for one in online),
        )
        for name in names
    ]
    view = QueuesView(
        queues=queues,
        waiting=sum(queue.waiting for queue in queues),
        unacked=sum(backlog.unacked.values()),
    )
    idle = [queue.name for queue in queues if queue.waiting and not queue.workers]
    warnings = [f"Nobody takes from: {', '.join(idle)}."] if idle else []
    if backlog.unacked.get("", 0):
        warnings.append("So many tasks are with workers that they are not told apart by queue.")
    return Report(data=view, total=len(queues), warnings=warnings)


def _state(heartbeat: Heartbeat, crew: Crew) -> WorkerState:
    is_lost = crew.at - heartbeat.seen_at > LOST_AFTER
    return WorkerState.LOST if is_lost else WorkerState.ONLINE


def _worker(heartbeat: Heartbeat, at: datetime) -> WorkerView:
    age = at - heartbeat.seen_at
    return WorkerView(
        name=heartbeat.name,
        state=WorkerState.LOST if age > LOST_AFTER else WorkerState.ONLINE,
        last_seen_at=heartbeat.seen_at,
        age_seconds=round(max(age.total_seconds(), 0.0), 1),
        started_at=heartbeat.started_at,
        queues=list(heartbeat.queues),
        concurrency=heartbeat.concurrency,
        active_tasks=heartbeat.active_tasks,
        processed=heartbeat.processed,
    )
