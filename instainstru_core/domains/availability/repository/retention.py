"""Old days removed, for some instructors at a time: each is found by its key."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from instainstru_core.domains.instructors.models import Instructor

# A day stays while anything took up time within it, wherever on earth its instructor lives.
FORGET = text(
    """
    WITH days AS (
        DELETE FROM availability_days AS old
        WHERE old.instructor_id = ANY(:people) AND old.day < :before
            AND NOT EXISTS (
                SELECT FROM occupied_times AS taken
                WHERE taken.instructor_id = old.instructor_id
                    AND upper(taken.span) > old.day - interval '1 day'
                    AND upper(taken.span) < old.day + interval '3 days'
            )
        RETURNING 1
    ), blackouts AS (
        DELETE FROM availability_blackouts
        WHERE instructor_id = ANY(:people) AND day < :before
    ), weeks AS (
        DELETE FROM availability_weeks
        WHERE instructor_id = ANY(:people) AND monday < CAST(:before AS date) - 6
    )
    SELECT count(*) FROM days
    """
).bindparams(bindparam("people", type_=ARRAY(Text)))


def people_after(session: Session, after: str, *, limit: int) -> Sequence[str]:
    """Some instructors in the order of their ids, from behind this one."""
    return session.scalars(
        select(Instructor.id).where(Instructor.id > after).order_by(Instructor.id).limit(limit)
    ).all()


def forget_days(session: Session, people: Sequence[str], *, before: date) -> int:
    """Remove their days from before this one. How many days of open hours."""
    count: int = session.execute(FORGET, {"people": list(people), "before": before}).scalar_one()
    return count
