"""One's own days: read with the versions of their weeks, written when nobody changed them."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, text, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Date, Integer, LargeBinary

from instainstru_core.domains.availability.models import (
    AvailabilityDay,
    AvailabilityWeek,
    Blackout,
)
from instainstru_core.domains.availability.policy import from_stored, stored_tags, to_bytes
from instainstru_core.domains.availability.types import OpenDay
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.kernel.time import monday_of

SAVE = text(
    """
    WITH given AS (
        SELECT * FROM unnest(:mondays, :expected) AS given (monday, version)
    ), saved AS (
        INSERT INTO availability_weeks AS week (instructor_id, monday, version, saved_at)
        SELECT :instructor_id, given.monday, given.version + 1, :now
        FROM given ORDER BY given.monday
        ON CONFLICT (instructor_id, monday) DO UPDATE
            SET version = excluded.version, saved_at = excluded.saved_at
            WHERE week.version = excluded.version - 1
        RETURNING monday, version
    ), written AS (
        INSERT INTO availability_days (instructor_id, day, bits, tags)
        SELECT :instructor_id, changed.day, changed.bits, changed.tags
        FROM unnest(:days, :bits, :tags) AS changed (day, bits, tags)
        WHERE (SELECT count(*) FROM saved) = (SELECT count(*) FROM given)
        ON CONFLICT (instructor_id, day) DO UPDATE
            SET bits = excluded.bits, tags = excluded.tags
    )
    SELECT monday, version FROM saved
    """
).bindparams(
    bindparam("mondays", type_=ARRAY(Date)),
    bindparam("expected", type_=ARRAY(Integer)),
    bindparam("days", type_=ARRAY(Date)),
    bindparam("bits", type_=ARRAY(LargeBinary)),
    bindparam("tags", type_=ARRAY(LargeBinary)),
)


class Stored(NamedTuple):
    """Days as they are stored; those that are not there are closed. Weeks by their Mondays."""

    timezone: str
    versions: Mapping[date, int]
    saved_at: Mapping[date, datetime]
    days: Mapping[date, OpenDay]
    blackouts: Mapping[date, str | None]


def stored(session: Session, instructor_id: str, first: date, last: date) -> Stored | None:
    """These days, and the versions of all their weeks; None where there is no such instructor."""
    asked = {
        "wanted_id": instructor_id,
        "monday": monday_of(first),
        "first": first,
        "last": last,
    }
    row = session.execute(_stored(), asked).one_or_none()
    if row is None:
        return None
    mondays: list[date] = row.mondays or []
    return Stored(
        timezone=row.timezone,
        versions=dict(zip(mondays, row.versions or (), strict=True)),
        saved_at=dict(zip(mondays, row.saved_at or (), strict=True)),
        days={
            day: from_stored(bits, tags)
            for day, bits, tags in zip(row.days or (), row.bits or (), row.tags or (), strict=True)
        },
        blackouts=dict(zip(row.blackouts or (), row.reasons or (), strict=True)),
    )


def save(
    session: Session,
    instructor_id: str,
    *,
    expected: Mapping[date, int],
    days: Mapping[date, OpenDay],
    now: datetime,
) -> dict[date, int]:
    """Write these days and count the versions of their weeks up; the new versions.

    `expected` is the version of each of these weeks. A week that is not that at this very moment
    is missing from the answer: then no day is written, and the transaction must not go on.
    """
    rows = session.execute(
        SAVE,
        {
            "instructor_id": instructor_id,
            "now": now,
            "mondays": list(expected),
            "expected": list(expected.values()),
            "days": list(days),
            "bits": [to_bytes(day.bits) for day in days.values()],
            "tags": [stored_tags(day) for day in days.values()],
        },
    )
    return {row.monday: row.version for row in rows}


@cache
def _stored() -> Select[*tuple[Any, ...]]:
    """An instructor, with weeks, days and blackouts gathered into arrays."""
    first, last = bindparam("first", type_=Date), bindparam("last", type_=Date)
    monday = bindparam("monday", type_=Date)
    weeks = (
        select(
            func.array_agg(AvailabilityWeek.monday).label("mondays"),
            func.array_agg(AvailabilityWeek.version).label("versions"),
            func.array_agg(AvailabilityWeek.saved_at).label("saved_at"),
        )
        .where(
            AvailabilityWeek.instructor_id == Instructor.id,
            AvailabilityWeek.monday.between(monday, last),
        )
        .correlate(Instructor)
        .lateral("weeks")
    )
    days = (
        select(
            func.array_agg(AvailabilityDay.day).label("days"),
            func.array_agg(AvailabilityDay.bits).label("bits"),
            func.array_agg(AvailabilityDay.tags).label("tags"),
        )
        .where(
            AvailabilityDay.instructor_id == Instructor.id,
            AvailabilityDay.day.between(first, last),
        )
        .correlate(Instructor)
        .lateral("days")
    )
    off = (
        select(
            func.array_agg(Blackout.day).label("blackouts"),
            func.array_agg(Blackout.reason).label("reasons"),
        )
        .where(Blackout.instructor_id == Instructor.id, Blackout.day.between(first, last))
        .correlate(Instructor)
        .lateral("off")
    )
    return (
        select(Instructor.timezone, *weeks.c, *days.c, *off.c)
        .select_from(Instructor)
        .join(weeks, true())
        .join(days, true())
        .join(off, true())
        .where(Instructor.id == bindparam("wanted_id"))
    )
