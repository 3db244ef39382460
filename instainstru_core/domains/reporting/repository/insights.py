"""Queries over how well searches end, how demand moves, and where it meets no supply."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session

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
from instainstru_core.domains.reporting.policy import searching
from instainstru_core.domains.reporting.repository.searches import (
    FEW_AREAS,
    acted,
    booked,
    person,
    tellers,
    wish,
    wished,
    within,
)
from instainstru_core.domains.search.models import SearchCandidate, SearchHistory, SearchQuery
from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.kernel.time import BUSINESS_ZONE, Span

ZONE = literal_column(f"'{BUSINESS_ZONE}'", String())
LOOKED = (
    ClickAction.VIEW,
    ClickAction.PROFILE,
    ClickAction.FAVORITE,
    ClickAction.CONTACT,
    ClickAction.MESSAGE,
    ClickAction.BOOK,
)
"""What shows that a result was of use; a pointer that passed over it does not."""


class Quality(NamedTuple):
    """How the searches of a window went."""

    searches: int
    people: int
    score: float | None
    interacted: int
    booked: int
    results: int
    none: int
    few: int
    some: int
    many: int
    relaxed: int
    only_relaxed: int
    cached: int
    degraded: int
    places_unknown: int
    p50_ms: float | None
    p95_ms: float | None
    cold_p50_ms: float | None
    cold_p95_ms: float | None


class Problem(NamedTuple):
    """A wish that is often made and finds little."""

    text: str
    searches: int
    people: int
    tellers: int
    results: int
    interacted: int


class Gap(NamedTuple):
    """How many people want a service, in an area or anywhere, and how many teach it there."""

    service: str
    slug: str
    area: str | None
    borough: str | None
    people: int
    searches: int
    in_vain: int
    booked: int
    shown: int | None
    instructors: int
    gaps: int


class Day(NamedTuple):
    """The searches of one New York day."""

    day: date
    searches: int
    people: int
    signed_in: int
    in_vain: int
    booked: int


class Rising(NamedTuple):
    """A wish that more people make than in the window before."""

    text: str
    people: int
    people_before: int


def quality(session: Session, span: Span) -> Quality:
    """All of the window in one statement."""
    every = func.count()
    results, interacted = SearchQuery.result_count, acted(*LOOKED)
    cold = and_(SearchQuery.cache_hit.is_(False), SearchQuery.took_ms.is_not(None))
    row = session.execute(
        select(
            every,
            func.count(person().distinct()),
            func.avg(_score(interacted)),
            every.filter(interacted),
            every.filter(booked()),
            func.coalesce(func.sum(results), 0),
            every.filter(results == 0),
            every.filter(results.between(1, searching.FEW)),
            every.filter(results.between(searching.FEW + 1, searching.ENOUGH)),
            every.filter(results > searching.ENOUGH),
            every.filter(func.cardinality(SearchQuery.relaxed) > 0),
            every.filter(SearchQuery.strict_count == 0, results > 0),
            every.filter(SearchQuery.cache_hit),
            every.filter(SearchQuery.level != "none"),
            every.filter(SearchQuery.unresolved_place.is_not(None)),
            _percentile(0.5),
            _percentile(0.95),
            _percentile(0.5).filter(cold),
            _percentile(0.95).filter(cold),
        ).where(within(span))
    ).one()
    return Quality._make(row)


def guests(session: Session, span: Span) -> tuple[int, int]:
    """How many guests searched in the window, and how many of them have signed in since."""
    every = func.count(SearchHistory.guest.distinct())
    query = select(every, every.filter(SearchHistory.converted_at.is_not(None))).where(
        SearchHistory.guest.is_not(None),
        SearchHistory.last_at >= span.start,
        SearchHistory.first_at < span.end,
    )
    many, converted = session.execute(query).one()
    return many, converted


def problems(session: Session, span: Span, *, limit: int) -> list[Problem]:
    """Wishes that are often made, those that find the fewest first."""
    searches = func.count()
    mean = func.avg(SearchQuery.result_count)
    query = (
        select(
            wish(),
            searches,
            func.count(person().distinct()),
            tellers(),
            func.sum(SearchQuery.result_count),
            searches.filter(acted(*LOOKED)),
        )
        .where(within(span))
        .group_by(wish())
        .having(searches >= searching.LEAST_OF_PROBLEMS)
        .order_by(mean, searches.desc(), wish())
        .limit(limit)
    )
    return [Problem._make(row) for row in session.execute(query)]


def gaps_by_area(session: Session, span: Span, *, least_people: int, limit: int) -> list[Gap]:
    """Services in areas by how many people want them for each who teaches them there."""
    asked = wished(within(span)).subquery()
    keys = asked.c.area_keys
    wanted = (
        select(asked, func.unnest(keys).label("area_key"))
        .where(func.cardinality(keys) <= FEW_AREAS)
        .subquery()
    )
    demand = (
        select(
            wanted.c.service_id,
            wanted.c.area_key,
            func.count(wanted.c.person.distinct()).label("people"),
            func.count().label("searches"),
            func.count().filter(wanted.c.result_count == 0).label("in_vain"),
            func.count(wanted.c.person.distinct()).filter(wanted.c.booked).label("booked"),
        )
        .group_by(wanted.c.service_id, wanted.c.area_key)
        .having(func.count(wanted.c.person.distinct()) >= least_people)
        .subquery()
    )
    offers = _taught_there().subquery()
    instructors = (
        select(func.count(offers.c.instructor_id.distinct()))
        .where(offers.c.service_id == demand.c.service_id, offers.c.area_key == demand.c.area_key)
        .correlate(demand)
        .scalar_subquery()
    )
    found = select(demand, instructors.label("instructors")).subquery()
    query = (
        select(
            Service.name,
            Service.slug,
            DisplayArea.name,
            DisplayArea.borough,
            found.c.people,
            found.c.searches,
            found.c.in_vain,
            found.c.booked,
            literal(None),
            found.c.instructors,
            func.count().over(),
        )
        .select_from(found)
        .join(Service, Service.id == found.c.service_id)
        .join(DisplayArea, DisplayArea.key == found.c.area_key)
        .order_by(_need(found.c.people, found.c.instructors), Service.slug, DisplayArea.key)
        .limit(limit)
    )
    return [Gap._make(row) for row in session.execute(query)]


def gaps_by_service(session: Session, span: Span, *, least_people: int, limit: int) -> list[Gap]:
    """Services by how many people want them for each who teaches them, wherever that is."""
    asked = wished(within(span)).subquery()
    people = func.count(asked.c.person.distinct())
    demand = (
        select(
            asked.c.service_id,
            people.label("people"),
            func.count().label("searches"),
            func.count().filter(asked.c.result_count == 0).label("in_vain"),
            people.filter(asked.c.booked).label("booked"),
        )
        .group_by(asked.c.service_id)
        .having(people >= least_people)
        .subquery()
    )
    shown = (
        select(SearchCandidate.service_id, func.count().label("shown"))
        .join(
            SearchQuery,
            func.coalesce(SearchQuery.shown_as, SearchQuery.id) == SearchCandidate.search_id,
        )
        .where(within(span))
        .group_by(SearchCandidate.service_id)
        .subquery()
    )
    teaching = (
        select(Offering.service_id, func.count(Offering.instructor_id.distinct()).label("many"))
        .where(Offering.is_active, _is_bookable())
        .group_by(Offering.service_id)
        .subquery()
    )
    many = func.coalesce(teaching.c.many, 0)
    query = (
        select(
            Service.name,
            Service.slug,
            literal(None),
            literal(None),
            demand.c.people,
            demand.c.searches,
            demand.c.in_vain,
            demand.c.booked,
            func.coalesce(shown.c.shown, 0),
            many,
            func.count().over(),
        )
        .select_from(demand)
        .join(Service, Service.id == demand.c.service_id)
        .join(shown, shown.c.service_id == demand.c.service_id, isouter=True)
        .join(teaching, teaching.c.service_id == demand.c.service_id, isouter=True)
        .order_by(_need(demand.c.people, many), Service.slug)
        .limit(limit)
    )
    return [Gap._make(row) for row in session.execute(query)]


def days(session: Session, span: Span) -> list[Day]:
    """Day by day, those on which nobody searched left out."""
    day = func.date(func.timezone(ZONE, SearchQuery.at))
    query = (
        select(
            day,
            func.count(),
            func.count(person().distinct()),
            func.count(SearchQuery.user_id.distinct()),
            func.count().filter(SearchQuery.result_count == 0),
            func.count(person().distinct()).filter(booked()),
        )
        .where(within(span))
        .group_by(day)
        .order_by(day)
    )
    return [Day._make(row) for row in session.execute(query)]


def rising(
    session: Session, span: Span, before: Span, *, least_people: int, limit: int
) -> list[Rising]:
    """Wishes by how many more people make them than in the window before."""
    now_people = func.count(person().distinct()).filter(within(span))
    then_people = func.count(person().distinct()).filter(within(before))
    query = (
        select(wish(), now_people, then_people)
        .where(or_(within(span), within(before)))
        .group_by(wish())
        .having(and_(tellers().filter(within(span)) >= least_people, now_people > then_people))
        .order_by((now_people - then_people).desc(), now_people.desc(), wish())
        .limit(limit)
    )
    return [Rising._make(row) for row in session.execute(query)]


def _score(interacted: ColumnElement[bool]) -> ColumnElement[float]:
    """The same figure as `policy.searching.quality`, as an expression over whole tables."""
    results = SearchQuery.result_count
    by_results = case(
        (results <= searching.ENOUGH, results * searching.EACH_RESULT),
        (results <= searching.PLENTY, searching.FULL),
        else_=func.greatest(
            searching.FLOOR, searching.FULL - (results - searching.PLENTY) * searching.EACH_TOO_MANY
        ),
    )
    return by_results + case((interacted, searching.OF_USE), else_=0)


def _percentile(share: float) -> ColumnElement[float]:
    return func.percentile_cont(share).within_group(SearchQuery.took_ms.asc())


def _is_bookable() -> ColumnElement[bool]:
    """Whether the offering's instructor can be booked."""
    return exists().where(
        Instructor.id == Offering.instructor_id,
        Instructor.is_live,
        User.id == Instructor.id,
        User.status == AccountStatus.ACTIVE,
    )


