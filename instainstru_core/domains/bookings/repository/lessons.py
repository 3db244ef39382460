"""Named queries over bookings, joined with the names of both sides."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Integer,
    Row,
    Select,
    String,
    bindparam,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.types import BookingStatus, OwnSide, Side, When
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.ledger.models import LedgerEntry
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments.models import PayerStanding
from instainstru_core.domains.payments.types import Standing
from instainstru_core.domains.pricing.models import InstructorTier
from instainstru_core.domains.pricing.types import TeachingRecord, Tier
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.direct import Direct, Insert

Student = aliased(User, name="student")
Teacher = aliased(User, name="teacher")

WILL_NOT_HAPPEN = (BookingStatus.CANCELLED, BookingStatus.PAYMENT_FAILED)


_NEW = Insert(Base.metadata.tables[Booking.__tablename__])


class Named(NamedTuple):
    """A booking with first and last names of the student and the instructor.

    Where one booking is asked for, the money of its lesson comes with it.
    """

    booking: Booking
    student: tuple[str, str]
    instructor: tuple[str, str]
    money: LessonMoney | None = None


class Sides(NamedTuple):
    """The two people of a booking to be made, and what decides the instructor's tier."""

    student: tuple[str, str]
    student_status: AccountStatus
    standing: Standing
    instructor: tuple[str, str]
    record: TeachingRecord


def begin(session: Session, booking: Booking) -> None:
    """Write a new booking; the row itself stays out of the session."""
    _NEW.one(session, booking)


def find(session: Session, booking_id: str, *, lock: bool = False) -> Named | None:
    """One booking; locked, it is read afresh and held until the transaction ends."""
    row = session.execute(_one(lock=lock), {"booking_id": booking_id}).one_or_none()
    return None if row is None else _named(row)


def held(session: Session, booking_id: str) -> Named | None:
    """The same for a booking that the session changed with its lesson, and still has at hand: then
    only names are asked for.
    """
    booking = session.get(Booking, booking_id)
    if booking is None:
        return None
    money = session.get(LessonMoney, booking.chain_id)
    asked = {"student_id": booking.student_id, "teacher_id": booking.instructor_id}
    ((first, last, teacher_first, teacher_last),) = _NAMES.within(session, asked)
    return Named(booking, (first, last), (teacher_first, teacher_last), money)


def of_side(
    session: Session,
    user_id: str,
    side: OwnSide,
    *,
    when: When,
    statuses: Collection[BookingStatus],
    now: datetime,
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Named]:
    """One side's bookings: what is to come soonest first, anything else latest first.

    One more than asked for, so that the caller knows whether there is a next page. What will
    not take place is not upcoming, unless its status is asked for. Checkouts that came to nothing
    are no business of the instructor's.
    """
    asked: dict[str, Any] = {"user_id": user_id, "now": now, "most": limit + 1}
    if statuses:
        asked["statuses"] = list(statuses)
    if after is not None:
        asked["starts_at"], asked["id"] = after
    query = _of_side(side, when, chosen=bool(statuses), continued=after is not None)
    return [_named(row) for row in session.execute(query, asked)]


def sides(session: Session, *, student_id: str, instructor_id: str, since: datetime) -> Sides:
    """Both sides of a booking to be made, in one statement."""
    asked = {"student_id": student_id, "teacher_id": instructor_id, "since": since}
    row = session.execute(_sides(), asked).one()
    return Sides(
        student=(row.student_first, row.student_last),
        student_status=row.student_status,
        standing=Standing(
            row.locked_at is not None, row.restricted_at is not None, int(row.debt_cents or 0)
        ),
        instructor=(row.teacher_first, row.teacher_last),
        record=_record(row),
    )


def teaching_record(session: Session, instructor_id: str, *, since: datetime) -> TeachingRecord:
    """What decides the tier of one instructor; lessons completed at `since` or later count."""
    query = _teaching_records().where(Instructor.id == instructor_id)
    return _record(session.execute(query, {"since": since}).one())


def teaching_records(
    session: Session, *, after: str, since: datetime, limit: int
) -> Sequence[TeachingRecord]:
    """The same for instructors who are not founding, in order of id, beyond `after`."""
    query = (
        _teaching_records()
        .where(~Instructor.is_founding, Instructor.id > after)
        .order_by(Instructor.id)
        .limit(limit)
    )
    return [_record(row) for row in session.execute(query, {"since": since})]


def _with_names() -> Select[Booking, str, str, str, str]:
    return (
        select(
            Booking, Student.first_name, Student.last_name, Teacher.first_name, Teacher.last_name
        )
        .join(Student, Student.id == Booking.student_id)
        .join(Teacher, Teacher.id == Booking.instructor_id)
    )


