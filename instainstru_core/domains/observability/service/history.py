"""What background tasks did: their attempts, their failures, and how they fare."""

import difflib
from collections.abc import Sequence
from datetime import datetime

from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.repository import executions, history
from instainstru_core.domains.observability.repository.history import Place
from instainstru_core.domains.observability.schemas.executions import (
    ActiveTask,
    AttemptView,
    FailedTasks,
    FailureGroup,
    FailureView,
    RunningTasks,
    RunView,
    TaskHistory,
    TaskStats,
)
from instainstru_core.domains.observability.service import daily
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.service.common import window_of
from instainstru_core.domains.reporting.types import Window
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import bad_cursor, decode_cursor, page_of
from instainstru_core.kernel.uow import Uow

QUIET = (
    "notifications.send_due",
    "observability.note_schedule",
    "outbox.relay",
    "search.forget_overtaken_answers",
    "webhooks.process",
)
"""Jobs that come every few seconds: only their failures are on record."""

GROUPS = 10
NEAREST = 3


@operation("observability.task_history")
def task_history(
    uow: Uow,
    window: str = "24h",
    *,
    task_name: str | None = None,
    state: TaskState | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Report[TaskHistory]:
    """Attempts that began in a window, of this task and in this state, the newest first."""
    require(uow.actor, Permission.OPERATIONS_READ)
    asked = window_of(uow, window)
    which = history.began_within(asked.span, task_name=task_name, state=state)
    scope = f"observability.task_history:{task_name}:{state}:{asked.label}"
    rows = history.page(uow.session, which, after=_place(cursor, scope), limit=limit)
    page = page_of(
        rows,
        limit=limit,
        scope=scope,
        key=lambda row: (row.started_at.isoformat(), row.task_id, row.attempt),
        view=_attempt,
    )
    since = history.records_since(uow.session)
    return Report(
        data=TaskHistory(attempts=page.items, records_since=since),
        window=WindowView.of(asked),
        total=history.number(uow.session, which),
        next_cursor=page.next_cursor,
        warnings=_warnings(uow, asked, since, task_name=task_name, is_empty=not rows),
    )


@operation("observability.failed_tasks")
def failed_tasks(
    uow: Uow,
    window: str = "24h",
    *,
    task_name: str | None = None,
    limit: int = 20,
    cursor: str | None = None,
) -> Report[FailedTasks]:
    """Attempts that failed in a window, the last first. Those that were tried again are no
    failures.
    """
    require(uow.actor, Permission.OPERATIONS_READ)
    asked = window_of(uow, window)
    which = history.failed_within(asked.span, task_name=task_name)
    scope = f"observability.failed_tasks:{task_name}:{asked.label}"
    rows = history.failures(uow.session, which, after=_place(cursor, scope), limit=limit)
    page = page_of(
        rows,
        limit=limit,
        scope=scope,
        key=lambda row: (_ended(row[0]).isoformat(), row[0].task_id, row[0].attempt),
        view=lambda row: FailureView(**dict(_attempt(row[0])), recovered=row[1]),
    )
    groups = [
        FailureGroup(
            task=one.task_name,
            error_type=one.error_type,
            count=one.times,
            recovered=one.recovered,
            last_at=one.last_at,
        )
        for one in history.failure_groups(uow.session, which, limit=GROUPS)
    ]
    since = history.records_since(uow.session)
    return Report(
        data=FailedTasks(groups=groups, failures=page.items, records_since=since),
        window=WindowView.of(asked),
        total=history.number(uow.session, which),
        next_cursor=page.next_cursor,
        warnings=_warnings(uow, asked, since, task_name=task_name, is_empty=not rows),
    )


@operation("observability.task_stats")
def task_stats(
    uow: Uow, window: str = "24h", *, task_name: str | None = None, limit: int = 50
) -> Report[TaskStats]:
    """How each task fared that began in a window: success rate and durations, worst first."""
    require(uow.actor, Permission.OPERATIONS_READ)
    asked = window_of(uow, window)
    tasks = daily.fared(uow, asked.span, task_name=task_name)
    since = history.records_since(uow.session)
    return Report(
        data=TaskStats(tasks=tasks[:limit], records_since=since),
        window=WindowView.of(asked),
        total=len(tasks),
        warnings=_warnings(uow, asked, since, task_name=task_name, is_empty=not tasks),
    )


@operation("observability.running_tasks")
def running_tasks(uow: Uow, *, limit: int) -> RunningTasks:
    """Attempts without an end; of their workers nothing is known here."""
    require(uow.actor, Permission.OPERATIONS_READ)
    tasks = [
        ActiveTask(
            task=row.task_name,
            task_id=row.task_id,
            attempt=row.attempt,
            queue=row.queue,
            worker=row.worker,
            worker_state=None,
            arguments=row.arguments,
            started_at=row.started_at,
            running_seconds=round(max((uow.now - row.started_at).total_seconds(), 0.0), 1),
        )
        for row in history.running(uow.session, limit=limit)
    ]
    return RunningTasks(tasks=tasks, total=history.running_number(uow.session))


@operation("observability.runs_of")
def runs_of(uow: Uow, names: Sequence[str]) -> dict[str, RunView]:
    """The last run on record of each of these jobs, by name."""
    require(uow.actor, Permission.OPERATIONS_READ)
    return {
        one.task_name: RunView(
            task=one.task_name,
            last_run_at=one.started_at,
            last_state=one.state,
            last_success_at=one.succeeded_at,
        )
        for one in executions.last_runs(uow.session, names)
    }


def _attempt(row: TaskExecution) -> AttemptView:
    return AttemptView(
        task=row.task_name,
        task_id=row.task_id,
        attempt=row.attempt,
        state=row.state,
        queue=row.queue,
        worker=row.worker,
        arguments=row.arguments,
        received_at=row.received_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        duration_ms=row.duration_ms,
        error_type=row.error_type,
        error_text=row.error_text,
    )


def _ended(row: TaskExecution) -> datetime:
    return row.finished_at or row.started_at


def _place(cursor: str | None, scope: str) -> Place | None:
    if cursor is None:
        return None
    at, task_id, attempt = decode_cursor(cursor, scope=scope, kinds=(str, str, int))
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError as failure:
        raise bad_cursor() from failure
    if moment.tzinfo is None or task_id is None or not isinstance(attempt, int):
        raise bad_cursor()
    return Place(moment, str(task_id), attempt)


def _warnings(
    uow: Uow, asked: Window, since: datetime | None, *, task_name: str | None, is_empty: bool
) -> list[str]:
    """What must be known before nothing is taken for zero."""
    if since is None:
        return ["No task has left a record on this database yet: this is unknown, not zero."]
    found: list[str] = []
    if since >= asked.span.end:
        found.append(f"Records begin at {since:%Y-%m-%d %H:%M} UTC: this window is unknown.")
    elif since > asked.span.start:
        found.append(f"Records begin at {since:%Y-%m-%d %H:%M} UTC: before that it is unknown.")
    if task_name in QUIET:
        found.append(f"{task_name} comes every few seconds: only its failures are on record.")
    elif is_empty and task_name is not None:
        found += _nobody(task_name, history.task_names(uow.session))
    return found


def _nobody(task_name: str, known: list[str]) -> list[str]:
    if task_name in known:
        return ["This task is on record, but no attempt of it fits this question."]
    nearest = difflib.get_close_matches(task_name, known, NEAREST, cutoff=0.5)
    near = f" Near it are: {', '.join(nearest)}." if nearest else ""
    return [f"No task of this name is on record: check the name.{near}"]
