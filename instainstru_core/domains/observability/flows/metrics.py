"""Plain questions about metrics, answered by Prometheus or by the database."""

from instainstru_core.domains.observability import service
from instainstru_core.domains.observability.flows.queries import NOTHING_KNOWN
from instainstru_core.domains.observability.policy import values
from instainstru_core.domains.observability.ports import Prometheus
from instainstru_core.domains.observability.schemas import (
    AskMetric,
    MetricAnswer,
    MetricCard,
    MetricDefinition,
    MetricRow,
)
from instainstru_core.domains.observability.types import (
    AnswerState,
    Better,
    Found,
    Verdict,
)
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.types import Window
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Begin

MAX_ROWS = 20
ONLY_NOW = (
    "This is how things stand now, whatever time was asked for. Ask prometheus_query about the past"
    " of a metric that Prometheus has."
)


@operation("observability.metrics_query")
def metrics_query(
    begin: Begin, prometheus: Prometheus, *, actor: Actor, command: AskMetric
) -> Report[MetricAnswer]:
    """The value of the metric that a plain question means; the nearest metrics if it is unclear."""
    require(actor, Permission.OPERATIONS_READ)
    with begin(actor) as uow:
        asked = service.understand(uow, command)
        metric = asked.metric
        if metric is not None and metric.read_model is not None:
            figure = service.figure(uow, metric, asked.window)
            answer = _answer(
                command,
                metric,
                asked.confidence,
                values.finite(figure.value) if figure.value is not None else None,
                sample_size=figure.sample_size,
            )
            return _report(answer, asked.window, [*figure.warnings, *_only_now(asked)])
    if metric is None or asked.promql is None or asked.span is None:
        return _report(_unclear(command, asked), None, [])
    found = prometheus.instant(asked.promql, at=asked.span.end)
    rows = _rows(found, metric)
    counted = prometheus.instant(asked.samples, at=asked.span.end) if asked.samples else None
    answer = _answer(
        command,
        metric,
        asked.confidence,
        _worst(rows, metric),
        sample_size=_only(counted) if counted else None,
        rows=rows if metric.by else [],
        percentile=asked.percentile,
        query=asked.promql,
    )
    warnings = [NOTHING_KNOWN] if answer.state is AnswerState.NO_DATA else []
    return _report(answer, asked.window, [*warnings, *_only_now(asked)])


def _report(
    answer: MetricAnswer, window: Window | None, warnings: list[str]
) -> Report[MetricAnswer]:
    return Report(data=answer, window=WindowView.of(window) if window else None, warnings=warnings)


def _only_now(asked: service.Understood) -> list[str]:
    return [ONLY_NOW] if asked.is_only_of_now else []


def _unclear(command: AskMetric, asked: service.Understood) -> MetricAnswer:
    names = ", ".join(guess.name for guess in asked.nearest)
    which = f" The nearest are: {names}." if names else " None is near; metrics_describe lists all."
    return MetricAnswer(
        question=command.question,
        state=AnswerState.UNCLEAR,
        confidence=asked.confidence,
        formatted=f"It is unclear which metric is meant.{which}",
        verdict=Verdict.UNKNOWN,
        nearest=asked.nearest,
    )


def _answer(
    command: AskMetric,
    metric: MetricDefinition,
    confidence: float,
    value: float | None,
    *,
    sample_size: float | None,
    rows: list[MetricRow] | None = None,
    percentile: int | None = None,
    query: str | None = None,
) -> MetricAnswer:
    limits = metric.thresholds
    listed = rows or []
    return MetricAnswer(
        question=command.question,
        state=AnswerState.NO_DATA if value is None else AnswerState.ANSWERED,
        confidence=confidence,
        metric=MetricCard(
            name=metric.name,
            meaning=metric.meaning,
            unit=metric.unit,
            better=metric.better,
            thresholds=limits,
            owner=metric.owner,
        ),
        value=value,
        formatted=values.formatted(value, metric.unit),
        verdict=values.verdict(
            value,
            better=metric.better,
            warning=limits.warning if limits else None,
            critical=limits.critical if limits else None,
        ),
        rows=listed[:MAX_ROWS],
        rows_total=len(listed),
        sample_size=sample_size,
        percentile=percentile,
        promql=query,
        read_model=metric.read_model,
    )


def _rows(found: Found, metric: MetricDefinition) -> list[MetricRow]:
    """One row for each series, the largest first; what is no number comes last."""
    rows = [
        MetricRow(labels=one.labels, value=value, formatted=values.formatted(value, metric.unit))
        for one in found.series
        for value in [one.points[-1].value if one.points else None]
    ]
    return sorted(rows, key=lambda row: (row.value is None, -(row.value or 0.0)))


def _worst(rows: list[MetricRow], metric: MetricDefinition) -> float | None:
    """The only value, or of several the one that is judged first. Never a sum."""
    known = [row.value for row in rows if row.value is not None]
    if not known:
        return None
    return min(known) if metric.better is Better.HIGHER else max(known)


def _only(found: Found) -> float | None:
    points = found.series[0].points if len(found.series) == 1 else ()
    return points[-1].value if points else None
