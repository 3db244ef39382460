"""What decides when somebody is free: open days, blackout days, and what is taken."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY, TSTZRANGE, Range, aggregate_order_by
from sqlalchemy.orm import Session
from sqlalchemy.types import Date, DateTime, String

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.availability.models import AvailabilityDay, Blackout, OccupiedTime
from instainstru_core.domains.availability.policy import from_stored
from instainstru_core.domains.availability.types import Buffers, Busy, Calendar
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.kernel.time import Span


class Taken(NamedTuple):
    """A calendar, and whether the student is in another lesson at the time that was asked about.

    Somebody who teaches may take lessons too, and nobody is in two at once: both kinds count here
    and in the calendar.
    """

    calendar: Calendar
    student_busy: bool


def calendars(
    session: Session,
    ids: Collection[str],
    *,
    first: date,
    last: date,
    within: Span,
    now: datetime,
    bookable_only: bool = False,
) -> dict[str, Calendar]:
    """What decides when these instructors are free: local days, and what is taken meanwhile."""
    asked = {
        "ids": list(ids),
        "first": first,
        "last": last,
        "within": range_of(within),
        "now": now,
    }
    rows = session.execute(_calendars_of(bookable_only=bookable_only), asked)
    return {row.id: _calendar(row) for row in rows}


def taken(
    session: Session,
    instructor_id: str,
    *,
    span: Span,
    within: Span,
    now: datetime,
    student_id: str | None,
    chain_id: str | None,
) -> Taken | None:
    """The calendar around one lesson, and whether its student is taken at the time."""
    asked = {
        "wanted_id": instructor_id,
        "student_id": student_id,
        "span": range_of(span),
        "first": within.start.date() - timedelta(days=1),
        "last": within.end.date() + timedelta(days=1),
        "within": range_of(within),
        "now": now,
    }
    if chain_id is not None:
        asked["chain_id"] = chain_id
    query = _taken(moves=chain_id is not None)
    row = session.execute(query, asked).one_or_none()
    return None if row is None else Taken(_calendar(row), row.student_busy)


# Statements that every booking asks are built once: building one costs more than asking it.


@cache
def _calendars_of(*, bookable_only: bool) -> Select[*tuple[Any, ...]]:
    wanted = Instructor.id == func.any(bindparam("ids", type_=ARRAY(String)))
    query = _calendars(stands()).where(wanted)
    if bookable_only:
        query = query.join(User, User.id == Instructor.id).where(
            Instructor.is_live, User.status == AccountStatus.ACTIVE
        )
    return query


@cache
def _taken(*, moves: bool) -> Select[*tuple[Any, ...]]:
    still = stands()
    if moves:
        still = and_(still, OccupiedTime.chain_id != bindparam("chain_id", type_=String))
    student = bindparam("student_id", type_=String)
    learns, teaches = OccupiedTime.student_id == student, OccupiedTime.instructor_id == student
    elsewhere = or_(_meeting(still, learns), _meeting(still, teaches))
    return (
        _calendars(still)
        .add_columns(elsewhere.label("student_busy"))
        .where(Instructor.id == bindparam("wanted_id", type_=String))
    )


def _meeting(still: ColumnElement[bool], whose: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether one of somebody's spans is at the time that is asked about."""
    return exists(select(OccupiedTime.id).where(whose, meets("span"), still))


def _calendars(stands: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Instructors, each with days and busy spans gathered into arrays."""
    first, last = bindparam("first", type_=Date), bindparam("last", type_=Date)
    day = AvailabilityDay.day
    opened = (
        select(
            func.array_agg(aggregate_order_by(day, day)).label("days"),
            func.array_agg(aggregate_order_by(AvailabilityDay.bits, day)).label("bits"),
            func.array_agg(aggregate_order_by(AvailabilityDay.tags, day)).label("tags"),
        )
        .where(AvailabilityDay.instructor_id == Instructor.id, day.between(first, last))
        .correlate(Instructor)
        .lateral("opened")
    )
    blackouts = (
        select(func.array_agg(Blackout.day))
        .where(Blackout.instructor_id == Instructor.id, Blackout.day.between(first, last))
        .correlate(Instructor)
        .scalar_subquery()
    )
    taught = _spans(OccupiedTime.instructor_id == Instructor.id, stands).lateral("taught")
    learned = _spans(OccupiedTime.student_id == Instructor.id, stands).lateral("learned")
    return (
        select(
            Instructor.id,
            Instructor.timezone,
            Instructor.buffer_minutes,
            Instructor.travel_buffer_minutes,
            Instructor.overnight_protection,
            opened.c.days,
            opened.c.bits,
            opened.c.tags,
            blackouts.label("blackouts"),
            taught.c.starts,
            taught.c.ends,
            taught.c.travels,
            learned.c.starts.label("learned_starts"),
            learned.c.ends.label("learned_ends"),
        )
        .select_from(Instructor)
        .join(opened, true())
        .join(taught, true())
        .join(learned, true())
    )


def _spans(whose: ColumnElement[bool], stands: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The spans that somebody's lessons take meanwhile, gathered into arrays."""
    key = OccupiedTime.id
    return (
        select(
            func.array_agg(aggregate_order_by(func.lower(OccupiedTime.span), key)).label("starts"),
            func.array_agg(aggregate_order_by(func.upper(OccupiedTime.span), key)).label("ends"),
            func.array_agg(aggregate_order_by(OccupiedTime.travels, key)).label("travels"),
        )
        .where(whose, meets("within"), stands)
        .correlate(Instructor)
    )


def _calendar(row: Any) -> Calendar:  # noqa: ANN401 - a row of `_calendars`
    blackouts = frozenset[date](row.blackouts or ())
    days = zip(row.days or (), row.bits or (), row.tags or (), strict=True)
    teaches = zip(row.starts or (), row.ends or (), row.travels or (), strict=True)
    learns = zip(row.learned_starts or (), row.learned_ends or (), strict=True)
    return Calendar(
        timezone=row.timezone,
        buffers=Buffers(
            usual=timedelta(minutes=row.buffer_minutes),
            travel=timedelta(minutes=row.travel_buffer_minutes),
        ),
        overnight_protection=row.overnight_protection,
        days={day: from_stored(bits, tags) for day, bits, tags in days if day not in blackouts},
        busy=(
            *(Busy(Span(start, end), travels) for start, end, travels in teaches),
            *(Busy(Span(start, end), travels=False, taught=False) for start, end in learns),
        ),
        blackouts=blackouts,
    )


def stands() -> ColumnElement[bool]:
    """Whether a span still counts: a hold that has ended does not."""
    now = bindparam("now", type_=DateTime(timezone=True))
    return or_(OccupiedTime.expires_at.is_(None), OccupiedTime.expires_at > now)


def meets(name: str) -> ColumnElement[bool]:
    """Whether a span overlaps the range of this name."""
    return OccupiedTime.span.op("&&")(bindparam(name, type_=TSTZRANGE))


def range_of(span: Span) -> Range[datetime]:
    return Range(span.start, span.end, bounds="[)")
