"""What instructors teach and where, and who changed of late: what stored answers depend on."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import ARRAY, String, bindparam, func, select, text
from sqlalchemy.orm import Session

from instainstru_core.domains.instructors.models import Instructor, Offering, ServiceArea
from instainstru_core.domains.search.models.feed import SearchChange, SearchFeed


class Standing(NamedTuple):
    """Where somebody turns up in searches."""

    instructor_id: str
    service_ids: Sequence[str]
    area_keys: Sequence[str]


def standings(session: Session, ids: Collection[str]) -> list[Standing]:
    """What these instructors teach and where they travel to, live or not."""
    return [Standing(*row) for row in session.execute(STANDINGS, {"ids": sorted(ids)})]


def changed(session: Session, seconds: int) -> list[str]:
    """Whose offers changed so lately, by the clock of the database."""
    return list(session.scalars(CHANGED, {"seconds": seconds}))


def version(session: Session) -> int:
    """Grows with every change of the catalog and of the map."""
    return session.scalars(select(SearchFeed.version)).one_or_none() or 0


STANDINGS = select(
    Instructor.id,
    func.array(
        select(Offering.service_id)
        .where(Offering.instructor_id == Instructor.id)
        .correlate(Instructor)
        .scalar_subquery()
    ),
    func.array(
        select(ServiceArea.area_key)
        .where(ServiceArea.instructor_id == Instructor.id)
        .correlate(Instructor)
        .scalar_subquery()
    ),
).where(Instructor.id == func.any(bindparam("ids", type_=ARRAY(String))))
CHANGED = (
    select(SearchChange.instructor_id)
    .distinct()
    .where(SearchChange.at > func.now() - func.make_interval(text("secs => :seconds")))
)
