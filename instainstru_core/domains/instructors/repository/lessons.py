"""What a lesson of an offering depends on, and the area of a point."""

from functools import cache
from typing import Any

from sqlalchemy import (
    Double,
    Row,
    Select,
    String,
    Subquery,
    bindparam,
    exists,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.instructors.models import (
    Instructor,
    Offering,
    OfferingPrice,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.instructors.repository.rows import Point, is_bookable
from instainstru_core.domains.instructors.types import PlaceKind
from instainstru_core.domains.regions.models import Region


def area_at(session: Session, point: Point) -> str | None:
    """The key of the area a point belongs to."""
    found = areas_at()
    query = select(found.c.key).order_by(found.c.size, found.c.key).limit(1)
    return session.scalars(query, point._asdict()).one_or_none()


def lesson(
    session: Session,
    offering_id: str,
    *,
    point: Point | None,
    hosts: bool,
    place_id: str | None,
) -> Row[*tuple[Any, ...]] | None:
    """An offering that can be booked with all that a lesson of it depends on, in one statement.

    The columns of `reach` are there with a point, those of `place` where the instructor hosts.
    """
    spot = {} if point is None else point._asdict()
    asked = {"offering_id": offering_id, "place_id": place_id, **spot}
    query = _lesson(reached=point is not None, hosts=hosts, chosen=place_id is not None)
    return session.execute(query, asked).one_or_none()


@cache
def _lesson(*, reached: bool, hosts: bool, chosen: bool) -> Select[*tuple[Any, ...]]:
    """Built once: every booking asks it, and building it costs more than asking."""
    prices = (
        select(func.jsonb_object_agg(OfferingPrice.format, OfferingPrice.hourly_rate_cents))
        .where(OfferingPrice.offering_id == Offering.id)
        .scalar_subquery()
    )
    taught = (Offering.instructor_id, Offering.service_id, Offering.durations)
    named = (Service.name.label("service_name"), Instructor.timezone, prices.label("prices"))
    source: Select[*tuple[Any, ...]] = (
        select(*taught, *named)
        .select_from(Offering)
        .join(Service, Service.id == Offering.service_id)
        .join(Instructor, Instructor.id == Offering.instructor_id)
        .join(User, User.id == Instructor.id)
        .where(
            Offering.id == bindparam("offering_id", type_=String),
            Offering.is_active,
            Service.is_active,
            is_bookable(),
        )
    )
    if reached:
        reach = _reach().lateral("reach")
        source = source.add_columns(reach.c.area_key, reach.c.served).outerjoin(reach, true())
    if hosts:
        place = _own_place(chosen=chosen).lateral("place")
        source = source.add_columns(
            place.c.id.label("place_id"),
            place.c.address_line,
            place.c.latitude,
            place.c.longitude,
            place.c.place_area,
        ).outerjoin(place, true())
    return source


def areas_at() -> Subquery:
    """The areas of the polygons that hold a point, edges included, each with its size.

    A park has no area of its own: it counts to the nearest one.
    """
    longitude, latitude = bindparam("longitude", type_=Double), bindparam("latitude", type_=Double)
    spot = func.ST_SetSRID(func.ST_MakePoint(longitude, latitude), 4326)
    near = aliased(Region)
    nearest = (
        select(near.area_key)
        .where(near.area_key.is_not(None))
        .order_by(near.boundary.op("<->")(spot))
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            func.coalesce(Region.area_key, nearest).label("key"),
            func.ST_Area(Region.boundary).label("size"),
        )
        .where(func.ST_Covers(Region.boundary, spot))
        .subquery()
    )


def _reach() -> Select[str, bool]:
    """The area of a point and whether the outer instructor travels there; that one first."""
    found = areas_at()
    served = exists(
        select(literal(1))
        .where(ServiceArea.instructor_id == Instructor.id, ServiceArea.area_key == found.c.key)
        .correlate(Instructor, found)
    )
    return (
        select(found.c.key.label("area_key"), served.label("served"))
        .correlate(Instructor)
        .order_by(served.desc(), found.c.size, found.c.key)
        .limit(1)
    )


def _own_place(*, chosen: bool) -> Select[*tuple[Any, ...]]:
    """The teaching place of the outer instructor that is asked for, else the first."""
    query = (
        select(
            TeachingPlace.id,
            TeachingPlace.address_line,
            TeachingPlace.latitude,
            TeachingPlace.longitude,
            TeachingPlace.area_key.label("place_area"),
        )
        .where(
            TeachingPlace.instructor_id == Instructor.id,
            TeachingPlace.kind == PlaceKind.TEACHING,
        )
        .correlate(Instructor)
        .order_by(TeachingPlace.position, TeachingPlace.id)
        .limit(1)
    )
    place_id = bindparam("place_id", type_=String)
    return query.where(TeachingPlace.id == place_id) if chosen else query
