"""Queries over students by the month of their first lesson."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, Text, cast, func, select
from sqlalchemy import literal_column as word
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import CTE

from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.ledger.models import Journal, LedgerEntry
from instainstru_core.domains.ledger.types import AccountKind

TWICE = 2
LESSONS = ("booking", "debt")
"""What a reference begins with that names a lesson."""


class Cohort(NamedTuple):
    """Students whose first completed lesson was in one month, and all they took since."""

    month: date
    students: int
    repeaters: int
    lessons: int
    gmv_cents: int


class Returned(NamedTuple):
    """How many of a cohort took a lesson so many months after their first."""

    month: date
    offset: int
    students: int


def cohorts(session: Session, first: date) -> list[Cohort]:
    """Every cohort from this month on, oldest first."""
    people = _people()
    query = (
        select(
            people.c.month,
            func.count(),
            func.count().filter(people.c.lessons >= TWICE),
            cast(func.sum(people.c.lessons), BigInteger),
            cast(func.sum(people.c.gmv_cents), BigInteger),
        )
        .where(people.c.month >= first)
        .group_by(people.c.month)
        .order_by(people.c.month)
    )
    return [Cohort._make(row) for row in session.execute(query)]


def retention(session: Session, first: date) -> list[Returned]:
    """How many of each cohort took a lesson in each month after their first."""
    people = _people()
    later = _month_of(Booking.lesson_day)
    age = func.age(later, people.c.month)
    offset = cast(func.extract("year", age) * 12 + func.extract("month", age), Integer)
    query = (
        select(people.c.month, offset, func.count(Booking.student_id.distinct()))
        .join(Booking, Booking.student_id == people.c.student_id)
        .where(people.c.month >= first, Booking.status == BookingStatus.COMPLETED)
        .group_by(people.c.month, offset)
    )
    return [Returned._make(row) for row in session.execute(query)]


def revenue(session: Session, first: date) -> dict[date, int]:
    """What the platform has kept of the lessons of each cohort's students, by the ledger."""
    people = _people()
    query = (
        select(people.c.month, cast(-func.sum(LedgerEntry.cents), BigInteger))
        .join(LessonMoney, LessonMoney.student_id == people.c.student_id)
        .join(Journal, func.split_part(Journal.reference, ":", 2) == LessonMoney.chain_id)
        .join(LedgerEntry, LedgerEntry.journal_id == Journal.id)
        .where(
            people.c.month >= first,
            func.split_part(Journal.reference, ":", 1).in_(LESSONS),
            LedgerEntry.account == AccountKind.PLATFORM_REVENUE,
        )
        .group_by(people.c.month)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _people() -> CTE:
    """Each student with the month of the first completed lesson, and all that were completed."""
    return (
        select(
            Booking.student_id,
            _month_of(func.min(Booking.lesson_day)).label("month"),
            func.count().label("lessons"),
            func.sum(Booking.lesson_price_cents).label("gmv_cents"),
        )
        .where(Booking.status == BookingStatus.COMPLETED)
        .group_by(Booking.student_id)
        .cte("people")
    )


def _month_of(day: ColumnElement[date] | InstrumentedAttribute[date]) -> ColumnElement[date]:
    return cast(func.date_trunc(word("'month'", Text), day), Date)
