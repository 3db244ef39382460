"""Named queries over instructors and what belongs to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    delete,
    exists,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.catalog.types import SKILL_LEVEL
from instainstru_core.domains.instructors.models import (
    Instructor,
    LifecycleEvent,
    Offering,
    OfferingPrice,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.instructors.repository.rows import (
    Area,
    Person,
    Taught,
    is_bookable,
)
from instainstru_core.domains.instructors.types import LessonFormat, Milestone
from instainstru_core.domains.regions.models import DisplayArea

PRICED_AS = {
    LessonFormat.NEUTRAL_LOCATION: (
        LessonFormat.INSTRUCTOR_LOCATION,
        LessonFormat.STUDENT_LOCATION,
    )
}


def person(
    session: Session, *which: ColumnElement[bool], lock: bool = False, bookable: bool = False
) -> Person | None:
    """The one profile that this describes; locked, it is held until the transaction ends."""
    query = _people().where(*which)
    if bookable:
        query = query.where(is_bookable())
    if lock:
        query = query.with_for_update(of=Instructor).execution_options(populate_existing=True)
    found = session.execute(query).one_or_none()
    return None if found is None else Person._make(found)


def people(session: Session, ids: Collection[str]) -> Sequence[Person]:
    """These profiles, in no order. Unknown ids are left out."""
    if not ids:
        return []
    query = _people().where(Instructor.id.in_(sorted(set(ids))))
    return [Person._make(row) for row in session.execute(query)]


def bookable(
    session: Session,
    *,
    service_id: str | None,
    area_key: str | None,
    lesson_format: LessonFormat | None,
    filters: Mapping[str, Collection[str]],
    after: str | None,
    limit: int,
) -> Sequence[Person]:
    """Whom the public may see, by id. One more than asked for."""
    query = _people().where(is_bookable()).order_by(Instructor.id).limit(limit + 1)
    if service_id is not None or lesson_format is not None or filters:
        query = query.where(_teaches(service_id, lesson_format, filters))
    if area_key is not None:
        query = query.where(_reaches(area_key))
    if after is not None:
        query = query.where(Instructor.id > after)
    return [Person._make(row) for row in session.execute(query)]


def offerings(
    session: Session, *which: ColumnElement[bool], active_only: bool = True
) -> dict[str, list[Taught]]:
    """By instructor, in order of the services' names. One statement, prices too.

    What the catalog gave up teaching is not active either.
    """
    query = (
        select(
            Offering,
            Service.slug,
            Service.name,
            OfferingPrice.format,
            OfferingPrice.hourly_rate_cents,
        )
        .join(Service, Service.id == Offering.service_id)
        .outerjoin(OfferingPrice, OfferingPrice.offering_id == Offering.id)
        .where(*which)
        .order_by(Service.name, Offering.id)
    )
    if active_only:
        query = query.where(Offering.is_active, Service.is_active)
    found: dict[str, Taught] = {}
    for row, slug, name, kind, cents in session.execute(query):
        taught = found.setdefault(row.id, Taught(row, slug, name, {}))
        if kind:
            taught.prices[kind] = cents
    return grouped((taught.row.instructor_id, taught) for taught in found.values())


def offering_of(session: Session, instructor_id: str, service_id: str) -> Offering | None:
    """Their offering of this service, the active one first, else the newest."""
    query = (
        select(Offering)
        .where(Offering.instructor_id == instructor_id, Offering.service_id == service_id)
        .order_by(Offering.is_active.desc(), Offering.id.desc())
        .limit(1)
    )
    return session.scalars(query).one_or_none()


def set_prices(session: Session, offering_id: str, prices: dict[LessonFormat, int]) -> None:
    """Give an offering these prices and no others."""
    session.execute(delete(OfferingPrice).where(OfferingPrice.offering_id == offering_id))
    session.execute(
        insert(OfferingPrice),
        [
            {"offering_id": offering_id, "format": kind, "hourly_rate_cents": cents}
            for kind, cents in prices.items()
        ],
    )


def areas(session: Session, ids: Collection[str]) -> dict[str, list[Area]]:
    """The areas these instructors travel to, in the order of the map."""
    query = (
        select(ServiceArea.instructor_id, DisplayArea.key, DisplayArea.name, DisplayArea.borough)
        .join(DisplayArea, DisplayArea.key == ServiceArea.area_key)
        .where(ServiceArea.instructor_id.in_(ids))
        .order_by(DisplayArea.borough, DisplayArea.position, DisplayArea.key)
    )
    return grouped((row[0], Area(row[1], row[2], row[3])) for row in session.execute(query))


def known_areas(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these keys name an area."""
    return set(session.scalars(select(DisplayArea.key).where(DisplayArea.key.in_(keys))))


