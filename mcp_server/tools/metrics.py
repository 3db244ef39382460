"""What the system measures: in plain questions, by name, or in PromQL."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from instainstru_core.domains.observability import flows as observability
from instainstru_core.domains.observability import service as dictionary
from instainstru_core.domains.observability.schemas import (
    AskMetric,
    MetricAnswer,
    MetricsDescription,
    PrometheusAnswer,
    QueryPrometheus,
)
from mcp_server.arguments import PLAIN, Window
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
Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=PLAIN),
    Field(
        description="A question about a metric in plain words.",
        examples=["p95 latency in the last hour", "how many bookings today"],
    ),
]
Metric = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=100,
        pattern=PLAIN,
        description="A metric's name; all metrics if left out.",
        examples=["http_latency"],
    ),
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


@reads("Ask for a metric", open_world=True)
def metrics_query(
    call: Call, question: Question, window: Window | None = None
) -> Answer[MetricAnswer]:
    """The value of the metric that a plain question means, judged against its thresholds."""
    command = AskMetric(question=question, window=window)
    report = observability.metrics_query(
        call.runtime.begin, call.runtime.prometheus, actor=call.actor, command=command
    )
    found = report.data
    next_actions = [
        suggest("metrics_describe", f"See whether {guess.name} is meant.", name=guess.name)
        for guess in found.nearest
    ] or [suggest("metrics_describe", "See which metrics there are.")]
    if found.metric is not None:
        next_actions = [
            suggest("metrics_describe", "See how it is measured.", name=found.metric.name)
        ]
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=Source.DATABASE if found.read_model else Source.PROMETHEUS,
        truncated=found.rows_total > len(found.rows),
        next_actions=next_actions,
    )


@reads("Describe metrics")
def metrics_describe(call: Call, name: Metric = None) -> Answer[MetricsDescription]:
    """What the metrics mean: unit, direction, thresholds, owner, and how they are measured."""
    with call.begin() as uow:
        report = dictionary.metrics_describe(uow, name)
        examples = report.data.examples
        return answer(
            report,
            as_of=uow.now,
            source=Source.DICTIONARY,
            next_actions=[suggest("metrics_query", "Ask for a value.", question=examples[0])]
            if examples
            else [],
        )
