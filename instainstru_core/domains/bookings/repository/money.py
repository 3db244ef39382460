"""Named queries over lessons' money. The row of a chain is what every change holds first."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    DateTime,
    Integer,
    Select,
    String,
    bindparam,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from instainstru_core.domains.bookings.models import (
    AdminRefund,
    Booking,
    BookingNote,
    LessonMoney,
    NoShowReport,
    RefundSettlement,
    Tip,
)
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    DebtKind,
    DueKind,
    PaymentStatus,
    TipState,
)
from instainstru_core.domains.credits.models import TopUp
from instainstru_core.domains.payments.models import Charge, PaymentCommand
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.direct import Direct, Insert
from instainstru_core.kernel.rows import Rows

_MONEY = Base.metadata.tables[LessonMoney.__tablename__]
_BOOKINGS = Base.metadata.tables[Booking.__tablename__]
_NEW = Insert(_MONEY)
_MONEY_ROWS = Rows(LessonMoney)
_BOOKING_ROWS = Rows(Booking)
_REPORT_ROWS = Rows(NoShowReport)
_LOCKED = Direct(
    lambda: (
        select(*_MONEY_ROWS.columns)
        .where(_MONEY.c.chain_id == bindparam("chain_id", type_=String))
        .with_for_update()
    )
)
_LOCKED_OF_STUDENT = Direct(
    lambda: (
        select(*_MONEY_ROWS.columns)
        .where(
            _MONEY.c.chain_id
            == select(_BOOKINGS.c.chain_id)
            .where(_BOOKINGS.c.id == bindparam("booking_id", type_=String))
            .scalar_subquery(),
            _MONEY.c.student_id == bindparam("student_id", type_=String),
        )
        .with_for_update()
    )
)
_ASKED = (
    select(PaymentCommand.id)
    .where(
        PaymentCommand.reference == func.concat("booking:", Booking.chain_id),
        PaymentCommand.finished_at.is_(None),
    )
    .exists()
)
_BOOKING = Direct(
    lambda: (
        select(*_BOOKING_ROWS.columns, *_REPORT_ROWS.columns, _ASKED)
        .select_from(Booking)
        .outerjoin(NoShowReport, NoShowReport.booking_id == Booking.id)
        .where(Booking.id == bindparam("booking_id", type_=String))
    )
)
_CHAIN = Direct(
    lambda: select(_BOOKINGS.c.chain_id).where(
        _BOOKINGS.c.id == bindparam("booking_id", type_=String)
    )
)
_DUE: Select[str] = (
    select(LessonMoney.chain_id)
    .where(
        LessonMoney.due_kind.in_(bindparam("kinds", expanding=True)),
        LessonMoney.due_at <= bindparam("now", type_=DateTime(timezone=True)),
        LessonMoney.chain_id > bindparam("after", type_=String),
    )
    .order_by(LessonMoney.chain_id)
    .limit(bindparam("most", type_=Integer))
)


class Found(NamedTuple):
    """A booking, the report about it, and whether a call about its lesson's money is open."""

    booking: Booking
    report: NoShowReport | None
    is_asked: bool


class Owed(NamedTuple):
    """So much is owed for a booking of this id, or for a top-up."""

    kind: DebtKind
    own_id: str
    cents: int


class Overdue(NamedTuple):
    """How many lessons of a kind are past their instant, and since when the oldest is."""

    kind: DueKind
    lessons: int
    oldest_at: datetime


def locked(session: Session, chain_id: str) -> LessonMoney | None:
    """The money of a lesson, held until the transaction ends, as it is now."""
    return _held(session, _LOCKED, {"chain_id": chain_id})


def locked_of_student(session: Session, booking_id: str, student_id: str) -> LessonMoney | None:
    """The same for the lesson of a booking, where it is this student's."""
    asked = {"booking_id": booking_id, "student_id": student_id}
    return _held(session, _LOCKED_OF_STUDENT, asked)


def _held(session: Session, asked: Direct, values: dict[str, str]) -> LessonMoney | None:
    found = asked.afresh(session, values)
    return _MONEY_ROWS.of(session, found[0]) if found else None


def begin(session: Session, money: LessonMoney) -> None:
    """Write what a lesson's money begins with; the row itself stays out of the session."""
    _NEW.one(session, money)


