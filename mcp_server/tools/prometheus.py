"""What Prometheus says, asked in PromQL."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from instainstru_core.domains.observability import flows as observability
from instainstru_core.domains.observability.schemas import (
    PrometheusAnswer,
    QueryPrometheus,
    QueryPrometheusRange,
    SeriesView,
)
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.kernel.time import BUSINESS_ZONE, zone
from mcp_server import charts
from mcp_server.arguments import PLAIN, Chart, Window
from mcp_server.charts import Picture
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
Moment = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=PLAIN)
]
At = Annotated[
    Moment | None,
    Field(
        description="One moment: an ISO 8601 time, or how long ago; now if left out.",
        examples=["2h", "2026-06-15T14:00:00Z"],
    ),
]
Step = Annotated[
    int | None,
    Field(
        ge=1,
        le=86_400,
        description="Seconds between points; a fitting step if left out.",
        examples=[60],
    ),
]
METRIC_NAME = "__name__"


@reads("Prometheus query", open_world=True)
def prometheus_query(call: Call, query: Promql, at: At = None) -> Answer[PrometheusAnswer]:
    """The value of a PromQL expression at one moment, for each series."""
    report = observability.prometheus_query(
        call.runtime.begin,
        call.runtime.monitoring,
        actor=call.actor,
        command=QueryPrometheus(query=query, at=at),
    )
    return _answered(call, report)


@reads("Prometheus range query", open_world=True)
def prometheus_query_range(
    call: Call,
    *,
    query: Promql,
    window: Window = "1h",
    step_seconds: Step = None,
    chart: Chart = False,
) -> Answer[PrometheusAnswer]:
    """The course of a PromQL expression over a window of up to 31 days, as points in time."""
    report = observability.prometheus_query_range(
        call.runtime.begin,
        call.runtime.monitoring,
        actor=call.actor,
        command=QueryPrometheusRange(query=query, window=window, step_seconds=step_seconds),
    )
    if chart:
        call.picture = _course(report.data)
        report = charts.noted(report, call.picture)
    return _answered(call, report)


def _answered(call: Call, report: Report[PrometheusAnswer]) -> Answer[PrometheusAnswer]:
    names = suggest("metrics_describe", "See which metrics there are.")
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=Source.PROMETHEUS,
        shown=len(report.data.series),
        next_actions=[names] if report.data.no_data else [],
    )


def _course(found: PrometheusAnswer) -> Picture | None:
    """A line for each series. What is not there at a step, or is no number, is a gap."""
    if found.start is None or found.end is None or not found.step_seconds:
        return None
    step = timedelta(seconds=found.step_seconds)
    times = [found.start + n * step for n in range((found.end - found.start) // step + 1)]
    lines: dict[str, list[float | None]] = {}
    telling = _telling(found.series)
    for one in found.series:
        values = {round((point.at - found.start) / step): point.value for point in one.points}
        lines[_name(one, telling)] = [values.get(place) for place in range(len(times))]
    labels = [f"{time.astimezone(zone(BUSINESS_ZONE)):%m-%d %H:%M}" for time in times]
    return charts.course(found.query, labels, lines, unit="value")


def _telling(series: Sequence[SeriesView]) -> set[str]:
    """The labels that tell these series apart; all of a single one, but the name of its metric."""
    names = {name for one in series for name in one.labels}
    metrics = {one.labels[METRIC_NAME] for one in series if METRIC_NAME in one.labels}
    apart = {name for name in names if len({one.labels.get(name) for one in series}) > 1}
    told = names if len(series) == 1 else apart
    return told if len(metrics) > 1 else told - {METRIC_NAME}


def _name(one: SeriesView, telling: Collection[str]) -> str:
    told = {name: value for name, value in one.labels.items() if name in telling}
    words = ", ".join(f"{name}={value}" for name, value in sorted(told.items()))
    return words or one.labels.get(METRIC_NAME, "value")
