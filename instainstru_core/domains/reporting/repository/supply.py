"""Queries over the catalogue and how many people teach it where."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.instructors.models import (
    Instructor,
    Offering,
    ServiceArea,
    TeachingPlace,
)
from instainstru_core.domains.instructors.types import InstructorStatus
from instainstru_core.domains.regions.models import DisplayArea
from instainstru_core.domains.reporting.types import Catalogued, GroupBy, Most


class CategorySupply(NamedTuple):
    """A category, its active services and the live instructors who teach any of them."""

    slug: str
    name: str
    services: int
    live_instructors: int


class ServiceSupply(NamedTuple):
    """A service in its place, and the live instructors who teach it."""

    service: Service
    subcategory: str
    category: str
    live_instructors: int


class GroupSupply(NamedTuple):
    """A group, who teaches in it, how many groups there are, and how many have nobody."""

    key: str
    name: str
    instructors: int
    offerings: int
    groups: int
    groups_without: int


class Supply(NamedTuple):
    """Instructors and their active offerings."""

    instructors: int
    offerings: int


class Areas(NamedTuple):
    """The display areas that words name, or the names nearest to them when they name none."""

    keys: tuple[str, ...]
    similar: tuple[str, ...]


def is_taught() -> ColumnElement[bool]:
    """Whether an instructor of the outer query has an active offering."""
    return exists(
        select(Offering.id).where(Offering.instructor_id == Instructor.id, Offering.is_active)
    )


def is_shown() -> ColumnElement[bool]:
    """Whether an instructor of the outer query is live, and their account is open."""
    is_open = exists(
        select(User.id).where(User.id == Instructor.id, User.status == AccountStatus.ACTIVE)
    )
    return and_(Instructor.is_live, is_open.correlate(Instructor))


def has_status(wanted: InstructorStatus) -> ColumnElement[bool]:
    """The same decision as `instructors.policy.status`, as a condition over whole tables."""
    was_live = Instructor.first_live_at.is_not(None)
    never = and_(not_(Instructor.is_live), not_(was_live))
    return {
        InstructorStatus.LIVE: is_shown(),
        InstructorStatus.PAUSED: and_(not_(is_shown()), was_live),
        InstructorStatus.ONBOARDING: and_(never, is_taught()),
        InstructorStatus.REGISTERED: and_(never, not_(is_taught())),
    }[wanted]


def taught(status: InstructorStatus | None) -> Select[str, str]:
    """Service and instructor of every active offering of instructors with this status."""
    query = (
        select(Offering.service_id, Offering.instructor_id)
        .join(Instructor, Instructor.id == Offering.instructor_id)
        .where(Offering.is_active)
    )
    return query if status is None else query.where(has_status(status))


def served(status: InstructorStatus | None) -> Subquery:
    """Each area with each instructor who travels to it or teaches in it."""
    reached = union(
        select(ServiceArea.area_key, ServiceArea.instructor_id),
        select(TeachingPlace.area_key, TeachingPlace.instructor_id).where(
            TeachingPlace.area_key.is_not(None)
        ),
    ).subquery()
    query = select(reached.c.area_key, reached.c.instructor_id)
    if status is not None:
        query = query.join(Instructor, Instructor.id == reached.c.instructor_id).where(
            has_status(status)
        )
    return query.subquery()


def categories(session: Session) -> list[CategorySupply]:
    """All categories in their order."""
    offers = taught(InstructorStatus.LIVE).subquery()
    people = (
        select(func.count(offers.c.instructor_id.distinct()))
        .select_from(offers)
        .join(Service, Service.id == offers.c.service_id)
        .join(Subcategory, Subcategory.id == Service.subcategory_id)
        .where(Subcategory.category_id == Category.id)
        .correlate(Category)
        .scalar_subquery()
    )
    query = (
        select(
            Category.slug, Category.name, func.count(Service.id).filter(Service.is_active), people
        )
        .join(Subcategory, Subcategory.category_id == Category.id, isouter=True)
        .join(Service, Service.subcategory_id == Subcategory.id, isouter=True)
        .group_by(Category.id)
        .order_by(Category.position)
    )
    return [CategorySupply._make(row) for row in session.execute(query)]


def catalogued(which: Catalogued, category: str | None) -> list[ColumnElement[bool]]:
    """The conditions on services and their categories."""
    conditions: list[ColumnElement[bool]] = []
    if which is not Catalogued.ALL:
        conditions.append(Service.is_active.is_(which is Catalogued.ACTIVE))
    if category is not None:
        conditions.append(Category.slug == category)
    return conditions


def services(
    session: Session, which: Sequence[ColumnElement[bool]], *, after: str | None, limit: int
) -> list[ServiceSupply]:
    """One more than `limit` services, by slug."""
    query = _supplied().where(*which).order_by(Service.slug).limit(limit + 1)
    if after is not None:
        query = query.where(Service.slug > after)
    return [ServiceSupply._make(row) for row in session.execute(query)]


def services_by_id(session: Session, ids: Collection[str]) -> list[ServiceSupply]:
    """These services, in no order."""
    query = _supplied().where(Service.id.in_(ids))
    return [ServiceSupply._make(row) for row in session.execute(query)]


def _supplied() -> Select[Service, str, str, int]:
    """Services in their places, each with the number of live instructors who teach it."""
    offers = taught(InstructorStatus.LIVE).subquery()
    live = (
        select(offers.c.service_id, func.count().label("live"))
        .group_by(offers.c.service_id)
        .subquery()
    )
    return (
        select(Service, Subcategory.name, Category.name, func.coalesce(live.c.live, 0))
        .join(Subcategory, Subcategory.id == Service.subcategory_id)
        .join(Category, Category.id == Subcategory.category_id)
        .join(live, live.c.service_id == Service.id, isouter=True)
    )


def number_of_services(session: Session, which: Sequence[ColumnElement[bool]]) -> int:
    query = (
        select(func.count())
        .select_from(Service)
        .join(Subcategory, Subcategory.id == Service.subcategory_id)
        .join(Category, Category.id == Subcategory.category_id)
        .where(*which)
    )
    return session.scalars(query).one()


def category_slugs(session: Session) -> list[str]:
    return list(session.scalars(select(Category.slug).order_by(Category.position)))


def areas(session: Session, words: str) -> Areas:
    """Areas by key, name, a part of the name, another name, or borough."""
    wanted = words.strip().casefold()
    parts = func.string_to_array(func.lower(DisplayArea.name), " / ")
    named = or_(
        DisplayArea.key == wanted,
        func.lower(DisplayArea.name) == wanted,
        func.lower(DisplayArea.borough) == wanted,
        literal(wanted) == func.any(parts),
        literal(wanted) == func.any(DisplayArea.aliases),
    )
    keys = tuple(session.scalars(select(DisplayArea.key).where(named).order_by(DisplayArea.key)))
    if keys:
        return Areas(keys, ())
    nearest = func.similarity(func.lower(DisplayArea.name), wanted).desc()
    names = select(DisplayArea.name).order_by(nearest, DisplayArea.name).limit(5)
    return Areas((), tuple(session.scalars(names)))


def totals(session: Session, status: InstructorStatus | None) -> Supply:
    """Everybody with this status."""
    offers = taught(status).subquery()
    people = select(func.count()).select_from(Instructor)
    if status is not None:
        people = people.where(has_status(status))
    query = select(
        people.scalar_subquery(), select(func.count()).select_from(offers).scalar_subquery()
    )
    return Supply._make(session.execute(query).one())


def coverage(
    session: Session,
    group_by: GroupBy,
    *,
    status: InstructorStatus | None,
    order: Most,
    limit: int,
) -> list[GroupSupply]:
    """The groups with the most or the fewest instructors."""
    groups, pairs = _grouping(group_by, status)
    people = func.count(pairs.c.instructor_id)
    counted = (
        select(
            groups.c.key,
            groups.c.name,
            people.label("people"),
            func.coalesce(func.sum(pairs.c.offerings), 0).label("offerings"),
        )
        .join(pairs, pairs.c.key == groups.c.key, isouter=True)
        .group_by(groups.c.key, groups.c.name)
        .subquery()
    )
    ranked = counted.c.people.desc() if order is Most.MOST else counted.c.people
    without = func.count().filter(counted.c.people == 0).over()
    query = (
        select(
            counted.c.key,
            counted.c.name,
            counted.c.people,
            counted.c.offerings,
            func.count().over(),
            without,
        )
        .order_by(ranked, counted.c.name, counted.c.key)
        .limit(limit)
    )
    return [GroupSupply._make(row) for row in session.execute(query)]


def _grouping(group_by: GroupBy, status: InstructorStatus | None) -> tuple[Subquery, Subquery]:
    """All groups by key and name; and each group's instructors with their offerings in it."""
    offers = taught(status).subquery()
    if group_by is GroupBy.SERVICE:
        groups = select(Service.slug.label("key"), Service.name).where(Service.is_active)
        key, source = Service.slug, offers.join(Service, Service.id == offers.c.service_id)
        people = offers.c.instructor_id
    elif group_by is GroupBy.CATEGORY:
        groups = select(Category.slug.label("key"), Category.name)
        key, people = Category.slug, offers.c.instructor_id
        source = (
            offers.join(Service, Service.id == offers.c.service_id)
            .join(Subcategory, Subcategory.id == Service.subcategory_id)
            .join(Category, Category.id == Subcategory.category_id)
        )
    else:
        return _by_place(group_by, offers, served(status))
    pairs = (
        select(key.label("key"), people, func.count().label("offerings"))
        .select_from(source)
        .group_by(key, people)
    )
    return groups.subquery(), pairs.subquery()


def _by_place(group_by: GroupBy, offers: Subquery, reached: Subquery) -> tuple[Subquery, Subquery]:
    """Areas or boroughs, and each instructor there with all their offerings."""
    if group_by is GroupBy.AREA:
        key = DisplayArea.key
        groups = select(DisplayArea.key, DisplayArea.name)
    else:
        key = DisplayArea.borough
        groups = select(
            DisplayArea.borough.label("key"), DisplayArea.borough.label("name")
        ).distinct()
    there = (
        select(key.label("key"), reached.c.instructor_id)
        .join(DisplayArea, DisplayArea.key == reached.c.area_key)
        .distinct()
        .subquery()
    )
    each = (
        select(offers.c.instructor_id, func.count().label("offerings"))
        .group_by(offers.c.instructor_id)
        .subquery()
    )
    pairs = select(there.c.key, there.c.instructor_id, each.c.offerings).join(
        each, each.c.instructor_id == there.c.instructor_id, isouter=True
    )
    return groups.subquery(), pairs.subquery()