def of(session: Session, chain_id: str) -> LessonMoney | None:
    """The money of a lesson, only to look at."""
    return session.get(LessonMoney, chain_id)


def booking(session: Session, booking_id: str) -> Found:
    """A booking and what goes with it, read afresh."""
    (found,) = _BOOKING.afresh(session, {"booking_id": booking_id})
    own = len(_BOOKING_ROWS.columns)
    row = _BOOKING_ROWS.of(session, found[:own])
    if row is None:
        msg = "a booking without an id"
        raise LookupError(msg)
    return Found(row, _REPORT_ROWS.of(session, found[own:-1]), found[-1])


def lessons(session: Session, chain_ids: Collection[str]) -> Sequence[tuple[LessonMoney, Found]]:
    """Lessons only to look at: the money, the booking that counts, a report about it."""
    query = (
        select(LessonMoney, Booking, NoShowReport, _ASKED)
        .join(Booking, Booking.id == LessonMoney.booking_id)
        .outerjoin(NoShowReport, NoShowReport.booking_id == Booking.id)
        .where(LessonMoney.chain_id.in_(chain_ids))
        .order_by(LessonMoney.chain_id)
    )
    return [
        (money, Found(booking, report, asked))
        for money, booking, report, asked in session.execute(query)
    ]


def chain_of(session: Session, booking_id: str) -> str | None:
    """The lesson that a booking belongs to."""
    found = _CHAIN.within(session, {"booking_id": booking_id})
    return found[0][0] if found else None


def is_moving(session: Session, chain_id: str) -> bool:
    """Whether a move of this lesson waits for its money."""
    query = select(LessonMoney.moving_to_id).where(LessonMoney.chain_id == chain_id)
    return session.scalar(query) is not None


def due(
    session: Session, kinds: Collection[DueKind], *, now: datetime, after: str, limit: int
) -> Sequence[str]:
    """Lessons whose money waits for something that is due, in order, beyond `after`."""
    asked = {"kinds": list(kinds), "now": now, "after": after, "most": limit}
    return session.scalars(_DUE, asked).all()


def overdue(session: Session, *, before: datetime) -> Sequence[Overdue]:
    """What should have been looked at before this instant, by kind."""
    rows = session.execute(
        select(LessonMoney.due_kind, func.count(), func.min(LessonMoney.due_at))
        .where(LessonMoney.due_at < before)
        .group_by(LessonMoney.due_kind)
    )
    return [
        Overdue(kind, count, oldest)
        for kind, count, oldest in rows
        if kind is not None and oldest is not None
    ]


def in_review(session: Session, *, before: datetime) -> tuple[int, datetime | None]:
    """How many lessons people have had to look at since before this instant, and the oldest."""
    count, oldest = session.execute(
        select(func.count(), func.min(LessonMoney.review_since)).where(
            LessonMoney.review_since < before
        )
    ).one()
    return count, oldest


def stopped(session: Session, reason: str, *, after: str, limit: int) -> Sequence[tuple[str, str]]:
    """Lessons that stopped for this reason, with the provider's id of their intent, in order."""
    rows = session.execute(
        select(LessonMoney.chain_id, Charge.intent_id)
        .join(Charge, Charge.id == LessonMoney.charge_id)
        .where(
            LessonMoney.is_blocked,
            LessonMoney.review_since.is_not(None),
            LessonMoney.review_reason == reason,
            LessonMoney.chain_id > after,
        )
        .order_by(LessonMoney.chain_id)
        .limit(limit)
    )
    return [(row.chain_id, row.intent_id) for row in rows]


def unlock_moved(session: Session, chain_id: str) -> None:
    """The money of a lesson that was moved late is where it belongs: nothing is locked any more."""
    session.execute(
        update(Booking)
        .where(Booking.chain_id == chain_id, Booking.moved_to_id.is_not(None))
        .where(Booking.payment_status == PaymentStatus.LOCKED)
        .values(payment_status=PaymentStatus.SETTLED)
    )


def next_due(session: Session) -> datetime | None:
    """The next instant at which any lesson's money has to be looked at."""
    return session.scalar(select(func.min(LessonMoney.due_at)))


