"""Queries over what depends on one account."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from instainstru_core.domains.access.models import ProgramSession
from instainstru_core.domains.accounts.models import LoginSession
from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.domains.bookings.models import Booking
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.reporting.repository.bookings import Student, Teacher

AHEAD = (BookingStatus.PENDING, BookingStatus.CONFIRMED)


class Counts(NamedTuple):
    """How much there is of each."""

    sign_ins: int
    programs: int
    lessons: int
    is_live: bool


class AheadLine(NamedTuple):
    """A booking with first and last names of both sides."""

    booking: Booking
    student: tuple[str, str]
    teacher: tuple[str, str]


def counts(session: Session, user_id: str, now: datetime) -> Counts:
    """Sign-ins and programs that go on, lessons ahead, and whether a profile is live."""
    sign_ins = (
        select(func.count())
        .select_from(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
        )
    )
    programs = (
        select(func.count())
        .select_from(ProgramSession)
        .where(
            ProgramSession.user_id == user_id,
            ProgramSession.ended_at.is_(None),
            ProgramSession.expires_at > now,
        )
    )
    lessons = select(func.count()).select_from(Booking).where(_is_ahead(user_id, now))
    is_live = select(Instructor.is_live).where(Instructor.id == user_id)
    parts = (sign_ins, programs, lessons, is_live)
    found = session.execute(select(*(part.scalar_subquery() for part in parts))).one()
    return Counts(found[0], found[1], found[2], found[3] is True)


def lessons_ahead(session: Session, user_id: str, now: datetime, *, limit: int) -> list[AheadLine]:
    """Bookings of either side that are to take place or to be paid for, the soonest first."""
    query = (
        select(
            Booking,
            Student.first_name,
            Student.last_name,
            Teacher.first_name,
            Teacher.last_name,
        )
        .join(Student, Student.id == Booking.student_id)
        .join(Teacher, Teacher.id == Booking.instructor_id)
        .where(_is_ahead(user_id, now))
        .order_by(Booking.starts_at, Booking.id)
        .limit(limit)
    )
    return [
        AheadLine(booking, (first, last), (teacher_first, teacher_last))
        for booking, first, last, teacher_first, teacher_last in session.execute(query)
    ]


def last_suspension(session: Session, user_id: str) -> AuditEntry | None:
    """What was written down when this account was last suspended."""
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == "user",
            AuditEntry.subject_id == user_id,
            AuditEntry.action == "accounts.suspend",
            AuditEntry.outcome == Outcome.SUCCESS,
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def _is_ahead(user_id: str, now: datetime) -> ColumnElement[bool]:
    whose = or_(Booking.student_id == user_id, Booking.instructor_id == user_id)
    return whose & (Booking.starts_at > now) & Booking.status.in_(AHEAD)
