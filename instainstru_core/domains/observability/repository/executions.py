"""The record of tasks: one row for each attempt."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.kernel.repository import Repository


class LastRun(NamedTuple):
    """When a job ran last, how that ended, and when it succeeded last."""

    task_name: str
    started_at: datetime | None
    state: TaskState | None
    succeeded_at: datetime | None


class TaskExecutions(Repository[TaskExecution]):
    """Attempts of tasks."""

    def last_attempt(self, task_id: str) -> int:
        """The number of the newest attempt; 0 where there was none."""
        query = select(func.max(TaskExecution.attempt)).where(TaskExecution.task_id == task_id)
        return self.session.scalars(query).one() or 0

    def began(self, task_id: str) -> list[datetime]:
        """When each attempt of this task began."""
        query = select(TaskExecution.started_at).where(TaskExecution.task_id == task_id)
        return list(self.session.scalars(query))

    def end_unfinished(self, task_id: str, *, error_type: str, now: datetime) -> None:
        self.session.execute(
            update(TaskExecution)
            .where(TaskExecution.task_id == task_id, TaskExecution.state == TaskState.STARTED)
            .values(state=TaskState.FAILED, error_type=error_type, finished_at=now)
            .execution_options(synchronize_session=False)
        )

    def end(
        self,
        task_id: str,
        attempt: int,
        *,
        state: TaskState,
        duration_ms: int,
        error_type: str | None,
        error_text: str | None,
        now: datetime,
    ) -> list[datetime]:
        """Write down how this attempt ended, and say when it began; nothing where it is not."""
        began = self.session.scalars(
            update(TaskExecution)
            .where(TaskExecution.task_id == task_id, TaskExecution.attempt == attempt)
            .values(
                state=state,
                duration_ms=duration_ms,
                error_type=error_type,
                error_text=error_text,
                finished_at=now,
            )
            .returning(TaskExecution.started_at)
            .execution_options(synchronize_session=False)
        )
        return list(began)

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the oldest attempts that began before this moment, and say how many."""
        old = (
            select(TaskExecution.task_id, TaskExecution.attempt)
            .where(TaskExecution.started_at < before)
            .order_by(TaskExecution.started_at)
            .limit(limit)
            .subquery()
        )
        gone = self.session.execute(
            delete(TaskExecution)
            .where(TaskExecution.task_id == old.c.task_id, TaskExecution.attempt == old.c.attempt)
            .returning(TaskExecution.task_id)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())


def last_runs(session: Session, names: Collection[str]) -> list[LastRun]:
    """The last attempt of each of these jobs, by name; those that never ran have no instants."""
    rows = session.execute(LAST_RUNS, {"names": list(names)})
    return [LastRun(name, at, state and TaskState(state), done) for name, at, state, done in rows]


LAST_RUNS = text(
    """
    SELECT wanted.name, latest.started_at, latest.state, succeeded.finished_at
    FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS wanted (name, place)
    LEFT JOIN LATERAL (
        SELECT started_at, state FROM task_executions
        WHERE task_name >= wanted.name
          AND (task_name, started_at) <= (wanted.name, 'infinity'::timestamptz)
        ORDER BY task_name DESC, started_at DESC LIMIT 1
    ) AS latest ON true
    LEFT JOIN LATERAL (
        SELECT finished_at FROM task_executions
        WHERE task_name >= wanted.name
          AND (task_name, started_at) <= (wanted.name, 'infinity'::timestamptz)
          AND state = 'succeeded'
        ORDER BY task_name DESC, started_at DESC LIMIT 1
    ) AS succeeded ON true
    ORDER BY wanted.place
    """
)
"""Asked as a stretch of the index by name: with an equality, PostgreSQL would read all rows by
time for a job that never ran.
"""
