"""Named queries over who teaches what where, and over what was searched."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.instructors.models import (
    Instructor,
    Offering,
    OfferingPrice,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.models import DisplayArea
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.models import SearchClick, SearchQuery
from instainstru_core.domains.search.policy import NEAR_METERS
from instainstru_core.domains.search.types import Candidate, ClickAction

BIO_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class Wanted:
    """What offerings have to answer. None does not narrow; no keys at all match nobody."""

    service_ids: Collection[str] | None
    area_keys: Collection[str] | None
    point: tuple[float, float] | None
    lesson_format: LessonFormat | None
    min_cents: int | None
    max_cents: int | None


class Person(NamedTuple):
    """What a result says of an instructor."""

    id: str
    slug: str
    bio: str | None
    first_name: str
    last_name: str


class Area(NamedTuple):
    """A neighborhood someone travels to."""

    key: str
    name: str
    borough: Borough


class Spot(NamedTuple):
    """Where someone teaches, as the public may know it."""

    latitude: float
    longitude: float
    area_key: str | None


def candidates(session: Session, wanted: Wanted) -> list[Candidate]:
    """The offerings of live instructors that answer, in one statement."""
    travels, hosts = _travels_there(wanted), _hosts_there(wanted)
    meters = _meters(wanted.point)
    query = (
        select(
            Offering.instructor_id,
            Offering.id,
            Offering.service_id,
            func.array_agg(aggregate_order_by(OfferingPrice.format, OfferingPrice.format.asc())),
            func.min(OfferingPrice.hourly_rate_cents),
            travels,
            hosts,
            meters,
            Instructor.years_experience,
            Instructor.is_founding,
        )
        .join(Instructor, Instructor.id == Offering.instructor_id)
        .join(User, User.id == Instructor.id)
        .join(Service, Service.id == Offering.service_id)
        .join(OfferingPrice, OfferingPrice.offering_id == Offering.id)
        .where(
            Offering.is_active,
            Service.is_active,
            Instructor.is_live,
            User.status == AccountStatus.ACTIVE,
            *_prices(wanted),
            _reached(wanted, travels, hosts),
        )
        .group_by(Offering.id, Instructor.id)
    )
    if wanted.service_ids is not None:
        query = query.where(Offering.service_id.in_(sorted(set(wanted.service_ids))))
    return [
        Candidate(
            instructor_id=row[0],
            offering_id=row[1],
            service_id=row[2],
            formats=tuple(LessonFormat(name) for name in row[3]),
            from_cents=row[4],
            travels_there=row[5],
            hosts_there=row[6],
            meters=row[7],
            years_experience=row[8],
            is_founding=row[9],
        )
        for row in session.execute(query)
    ]


def people(session: Session, ids: Collection[str]) -> dict[str, Person]:
    """What results say of these instructors."""
    query = (
        select(
            Instructor.id,
            Instructor.slug,
            func.left(Instructor.bio, BIO_CHARACTERS),
            User.first_name,
            User.last_name,
        )
        .join(User, User.id == Instructor.id)
        .where(Instructor.id.in_(sorted(ids)))
    )
    return {row[0]: Person._make(row) for row in session.execute(query)}


def areas(session: Session, ids: Collection[str]) -> dict[str, list[Area]]:
    """Where these instructors travel to, in the order of the map."""
    query = (
        select(ServiceArea.instructor_id, DisplayArea.key, DisplayArea.name, DisplayArea.borough)
        .join(DisplayArea, DisplayArea.key == ServiceArea.area_key)
        .where(ServiceArea.instructor_id.in_(sorted(ids)))
        .order_by(DisplayArea.borough, DisplayArea.position, DisplayArea.key)
    )
    found: dict[str, list[Area]] = {}
    for owner, key, name, borough in session.execute(query):
        found.setdefault(owner, []).append(Area(key, name, borough))
    return found


def places(session: Session, ids: Collection[str]) -> dict[str, list[Spot]]:
    """Near where these instructors teach; exact points do not leave the tables."""
    query = (
        select(
            TeachingPlace.instructor_id,
            TeachingPlace.approximate_latitude,
            TeachingPlace.approximate_longitude,
            TeachingPlace.area_key,
        )
        .where(TeachingPlace.instructor_id.in_(sorted(ids)))
        .order_by(TeachingPlace.kind.desc(), TeachingPlace.position, TeachingPlace.id)
    )
    found: dict[str, list[Spot]] = {}
    for owner, latitude, longitude, area_key in session.execute(query):
        found.setdefault(owner, []).append(Spot(latitude, longitude, area_key))
    return found


def area_names(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """What these areas are called."""
    query = select(DisplayArea.key, DisplayArea.name).where(DisplayArea.key.in_(sorted(keys)))
    return {row[0]: row[1] for row in session.execute(query)}


def search(session: Session, search_id: str) -> SearchQuery | None:
    """A search that was made."""
    return session.scalars(select(SearchQuery).where(SearchQuery.id == search_id)).one_or_none()


def clicks(session: Session, search_id: str) -> Sequence[SearchClick]:
    """What was done with the results of a search."""
    return session.scalars(select(SearchClick).where(SearchClick.search_id == search_id)).all()


def is_bookable(session: Session, instructor_id: str) -> bool:
    """Whether this is an instructor whom the public may see."""
    query = select(
        exists(
            select(literal(1))
            .select_from(Instructor)
            .join(User, User.id == Instructor.id)
            .where(
                Instructor.id == instructor_id,
                Instructor.is_live,
                User.status == AccountStatus.ACTIVE,
            )
        )
    )
    return bool(session.scalar(query))


def same_click(
    made: Iterable[SearchClick], instructor_id: str, action: ClickAction
) -> SearchClick | None:
    """The click that says the same, if there is one."""
    return next(
        (one for one in made if one.instructor_id == instructor_id and one.action is action), None
    )


def _prices(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Which of an offering's prices count: those of the wanted format, within the bounds."""
    counted: list[ColumnElement[bool]] = []
    if wanted.lesson_format is LessonFormat.NEUTRAL_LOCATION:
        other = aliased(OfferingPrice)
        hosting = exists(
            select(literal(1)).where(
                other.offering_id == Offering.id,
                other.format == LessonFormat.INSTRUCTOR_LOCATION,
            )
        )
        counted.append(
            or_(
                OfferingPrice.format == LessonFormat.INSTRUCTOR_LOCATION,
                and_(OfferingPrice.format == LessonFormat.STUDENT_LOCATION, ~hosting),
            )
        )
    elif wanted.lesson_format is not None:
        counted.append(OfferingPrice.format == wanted.lesson_format)
    if wanted.min_cents is not None:
        counted.append(OfferingPrice.hourly_rate_cents >= wanted.min_cents)
    if wanted.max_cents is not None:
        counted.append(OfferingPrice.hourly_rate_cents <= wanted.max_cents)
    return counted


