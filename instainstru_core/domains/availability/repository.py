"""Named queries over open days and occupied times. Each is one statement."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import (
    ARRAY,
    TSTZRANGE,
    Range,
    aggregate_order_by,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import Boolean, Date, DateTime, LargeBinary, String

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.availability.models import (
    AvailabilityDay,
    AvailabilityWeek,
    OccupiedTime,
)
from instainstru_core.domains.availability.policy import from_bytes, to_bytes
from instainstru_core.domains.availability.types import Buffers, Busy, Calendar
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.time import Span

SAVE = text(
    """
    WITH saved AS (
        INSERT INTO availability_weeks (instructor_id, monday, version, saved_at)
        VALUES (:instructor_id, :monday, 1, :now)
        ON CONFLICT (instructor_id, monday) DO UPDATE
            SET version = availability_weeks.version + 1, saved_at = excluded.saved_at
            WHERE availability_weeks.version = :expected
        RETURNING version
    ), written AS (
        INSERT INTO availability_days (instructor_id, day, bits)
        SELECT :instructor_id, changed.day, changed.bits
        FROM unnest(:days, :bits) AS changed (day, bits)
        WHERE EXISTS (SELECT FROM saved)
        ON CONFLICT (instructor_id, day) DO UPDATE SET bits = excluded.bits
    )
    SELECT version FROM saved
    """
).bindparams(bindparam("days", type_=ARRAY(Date)), bindparam("bits", type_=ARRAY(LargeBinary)))

OCCUPY = text(
    """
    WITH gone AS (
        DELETE FROM occupied_times
        WHERE expires_at <= :now AND span && :span
          AND (instructor_id = :instructor_id OR student_id = :student_id)
        RETURNING id
    )
    INSERT INTO occupied_times
        (id, instructor_id, student_id, span, travels, chain_id, reference, expires_at)
    SELECT :id, :instructor_id, :student_id, :span, :travels, :chain_id, :reference, :expires_at
    WHERE (SELECT count(*) FROM gone) >= 0
    """
).bindparams(
    *(
        bindparam(name, type_=String)
        for name in ("id", "instructor_id", "student_id", "chain_id", "reference")
    ),
    bindparam("span", type_=TSTZRANGE),
    bindparam("travels", type_=Boolean),
    bindparam("expires_at", type_=DateTime(timezone=True)),
    bindparam("now", type_=DateTime(timezone=True)),
)

_OCCUPIED = Base.metadata.tables[OccupiedTime.__tablename__]
KEEP = (
    update(_OCCUPIED)
    .where(_OCCUPIED.c.reference == bindparam("its_reference", type_=String))
    .values(expires_at=bindparam("until", type_=DateTime(timezone=True)))
)


class Week(NamedTuple):
    """A week as it is stored. Days that are not there are closed."""

    timezone: str
    version: int
    saved_at: datetime | None
    days: Mapping[date, int]


class Taken(NamedTuple):
    """A calendar, and whether a student is taken elsewhere at the time that was asked about."""

    calendar: Calendar
    student_busy: bool


def week(session: Session, instructor_id: str, monday: date) -> Week | None:
    """One week with its version; None where there is no such instructor."""
    query = (
        select(
            Instructor.timezone,
            AvailabilityWeek.version,
            AvailabilityWeek.saved_at,
            AvailabilityDay.day,
            AvailabilityDay.bits,
        )
        .outerjoin(
            AvailabilityWeek,
            and_(
                AvailabilityWeek.instructor_id == Instructor.id,
                AvailabilityWeek.monday == monday,
            ),
        )
        .outerjoin(
            AvailabilityDay,
            and_(
                AvailabilityDay.instructor_id == Instructor.id,
                AvailabilityDay.day.between(monday, monday + timedelta(days=6)),
            ),
        )
        .where(Instructor.id == instructor_id)
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    timezone, version, saved_at, *_ = rows[0]
    days = {row.day: from_bytes(row.bits) for row in rows if row.day is not None}
    return Week(timezone, version or 0, saved_at, days)


def save(
    session: Session,
    instructor_id: str,
    monday: date,
    *,
    expected: int,
    days: Mapping[date, int],
    now: datetime,
) -> int | None:
    """Write these days and count the version up; None, and nothing written, unless the version
    is the expected one at that very moment.
    """
    return session.execute(
        SAVE,
        {
            "instructor_id": instructor_id,
            "monday": monday,
            "now": now,
            "expected": expected,
            "days": list(days),
            "bits": [to_bytes(bits) for bits in days.values()],
        },
    ).scalar_one_or_none()


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
        "within": _range(within),
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
        "span": _range(span),
        "first": within.start.date() - timedelta(days=1),
        "last": within.end.date() + timedelta(days=1),
        "within": _range(within),
        "now": now,
    }
    if chain_id is not None:
        asked["chain_id"] = chain_id
    query = _taken(moves=chain_id is not None)
    row = session.execute(query, asked).one_or_none()
    return None if row is None else Taken(_calendar(row), row.student_busy)


def occupy(
    session: Session,
    *,
    instructor_id: str,
    student_id: str | None,
    span: Span,
    travels: bool,
    chain_id: str,
    reference: str,
    expires_at: datetime | None,
    now: datetime,
) -> None:
    """Write a span that is taken, once ended holds in its way are gone."""
    values = {
        "id": new_id(),
        "instructor_id": instructor_id,
        "student_id": student_id,
        "span": _range(span),
        "travels": travels,
        "chain_id": chain_id,
        "reference": reference,
        "expires_at": expires_at,
        "now": now,
    }
    session.execute(OCCUPY, values)


def keep(session: Session, reference: str, *, until: datetime | None) -> bool:
    """Change when the span of this reference ends by itself; False where there is none."""
    kept = session.connection().execute(KEEP, {"its_reference": reference, "until": until})
    return kept.rowcount > 0


def release(session: Session, reference: str) -> None:
    """Remove the span of this reference, if there is one."""
    session.execute(
        delete(OccupiedTime)
        .where(OccupiedTime.reference == reference)
        .execution_options(synchronize_session=False)
    )


# Statements that every booking asks are built once: building one costs more than asking it.


@cache
def _calendars_of(*, bookable_only: bool) -> Select[*tuple[Any, ...]]:
    wanted = Instructor.id == func.any(bindparam("ids", type_=ARRAY(String)))
    query = _calendars(_stands()).where(wanted)
    if bookable_only:
        query = query.join(User, User.id == Instructor.id).where(
            Instructor.is_live, User.status == AccountStatus.ACTIVE
        )
    return query


@cache
def _taken(*, moves: bool) -> Select[*tuple[Any, ...]]:
    stands = _stands()
    if moves:
        stands = and_(stands, OccupiedTime.chain_id != bindparam("chain_id", type_=String))
    student = OccupiedTime.student_id == bindparam("student_id", type_=String)
    elsewhere = exists(select(OccupiedTime.id).where(student, _meets("span"), stands))
    return (
        _calendars(stands)
        .add_columns(elsewhere.label("student_busy"))
        .where(Instructor.id == bindparam("wanted_id", type_=String))
    )


def _calendars(stands: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Instructors, each with days and busy spans gathered into arrays."""
    first, last = bindparam("first", type_=Date), bindparam("last", type_=Date)
    day, bits = AvailabilityDay.day, AvailabilityDay.bits
    opened = (
        select(
            func.array_agg(aggregate_order_by(day, day)).label("days"),
            func.array_agg(aggregate_order_by(bits, day)).label("bits"),
        )
        .where(AvailabilityDay.instructor_id == Instructor.id, day.between(first, last))
        .correlate(Instructor)
        .lateral("opened")
    )
    key = OccupiedTime.id
    busy = (
        select(
            func.array_agg(aggregate_order_by(func.lower(OccupiedTime.span), key)).label("starts"),
            func.array_agg(aggregate_order_by(func.upper(OccupiedTime.span), key)).label("ends"),
            func.array_agg(aggregate_order_by(OccupiedTime.travels, key)).label("travels"),
        )
        .where(OccupiedTime.instructor_id == Instructor.id, _meets("within"), stands)
        .correlate(Instructor)
        .lateral("busy")
    )
    return (
        select(
            Instructor.id,
            Instructor.timezone,
            Instructor.buffer_minutes,
            Instructor.travel_buffer_minutes,
            Instructor.overnight_protection,
            opened.c.days,
            opened.c.bits,
            busy.c.starts,
            busy.c.ends,
            busy.c.travels,
        )
        .select_from(Instructor)
        .join(opened, true())
        .join(busy, true())
    )


def _calendar(row: Any) -> Calendar:  # noqa: ANN401 - a row of `_calendars`
    days: Sequence[date] = row.days or ()
    return Calendar(
        timezone=row.timezone,
        buffers=Buffers(
            usual=timedelta(minutes=row.buffer_minutes),
            travel=timedelta(minutes=row.travel_buffer_minutes),
        ),
        overnight_protection=row.overnight_protection,
        days={day: from_bytes(bits) for day, bits in zip(days, row.bits or (), strict=True)},
        busy=tuple(
            Busy(Span(start, end), travels)
            for start, end, travels in zip(
                row.starts or (), row.ends or (), row.travels or (), strict=True
            )
        ),
    )


def _stands() -> ColumnElement[bool]:
    """Whether a span still counts: a hold that has ended does not."""
    now = bindparam("now", type_=DateTime(timezone=True))
    return or_(OccupiedTime.expires_at.is_(None), OccupiedTime.expires_at > now)


def _meets(name: str) -> ColumnElement[bool]:
    """Whether a span overlaps the range of this name."""
    return OccupiedTime.span.op("&&")(bindparam(name, type_=TSTZRANGE))


def _range(span: Span) -> Range[datetime]:
    return Range(span.start, span.end, bounds="[)")
