"""Questions to the record of tasks."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Exists,
    Integer,
    Row,
    and_,
    cast,
    exists,
    func,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.kernel.time import Span


class Place(NamedTuple):
    """Where an attempt stands in a list by time."""

    at: datetime
    task_id: str
    attempt: int


class Failing(NamedTuple):
    """How often a task failed in one way."""

    task_name: str
    error_type: str | None
    times: int
    recovered: int
    last_at: datetime


def began_within(
    span: Span, *, task_name: str | None = None, state: TaskState | None = None
) -> ColumnElement[bool]:
    """Which attempts began in this span, of this task and in this state if they are given."""
    return and_(
        TaskExecution.started_at >= span.start,
        TaskExecution.started_at < span.end,
        true() if task_name is None else TaskExecution.task_name == task_name,
        true() if state is None else TaskExecution.state == state,
    )


def failed_within(span: Span, *, task_name: str | None = None) -> ColumnElement[bool]:
    """Which attempts failed in this span."""
    return and_(
        TaskExecution.state == TaskState.FAILED,
        TaskExecution.finished_at >= span.start,
        TaskExecution.finished_at < span.end,
        true() if task_name is None else TaskExecution.task_name == task_name,
    )


def not_recovered() -> ColumnElement[bool]:
    """Which attempts no later attempt of the same task made good."""
    return ~_recovered()


def number(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalars(select(func.count()).select_from(TaskExecution).where(which)).one()


def page(
    session: Session, which: ColumnElement[bool], *, after: Place | None, limit: int
) -> Sequence[TaskExecution]:
    """These attempts, those that began last first, and one more than asked for."""
    key = tuple_(TaskExecution.started_at, TaskExecution.task_id, TaskExecution.attempt)
    query = select(TaskExecution).where(which)
    if after is not None:
        query = query.where(key < tuple_(*after))
    newest = (
        TaskExecution.started_at.desc(),
        TaskExecution.task_id.desc(),
        TaskExecution.attempt.desc(),
    )
    return session.scalars(query.order_by(*newest).limit(limit + 1)).all()


def failures(
    session: Session, which: ColumnElement[bool], *, after: Place | None, limit: int
) -> Sequence[Row[TaskExecution, bool]]:
    """These failures, the last first, each with whether a later attempt succeeded; one more."""
    key = tuple_(TaskExecution.finished_at, TaskExecution.task_id, TaskExecution.attempt)
    query = select(TaskExecution, _recovered()).where(which)
    if after is not None:
        query = query.where(key < tuple_(*after))
    newest = (
        TaskExecution.finished_at.desc(),
        TaskExecution.task_id.desc(),
        TaskExecution.attempt.desc(),
    )
    return session.execute(query.order_by(*newest).limit(limit + 1)).all()


def failure_groups(session: Session, which: ColumnElement[bool], *, limit: int) -> list[Failing]:
    """The most frequent failures."""
    how_many = func.count()
    query = (
        select(
            TaskExecution.task_name,
            TaskExecution.error_type,
            how_many,
            func.sum(cast(_recovered(), Integer)),
            func.max(TaskExecution.finished_at),
        )
        .where(which)
        .group_by(TaskExecution.task_name, TaskExecution.error_type)
        .order_by(how_many.desc(), TaskExecution.task_name, TaskExecution.error_type)
        .limit(limit)
    )
    return [Failing._make(row) for row in session.execute(query)]


def running(session: Session, *, limit: int) -> Sequence[TaskExecution]:
    """Attempts without an end, those that run longest first."""
    query = select(TaskExecution).where(TaskExecution.state == TaskState.STARTED)
    return session.scalars(query.order_by(TaskExecution.started_at).limit(limit)).all()


def running_number(session: Session) -> int:
    return number(session, TaskExecution.state == TaskState.STARTED)


def records_since(session: Session) -> datetime | None:
    """When the oldest attempt on record began."""
    return session.scalars(select(func.min(TaskExecution.started_at))).one()


def task_names(session: Session) -> list[str]:
    """The names of all tasks on record, read by the index alone."""
    return list(session.scalars(_TASK_NAMES))


def _recovered() -> Exists:
    later = aliased(TaskExecution)
    return exists().where(
        later.task_id == TaskExecution.task_id,
        later.attempt > TaskExecution.attempt,
        later.state == TaskState.SUCCEEDED,
    )


_TASK_NAMES = text(
    """
    WITH RECURSIVE names AS (
        (SELECT task_name FROM task_executions ORDER BY task_name LIMIT 1)
        UNION ALL
        SELECT (
            SELECT task_name FROM task_executions AS more
            WHERE more.task_name > names.task_name ORDER BY more.task_name LIMIT 1
        )
        FROM names WHERE names.task_name IS NOT NULL
    )
    SELECT task_name FROM names WHERE task_name IS NOT NULL ORDER BY task_name
    """
)
