"""Days on which somebody does not teach. Each is one statement."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Date, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from instainstru_core.domains.availability.models import Blackout


def add_blackouts(
    session: Session,
    instructor_id: str,
    days: Sequence[date],
    *,
    reason: str | None,
    now: datetime,
) -> set[date]:
    """Mark these days; those that were marked otherwise or not at all before."""
    given = func.unnest(literal(list(days), ARRAY(Date))).column_valued("day")
    marked = select(literal(instructor_id), given, literal(reason), literal(now))
    statement = insert(Blackout).from_select(
        ["instructor_id", "day", "reason", "created_at"], marked
    )
    new = statement.excluded.reason
    return set(
        session.scalars(
            statement.on_conflict_do_update(
                index_elements=["instructor_id", "day"],
                set_={"reason": new},
                where=Blackout.reason.is_distinct_from(new),
            )
            .returning(Blackout.day)
            .execution_options(synchronize_session=False)
        )
    )


def remove_blackout(session: Session, instructor_id: str, day: date) -> tuple[bool, str | None]:
    """Take the mark of a day away: whether there was one, and its reason."""
    found = session.execute(
        delete(Blackout)
        .where(Blackout.instructor_id == instructor_id, Blackout.day == day)
        .returning(Blackout.reason)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    return (False, None) if found is None else (True, found[0])
