"""What came in, and which students came back."""

from typing import Annotated

from pydantic import Field

from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.revenue import CohortReport, RevenueReport
from instainstru_core.domains.reporting.types import Interval, RevenueGroup
from mcp_server import charts
from mcp_server.arguments import Chart, Window
from mcp_server.charts import Picture
from mcp_server.envelope import Answer, answer, suggest
from mcp_server.tool import Call, reads

By = Annotated[
    Interval | None,
    Field(description="Points of the series; what suits the window if left out.", examples=["day"]),
]
Group = Annotated[
    RevenueGroup | None, Field(description="Divide by this too.", examples=["category"])
]
Compare = Annotated[bool, Field(description="Compare with the window before.", examples=[True])]
Months = Annotated[
    int, Field(ge=1, le=24, description="How many months of first lessons.", examples=[6])
]


@reads("Revenue report", direct=False)
def revenue_report(
    call: Call,
    *,
    window: Window = "last 30 days",
    interval: By = None,
    group_by: Group = None,
    compare: Compare = True,
    chart: Chart = False,
) -> Answer[RevenueReport]:
    """Revenue by day, week, month, category or borough: GMV, fees, refunds, credit, net."""
    with call.begin() as uow:
        report = reporting.revenue_report(
            uow, window, interval=interval, group_by=group_by, compare=compare
        )
        if chart:
            call.picture = _course(report.data)
            report = charts.noted(report, call.picture)
        return answer(
            report,
            as_of=uow.now,
            next_actions=[
                suggest("payments_pipeline", "See how open payments stand.", window=window),
                suggest("cohort_report", "See whether students come back."),
            ],
        )


@reads("Cohort report", direct=False)
def cohort_report(call: Call, months: Months = 6, chart: Chart = False) -> Answer[CohortReport]:
    """Retention: students by month of first lesson, repeat rate, revenue per student."""
    with call.begin() as uow:
        report = reporting.cohort_report(uow, months=months)
        if chart:
            rows = [(f"{one.month:%Y-%m}", one.retention) for one in report.data.cohorts]
            call.picture = charts.cohorts("Students who came back", rows)
            report = charts.noted(report, call.picture)
        return answer(
            report,
            as_of=uow.now,
            shown=len(report.data.cohorts),
            next_actions=[
                suggest("revenue_report", "See what came in by month.", window="this year")
            ],
        )


def _course(found: RevenueReport) -> Picture | None:
    """GMV, fees and net over time, in dollars."""
    figures = [bucket.figures for bucket in found.series]
    lines = {
        "GMV": [None if one is None else one.gmv_cents / 100 for one in figures],
        "fees": [None if one is None else one.fees_cents / 100 for one in figures],
        "net": [None if one is None else one.net_cents / 100 for one in figures],
    }
    labels = [f"{bucket.first_day:%Y-%m-%d}" for bucket in found.series]
    return charts.course(f"Revenue by {found.interval}", labels, lines, unit="US dollars")
