"""Statements over what vendors told us."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Update,
    bindparam,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.schemas import WebhookFilters
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.repository import Repository

WHOLE_THING = ".*"
OPEN = (WebhookState.RECEIVED, WebhookState.PROCESSING, WebhookState.FAILED)
WAITING = (WebhookState.RECEIVED, WebhookState.FAILED)


class Backlog(NamedTuple):
    """How many events are where."""

    waiting: int
    overdue: int
    processing: int
    stuck: int
    oldest_due_at: datetime | None


class WebhookEvents(Repository[WebhookEvent]):
    """Rows of events."""


def write(session: Session, values: dict[str, Any]) -> str | None:
    """Write an event; its id, or None when its source told it before, even at this very moment."""
    written: str | None = session.scalar(_write(), values)
    return written


def known(session: Session, *, source: str, event_id: str) -> str:
    """The id of an event that was told before."""
    query = select(WebhookEvent.id).filter_by(source=source, event_id=event_id)
    return session.scalars(query).one()


def take(
    session: Session, *, now: datetime, lease: timedelta, limit: int
) -> Sequence[WebhookEvent]:
    """Take up to `limit` events that are due and that nobody else is taking, oldest first."""
    taken = session.scalars(_take(), {"now": now, "leased_until": now + lease, "most": limit})
    return sorted(taken.all(), key=lambda row: row.id)


def end(
    session: Session,
    *,
    event_id: str,
    attempt: int,
    values: dict[str, Any],
) -> bool:
    """Change an event that is still held by this attempt; False when it no longer is."""
    held = (
        update(WebhookEvent)
        .where(WebhookEvent.id == event_id, WebhookEvent.attempts == attempt)
        .where(WebhookEvent.state == WebhookState.PROCESSING)
        .values(**values)
        .returning(WebhookEvent.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(held) is not None


def held(session: Session, *, event_id: str, attempt: int) -> WebhookEvent | None:
    """The event, locked, if it is still held by this attempt."""
    query = (
        select(WebhookEvent)
        .filter_by(id=event_id, attempts=attempt, state=WebhookState.PROCESSING)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one_or_none()


def named(name: str, *, by_id: bool, lock: bool = False) -> Select[WebhookEvent]:
    """The event that we or its source call so; the newest, should two sources use one name."""
    column = WebhookEvent.id if by_id else WebhookEvent.event_id
    query = select(WebhookEvent).where(column == name).order_by(WebhookEvent.id.desc()).limit(1)
    return query.with_for_update().execution_options(populate_existing=True) if lock else query


def matching(filters: WebhookFilters, *, before_id: str | None, limit: int) -> Select[WebhookEvent]:
    """The newest matching events, those before an id when one is given."""
    exact = filters.model_dump(include={"state", "source"}, exclude_none=True)
    query = select(WebhookEvent).filter_by(**exact).order_by(WebhookEvent.id.desc()).limit(limit)
    if filters.kind and filters.kind.endswith(WHOLE_THING):
        thing = filters.kind.removesuffix("*")
        query = query.where(WebhookEvent.kind.startswith(thing, autoescape=True))
    elif filters.kind:
        query = query.where(WebhookEvent.kind == filters.kind)
    return query.where(WebhookEvent.id < before_id) if before_id else query


def backlog(session: Session, *, now: datetime) -> Backlog:
    """How many events are where, of those that are not over."""
    waiting = WebhookEvent.state.in_(WAITING)
    processing = WebhookEvent.state == WebhookState.PROCESSING
    is_due = WebhookEvent.due_at <= now
    query = select(
        _count(waiting),
        _count(waiting, is_due),
        _count(processing),
        _count(processing, is_due),
        func.min(WebhookEvent.due_at).filter(is_due),
    ).where(WebhookEvent.state.in_(OPEN))
    return Backlog._make(session.execute(query).one())


def dead(session: Session) -> int:
    """How many events were given up."""
    query = select(func.count()).where(WebhookEvent.state == WebhookState.DEAD)
    return session.scalars(query).one()


def received_since(session: Session, since: datetime) -> int:
    """How many events came in at or after this moment."""
    return session.scalars(select(func.count()).where(WebhookEvent.received_at >= since)).one()


def forget(session: Session, *, before: datetime, limit: int) -> int:
    """Delete the oldest processed events received before this moment, and say how many."""
    old = (
        select(WebhookEvent.id)
        .where(WebhookEvent.received_at < before)
        .where(WebhookEvent.state == WebhookState.PROCESSED)
        .order_by(WebhookEvent.received_at, WebhookEvent.id)
        .limit(limit)
    )
    gone = session.scalars(
        delete(WebhookEvent)
        .where(WebhookEvent.id.in_(old))
        .returning(WebhookEvent.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _count(*wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(*wanted)


# Built once: every event asks the first, every few seconds asks the second.


@cache
def _write() -> ReturningInsert[str]:
    table = Base.metadata.tables[WebhookEvent.__tablename__]
    statement = insert(table).on_conflict_do_nothing(index_elements=["source", "event_id"])
    return statement.returning(table.c.id)


@cache
def _take() -> Update:
    now = bindparam("now", type_=DateTime(timezone=True))
    due = (
        select(WebhookEvent.id)
        .where(WebhookEvent.state.in_(OPEN), WebhookEvent.due_at <= now)
        .order_by(WebhookEvent.due_at, WebhookEvent.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    was_lost = case((WebhookEvent.state == WebhookState.PROCESSING, 1), else_=0)
    return (
        update(WebhookEvent)
        .where(WebhookEvent.id.in_(select(due.c.id)))
        .values(
            state=WebhookState.PROCESSING,
            due_at=bindparam("leased_until", type_=DateTime(timezone=True)),
            attempts=WebhookEvent.attempts + 1,
            losses=WebhookEvent.losses + was_lost,
        )
        .returning(WebhookEvent)
        .execution_options(synchronize_session=False)
    )
