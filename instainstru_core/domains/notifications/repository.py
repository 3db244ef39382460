"""Queries over deliveries. What runs every few seconds or with every message is built once."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    DateTime,
    Integer,
    Select,
    String,
    bindparam,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.schemas import DeliveryFilters, DueDelivery
from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.repository import Repository

WAITING = (DeliveryState.QUEUED, DeliveryState.SENDING)

_DELIVERIES = Base.metadata.tables[Delivery.__tablename__]
_C = _DELIVERIES.c
_NOW = bindparam("now", type_=DateTime(timezone=True))

_QUEUE = upsert(_DELIVERIES).on_conflict_do_nothing(index_elements=[_C.key]).returning(_C.id)
_DUE = (
    select(_C.id)
    .where(_C.state.in_(WAITING), _C.due_at <= _NOW)
    .order_by(_C.due_at, _C.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(_DELIVERIES)
    .where(_C.id.in_(select(_DUE.c.id)))
    .values(
        state=DeliveryState.SENDING,
        due_at=bindparam("leased_until", type_=DateTime(timezone=True)),
        attempts=_C.attempts + 1,
    )
    .returning(_C.id, _C.key, _C.template, _C.user_id, _C.facts, _C.attempts, _C.invite_id)
)
_SENT = (
    update(_DELIVERIES)
    .where(_C.id == bindparam("delivery_id", type_=String), _C.state != DeliveryState.SENT)
    .values(
        state=DeliveryState.SENT,
        due_at=_NOW,
        sent_at=_NOW,
        vendor_id=bindparam("its_vendor_id", type_=String),
        error=None,
    )
)
_FAILED = (
    update(_DELIVERIES)
    .where(
        _C.id == bindparam("delivery_id", type_=String),
        _C.state == DeliveryState.SENDING,
        _C.attempts == bindparam("attempt", type_=Integer),
    )
    .values(
        state=bindparam("its_state", type_=_C.state.type),
        due_at=bindparam("its_due_at", type_=DateTime(timezone=True)),
        error=bindparam("its_error", type_=String),
    )
    .returning(_C.id)
)
_PUT_BACK = (
    update(_DELIVERIES)
    .where(
        _C.state == DeliveryState.SENDING,
        tuple_(_C.id, _C.attempts).in_(bindparam("which", expanding=True)),
    )
    .values(
        state=DeliveryState.QUEUED,
        due_at=bindparam("its_due_at", type_=DateTime(timezone=True)),
        attempts=_C.attempts - 1,
        error=bindparam("its_error", type_=String),
    )
)


class Deliveries(Repository[Delivery]):
    """Messages to people."""


def queue(session: Session, **values: Any) -> bool:  # noqa: ANN401 - columns
    """Write a message; False where its key is known."""
    return session.execute(_QUEUE, values).first() is not None


def claim(
    session: Session, *, now: datetime, leased_until: datetime, limit: int
) -> list[DueDelivery]:
    """Take up to `limit` due messages that nobody else holds, the longest due first."""
    asked = {"now": now, "leased_until": leased_until, "most": limit}
    taken = [DueDelivery(*row) for row in session.execute(_CLAIM, asked)]
    return sorted(taken, key=lambda one: one.id)


def mark_sent(session: Session, delivery_id: str, *, vendor_id: str | None, now: datetime) -> None:
    asked = {"delivery_id": delivery_id, "its_vendor_id": vendor_id, "now": now}
    session.execute(_SENT, asked)


def mark_failed(session: Session, due: DueDelivery, **values: Any) -> bool:  # noqa: ANN401
    """Note an attempt in vain; False where somebody else has taken the message over."""
    asked = {f"its_{name}": value for name, value in values.items()}
    done = session.execute(_FAILED, {"delivery_id": due.id, "attempt": due.attempt, **asked})
    return done.first() is not None


def put_back(
    session: Session, due: Collection[DueDelivery], *, due_at: datetime, error: str
) -> None:
    """Let these wait again as if this attempt had not been."""
    which = [(one.id, one.attempt) for one in due]
    session.execute(_PUT_BACK, {"which": which, "its_due_at": due_at, "its_error": error})


def by_id(delivery_id: str) -> Select[Delivery]:
    return select(Delivery).where(Delivery.id == delivery_id)


def copies(session: Session, key_prefix: str) -> int:
    """How many messages have keys that begin so."""
    query = select(func.count()).where(_C.key.startswith(key_prefix, autoescape=True))
    return session.scalar(query) or 0


def matching(
    filters: DeliveryFilters, *, after: tuple[datetime, str] | None, limit: int
) -> Select[Delivery]:
    """The newest matching messages, those after a place in this order when one is given."""
    order = Delivery.created_at, Delivery.id
    query = select(Delivery).filter_by(**filters.model_dump(exclude_none=True))
    if after is not None:
        query = query.where(tuple_(*order) < after)
    return query.order_by(*(column.desc() for column in order)).limit(limit)
