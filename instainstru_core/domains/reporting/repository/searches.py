"""Queries over searches and what was done with their results."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from instainstru_core.domains.catalog.models import Service
from instainstru_core.domains.search.models import SearchClick, SearchQuery
from instainstru_core.domains.search.types import ClickAction
from instainstru_core.kernel.time import Span


class Totals(NamedTuple):
    """All searches of a window."""

    searches: int
    wishes: int
    in_vain: int
    wishes_in_vain: int
    booked: int
    records_since: datetime | None


class Wish(NamedTuple):
    """All searches for the same words, and how many such wishes are frequent enough."""

    text: str
    searches: int
    results: int
    in_vain: int
    booked: int
    wishes: int


class VainWish(NamedTuple):
    """All searches for the same words that found nobody."""

    text: str
    searches: int
    searchers: int
    last_at: datetime
    service: str | None


def within(span: Span) -> ColumnElement[bool]:
    return and_(SearchQuery.at >= span.start, SearchQuery.at < span.end)


def led_to_booking() -> ColumnElement[bool]:
    """Whether a lesson was booked from the results, however often."""
    return (
        select(SearchClick.id)
        .where(SearchClick.search_id == SearchQuery.id, SearchClick.action == ClickAction.BOOK)
        .exists()
    )


def totals(session: Session, span: Span) -> Totals:
    nothing = SearchQuery.result_count == 0
    wishes = func.count(SearchQuery.normalized_text.distinct())
    query = select(
        func.count(),
        wishes,
        func.count().filter(nothing),
        wishes.filter(nothing),
        func.count().filter(led_to_booking()),
        select(func.min(SearchQuery.at)).scalar_subquery(),
    ).where(within(span))
    return Totals._make(session.execute(query).one())


def top(session: Session, span: Span, *, min_count: int, limit: int) -> list[Wish]:
    """The most frequent wishes."""
    searches = func.count()
    query = (
        select(
            SearchQuery.normalized_text,
            searches,
            func.sum(SearchQuery.result_count),
            searches.filter(SearchQuery.result_count == 0),
            searches.filter(led_to_booking()),
            func.count().over(),
        )
        .where(within(span))
        .group_by(SearchQuery.normalized_text)
        .having(searches >= min_count)
        .order_by(searches.desc(), SearchQuery.normalized_text)
        .limit(limit)
    )
    return [Wish._make(row) for row in session.execute(query)]


def in_vain(session: Session, span: Span, *, limit: int) -> list[VainWish]:
    """The most frequent wishes that found nobody."""
    searches = func.count()
    query = (
        select(
            SearchQuery.normalized_text,
            searches,
            func.count(SearchQuery.user_id.distinct()),
            func.max(SearchQuery.at),
            func.max(Service.name),
        )
        .join(Service, Service.id == SearchQuery.service_id, isouter=True)
        .where(within(span), SearchQuery.result_count == 0)
        .group_by(SearchQuery.normalized_text)
        .order_by(searches.desc(), SearchQuery.normalized_text)
        .limit(limit)
    )
    return [VainWish._make(row) for row in session.execute(query)]
