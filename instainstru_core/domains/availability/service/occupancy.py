"""What takes time up: whether it may, that it does, and that it no longer does."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import psycopg

from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.availability.errors import (
    BlackedOut,
    CalendarNotFound,
    FormatClosed,
    NightProtected,
    NotOpen,
    SlotTaken,
    TooSoon,
)
from instainstru_core.domains.availability.service.own import calendar_lock
from instainstru_core.domains.availability.types import Busy, Calendar, Party
from instainstru_core.domains.instructors.policy import instructor_travels
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel import locks
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span, local_day
from instainstru_core.kernel.uow import Uow

EXCLUDED, DEADLOCK = "23P01", "40P01"
TAKEN = {
    Party.INSTRUCTOR: "The instructor has another lesson then or too close to it."
    " Look at the free times and choose one of them.",
    Party.STUDENT: "You have another lesson at this time. Choose another time.",
}


@operation("availability.require_open")
def require_open(
    uow: Uow,
    instructor_id: str,
    span: Span,
    *,
    lesson_format: LessonFormat,
    student_id: str | None = None,
    chain_id: str | None = None,
    asked_at: datetime | None = None,
) -> None:
    """Refuse unless this lesson may be booked now: notice, night, open hours, pauses, the student.

    Nobody is in two lessons at once, whether they teach or learn in them. Holds both calendars
    until the transaction ends, so that what it found still stands when the time is occupied. Rows
    of `chain_id` are the lesson itself and do not count. Notice and night are judged by when the
    lesson was asked for first: `asked_at`, else now.
    """
    asked_at = asked_at or uow.now
    people = [calendar_lock(person) for person in (instructor_id, student_id) if person]
    locks.advisory(uow.session, people)
    found = repository.taken(
        uow.session,
        instructor_id,
        span=span,
        within=span.widened(policy.MAX_BUFFER),
        now=uow.now,
        student_id=student_id,
        chain_id=chain_id,
    )
    if found is None:
        raise CalendarNotFound("There is no such instructor to book.")
    calendar = found.calendar
    notice = policy.lead_time(lesson_format)
    if span.start < asked_at + notice:
        minutes = notice // timedelta(minutes=1)
        raise TooSoon(
            f"This lesson has to be booked at least {minutes} minutes before it starts."
            " Choose a later time.",
            notice_minutes=minutes,
        )
    if not policy.may_start(calendar, span.start, lesson_format, asked_at):
        raise NightProtected(
            "Lessons this early have to be booked before the evening. Choose a later time."
        )
    if not policy.suits(calendar, span, lesson_format):
        raise _not_open(calendar, span)
    wanted = Busy(span, instructor_travels(lesson_format))
    if any(policy.conflicts(wanted, busy, calendar.buffers) for busy in calendar.busy):
        raise _slot_taken(Party.INSTRUCTOR)
    if found.student_busy:
        raise _slot_taken(Party.STUDENT)


@operation("availability.occupy")
def occupy(
    uow: Uow,
    *,
    instructor_id: str,
    student_id: str | None,
    span: Span,
    travels: bool,
    chain_id: str,
    reference: str,
    expires_at: datetime | None = None,
) -> None:
    """Take this time up, in one statement. The database refuses what overlaps, as SlotTaken.

    After that refusal the transaction cannot go on. Call `require_open` first: it knows the
    pauses between lessons too.
    """
    try:
        repository.occupy(
            uow.session,
            instructor_id=instructor_id,
            student_id=student_id,
            span=span,
            travels=travels,
            chain_id=chain_id,
            reference=reference,
            expires_at=expires_at,
            now=uow.now,
        )
    except psycopg.Error as failure:
        if failure.sqlstate not in {EXCLUDED, DEADLOCK}:
            raise
        constraint = failure.diag.constraint_name or ""
        party = Party.STUDENT if constraint.endswith("student") else Party.INSTRUCTOR
        raise _slot_taken(party) from failure


@operation("availability.keep")
def keep(uow: Uow, reference: str, *, people: Iterable[str], until: datetime | None = None) -> bool:
    """Let what this reference takes up stand until then, or for good. False where it is gone.

    Holds the calendars of both its people, like `require_open`: whoever found that it had ended is
    done before, and it is gone; whoever asks later sees that it stands.
    """
    names = [calendar_lock(person) for person in people]
    return repository.keep(uow.session, reference, until=until, names=names)


@operation("availability.release")
def release(uow: Uow, reference: str) -> None:
    """Give back what this reference takes up. Nothing happens where there is nothing."""
    repository.release(uow.session, reference)


def _not_open(calendar: Calendar, span: Span) -> NotOpen:
    """Why a lesson is not open: a blackout, closed hours, or hours for other formats."""
    first = local_day(span.start, calendar.timezone)
    last = local_day(span.end - timedelta(microseconds=1), calendar.timezone)
    if not calendar.blackouts.isdisjoint((first, last)):
        return BlackedOut("The instructor does not teach on this day. Choose another day.")
    if not policy.is_open(calendar, span):
        return NotOpen(
            "The instructor does not teach at this time. Look at the free times and choose one"
            " of them."
        )
    suitable = [kind.value for kind in LessonFormat if policy.suits(calendar, span, kind)]
    if not suitable:
        return FormatClosed(
            "The instructor keeps this time for no format that fits all of the lesson. Look at"
            " the free times and choose one of them.",
            formats=suitable,
        )
    return FormatClosed(
        "At this time the instructor teaches in other formats only. Choose one of these, or"
        " another time.",
        formats=suitable,
    )


def _slot_taken(party: Party) -> SlotTaken:
    return SlotTaken(TAKEN[party], scope=party.value)
