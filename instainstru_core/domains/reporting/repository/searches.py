"""Queries over searches, who made them, and what was done with their results.

Programs are left out everywhere. People are counted by the keyed hash they are kept under; all of
whom nothing is known count as one person.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    collate,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, Session

from instainstru_core.domains.catalog.models import Category, Service, Subcategory
from instainstru_core.domains.regions.models import DisplayArea
from instainstru_core.domains.search.models import SearchClick, SearchQuery
from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.recording import Device
from instainstru_core.kernel.time import Span

ADDRESS_PERSON = "a"
PLAIN = "C"
"""Byte by byte: what is only told apart is sorted several times faster so."""

NOTHING = literal_column("''", String())
"""In the statement itself: PostgreSQL groups only by what it sees to be the same."""

VARIANTS = 5
AREAS = 3
FEW_AREAS = 5
FEW_SERVICES = 3


class Totals(NamedTuple):
    """All searches of a window."""

    searches: int
    wishes: int
    in_vain: int
    wishes_in_vain: int
    people: int
    people_booked: int
    records_since: datetime | None


class Wish(NamedTuple):
    """All searches for the same wish, how it was typed, and how many wishes are frequent enough."""

    text: str
    variants: Sequence[str] | None
    searches: int
    people: int
    tellers: int
    results: int
    in_vain: int
    people_booked: int
    wishes: int


class VainWish(NamedTuple):
    """All searches for the same wish that found nobody."""

    text: str
    variants: Sequence[str] | None
    searches: int
    people: int
    tellers: int
    last_at: datetime
    service: str | None


def within(span: Span) -> ColumnElement[bool]:
    """Searches of people in this window."""
    return and_(
        SearchQuery.at >= span.start,
        SearchQuery.at < span.end,
        SearchQuery.device != Device.PROGRAM,
    )


def wish() -> ColumnElement[str]:
    """What searches are counted by: what was understood, with its spelling repaired."""
    text = func.coalesce(func.nullif(SearchQuery.wish_text, NOTHING), SearchQuery.normalized_text)
    return collate(text, PLAIN)


def person() -> ColumnElement[str]:
    """Who searched."""
    return collate(func.coalesce(SearchQuery.person, SearchQuery.user_id, NOTHING), PLAIN)


def tellers() -> ColumnElement[int]:
    """How many people typed a wish, for whether it may be shown: all whom only a network address
    tells apart, which changes from day to day, count as one.
    """
    by_address = SearchQuery.person.startswith(ADDRESS_PERSON)
    return func.count(case((by_address, NOTHING), else_=person()).distinct())


def acted(*actions: ClickAction) -> ColumnElement[bool]:
    """Whether whoever searched did one of these things with the results; any if none is named."""
    theirs = or_(
        SearchQuery.person.is_(None),
        SearchQuery.person.startswith(ADDRESS_PERSON),
        SearchQuery.person == SearchClick.person,
        SearchQuery.person == SearchClick.guest,
    )
    query = select(SearchClick.id).where(SearchClick.search_id == SearchQuery.id, theirs)
    if actions:
        query = query.where(SearchClick.action.in_(actions))
    return query.exists()


def booked() -> ColumnElement[bool]:
    """Whether a lesson was booked from the results, however often."""
    return acted(ClickAction.BOOK)


def records(session: Session, span: Span) -> tuple[int, datetime | None]:
    """How many searches there were in the window, and since when any are on record."""
    query = select(func.count(), select(func.min(SearchQuery.at)).scalar_subquery())
    every, since = session.execute(query.where(within(span))).one()
    return every, since


def totals(session: Session, span: Span) -> Totals:
    """All of the window in one statement."""
    nothing = SearchQuery.result_count == 0
    wishes, people = func.count(wish().distinct()), func.count(person().distinct())
    query = select(
        func.count(),
        wishes,
        func.count().filter(nothing),
        wishes.filter(nothing),
        people,
        people.filter(booked()),
        select(func.min(SearchQuery.at)).scalar_subquery(),
    ).where(within(span))
    return Totals._make(session.execute(query).one())


def top(session: Session, span: Span, *, min_count: int, limit: int) -> list[Wish]:
    """The most frequent wishes."""
    searches, people = func.count(), func.count(person().distinct())
    query = (
        select(
            wish(),
            _variants(),
            searches,
            people,
            tellers(),
            func.sum(SearchQuery.result_count),
            searches.filter(SearchQuery.result_count == 0),
            people.filter(booked()),
            func.count().over(),
        )
        .where(within(span))
        .group_by(wish())
        .having(searches >= min_count)
        .order_by(searches.desc(), wish())
        .limit(limit)
    )
    return [Wish._make(row) for row in session.execute(query)]


def in_vain(session: Session, span: Span, *, limit: int) -> list[VainWish]:
    """The most frequent wishes that found nobody."""
    searches = func.count()
    query = (
        select(
            wish(),
            _variants(),
            searches,
            func.count(person().distinct()),
            tellers(),
            func.max(SearchQuery.at),
            func.max(Service.name),
        )
        .join(Service, Service.id == SearchQuery.service_id, isouter=True)
        .where(within(span), SearchQuery.result_count == 0)
        .group_by(wish())
        .order_by(searches.desc(), wish())
        .limit(limit)
    )
    return [VainWish._make(row) for row in session.execute(query)]


def areas_in_vain(session: Session, span: Span, wishes: Sequence[str]) -> dict[str, list[str]]:
    """In which areas each of these wishes found nobody, where most people wished it first."""
    where = placed(within(span), SearchQuery.result_count == 0, wish().in_(wishes)).subquery()
    people = func.count(where.c.person.distinct())
    query = (
        select(where.c.wish, DisplayArea.name)
        .join(DisplayArea, DisplayArea.key == where.c.area_key)
        .group_by(where.c.wish, DisplayArea.key)
        .order_by(where.c.wish, people.desc(), DisplayArea.name)
    )
    found: dict[str, list[str]] = {}
    for text, name in session.execute(query):
        found.setdefault(text, []).append(name)
    return {text: names[:AREAS] for text, names in found.items()}


def placed(*conditions: ColumnElement[bool]) -> Select[str, str, str]:
    """Each search once for each area it was placed in. Whoever searches in a whole borough, or in
    more than a few areas, wishes nothing of any single one: those are left out.
    """
    keys = _or_one(SearchQuery.area_keys, SearchQuery.area_key)
    return select(
        wish().label("wish"), person().label("person"), func.unnest(keys).label("area_key")
    ).where(*conditions, func.cardinality(keys) <= FEW_AREAS)


def wished(*conditions: ColumnElement[bool]) -> Select[str, str, Sequence[str], int, bool]:
    """Each search once for each service it means. "Dance classes" wishes none of them by itself:
    what means more than a few is left out.
    """
    services = _or_one(SearchQuery.service_ids, SearchQuery.service_id)
    return select(
        func.unnest(services).label("service_id"),
        person().label("person"),
        _or_one(SearchQuery.area_keys, SearchQuery.area_key).label("area_keys"),
        SearchQuery.result_count.label("result_count"),
        booked().label("booked"),
    ).where(*conditions, func.cardinality(services) <= FEW_SERVICES)


def _or_one(
    several: InstrumentedAttribute[list[str] | None], one: InstrumentedAttribute[str | None]
) -> ColumnElement[Sequence[str]]:
    """Several of what a search is about, or the one that older searches name."""
    return func.coalesce(several, func.array_remove(array([one]), None))


def vocabulary(session: Session) -> list[str]:
    """Every name and synonym of the catalog."""
    synonyms = func.unnest(Service.synonyms)
    parts = (
        select(Service.name),
        select(synonyms),
        select(Subcategory.name),
        select(Category.name),
    )
    query = parts[0].union_all(*parts[1:])
    return list(session.scalars(query))


def _variants() -> ColumnElement[Sequence[str]]:
    """How else the wish was typed."""
    return func.array_agg(SearchQuery.normalized_text.distinct()).filter(
        not_(SearchQuery.normalized_text == wish())
    )
