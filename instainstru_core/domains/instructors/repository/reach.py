"""Who of many instructors travels to a point."""

from collections.abc import Collection
from functools import cache

from sqlalchemy import Select, String, bindparam, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.instructors.models import Instructor, ServiceArea
from instainstru_core.domains.instructors.repository.lessons import areas_at
from instainstru_core.domains.instructors.repository.rows import Point, is_bookable


def reached_by(session: Session, point: Point, ids: Collection[str]) -> dict[str, bool]:
    """Of those of these who can be booked: whether one of their areas holds the point.

    Edges count, and a park counts to the nearest area, as when a lesson is booked.
    """
    asked = {"ids": sorted(ids), **point._asdict()}
    return {row[0]: row[1] for row in session.execute(_reached(), asked)}


@cache
def _reached() -> Select[str, bool]:
    found = select(areas_at().c.key).cte("found").prefix_with("MATERIALIZED", dialect="postgresql")
    served = exists(
        select(literal(1)).where(
            ServiceArea.instructor_id == Instructor.id,
            ServiceArea.area_key.in_(select(found.c.key)),
        )
    )
    return (
        select(Instructor.id, served)
        .join(User, User.id == Instructor.id)
        .where(Instructor.id == func.any(bindparam("ids", type_=ARRAY(String))), is_bookable())
        .order_by(Instructor.id)
    )
