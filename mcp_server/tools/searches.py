"""What people search for, and what they search for in vain."""

from typing import Annotated

from pydantic import Field

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.searches import (
    SearchQuality,
    SearchTrends,
    SupplyGaps,
    TopQueries,
    ZeroResults,
)
from instainstru_core.domains.reporting.types import GapBy
from mcp_server.arguments import Limit, Window
from mcp_server.envelope import Answer, answer, suggest
from mcp_server.tool import Call, reads

Least = Annotated[
    int, Field(ge=1, le=1000, description="Leave out what was searched less often.", examples=[2])
]
By = Annotated[
    GapBy, Field(description="Services in areas, or services wherever.", examples=["area"])
]
LeastPeople = Annotated[
    int, Field(ge=1, le=1000, description="Leave out what fewer people wanted.", examples=[2])
]
LOOKED_UP = 80


@reads("Top search queries")
def search_top_queries(
    call: Call, window: Window = "last 30 days", min_count: Least = 2, limit: Limit = 20
) -> Answer[TopQueries]:
    """The most frequent searches with results, conversion to bookings and the overall rates."""
    with call.begin() as uow:
        report = reporting.search_top_queries(uow, window, min_count=min_count, limit=limit)
        return answer(
            report,
            as_of=uow.now,
            shown=len(report.data.queries),
            next_actions=[
                suggest("search_zero_results", "See what was searched for in vain.", window=window)
            ],
        )


@reads("Searches without results")
def search_zero_results(
    call: Call, window: Window = "last 30 days", limit: Limit = 20
) -> Answer[ZeroResults]:
    """The most frequent searches that found nobody: where demand meets no supply."""
    with call.begin() as uow:
        report = reporting.search_zero_results(uow, window, limit=limit)
        rows = report.data.queries
        return answer(
            report,
            as_of=uow.now,
            shown=len(rows),
            next_actions=[
                *(
                    suggest(
                        "service_lookup",
                        "See whether the catalogue has what was wanted most.",
                        query=row.query[:LOOKED_UP],
                    )
                    for row in rows[:1]
                    if any(letter.isalnum() for letter in row.query[:LOOKED_UP])
                ),
                suggest("search_supply_gaps", "See where supply is short.", window=window),
            ],
        )


@reads("Supply gaps", direct=False)
def search_supply_gaps(
    call: Call,
    *,
    window: Window = "last 30 days",
    by: By = GapBy.AREA,
    least_people: LeastPeople = 2,
    limit: Limit = 20,
) -> Answer[SupplyGaps]:
    """Supply gaps: where people search for a service that too few instructors teach there."""
    with call.begin() as uow:
        report = reporting.search_supply_gaps(
            uow, window, by=by, least_people=least_people, limit=limit
        )
        return answer(
            report,
            as_of=uow.now,
            shown=len(report.data.gaps),
            next_actions=[
                suggest("search_zero_results", "See which words found nobody.", window=window),
                suggest("instructors_coverage", "See who teaches how much where."),
            ],
        )


@reads("Search quality", direct=False)
def search_quality(
    call: Call, window: Window = "last 30 days", limit: Limit = 10
) -> Answer[SearchQuality]:
    """How good searches are: quality score, results, clicks, relaxed, degraded, cached, latency."""
    with call.begin() as uow:
        report = reporting.search_quality(uow, window, limit=limit)
        return answer(
            report,
            as_of=uow.now,
            next_actions=[
                suggest("search_zero_results", "See which words found nobody.", window=window),
                suggest("search_trends", "See how demand moves.", window=window),
            ],
        )


@reads("Search trends", direct=False)
def search_trends(
    call: Call, window: Window = "last 30 days", limit: Limit = 10
) -> Answer[SearchTrends]:
    """Search trends: searches day by day, and which rise compared with the window before."""
    with call.begin() as uow:
        report = reporting.search_trends(uow, window, limit=limit)
        return answer(
            report,
            as_of=uow.now,
            shown=len(report.data.days),
            next_actions=[
                suggest("search_top_queries", "See what people search for most.", window=window)
            ],
        )
