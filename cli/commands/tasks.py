"""`instainstru tasks`: background work, what is under way, due, done and failed."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from cli import output, session
from cli.output import AsJson, Cursor, Limit
from instainstru_core.domains.observability import flows
from instainstru_core.domains.observability import service as observability
from instainstru_core.domains.observability.flows import schedule as scheduled
from instainstru_core.domains.observability.schemas import QueuesView, WorkersView
from instainstru_core.domains.observability.schemas.executions import (
    ActiveTasks,
    AttemptView,
    BeatSchedule,
    FailedTasks,
    TaskHistory,
    TaskStats,
)
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.domains.reporting.schemas.base import Report

app = typer.Typer(add_completion=False, no_args_is_help=True)
Name = Annotated[str | None, typer.Option("--task", help="Only this task, by its whole name.")]
Window = Annotated[
    str, typer.Option(help="Which stretch of time, such as today, yesterday, 7d or last month.")
]


@app.command()
def workers(*, as_json: AsJson = False) -> None:
    """Show every worker, online or lost."""
    with session.working() as runtime:
        found = flows.worker_status(runtime.broker, actor=session.operator())
    output.show(found, lambda: [_workers(found), *output.warnings(found.warnings)], as_json=as_json)


@app.command()
def queues(*, as_json: AsJson = False) -> None:
    """Show how much waits in each queue."""
    with session.working() as runtime:
        found = flows.queue_depth(runtime.broker, actor=session.operator())
    output.show(found, lambda: [_queues(found), *output.warnings(found.warnings)], as_json=as_json)


@app.command()
def active(*, as_json: AsJson = False) -> None:
    """Show what is under way, also with workers that are lost."""
    with session.working() as runtime:
        found = scheduled.active_tasks(runtime.begin, runtime.broker, actor=session.operator())
    output.show(found, lambda: [_active(found), *output.warnings(found.warnings)], as_json=as_json)


@app.command()
def schedule(*, as_json: AsJson = False) -> None:
    """Show when each job is due, ran, and should have run."""
    with session.working() as runtime:
        found = scheduled.beat_schedule(runtime.begin, runtime.broker, actor=session.operator())
    output.show(found, lambda: [_jobs(found), *output.warnings(found.warnings)], as_json=as_json)


@app.command()
def history(
    *,
    task: Name = None,
    state: Annotated[TaskState | None, typer.Option(help="Only in this state.")] = None,
    window: Window = "24h",
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """Show attempts of tasks, the newest first."""
    with session.work() as uow:
        found = observability.task_history(
            uow, window, task_name=task, state=state, limit=limit, cursor=cursor
        )
    output.show(found, lambda: _history(found), as_json=as_json)


@app.command()
def failed(
    *,
    task: Name = None,
    window: Window = "24h",
    limit: Limit = 20,
    cursor: Cursor = None,
    as_json: AsJson = False,
) -> None:
    """Show what failed, how often, and whether it recovered."""
    with session.work() as uow:
        found = observability.failed_tasks(uow, window, task_name=task, limit=limit, cursor=cursor)
    output.show(found, lambda: _failed(found), as_json=as_json)


@app.command()
def stats(
    *, task: Name = None, window: Window = "24h", limit: Limit = 50, as_json: AsJson = False
) -> None:
    """Show how each task fares: success rate and durations, worst first."""
    with session.work() as uow:
        found = observability.task_stats(uow, window, task_name=task, limit=limit)
    output.show(found, lambda: [_stats(found), *output.warnings(found.warnings)], as_json=as_json)


def _workers(found: Report[WorkersView]) -> Table:
    return output.table(
        "worker",
        "state",
        "last seen",
        "queues",
        "tasks now",
        "tasks done",
        rows=(
            (
                one.name,
                one.state,
                f"{one.age_seconds:g} s ago",
                output.listed(one.queues),
                one.active_tasks,
                one.processed,
            )
            for one in found.data.workers
        ),
    )


def _queues(found: Report[QueuesView]) -> Table:
    return output.table(
        "queue",
        "waiting",
        "with workers",
        "workers",
        rows=((one.name, one.waiting, one.unacked, one.workers) for one in found.data.queues),
    )


def _active(found: Report[ActiveTasks]) -> Table:
    return output.table(
        "task",
        "since",
        "for",
        "worker",
        "which is",
        "arguments",
        rows=(
            (
                one.task,
                output.moment(one.started_at),
                f"{one.running_seconds:g} s",
                one.worker,
                one.worker_state or "unknown",
                one.arguments,
            )
            for one in found.data.tasks
        ),
    )


def _jobs(found: Report[BeatSchedule]) -> Table:
    return output.table(
        "job",
        "due",
        "last run",
        "ended",
        "last success",
        "next run",
        "missed",
        title=found.data.timezone,
        rows=(
            (
                one.task,
                one.schedule,
                output.moment(one.last_run_at),
                one.last_state,
                output.moment(one.last_success_at),
                output.moment(one.next_run_at),
                one.missed_runs,
            )
            for one in found.data.jobs
        ),
    )


def _history(found: Report[TaskHistory]) -> list[Table | str]:
    total = f"{found.total} attempts."
    more = output.more(found.next_cursor)
    return [_attempts(found.data.attempts), total, *output.warnings(found.warnings), *more]


def _failed(found: Report[FailedTasks]) -> list[Table | str]:
    groups = output.table(
        "task",
        "error",
        "times",
        "recovered",
        "last",
        rows=(
            (one.task, one.error_type, one.count, one.recovered, output.moment(one.last_at))
            for one in found.data.groups
        ),
    )
    total = f"{found.total} failures."
    more = output.more(found.next_cursor)
    return [
        groups, _attempts(found.data.failures), total, *output.warnings(found.warnings), *more,
    ]  # fmt: skip


def _attempts(found: Sequence[AttemptView]) -> Table:
    return output.table(
        "began",
        "task",
        "attempt",
        "state",
        "took",
        "error",
        "task id",
        rows=(
            (
                output.moment(one.started_at),
                one.task,
                one.attempt,
                one.state,
                "" if one.duration_ms is None else f"{one.duration_ms} ms",
                " ".join(filter(None, (one.error_type, one.error_text))),
                one.task_id,
            )
            for one in found
        ),
    )


def _stats(found: Report[TaskStats]) -> Table:
    return output.table(
        "task",
        "attempts",
        "succeeded",
        "failed",
        "unfinished",
        "success",
        "p50 ms",
        "p95 ms",
        "last failure",
        rows=(
            (
                one.task,
                one.attempts,
                one.succeeded,
                one.failed,
                one.unfinished,
                output.share(one.success_rate),
                one.p50_ms,
                one.p95_ms,
                output.moment(one.last_failure_at),
            )
            for one in found.data.tasks
        ),
    )
