"""What people search for, for staff: demand, where it meets no supply, how well searches end."""

from typing import Annotated

from fastapi import Query

from api.deps import UowDep
from api.routing import Router
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.schemas.searches import (
    SearchQuality,
    SearchTrends,
    SupplyGaps,
    TopQueries,
    ZeroResults,
)
from instainstru_core.domains.reporting.types import GapBy
from instainstru_core.kernel.paging import MAX_PAGE

router = Router(prefix="/search/insights", tags=["search"])

Window = Annotated[
    str,
    Query(
        min_length=1,
        max_length=80,
        description="A stretch of time in New York, in words or as dates or ISO 8601 times.",
        examples=["last 7 days"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Least = Annotated[int, Query(ge=1, le=1_000)]


@router.get(
    "/top-queries",
    operation_id="reporting.search_top_queries",
    summary="See what people search for most",
)
def search_top_queries(
    uow: UowDep, window: Window = "last 30 days", min_count: Least = 2, limit: Limit = 20
) -> Report[TopQueries]:
    """Spellings are joined; words of one person alone are left out."""
    return reporting.search_top_queries(uow, window, min_count=min_count, limit=limit)


@router.get(
    "/zero-results",
    operation_id="reporting.search_zero_results",
    summary="See what people search for in vain",
)
def search_zero_results(
    uow: UowDep, window: Window = "last 30 days", limit: Limit = 20
) -> Report[ZeroResults]:
    """With where it was wished most."""
    return reporting.search_zero_results(uow, window, limit=limit)


@router.get(
    "/supply-gaps",
    operation_id="reporting.search_supply_gaps",
    summary="See where demand meets no supply",
)
def search_supply_gaps(
    *,
    uow: UowDep,
    window: Window = "last 30 days",
    by: GapBy = GapBy.AREA,
    least_people: Least = 2,
    limit: Limit = 20,
) -> Report[SupplyGaps]:
    """The widest gap first."""
    return reporting.search_supply_gaps(uow, window, by=by, least_people=least_people, limit=limit)


@router.get(
    "/quality", operation_id="reporting.search_quality", summary="See how well searches end"
)
def search_quality(
    uow: UowDep, window: Window = "last 30 days", limit: Limit = 10
) -> Report[SearchQuality]:
    """Results, use, what was given up, caches, degradation, time, and what finds little."""
    return reporting.search_quality(uow, window, limit=limit)


@router.get("/trends", operation_id="reporting.search_trends", summary="See how demand moves")
def search_trends(
    uow: UowDep, window: Window = "last 30 days", limit: Limit = 10
) -> Report[SearchTrends]:
    """Day by day, and which wishes rise."""
    return reporting.search_trends(uow, window, limit=limit)