def _named(row: Row[*tuple[Any, ...]]) -> Named:
    booking, first, last, teacher_first, teacher_last, *money = row
    return Named(booking, (first, last), (teacher_first, teacher_last), *money)


# Statements that nearly every request asks are built once: building costs more than asking.

_NAMES = Direct(
    lambda: (
        select(Student.first_name, Student.last_name, Teacher.first_name, Teacher.last_name)
        .join(Teacher, Teacher.id == bindparam("teacher_id", type_=String))
        .where(Student.id == bindparam("student_id", type_=String))
    )
)


@cache
def _one(*, lock: bool) -> Select[*tuple[Any, ...]]:
    query = (
        _with_names()
        .add_columns(LessonMoney)
        .outerjoin(LessonMoney, LessonMoney.chain_id == Booking.chain_id)
        .where(Booking.id == bindparam("booking_id", type_=String))
    )
    if lock:
        query = query.with_for_update(of=Booking).execution_options(populate_existing=True)
    return query


@cache
def _of_side(
    side: OwnSide, when: When, *, chosen: bool, continued: bool
) -> Select[Booking, str, str, str, str]:
    now = bindparam("now", type_=DateTime(timezone=True))
    mine = Booking.student_id if side is Side.STUDENT else Booking.instructor_id
    wanted: list[ColumnElement[bool]] = [mine == bindparam("user_id", type_=String)]
    if side is Side.INSTRUCTOR:
        never_paid = (Booking.status == BookingStatus.PAYMENT_FAILED) & Booking.confirmed_at.is_(
            None
        )
        wanted.append(~never_paid)
    if chosen:
        wanted.append(Booking.status.in_(bindparam("statuses", expanding=True)))
    elif when is When.UPCOMING:
        wanted.append(Booking.status.not_in(WILL_NOT_HAPPEN))
    if when is not When.ALL:
        wanted.append(Booking.ends_at > now if when is When.UPCOMING else Booking.ends_at <= now)
    ascending = when is When.UPCOMING
    order = (Booking.starts_at, Booking.id)
    if continued:
        key = tuple_(*order)
        after = tuple_(
            bindparam("starts_at", type_=DateTime(timezone=True)), bindparam("id", type_=String)
        )
        wanted.append(key > after if ascending else key < after)
    return (
        _with_names()
        .where(*wanted)
        .order_by(*(order if ascending else (column.desc() for column in order)))
        .limit(bindparam("most", type_=Integer))
    )


@cache
def _sides() -> Select[*tuple[Any, ...]]:
    debt = (
        select(func.sum(LedgerEntry.cents))
        .where(
            LedgerEntry.account == AccountKind.STUDENT_DEBT,
            LedgerEntry.owner_id == Student.id,
        )
        .correlate(Student)
        .scalar_subquery()
    )
    return (
        _teaching_records()
        .join(Teacher, Teacher.id == Instructor.id)
        .join(Student, Student.id == bindparam("student_id", type_=String))
        .outerjoin(PayerStanding, PayerStanding.user_id == Student.id)
        .add_columns(
            Student.first_name.label("student_first"),
            Student.last_name.label("student_last"),
            Student.status.label("student_status"),
            PayerStanding.locked_at,
            PayerStanding.restricted_at,
            debt.label("debt_cents"),
            Teacher.first_name.label("teacher_first"),
            Teacher.last_name.label("teacher_last"),
        )
        .where(Instructor.id == bindparam("teacher_id", type_=String))
    )


def _teaching_records() -> Select[*tuple[Any, ...]]:
    since = bindparam("since", type_=DateTime(timezone=True))
    taught = (
        select(
            func.count().filter(Booking.completed_at >= since).label("in_window"),
            func.max(Booking.completed_at).label("last_at"),
        )
        .where(Booking.instructor_id == Instructor.id)
        .where(Booking.status == BookingStatus.COMPLETED)
        .correlate(Instructor)
        .lateral("taught")
    )
    return (
        select(
            Instructor.id,
            Instructor.is_founding,
            taught.c.in_window,
            taught.c.last_at,
            InstructorTier.tier,
            InstructorTier.evaluated_at,
        )
        .select_from(Instructor)
        .join(taught, true())
        .outerjoin(InstructorTier, InstructorTier.instructor_id == Instructor.id)
    )


def _record(row: Row[*tuple[Any, ...]]) -> TeachingRecord:
    return TeachingRecord(
        instructor_id=row.id,
        is_founding=row.is_founding,
        completed_in_window=row.in_window,
        last_completed_at=row.last_at,
        standing=row.tier or Tier.ENTRY,
        evaluated_at=row.evaluated_at,
    )
