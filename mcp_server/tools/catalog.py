"""What is taught."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.supply import Catalogue, ServicesFound
from instainstru_core.domains.reporting.types import Catalogued
from mcp_server.arguments import PLAIN, Category, Cursor, Limit
from mcp_server.envelope import Answer, answer, suggest
from mcp_server.tool import Call, reads

Which = Annotated[Catalogued, Field(description="Active services or not.", examples=["active"])]
Wish = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=PLAIN),
    Field(
        description="What someone wants to learn, in their words.",
        examples=["double bass", "help with algebra"],
    ),
]
Few = Annotated[int, Field(ge=1, le=20, description="At most this many.", examples=[5])]


@reads("Services catalog")
def services_catalog(
    call: Call,
    category: Category = None,
    which: Which = Catalogued.ACTIVE,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Answer[Catalogue]:
    """The categories with counts, and services by slug with the live instructors of each."""
    with call.begin() as uow:
        report = reporting.services_catalog(
            uow, category=category, which=which, limit=limit, cursor=cursor
        )
        lacking = next((row for row in report.data.services if not row.live_instructors), None)
        next_actions = [
            suggest(
                "instructors_coverage",
                "See which services have the fewest instructors.",
                group_by="service",
                order="least",
            )
        ]
        if lacking is None and report.data.services:
            next_actions = [
                suggest(
                    "instructors_list",
                    f"See who teaches {report.data.services[0].name}.",
                    service=report.data.services[0].slug,
                    status="live",
                )
            ]
        return answer(report, as_of=uow.now, next_actions=next_actions)


@reads("Look up a service")
def service_lookup(call: Call, query: Wish, limit: Few = 5) -> Answer[ServicesFound]:
    """Services that a search for these words looks for, best match first, with who teaches them."""
    with call.begin() as uow:
        report = reporting.service_lookup(uow, query, limit=limit, embedder=call.runtime.embedder)
        matches = report.data.matches
        next_actions = [
            suggest(
                "instructors_list",
                f"See who teaches {match.name}.",
                service=match.slug,
                status="live",
            )
            for match in matches[: 2 if report.data.ambiguous else 1]
        ]
        if not matches:
            next_actions = [
                suggest("search_zero_results", "See how many others search for it in vain.")
            ]
        return answer(report, as_of=uow.now, next_actions=next_actions)
