"""What people search for, and what they search for in vain."""

from typing import Annotated

from pydantic import Field

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.searches import TopQueries, ZeroResults
from mcp_server.arguments import Limit, Window
from mcp_server.envelope import Answer, answer, suggest
from mcp_server.tool import Call, reads

Least = Annotated[
    int, Field(ge=1, le=1000, description="Leave out what was searched less often.", examples=[2])
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
                suggest(
                    "service_lookup",
                    "See whether the catalogue has what was wanted most.",
                    query=row.query[:LOOKED_UP],
                )
                for row in rows[:1]
                if any(letter.isalnum() for letter in row.query[:LOOKED_UP])
            ],
        )
