"""What is on record about what somebody paid: one statement for all lessons that are shown."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from instainstru_core.domains.bookings.models import Booking, LessonMoney, RefundSettlement
from instainstru_core.domains.bookings.types import Outcome
from instainstru_core.domains.payments.models import Charge, Refund
from instainstru_core.domains.payments.types import ChargeState, Purpose
from instainstru_core.domains.reporting.policy.doubles import NEAR, Taken
from instainstru_core.domains.reporting.repository.bookings import Line, lines


class Lesson(NamedTuple):
    """A lesson as it counts now, how it ended, and what its card is to pay."""

    line: Line
    outcome: Outcome | None
    settled_at: datetime | None
    card_cents: int
    credit_cents: int


class Held(NamedTuple):
    """A hold or a charge, and what became of it."""

    id: str
    reference: str
    intent_id: str
    state: ChargeState
    amount_cents: int
    authorized_at: datetime
    captured_at: datetime | None
    ended_at: datetime | None


class Returned(NamedTuple):
    """Money that went back to a card."""

    reference: str
    vendor_id: str
    cents: int
    reason: str
    at: datetime
    by_hand: bool
    failed_at: datetime | None


class Settled(NamedTuple):
    """A refund that the provider refused, as staff settled it."""

    chain_id: str
    credit_cents: int
    bank_cents: int
    at: datetime


def lesson(session: Session, booking_id: str) -> list[Lesson]:
    """The lesson that this booking belongs to."""
    chain = select(Booking.chain_id).where(Booking.id == booking_id).scalar_subquery()
    return _lessons(session, LessonMoney.chain_id == chain, limit=1)


def lessons_of(session: Session, user_id: str, *, limit: int) -> list[Lesson]:
    """One more than `limit` lessons of a student, the latest first."""
    return _lessons(session, LessonMoney.student_id == user_id, limit=limit + 1)


def number_of(session: Session, user_id: str) -> int:
    """How many lessons a student has."""
    query = select(func.count()).where(LessonMoney.student_id == user_id)
    return session.scalars(query).one()


def charges(session: Session, references: Collection[str]) -> list[Held]:
    """Holds and charges of these references, oldest first."""
    columns = [getattr(Charge, name) for name in Held._fields]
    query = select(*columns).where(Charge.reference.in_(references)).order_by(Charge.id)
    return [Held._make(row) for row in session.execute(query)]


def refunds(session: Session, references: Collection[str]) -> list[Returned]:
    """What went back to cards for these references, oldest first."""
    query = (
        select(
            Charge.reference,
            Refund.vendor_id,
            Refund.cents,
            Refund.reason,
            Refund.refunded_at,
            Refund.command_id.is_(None),
            Refund.failed_at,
        )
        .join(Charge, Charge.id == Refund.charge_id)
        .where(Charge.reference.in_(references))
        .order_by(Refund.id)
    )
    return [Returned._make(row) for row in session.execute(query)]


def suspicious(session: Session, student_id: str, *, limit: int) -> list[Taken]:
    """Charges of a student that have another beside them: of their lesson, or as high and near."""
    other = select(Charge).where(Charge.student_id == student_id).subquery()
    taken = ChargeState.CAPTURED
    same_lesson = (other.c.reference == Charge.reference) & (Charge.purpose == Purpose.LESSON)
    near = (other.c.captured_cents == Charge.captured_cents) & (
        func.abs(func.extract("epoch", other.c.captured_at - Charge.captured_at))
        <= NEAR.total_seconds()
    )
    beside = (
        select(other.c.id)
        .where(other.c.id != Charge.id, other.c.state == taken, or_(same_lesson, near))
        .exists()
    )
    query = (
        select(
            Charge.id,
            Charge.reference,
            Charge.purpose,
            Charge.captured_cents,
            Charge.refunded_cents,
            Charge.captured_at,
        )
        .where(Charge.student_id == student_id, Charge.state == taken, beside)
        .order_by(Charge.id.desc())
        .limit(limit)
    )
    return [
        Taken(*row[:5], at=row.captured_at)
        for row in session.execute(query)
        if row.captured_at is not None
    ]


def _lessons(session: Session, which: object, *, limit: int) -> list[Lesson]:
    query = (
        lines()
        .join(LessonMoney, LessonMoney.booking_id == Booking.id)
        .add_columns(
            LessonMoney.outcome,
            LessonMoney.settled_at,
            LessonMoney.card_cents,
            LessonMoney.credit_cents,
        )
        .where(which)  # type: ignore[arg-type]
        .order_by(Booking.starts_at.desc(), Booking.id.desc())
        .limit(limit)
    )
    return [Lesson(Line._make(row[:6]), *row[6:]) for row in session.execute(query)]


def settlements(session: Session, chain_ids: Collection[str]) -> list[Settled]:
    """What became of refunds that the provider refused, oldest first."""
    query = (
        select(
            RefundSettlement.chain_id,
            RefundSettlement.credit_cents,
            RefundSettlement.bank_cents,
            RefundSettlement.settled_at,
        )
        .where(RefundSettlement.chain_id.in_(chain_ids))
        .order_by(RefundSettlement.id)
    )
    return [Settled._make(row) for row in session.execute(query)]
