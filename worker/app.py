"""The Celery application: how tasks travel, and the two processes that work with it."""
# Celery has no types.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownParameterType=false, reportMissingParameterType=false
# pyright: reportUnknownArgumentType=false, reportUntypedFunctionDecorator=false

import logging
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from billiard.util import get_pdeathsig
from celery import Celery, signals
from celery.apps.worker import Worker
from kombu.entity import Queue as BrokerQueue

from instainstru_core import runtime as composition
from instainstru_core.domains.observability.types import Queue
from instainstru_core.kernel import memory
from instainstru_core.kernel.authority import SYSTEM, Door
from instainstru_core.kernel.events import Event
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime
from instainstru_core.wiring import REACTIONS, Reaction, reactions
from worker import relay, schedule
from worker.attempts import Again, Delivery, carry_out
from worker.jobs import Desk, Job
from worker.monitors import Monitors
from worker.page import Page
from worker.pulse import Pulse, Ticking
from worker.schedule import Entry

CONCURRENCY = 2
VISIBILITY_SECONDS = 3_600
TASKS_PER_CHILD = 1_000
RECEIVED = "received_at"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
CHATTY = ("celery.beat", "celery.worker.strategy", "celery.app.trace")

Reactions = Mapping[type[Event], tuple[Reaction, ...]]


@dataclass(slots=True)
class Workplace:
    """The runtime of this process, built when the first task comes: connections do not fork."""

    settings: Settings
    reactions: Reactions
    visibility_seconds: int = VISIBILITY_SECONDS
    runtime: Runtime | None = None
    monitors: Monitors = field(init=False)

    def __post_init__(self) -> None:
        self.monitors = Monitors(self.settings, schedule.ENTRIES)

    def open(self) -> Runtime:
        if self.runtime is None:
            self.runtime = composition.build(self.settings)
        return self.runtime

    def known_reactions(self) -> Mapping[str, tuple[tuple[str, Reaction], ...]]:
        """All reactions as messages name them, also those that need something of the runtime."""
        return relay.by_name(reactions(self.open().answers, self.reactions))

    def close(self) -> None:
        if self.runtime is not None:
            self.runtime.close()
            self.runtime = None
        self.monitors.close()


def create_app(workplace: Workplace) -> Celery:
    """The application with a task for each job."""
    app = Celery("instainstru", broker=workplace.settings.redis_url.get_secret_value())
    app.conf.update(
        accept_content=["json"],
        beat_schedule={entry.job.name: _entry(entry) for entry in schedule.ENTRIES},
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "visibility_timeout": workplace.visibility_seconds,
            "unacked_restore_interval": min(10, workplace.visibility_seconds // 2),
            # Who is killed while giving tasks out again must not keep others from it for 5 minutes.
            "unacked_mutex_expire": min(30, workplace.visibility_seconds),
            "unacked_restore_throttle": 1,
            "socket_keepalive": True,
            "socket_timeout": 30,
        },
        enable_utc=True,
        task_acks_late=True,
        task_acks_on_timeout=False,  # a stuck task is killed and given out again, not forgotten
        task_create_missing_queues=False,
        task_default_queue=Queue.DEFAULT.value,
        task_ignore_result=True,
        task_queues=[_broker_queue(name) for name in Queue],
        task_reject_on_worker_lost=True,
        task_routes={job.name: {"queue": job.queue.value} for job in schedule.JOBS},
        task_serializer="json",
        timezone=schedule.ZONE,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        worker_enable_prefetch_count_reduction=True,
        worker_max_tasks_per_child=TASKS_PER_CHILD,
        worker_prefetch_multiplier=1,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
    )
    for job in schedule.JOBS:
        _add(app, job, workplace)
    return app


