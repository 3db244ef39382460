"""Queries over the ledger and lessons' money."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    DateTime,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.types import BookingStatus, DueKind, PaymentStatus
from instainstru_core.domains.ledger.models import Journal, LedgerEntry
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments.models import ConnectAccount
from instainstru_core.kernel.time import Span

_OWED = cast(LessonMoney.owed_cents, BigInteger)
_TAKEN = LessonMoney.captured_cents
_GONE = func.least(LessonMoney.refund_due_cents + LessonMoney.charged_back_cents, _TAKEN)
STILL_OWED = _OWED - case((_TAKEN > 0, (2 * _OWED * _GONE + _TAKEN) // (2 * _TAKEN)), else_=0)
"""What of the instructor's share is left after refunds by staff and chargebacks, which take it
back in proportion, half-up: `Lesson.still_owed_cents`, of many lessons at once.
"""

PAYABLE = (AccountKind.INSTRUCTOR_PAYABLE, AccountKind.TIPS_PAYABLE)


class Movement(NamedTuple):
    """What one kind of fact did to one kind of account: debits less credits, and how often."""

    fact: str
    account: AccountKind
    cents: int
    journals: int


class Standing(NamedTuple):
    """How many lessons stand at one word of payment now, and what their cards are to pay."""

    payment_status: PaymentStatus
    lessons: int
    card_cents: int


class Owed(NamedTuple):
    """What lies with the platform for one instructor."""

    instructor_id: str
    first_name: str
    last_name: str
    cents: int
    lessons: int
    oldest_at: datetime | None
    is_connected: bool
    is_ready: bool


def movements(session: Session, span: Span) -> list[Movement]:
    """What happened to money in this time, by fact and kind of account."""
    rows = session.execute(
        select(
            Journal.fact,
            LedgerEntry.account,
            func.sum(LedgerEntry.cents),
            func.count(func.distinct(Journal.id)),
        )
        .join(LedgerEntry, LedgerEntry.journal_id == Journal.id)
        .where(Journal.occurred_at >= span.start, Journal.occurred_at < span.end)
        .group_by(Journal.fact, LedgerEntry.account)
    )
    return [
        Movement(fact, account, int(cents), journals) for fact, account, cents, journals in rows
    ]


def records_since(session: Session) -> datetime | None:
    """The first money fact on record."""
    return session.scalar(select(func.min(Journal.occurred_at)))


def standings(session: Session) -> list[Standing]:
    """Lessons whose money is not settled, by the word for where it is."""
    rows = session.execute(
        select(Booking.payment_status, func.count(), func.sum(LessonMoney.card_cents))
        .join(LessonMoney, LessonMoney.booking_id == Booking.id)
        .where(or_(LessonMoney.settled_at.is_(None), LessonMoney.review_since.is_not(None)))
        .group_by(Booking.payment_status)
    )
    return [Standing(status, lessons, int(cents)) for status, lessons, cents in rows]


def overdue(session: Session, *, before: datetime) -> dict[DueKind, int]:
    """Lessons that should have been worked on before this instant."""
    rows = session.execute(
        select(LessonMoney.due_kind, func.count())
        .where(LessonMoney.due_at < before)
        .group_by(LessonMoney.due_kind)
    )
    return {kind: count for kind, count in rows if kind is not None}


def owed(
    session: Session, *, after: tuple[int, str] | None, limit: int
) -> tuple[Sequence[Owed], int, int]:
    """Who has something lying with the platform, the most first; how many, and how much in all."""
    payable = (
        select(
            LedgerEntry.owner_id.label("instructor_id"),
            (-func.sum(LedgerEntry.cents)).label("cents"),
        )
        .where(LedgerEntry.account.in_(PAYABLE))
        .group_by(LedgerEntry.owner_id)
        .having(func.sum(LedgerEntry.cents) < 0)
        .cte("payable")
    )
    waiting = (
        select(
            LessonMoney.instructor_id,
            func.count().label("lessons"),
            func.min(LessonMoney.settled_at).label("oldest_at"),
        )
        .where(LessonMoney.settled_at.is_not(None), LessonMoney.paid_cents < STILL_OWED)
        .group_by(LessonMoney.instructor_id)
        .cte("waiting")
    )
    ready = and_(
        ConnectAccount.details_submitted,
        ConnectAccount.payouts_enabled,
        ConnectAccount.disabled_reason.is_(None),
    )
    query = (
        select(
            payable.c.instructor_id,
            User.first_name,
            User.last_name,
            payable.c.cents,
            func.coalesce(waiting.c.lessons, literal(0)),
            waiting.c.oldest_at,
            ConnectAccount.vendor_id.is_not(None),
            func.coalesce(ready, literal(False)),
        )
        .join(User, User.id == payable.c.instructor_id)
        .outerjoin(waiting, waiting.c.instructor_id == payable.c.instructor_id)
        .outerjoin(ConnectAccount, ConnectAccount.instructor_id == payable.c.instructor_id)
        .order_by(payable.c.cents.desc(), payable.c.instructor_id)
        .limit(limit)
    )
    if after is not None:
        key = tuple_(-payable.c.cents, payable.c.instructor_id)
        query = query.where(key > tuple_(literal(-after[0]), literal(after[1])))
    found = (Owed(*row) for row in session.execute(query))
    rows = [one._replace(cents=int(one.cents)) for one in found]
    count, total = session.execute(select(func.count(), func.sum(payable.c.cents))).one()
    return rows, count, int(total or 0)


def expected_cents(session: Session, *, now: datetime) -> tuple[int, int]:
    """Lessons that are over and whose money is still held: how many, and their payouts."""
    count, cents = session.execute(
        select(func.count(), func.sum(Booking.payout_cents))
        .join(LessonMoney, LessonMoney.booking_id == Booking.id)
        .where(
            LessonMoney.settled_at.is_(None),
            Booking.ends_at <= bindparam("now", now, type_=DateTime(timezone=True)),
            Booking.status.in_((BookingStatus.CONFIRMED, BookingStatus.COMPLETED)),
        )
    ).one()
    return count, int(cents or 0)
