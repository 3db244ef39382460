"""Workers, queues and the attempts of tasks."""

from datetime import datetime

from pydantic import Field

from instainstru_core.domains.observability.schemas.base import Command, View
from instainstru_core.domains.observability.types import (
    TaskState,
    WorkerState,
)


class WorkerView(View):
    """One worker, as it last described itself."""

    name: str
    state: WorkerState
    last_seen_at: datetime
    age_seconds: float
    started_at: datetime
    queues: list[str]
    concurrency: int
    active_tasks: int
    processed: int = Field(description="Tasks since it started.")


class WorkersView(View):
    """All workers that did not end in order, the lost ones among them."""

    workers: list[WorkerView]
    online: int
    lost: int
    active_tasks: int = Field(description="Of the workers that are online.")
    schedule_last_seen_at: datetime | None
    schedule_age_seconds: float | None


class QueueView(View):
    """One queue. `unacked` tasks are with a worker: running, or put off for later."""

    name: str
    waiting: int
    unacked: int
    workers: int = Field(description="Workers online that take from it.")


class QueuesView(View):
    """Every queue, also the empty ones."""

    queues: list[QueueView]
    waiting: int
    unacked: int


class TaskStarted(Command):
    """An attempt that begins."""

    task_id: str
    task_name: str
    queue: str | None
    worker: str
    arguments: str | None = Field(default=None, description="Shapes only, never values.")
    received_at: datetime | None = None
    started_at: datetime | None = Field(default=None, description="Now, where it is left out.")


class TaskFinished(Command):
    """How an attempt ended. `error_type` is a refusal's code or the name of an exception."""

    task_id: str
    attempt: int
    state: TaskState
    duration_ms: int
    error_type: str | None = None
    error_text: str | None = Field(default=None, description="Redacted.")