def run_worker(
    settings: Settings,
    *,
    host: str,
    port: int,
    concurrency: int = CONCURRENCY,
    reactions: Reactions = REACTIONS,
    visibility_seconds: int = VISIBILITY_SECONDS,
) -> None:
    """Take tasks until told to stop; then finish what was begun.

    The tasks of a lost worker are given out again after `visibility_seconds`, which must be longer
    than any task may take or wait. What the children counted is added up on one page; for this the
    environment must name a PROMETHEUS_MULTIPROC_DIR of this worker's own.
    """
    memory.share()
    _configure_logging(settings, "worker")
    composition.load_events()
    runtime = composition.build(settings)
    composition.check_database(runtime)
    runtime.engine.dispose()
    composition.prepare_vendors(runtime)
    workplace = Workplace(settings, reactions, visibility_seconds)
    app = create_app(workplace)
    name = f"worker-{os.getpid()}@{socket.gethostname()}"
    page = Page(host, port, settings.metrics_shared_dir)
    pulse = Pulse(name, runtime, concurrency=concurrency)

    _follow(workplace, runtime, pulse)
    worker: Any = Worker(
        app=app,
        hostname=name,
        pool="prefork",
        concurrency=concurrency,
        loglevel=settings.log_level,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    with suppress(OSError):
        get_pdeathsig()  # imports 11 MB which each child would import by itself, to set it
    memory.settle()
    page.start()
    try:
        worker.start()
    finally:
        page.stop()
        runtime.close()
    sys.exit(worker.exitcode)


def _follow(workplace: Workplace, runtime: Runtime, pulse: Pulse) -> None:
    """Do our part when Celery says that something begins or ends."""

    def ready(**_: object) -> None:
        pulse.start()

    def stopping(**_: object) -> None:
        pulse.stop()

    def leave_child(**_: object) -> None:
        workplace.close()

    def received(request: Any, **_: object) -> None:  # noqa: ANN401 - Celery has no types
        request.request_dict[RECEIVED] = runtime.clock().isoformat()

    signals.task_received.connect(received, weak=False)
    signals.worker_ready.connect(ready, weak=False)
    signals.worker_shutdown.connect(stopping, weak=False)
    signals.worker_process_shutdown.connect(leave_child, weak=False)


def run_beat(settings: Settings) -> None:
    """Hand out what is due, until told to stop. One at a time: two would do everything twice."""
    from celery.apps.beat import Beat  # noqa: PLC0415 - the workers need no clock

    _configure_logging(settings, "beat")
    app = create_app(Workplace(settings, {}))
    ticking = Ticking(composition.build(settings), schedule.timetable(), schedule.ZONE)

    def started(**_: object) -> None:
        ticking.start()

    signals.beat_init.connect(started, weak=False)
    memory.settle()
    Beat(
        app=app,
        loglevel=settings.log_level,
        scheduler="celery.beat:Scheduler",  # in memory: nothing is left behind
        quiet=True,
    ).run()


def _configure_logging(settings: Settings, process: Literal["worker", "beat"]) -> None:
    """Ours, also for Celery; without three lines for every tick of the relay. Errors are watched
    from here on, before Celery prepares its tasks.
    """
    composition.configure_logging(settings, process)
    composition.watch_errors(settings, process)
    signals.setup_logging.connect(_keep_logging, weak=False)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _keep_logging(**_: object) -> None:
    """Its presence keeps Celery from setting up logging of its own."""


def _entry(entry: Entry) -> dict[str, Any]:
    """An entry of the table in Celery's words, which knows no other way to say `at_once`."""
    return {
        "task": entry.job.name,
        "schedule": entry.due,
        "options": {"expires": entry.expires.total_seconds() if entry.expires else None},
        "last_run_at": LONG_AGO if entry.at_once else None,
    }


def _add(app: Celery, job: Job, workplace: Workplace) -> None:
    def execute(task: Any, *arguments: str) -> None:  # noqa: ANN401 - Celery has no types
        """The one body of all tasks."""
        request = task.request
        delivery = Delivery(
            task_id=request.id,
            worker=request.hostname,
            queue=(request.delivery_info or {}).get("routing_key"),
            retries=request.retries,
            received_at=_moment(getattr(request, RECEIVED, None)),
        )
        desk = Desk(
            runtime=workplace.open(),
            actor=replace(SYSTEM, door=Door.WORKER, request_id=request.id),
            reactions=workplace.known_reactions(),
            hand_out=lambda other, given: _hand_out(app, other, given),
        )
        try:
            with workplace.monitors.watching(job, request.id):
                carry_out(job, desk, delivery, arguments)
        except Again as failure:
            raise task.retry(
                exc=failure.__cause__, countdown=job.wait_seconds(request.retries)
            ) from failure

    app.task(
        name=job.name,
        bind=True,
        lazy=False,
        shared=False,
        max_retries=job.retries,
        soft_time_limit=job.seconds,
        time_limit=job.hard_seconds,
    )(execute)


def _moment(noted: str | None) -> datetime | None:
    return datetime.fromisoformat(noted) if noted else None


def _broker_queue(name: Queue) -> BrokerQueue:
    return BrokerQueue(name.value)  # type: ignore[no-untyped-call]


def _hand_out(app: Celery, job: Job, arguments: tuple[str, ...]) -> None:
    app.tasks[job.name].apply_async(arguments, expires=job.keep_seconds)
