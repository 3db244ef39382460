"""Named queries over what instructors earned and were paid out."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.payments.models import (
    ConnectAccount,
    InstantPayout,
    Payout,
    Transfer,
)
from instainstru_core.domains.payments.types import PayoutSeen, PayoutStatus, Purpose
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.time import BUSINESS_ZONE, Span

ON_ITS_WAY = (PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT)


class DayEarned(NamedTuple):
    """What was sent to an instructor on one New York day, and what of that came back since."""

    day: date
    lessons_cents: int
    tips_cents: int
    reversed_cents: int


def account_owner(session: Session, vendor_id: str) -> str | None:
    """The instructor whose account the provider calls so."""
    return session.scalar(select(ConnectAccount.instructor_id).filter_by(vendor_id=vendor_id))


def own_payouts(instructor_id: str, *, before_id: str | None, limit: int) -> Select[Payout]:
    """An instructor's newest payouts, those before an id when one is given."""
    query = (
        select(Payout)
        .filter_by(instructor_id=instructor_id)
        .order_by(Payout.id.desc())
        .limit(limit)
    )
    return query.where(Payout.id < before_id) if before_id else query


def oldest_open_at(session: Session, instructor_id: str) -> datetime | None:
    """Since when the oldest payout of an instructor is on its way."""
    return session.scalar(
        select(func.min(Payout.created_at)).where(
            Payout.instructor_id == instructor_id, Payout.status.in_(ON_ITS_WAY)
        )
    )


def write_payout(
    session: Session, instructor_id: str, seen: PayoutSeen, *, now: datetime, asked_at: datetime
) -> tuple[Payout, bool]:
    """The payout, held until the transaction ends, and whether it was written only now."""
    written = session.scalar(
        insert(Payout)
        .values(
            id=new_id(),
            instructor_id=instructor_id,
            vendor_id=seen.id,
            cents=seen.cents,
            status=seen.status,
            is_instant=seen.is_instant,
            arrives_at=seen.arrives_at,
            failure_code=seen.failure_code,
            created_at=now,
            updated_at=asked_at,
        )
        .on_conflict_do_nothing(index_elements=["vendor_id"])
        .returning(Payout.id)
    )
    query = (
        select(Payout)
        .filter_by(vendor_id=seen.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return session.scalars(query).one(), written is not None


def payout(session: Session, payout_id: str) -> Payout | None:
    """One payout by our id."""
    return session.get(Payout, payout_id)


def wish(session: Session, instructor_id: str, key: str) -> InstantPayout | None:
    """What an instructor's key asked for."""
    query = select(InstantPayout).filter_by(instructor_id=instructor_id, key=key)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def keep_wish(
    session: Session, instructor_id: str, key: str, cents: int, *, now: datetime
) -> InstantPayout:
    """Write down what a key asks for. Who comes second gets what the first one wrote."""
    session.execute(
        insert(InstantPayout)
        .values(id=new_id(), instructor_id=instructor_id, key=key, cents=cents, requested_at=now)
        .on_conflict_do_nothing(index_elements=["instructor_id", "key"])
    )
    return session.scalars(
        select(InstantPayout)
        .filter_by(instructor_id=instructor_id, key=key)
        .execution_options(populate_existing=True)
    ).one()


def grant_wish(session: Session, wish_id: str, payout_id: str) -> None:
    """Write down which payout came of a wish."""
    session.execute(update(InstantPayout).filter_by(id=wish_id).values(payout_id=payout_id))


def drop_wish(session: Session, wish_id: str) -> None:
    """Forget a wish that was refused, so that its key may ask again."""
    session.execute(
        delete(InstantPayout).where(InstantPayout.id == wish_id, InstantPayout.payout_id.is_(None))
    )


def earned(session: Session, instructor_id: str, span: Span) -> Sequence[DayEarned]:
    """What was sent to an instructor, by New York day."""
    day = func.date(func.timezone(BUSINESS_ZONE, Transfer.transferred_at))
    is_tip = Transfer.purpose == Purpose.TIP
    query: Select[Any, int, int, int] = (
        select(
            day,
            _cents(Transfer.cents, ~is_tip),
            _cents(Transfer.cents, is_tip),
            _cents(Transfer.reversed_cents),
        )
        .where(Transfer.instructor_id == instructor_id)
        .where(Transfer.transferred_at >= span.start, Transfer.transferred_at < span.end)
        .group_by(day)
        .order_by(day)
    )
    return [DayEarned._make(row) for row in session.execute(query)]


def paid_out(session: Session, instructor_id: str, span: Span) -> int:
    """What reached an instructor's bank, of the payouts that were made in this time."""
    query = select(_cents(Payout.cents)).where(
        Payout.instructor_id == instructor_id,
        Payout.status == PayoutStatus.PAID,
        Payout.created_at >= span.start,
        Payout.created_at < span.end,
    )
    return session.scalars(query).one()


def _cents(column: Any, *wanted: ColumnElement[bool]) -> ColumnElement[int]:  # noqa: ANN401 - a column
    total = func.sum(column).filter(*wanted) if wanted else func.sum(column)
    return cast(func.coalesce(total, 0), BigInteger)