def set_areas(session: Session, instructor_id: str, keys: Collection[str]) -> None:
    """Let an instructor travel to these areas and no others."""
    session.execute(
        delete(ServiceArea).where(
            ServiceArea.instructor_id == instructor_id, ServiceArea.area_key.not_in(keys)
        )
    )
    if keys:
        session.execute(
            insert(ServiceArea).on_conflict_do_nothing(),
            [{"instructor_id": instructor_id, "area_key": key} for key in keys],
        )


def places(session: Session, ids: Collection[str]) -> dict[str, list[TeachingPlace]]:
    """The places of these instructors, private ones first."""
    query = (
        select(TeachingPlace)
        .where(TeachingPlace.instructor_id.in_(ids))
        .order_by(TeachingPlace.kind.desc(), TeachingPlace.position, TeachingPlace.id)
    )
    return grouped((place.instructor_id, place) for place in session.scalars(query))


def milestones(session: Session, instructor_id: str) -> Sequence[LifecycleEvent]:
    """The steps someone took, oldest first."""
    order = (LifecycleEvent.occurred_at, LifecycleEvent.id)
    query = select(LifecycleEvent).where(LifecycleEvent.instructor_id == instructor_id)
    return session.scalars(query.order_by(*order)).all()


def reached(session: Session, instructor_id: str) -> set[Milestone]:
    """The steps someone took."""
    query = select(LifecycleEvent.milestone).where(LifecycleEvent.instructor_id == instructor_id)
    return set(session.scalars(query))


def add_milestones(
    session: Session, instructor_id: str, steps: Iterable[Milestone], at: datetime
) -> None:
    """Write down steps that someone took. One that is taken once stays as it was first written."""
    shared = {"instructor_id": instructor_id, "occurred_at": at}
    if rows := [shared | {"milestone": step} for step in steps]:
        session.execute(insert(LifecycleEvent).on_conflict_do_nothing(), rows)


def grouped(pairs: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    """The second of each pair, by the first, in order."""
    found: dict[str, list[Any]] = {}
    for owner, item in pairs:
        found.setdefault(owner, []).append(item)
    return found


def _people() -> Select[Instructor, str, str, AccountStatus]:
    return select(Instructor, User.first_name, User.last_name, User.status).join(
        User, User.id == Instructor.id
    )


def _teaches(
    service_id: str | None,
    lesson_format: LessonFormat | None,
    filters: Mapping[str, Collection[str]],
) -> ColumnElement[bool]:
    wanted = (
        select(Offering.id)
        .join(Service, Service.id == Offering.service_id)
        .where(Offering.instructor_id == Instructor.id, Offering.is_active, Service.is_active)
    )
    if service_id is not None:
        wanted = wanted.where(Offering.service_id == service_id)
    for key, values in sorted(filters.items()):
        wanted = wanted.where(_says(key, sorted(values)))
    if lesson_format is not None:
        kinds = PRICED_AS.get(lesson_format, (lesson_format,))
        wanted = wanted.join(OfferingPrice, OfferingPrice.offering_id == Offering.id).where(
            OfferingPrice.format.in_(kinds)
        )
    return exists(wanted)


def _says(key: str, values: Sequence[str]) -> ColumnElement[bool]:
    """Whether an offering has one of these values for a filter."""
    if key == SKILL_LEVEL:
        shared: ColumnElement[bool] = Offering.skill_levels.overlap(values)
        return shared
    return or_(*(Offering.filters.contains({key: [value]}) for value in values))


def _reaches(area_key: str) -> ColumnElement[bool]:
    travels = select(ServiceArea.area_key).where(
        ServiceArea.instructor_id == Instructor.id, ServiceArea.area_key == area_key
    )
    teaches = select(TeachingPlace.id).where(
        TeachingPlace.instructor_id == Instructor.id, TeachingPlace.area_key == area_key
    )
    return or_(exists(travels), exists(teaches))