def _reached(
    wanted: Wanted, travels: ColumnElement[bool], hosts: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether a lesson at this price can be where it is wanted. Online is everywhere, if asked."""
    if wanted.area_keys is None or wanted.lesson_format is LessonFormat.ONLINE:
        return literal(value=True)
    return or_(
        and_(OfferingPrice.format == LessonFormat.STUDENT_LOCATION, travels),
        and_(OfferingPrice.format == LessonFormat.INSTRUCTOR_LOCATION, hosts),
    )


def _travels_there(wanted: Wanted) -> ColumnElement[bool]:
    if not wanted.area_keys:
        return false()
    return exists(
        select(literal(1)).where(
            ServiceArea.instructor_id == Instructor.id,
            ServiceArea.area_key.in_(sorted(wanted.area_keys)),
        )
    )


def _hosts_there(wanted: Wanted) -> ColumnElement[bool]:
    """In one of the areas, or not far from the point by what the public knows."""
    near: list[ColumnElement[bool]] = []
    if wanted.area_keys:
        near.append(TeachingPlace.area_key.in_(sorted(wanted.area_keys)))
    if wanted.point is not None:
        near.append(_distance(wanted.point) <= NEAR_METERS)
    if not near:
        return false()
    return exists(
        select(literal(1)).where(TeachingPlace.instructor_id == Instructor.id, or_(*near))
    )


def _meters(point: tuple[float, float] | None) -> ColumnElement[float | None]:
    nearest: Select[float | None] = (
        select(func.min(literal(None) if point is None else _distance(point)))
        .where(TeachingPlace.instructor_id == Instructor.id)
        .correlate(Instructor)
    )
    return literal(None) if point is None else nearest.scalar_subquery()


def _distance(point: tuple[float, float]) -> ColumnElement[float]:
    shown = func.ST_MakePoint(
        TeachingPlace.approximate_longitude, TeachingPlace.approximate_latitude
    )
    spot = func.ST_MakePoint(point[1], point[0])
    return func.ST_DistanceSphere(func.ST_SetSRID(shown, 4326), func.ST_SetSRID(spot, 4326))