def _taught_there() -> Select[str, str, str]:
    """Service, area and bookable instructor, by how a lesson can be there."""
    goes = (
        select(Offering.service_id, ServiceArea.area_key, Offering.instructor_id)
        .join(ServiceArea, ServiceArea.instructor_id == Offering.instructor_id)
        .where(Offering.is_active, _is_bookable(), _priced(LessonFormat.STUDENT_LOCATION))
    )
    hosts = (
        select(Offering.service_id, TeachingPlace.area_key, Offering.instructor_id)
        .join(TeachingPlace, TeachingPlace.instructor_id == Offering.instructor_id)
        .where(
            Offering.is_active,
            _is_bookable(),
            TeachingPlace.area_key.is_not(None),
            _priced(LessonFormat.INSTRUCTOR_LOCATION),
        )
    )
    both = union(goes, hosts).subquery()
    return select(both.c.service_id, both.c.area_key, both.c.instructor_id)


def _priced(way: LessonFormat) -> ColumnElement[bool]:
    return exists().where(OfferingPrice.offering_id == Offering.id, OfferingPrice.format == way)


def _need(people: ColumnElement[int], instructors: ColumnElement[int]) -> ColumnElement[Any]:
    """Who wants it for each who teaches it; nobody who teaches it counts more than one."""
    return (people * literal(1.0) / (instructors + searching.NOBODY_COUNTS)).desc()
