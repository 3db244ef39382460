"""Statements over lots and reservations. Whoever locks, locks lots in order of their ids."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.credits.models import CreditLot, CreditReservation, TopUp
from instainstru_core.domains.credits.types import CreditSource, ReservationState
from instainstru_core.kernel.db import Base

EARNED = frozenset({CreditSource.MILESTONE_5, CreditSource.MILESTONE_11})
PAID_BACK = frozenset({CreditSource.REFUND})
"""What takes the place of a refund. It is the student's, whatever is given back of the rest."""

ISSUED = frozenset(CreditSource) - EARNED - PAID_BACK - {CreditSource.REINSTATEMENT}
ENDED_IN_THE_POT = (ReservationState.CONSUMED, ReservationState.FORFEITED)


class Reserved(NamedTuple):
    """A reservation with the lot that it is a part of."""

    reservation: CreditReservation
    lot: CreditLot


def lock_wallet(session: Session, user_id: str) -> Sequence[CreditLot]:
    """Everything of a person that is available or reserved, held until the transaction ends."""
    return session.scalars(_LOCK_WALLET, {"user_id": user_id}).all()


def lock_reserved(session: Session, reference: str) -> Sequence[Reserved]:
    """What is reserved for a reference, with its lots, held until the transaction ends."""
    rows = session.execute(
        _LOCK_RESERVED, {"reference": reference, "states": [ReservationState.RESERVED]}
    )
    return [Reserved(*row) for row in rows]


def lock_used(session: Session, reference: str) -> Sequence[Reserved]:
    """What a reference consumed or forfeited, with its lots, held until the transaction ends."""
    rows = session.execute(_LOCK_RESERVED, {"reference": reference, "states": ENDED_IN_THE_POT})
    return [Reserved(*row) for row in rows]


def lock_issued(
    session: Session, reference: str, sources: Collection[CreditSource]
) -> Sequence[CreditLot]:
    """What a reference issued for these reasons, held until the transaction ends."""
    asked = {"reference": reference, "sources": sorted(sources)}
    return session.scalars(_LOCK_ISSUED, asked).all()


def lock_expired(session: Session, *, now: datetime, after: str, limit: int) -> Sequence[CreditLot]:
    """Lots beyond `after` that have ended with something available; those locked are left out."""
    return session.scalars(_LOCK_EXPIRED, {"now": now, "after": after, "most": limit}).all()


def ended_before(session: Session, instant: datetime) -> int:
    """How many lots had ended by then and still have something available."""
    query = select(func.count()).where(
        CreditLot.available_cents > 0, CreditLot.expires_at <= instant
    )
    return session.scalars(query).one()


def reserved_cents(session: Session, reference: str) -> int:
    """How much is reserved for a reference."""
    return session.scalar(_RESERVED_CENTS, {"reference": reference}) or 0


def add_lot(session: Session, values: dict[str, Any]) -> bool:
    """Write a lot; False when its key was used before, or the person has earned its milestone."""
    return session.execute(_ADD_LOT, values).first() is not None


def issued_under(session: Session, keys: Sequence[str]) -> int:
    """How much was issued under these keys."""
    return session.scalar(_ISSUED_UNDER, {"keys": list(keys)}) or 0


def lots_of(session: Session, user_id: str) -> Sequence[CreditLot]:
    """Everything of a person that is available or reserved, as it stands."""
    return session.scalars(_LIVE, {"user_id": user_id}).all()


def history_of(
    session: Session, user_id: str, *, before_id: str | None, limit: int
) -> Sequence[CreditLot]:
    """A person's lots, the newest first, those before an id when one is given."""
    query = select(CreditLot).where(CreditLot.user_id == user_id)
    if before_id is not None:
        query = query.where(CreditLot.id < before_id)
    return session.scalars(query.order_by(CreditLot.id.desc()).limit(limit)).all()


def top_up(session: Session, top_up_id: str, *, lock: bool = False) -> TopUp | None:
    """One top-up; locked, it is held until the transaction ends."""
    return session.get(TopUp, top_up_id, with_for_update=lock, populate_existing=lock)


# Built once: a booking asks most of these.

_USER = bindparam("user_id", type_=String)
_OF_REFERENCE = bindparam("reference", type_=Text)
_LIVE: Select[CreditLot] = (
    select(CreditLot)
    .where(
        CreditLot.user_id == _USER,
        CreditLot.available_cents + CreditLot.reserved_cents > 0,
    )
    .order_by(CreditLot.id)
)
_LOCK_WALLET = _LIVE.with_for_update().execution_options(populate_existing=True)
_LOCK_RESERVED: Select[CreditReservation, CreditLot] = (
    select(CreditReservation, CreditLot)
    .join(CreditLot, CreditLot.id == CreditReservation.lot_id)
    .where(
        CreditReservation.reference == _OF_REFERENCE,
        CreditReservation.state.in_(bindparam("states", expanding=True)),
    )
    .order_by(CreditLot.id, CreditReservation.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LOCK_ISSUED: Select[CreditLot] = (
    select(CreditLot)
    .where(
        CreditLot.reference == _OF_REFERENCE,
        CreditLot.source.in_(bindparam("sources", expanding=True)),
    )
    .order_by(CreditLot.id)
    .with_for_update()
    .execution_options(populate_existing=True)
)
_LOCK_EXPIRED: Select[CreditLot] = (
    select(CreditLot)
    .where(
        CreditLot.available_cents > 0,
        CreditLot.expires_at <= bindparam("now", type_=DateTime(timezone=True)),
        CreditLot.id > bindparam("after", type_=String),
    )
    .order_by(CreditLot.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .execution_options(populate_existing=True)
)
_RESERVED_CENTS = select(cast(func.sum(CreditReservation.cents), BigInteger)).where(
    CreditReservation.reference == _OF_REFERENCE,
    CreditReservation.state == ReservationState.RESERVED,
)
_ISSUED_UNDER = select(cast(func.sum(CreditLot.issued_cents), BigInteger)).where(
    CreditLot.key.in_(bindparam("keys", expanding=True))
)
_LOTS = Base.metadata.tables[CreditLot.__tablename__]
_ADD_LOT = insert(_LOTS).on_conflict_do_nothing().returning(_LOTS.c.id)
