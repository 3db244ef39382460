"""Facts waiting to be relayed, and the record of which reaction already saw which fact.

The relay claims rows with a lease, hands one task per reaction to the broker, and settles them;
a crash in between lets the lease run out and another relay takes over. A reaction runs at most
once per fact: its receipt is written in the same transaction as its effects. The broker may lose a
task, with its memory or with a worker that dies while it takes one: where the receipt is missing,
the fact waits again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, ForeignKey, Index, Text, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from instainstru_core.kernel.db import Base, Id, NewId
from instainstru_core.kernel.direct import Insert


class OutboxRow(Base):
    """One fact. `relayed_at` is set once every reaction has its task; `handed_to` names them."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_waiting", "id", postgresql_where=text("relayed_at IS NULL")),
        Index("ix_outbox_relayed_at", "relayed_at"),
    )

    id: Mapped[NewId]
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    relayed_at: Mapped[datetime | None]
    handed_to: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


class OutboxReceipt(Base):
    """A reaction that has handled a fact."""

    __tablename__ = "outbox_receipts"

    event_id: Mapped[Id] = mapped_column(
        ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True
    )
    reaction: Mapped[str] = mapped_column(primary_key=True)
    handled_at: Mapped[datetime]


_NEW = Insert(Base.metadata.tables[OutboxRow.__tablename__])


def write(session: Session, row: OutboxRow) -> None:
    """Write a new fact; the row itself stays out of the session."""
    _NEW.one(session, row)


def claim(session: Session, *, now: datetime, lease: timedelta, limit: int) -> Sequence[OutboxRow]:
    """Take up to `limit` waiting facts, oldest first, that no other relay holds."""
    waiting = (
        select(OutboxRow.id)
        .where(OutboxRow.relayed_at.is_(None))
        .where((OutboxRow.claimed_until.is_(None)) | (OutboxRow.claimed_until <= now))
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("waiting")
    )
    taken = session.scalars(
        update(OutboxRow)
        .where(OutboxRow.id.in_(select(waiting.c.id)))
        .values(claimed_until=now + lease, attempts=OutboxRow.attempts + 1)
        .returning(OutboxRow)
        .execution_options(synchronize_session=False)
    ).all()
    return sorted(taken, key=lambda row: row.id)


def settle(session: Session, handed_to: Mapping[str, Sequence[str]], *, now: datetime) -> None:
    """Mark facts as relayed: each of these reactions to them has its task."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for event_id, reactions in handed_to.items():
        alike.setdefault(tuple(reactions), []).append(event_id)
    for reactions, ids in alike.items():
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(ids))
            .values(relayed_at=now, claimed_until=None, handed_to=list(reactions))
            .execution_options(synchronize_session=False)
        )


def recall(
    session: Session, *, now: datetime, patience: timedelta, most: int, limit: int
) -> Sequence[str]:
    """Have facts wait again to which a reaction with a task has no receipt; their ids, the oldest
    first. They were relayed at least `patience` ago, four times as long after each further time,
    and fewer than `most` times.
    """
    receipts = (
        select(func.count())
        .where(OutboxReceipt.event_id == OutboxRow.id)
        .where(OutboxReceipt.reaction == func.any(OutboxRow.handed_to))
        .scalar_subquery()
    )
    waited = func.make_interval(
        0, 0, 0, 0, 0, 0, patience.total_seconds() * func.power(4, OutboxRow.attempts - 1)
    )
    unseen = (
        select(OutboxRow.id)
        .where(OutboxRow.relayed_at <= now - patience)
        .where(OutboxRow.relayed_at > now - patience * 4**most)
        .where(OutboxRow.relayed_at + waited <= now)
        .where(OutboxRow.attempts < most)
        .where(func.cardinality(OutboxRow.handed_to) > receipts)
        .order_by(OutboxRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("unseen")
    )
    recalled = session.scalars(
        update(OutboxRow)
        .where(OutboxRow.id.in_(select(unseen.c.id)))
        .values(relayed_at=None)
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(recalled)


def find(session: Session, event_id: str) -> OutboxRow | None:
    """The fact with this id; None where it was never written or is forgotten."""
    return session.get(OutboxRow, event_id)


def forget(session: Session, *, before: datetime, limit: int) -> int:
    """Delete the oldest facts that were relayed before this moment, and say how many."""
    old = (
        select(OutboxRow.id)
        .where(OutboxRow.relayed_at < before)
        .order_by(OutboxRow.id)
        .limit(limit)
    )
    gone = session.scalars(
        delete(OutboxRow)
        .where(OutboxRow.id.in_(old))
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def receive(session: Session, event_id: str, reaction: str, *, now: datetime) -> bool:
    """Write the receipt; False when this reaction has already handled the fact."""
    written = session.execute(
        insert(OutboxReceipt)
        .values(event_id=event_id, reaction=reaction, handled_at=now)
        .on_conflict_do_nothing()
        .returning(OutboxReceipt.event_id)
    ).first()
    return written is not None


def backlog(session: Session) -> tuple[int, datetime | None]:
    """How many facts wait, and since when the oldest does."""
    count, oldest = session.execute(
        select(func.count(), func.min(OutboxRow.occurred_at)).where(OutboxRow.relayed_at.is_(None))
    ).one()
    return count, oldest
