"""How instructors get from sign-up to going live, and who does not go on."""

from typing import Annotated

from pydantic import Field

from instainstru_core.domains.instructors.types import Milestone
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.joining import FoundingFunnel, StuckInstructors
from mcp_server import charts
from mcp_server.arguments import Chart, Window
from mcp_server.envelope import Answer, answer, suggest
from mcp_server.tool import Call, reads

FoundingOnly = Annotated[bool, Field(description="Only founding instructors.", examples=[True])]
Days = Annotated[
    int, Field(ge=1, le=90, description="Without a step for so many days.", examples=[7])
]
Stage = Annotated[
    Milestone | None,
    Field(description="Only those at this stage of the funnel.", examples=["services_configured"]),
]
People = Annotated[int, Field(ge=1, le=200, description="At most this many.", examples=[50])]


@reads("Founding funnel")
def founding_funnel_summary(
    call: Call,
    window: Window | None = None,
    founding_only: FoundingOnly = False,
    chart: Chart = False,
) -> Answer[FoundingFunnel]:
    """How many who registered in the window (null: ever) reached each of the seven stages."""
    with call.begin() as uow:
        report = reporting.founding_funnel(
            uow,
            window,
            founding_only=founding_only,
            founding_cap=call.runtime.settings.founding_cap,
        )
        if chart:
            stages = [(row.stage.replace("_", " "), row.count) for row in report.data.stages]
            call.picture = charts.funnel("Instructors on their way to going live", stages)
            report = charts.noted(report, call.picture)
        return answer(
            report,
            as_of=uow.now,
            next_actions=[
                suggest(
                    "founding_stuck_instructors",
                    "See who does not go on, and why.",
                    founding_only=founding_only,
                )
            ],
        )


@reads("Stuck instructors")
def founding_stuck_instructors(
    call: Call,
    stuck_days: Days = 7,
    stage: Stage = None,
    founding_only: FoundingOnly = False,
    limit: People = 50,
) -> Answer[StuckInstructors]:
    """Who is not live and took no step for days: stage, reason, and whose turn it is."""
    with call.begin() as uow:
        report = reporting.stuck_instructors(
            uow, stuck_days=stuck_days, stage=stage, founding_only=founding_only, limit=limit
        )
        rows = report.data.instructors
        return answer(
            report,
            as_of=uow.now,
            shown=len(rows),
            next_actions=[
                suggest(
                    "instructors_detail",
                    f"See everything about {row.name}.",
                    instructor=row.instructor_id,
                )
                for row in rows[:1]
            ]
            or [suggest("founding_funnel_summary", "See the funnel as a whole.")],
        )
