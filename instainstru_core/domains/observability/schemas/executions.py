"""What background tasks did and do, and when they are due."""

from datetime import datetime

from instainstru_core.domains.observability.schemas.base import View
from instainstru_core.domains.observability.types import TaskState, WorkerState


class AttemptView(View):
    """One attempt of a task. Arguments are shapes only; texts of errors are redacted data."""

    task: str
    task_id: str
    attempt: int
    state: TaskState
    queue: str | None
    worker: str
    arguments: str | None
    received_at: datetime | None
    started_at: datetime
    finished_at: datetime | None
    duration_ms: int | None
    error_type: str | None
    error_text: str | None


class TaskHistory(View):
    """Attempts, those that began last first."""

    attempts: list[AttemptView]
    records_since: datetime | None


class FailureView(AttemptView):
    """An attempt that failed for good, or with its worker. `recovered`: a later one succeeded."""

    recovered: bool


class FailureGroup(View):
    """How often a task failed in the same way."""

    task: str
    error_type: str | None
    count: int
    recovered: int
    last_at: datetime


class FailedTasks(View):
    """Attempts that failed, by when they failed: grouped, then one by one, the last first."""

    groups: list[FailureGroup]
    failures: list[FailureView]
    records_since: datetime | None


class TaskFigures(View):
    """How a task fares. Its rate is of tasks that ended; durations are of attempts that succeeded.

    Null stands for what nothing is known of.
    """

    task: str
    attempts: int
    succeeded: int
    failed: int
    unfinished: int
    success_rate: float | None
    p50_ms: int | None
    p95_ms: int | None
    max_ms: int | None
    last_success_at: datetime | None
    last_failure_at: datetime | None


class TaskStats(View):
    """How tasks fare in a window, those that fail most first."""

    tasks: list[TaskFigures]
    records_since: datetime | None


class RunView(View):
    """When a job ran last, how that ended, and when it succeeded last."""

    task: str
    last_run_at: datetime | None
    last_state: TaskState | None
    last_success_at: datetime | None


class ActiveTask(View):
    """A task that was begun and has not ended. The worker's state is null where it is unknown."""

    task: str
    task_id: str
    attempt: int
    queue: str | None
    worker: str
    worker_state: WorkerState | None
    arguments: str | None
    started_at: datetime
    running_seconds: float


class ActiveTasks(View):
    """Tasks under way, those that run longest first. Null stands for a silent broker."""

    tasks: list[ActiveTask]
    told_by_workers: int | None


class RunningTasks(View):
    """Attempts without an end, of which `total` are on record."""

    tasks: list[ActiveTask]
    total: int


class JobView(View):
    """A job of the schedule. `missed_runs` are times that passed since the last run without one."""

    task: str
    schedule: str
    queue: str
    last_run_at: datetime | None
    last_state: TaskState | None
    last_success_at: datetime | None
    next_run_at: datetime | None
    missed_runs: int | None


class BeatSchedule(View):
    """What beat hands out when; times of day in the schedule are those of `timezone`."""

    timezone: str | None
    beat_state: WorkerState | None
    beat_seen_at: datetime | None
    jobs: list[JobView]
