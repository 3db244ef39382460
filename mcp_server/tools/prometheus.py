"""What Prometheus says, asked in PromQL."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from instainstru_core.domains.observability import flows as observability
from instainstru_core.domains.observability.schemas import PrometheusAnswer, QueryPrometheus
from mcp_server.arguments import Window
from mcp_server.envelope import Answer, Source, answer, suggest
from mcp_server.tool import Call, reads

Promql = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    Field(
        pattern=r"^[^\x00]*$",
        description="A PromQL expression.",
        examples=["up", "sum(rate(instainstru_http_requests_total[5m]))"],
    ),
]
At = Annotated[
    AwareDatetime | None,
    Field(description="One moment; now if left out.", examples=["2026-06-15T14:00:00Z"]),
]
Step = Annotated[
    int | None,
    Field(ge=1, le=86_400, description="Seconds between points of a window.", examples=[60]),
]


@reads("Prometheus query", open_world=True)
def prometheus_query(
    call: Call,
    query: Promql,
    window: Window | None = None,
    at: At = None,
    step_seconds: Step = None,
) -> Answer[PrometheusAnswer]:
    """The result of a PromQL query at one moment, or over a window that ends by now."""
    command = QueryPrometheus(query=query, window=window, at=at, step_seconds=step_seconds)
    report = observability.prometheus_query(
        call.runtime.begin, call.runtime.prometheus, actor=call.actor, command=command
    )
    names = suggest("metrics_describe", "See which metrics there are.")
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=Source.PROMETHEUS,
        shown=len(report.data.series),
        next_actions=[names] if report.data.no_data else [],
    )
