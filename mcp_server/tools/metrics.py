"""What the system measures: in plain questions, or by name."""

from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.observability import flows as observability
from instainstru_core.domains.observability import service as dictionary
from instainstru_core.domains.observability.schemas import (
    AskMetric,
    MetricAnswer,
    MetricsDescription,
)
from mcp_server.arguments import PLAIN, Window
from mcp_server.envelope import Answer, Source, answer, suggest
from mcp_server.tool import Call, reads

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
LONGEST_SUGGESTED = 600
"""A longer query would be most of the answer."""


@reads("Ask for a metric", open_world=True)
def metrics_query(
    call: Call, question: Question, window: Window | None = None
) -> Answer[MetricAnswer]:
    """The value of the metric that a plain question means, judged against its thresholds."""
    command = AskMetric(question=question, window=window)
    settings = call.runtime.settings
    report = observability.metrics_query(
        call.runtime.begin,
        call.runtime.prometheus,
        actor=call.actor,
        command=command,
        founding_cap=settings.founding_cap,
        dashboards=settings.grafana_url,
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
        if found.promql is not None and len(found.promql) <= LONGEST_SUGGESTED:
            course = "See its course."
            next_actions.append(
                suggest("prometheus_query_range", course, query=found.promql, window="6h")
            )
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=Source.DATABASE if found.read_model else Source.PROMETHEUS,
        truncated=found.rows_total > len(found.rows),
        next_actions=next_actions,
    )


@reads("Describe metrics")
def metrics_describe(call: Call, name: Metric = None) -> Answer[MetricsDescription]:
    """The dictionary of metrics: meaning, unit, direction, thresholds, owner, how each is read."""
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
