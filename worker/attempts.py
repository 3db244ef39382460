"""One attempt of a task: done, measured, written down."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Counter, Histogram

from instainstru_core.domains.observability import service as observability
from instainstru_core.domains.observability.policy import records
from instainstru_core.domains.observability.schemas import TaskFinished, TaskStarted
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.kernel.errors import Refusal, Unavailable
from instainstru_core.kernel.log import logger
from worker.jobs import Desk, Job

TASKS = Counter(
    "instainstru_worker_tasks_total",
    "Attempts of background tasks by how they ended: succeeded, retried, failed.",
    ["task", "state"],
)
SECONDS = Histogram(
    "instainstru_worker_task_duration_seconds",
    "Time of one attempt of a background task.",
    ["task"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0),
)
LOSSES_BORNE = 3
STOPPED = "worker_stopped"
"""The process was told to end in the middle of the work; the broker gives the task out again."""

_log = logger(__name__)


class Again(Exception):
    """The attempt failed and another one is due. Carries what went wrong as its cause."""


class LostTooOften(Exception):
    """Workers died over this task again and again: it is given up, lest it kills them all."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A task as the broker gave it out. `retries` counts those that the task asked for itself."""

    task_id: str
    worker: str
    queue: str | None
    retries: int
    received_at: datetime | None = None


def carry_out(job: Job, desk: Desk, delivery: Delivery, arguments: tuple[str, ...]) -> None:
    """Do the work and write down how it went. Raises Again where another attempt is due."""
    begun = _begin(job, desk, delivery, arguments)
    attempt = None if job.is_quiet else _begun(desk, begun)
    started = time.perf_counter()
    state = TaskState.FAILED
    error: str | None = STOPPED
    text: str | None = None
    try:
        _refuse_if_deadly(job, attempt)
        job.work(desk, *arguments)
        state, error = TaskState.SUCCEEDED, None
    except Exception as failure:
        error = failure.code if isinstance(failure, Refusal) else type(failure).__name__
        text = records.error_text(str(failure))
        is_due = (
            delivery.retries < job.retries
            and job.is_worth_retrying(failure)
            and not isinstance(failure, LostTooOften)
        )
        state = TaskState.RETRIED if is_due else TaskState.FAILED
        if is_due:
            raise Again from failure
        raise
    finally:
        seconds = time.perf_counter() - started
        TASKS.labels(job.name, state.value).inc()
        SECONDS.labels(job.name).observe(seconds)
        if attempt is None and state is not TaskState.SUCCEEDED:
            attempt = _begun(desk, begun)
        if job.is_quiet and state is TaskState.SUCCEEDED:
            _noted(job, desk)
        if attempt is not None:
            _ended(
                desk,
                TaskFinished(
                    task_id=delivery.task_id,
                    attempt=attempt,
                    state=state,
                    duration_ms=round(seconds * 1000),
                    error_type=error,
                    error_text=text,
                ),
            )


def _refuse_if_deadly(job: Job, attempt: int | None) -> None:
    if attempt is not None and attempt > 1 + job.retries + LOSSES_BORNE:
        raise LostTooOften


def _begin(job: Job, desk: Desk, delivery: Delivery, arguments: tuple[str, ...]) -> TaskStarted:
    return TaskStarted(
        task_id=delivery.task_id,
        task_name=job.name,
        queue=delivery.queue,
        worker=delivery.worker,
        arguments=records.shapes(arguments),
        received_at=delivery.received_at,
        started_at=desk.runtime.clock(),
    )


def _begun(desk: Desk, command: TaskStarted) -> int | None:
    def write() -> int:
        with desk.begin() as uow:
            return observability.record_task_started(uow, command)

    return _written(write)


def _ended(desk: Desk, command: TaskFinished) -> None:
    def write() -> int:
        with desk.begin() as uow:
            observability.record_task_finished(uow, command)
        return command.attempt

    _written(write)


def _noted(job: Job, desk: Desk) -> None:
    """Of what comes every few seconds, only the last time is kept, by the broker."""
    try:
        desk.runtime.broker.note_run(job.name)
    except Unavailable as refusal:
        _log.warning("run_not_noted", code=refusal.code)


def _written(write: Callable[[], int]) -> int | None:
    """The record must never be what keeps the work from being done."""
    try:
        return write()
    except Unavailable as refusal:
        _log.warning("task_not_recorded", code=refusal.code)
        return None