def completed_lessons(session: Session, student_id: str) -> int:
    """How many lessons a student has completed, ever."""
    count = session.scalar(
        select(func.count()).where(
            Booking.student_id == student_id, Booking.status == BookingStatus.COMPLETED
        )
    )
    return count or 0


def completed_lesson(session: Session, student_id: str, number: int) -> str | None:
    """The chain of a student's lesson with this number, in the order of their ends."""
    return session.scalar(
        select(Booking.chain_id)
        .where(Booking.student_id == student_id, Booking.status == BookingStatus.COMPLETED)
        .order_by(Booking.ends_at, Booking.id)
        .offset(number - 1)
        .limit(1)
    )


def orders(session: Session, chain_id: str) -> Sequence[AdminRefund]:
    """Refunds that staff ordered, oldest first."""
    return session.scalars(
        select(AdminRefund).where(AdminRefund.chain_id == chain_id).order_by(AdminRefund.id)
    ).all()


def settlements(session: Session, chain_id: str) -> Sequence[RefundSettlement]:
    """What became of refunds that the provider refused, oldest first."""
    return session.scalars(
        select(RefundSettlement)
        .where(RefundSettlement.chain_id == chain_id)
        .order_by(RefundSettlement.id)
    ).all()


def tip(session: Session, tip_id: str) -> Tip | None:
    """A tip, held until the transaction ends."""
    return session.scalars(
        select(Tip)
        .where(Tip.id == tip_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def has_tip(session: Session, tip_id: str) -> bool:
    """Whether there is such a tip, only to look at."""
    return session.get(Tip, tip_id) is not None


def tips_of(session: Session, chain_id: str) -> Sequence[str]:
    """The tips for a lesson, whichever of its bookings they were given for, oldest first."""
    return session.scalars(
        select(Tip.id)
        .join(Booking, Booking.id == Tip.booking_id)
        .where(Booking.chain_id == chain_id)
        .order_by(Tip.id)
    ).all()


def open_tips(session: Session, booking_id: str) -> int:
    """How many tips for a booking went through or still may."""
    count = session.scalar(
        select(func.count()).where(Tip.booking_id == booking_id, Tip.state != TipState.FAILED)
    )
    return count or 0


def unsent_tips(session: Session, *, after: str, limit: int) -> Sequence[str]:
    """Tips that were charged and not sent on, in order, beyond `after`."""
    return session.scalars(
        select(Tip.id)
        .where(Tip.state == TipState.CHARGED, Tip.id > after)
        .order_by(Tip.id)
        .limit(limit)
    ).all()


def waiting_tips(session: Session, *, before: datetime) -> int:
    """How many tips were charged before this instant and have not been sent on."""
    count = session.scalar(
        select(func.count()).where(Tip.state == TipState.CHARGED, Tip.charged_at < before)
    )
    return count or 0


def debts(session: Session, student_id: str) -> Sequence[LessonMoney]:
    """The lessons that a student owes something for, oldest first."""
    return session.scalars(
        select(LessonMoney)
        .where(LessonMoney.student_id == student_id, LessonMoney.debt_cents > 0)
        .order_by(LessonMoney.chain_id)
    ).all()


def owed(session: Session, student_id: str) -> Sequence[Owed]:
    """What a student owes, for lessons and then for bought credit, oldest first. One statement."""
    lessons = select(
        literal(DebtKind.LESSON.value).label("kind"),
        LessonMoney.booking_id.label("own_id"),
        LessonMoney.debt_cents.label("cents"),
    ).where(LessonMoney.student_id == student_id, LessonMoney.debt_cents > 0)
    bought = select(literal(DebtKind.TOP_UP.value), TopUp.id, TopUp.debt_cents).where(
        TopUp.user_id == student_id, TopUp.debt_cents > 0
    )
    rows = session.execute(union_all(lessons, bought).order_by("kind", "own_id"))
    return [Owed(DebtKind(row.kind), row.own_id, row.cents) for row in rows]


def notes(session: Session, booking_id: str) -> Sequence[BookingNote]:
    """Staff's notes on a booking, oldest first."""
    return session.scalars(
        select(BookingNote).where(BookingNote.booking_id == booking_id).order_by(BookingNote.id)
    ).all()
