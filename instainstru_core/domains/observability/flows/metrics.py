"""Plain questions about metrics, answered by Prometheus or by the database."""

from collections.abc import Callable
from datetime import datetime

from instainstru_core.domains.observability import service
from instainstru_core.domains.observability.policy import comparisons, templates, values
from instainstru_core.domains.observability.policy.comparisons import A_WEEK
from instainstru_core.domains.observability.ports import Prometheus
from instainstru_core.domains.observability.schemas import (
    AskMetric,
    MetricAnswer,
    MetricCard,
    MetricChange,
    MetricDefinition,
    MetricRow,
)
from instainstru_core.domains.observability.service import Figure, Understood
from instainstru_core.domains.observability.types import (
    AnswerState,
    Better,
    Found,
    Verdict,
)
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.types import Window
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Begin

MAX_ROWS = 20
ONLY_NOW = (
    "This is how things stand now, whatever time was asked for. Ask prometheus_query about the past"
    " of a metric that Prometheus has."
)
NOT_EXPORTED = (
    "No data, which is not zero: no process exports this now. See processes_down, or the targets"
    " of Prometheus."
)
NOTHING_THEN = (
    "No data, which is not zero: this is exported now, and Prometheus has nothing of it in that"
    " window. Ask for a later or longer one."
)
NO_SUCH_PART = (
    "No data, which is not zero: nothing was measured with {filters}. Endpoints are named by their"
    " route, such as /api/v1/bookings/{{booking_id}}; requests_by_endpoint lists them."
)
NO_WHOLE = "No data, which is not zero: there is nothing in this window to take a share of."
NOT_COMPARED = "Earlier values could not be read: the changes are unknown."
LOWER_PERCENTILE = "The thresholds are for p{}: a lower percentile below them says nothing of it."


@operation("observability.metrics_query")
def metrics_query(
    begin: Begin,
    prometheus: Prometheus,
    *,
    actor: Actor,
    command: AskMetric,
    founding_cap: int,
    dashboards: str | None = None,
) -> Report[MetricAnswer]:
    """The value of the metric that a plain question means; the nearest metrics if it is unclear."""
    require(actor, Permission.OPERATIONS_READ)
    with begin(actor) as uow:
        asked, now = service.understand(uow, command), uow.now
    metric = asked.metric
    if metric is not None and metric.read_model is not None:

        def read(window: Window | None) -> Figure:
            """In a unit of work of its own: a report may want to be all that one asks."""
            with begin(actor) as uow:
                return service.figure(uow, metric, window, founding_cap=founding_cap)

        return _from_database(read, command, asked, metric, now=now)
    if metric is None or asked.promql is None or asked.span is None:
        return _report(_unclear(command, asked), None, [])
    found = prometheus.instant(asked.promql, at=asked.span.end)
    rows = _rows(found, metric)
    value = _worst(rows, metric)
    counted = prometheus.instant(asked.samples, at=asked.span.end) if asked.samples else None
    changes, warnings = _earlier(prometheus, asked, metric, value, now=now)
    answer = _answer(
        command,
        asked,
        metric,
        value,
        changes=changes,
        sample_size=_only(counted) if counted else None,
        rows=rows if metric.by else [],
        query=asked.promql,
        dashboard=_link(dashboards, metric, asked),
    )
    if value is None:
        warnings.insert(0, _why_nothing(prometheus, asked))
    return _report(answer, asked.window, [*warnings, *_notes(asked, metric, answer)])


def _from_database(
    read: Callable[[Window | None], Figure],
    command: AskMetric,
    asked: Understood,
    metric: MetricDefinition,
    *,
    now: datetime,
) -> Report[MetricAnswer]:
    figure = read(asked.window)
    value = _finite(figure.value)
    changes = [
        _change(one.label, one.window.span.start, one.window.span.end, value, then)
        for one in asked.earlier
        for then in [_finite(read(one.window).value)]
    ]
    is_over = asked.window is None or asked.window.span.end <= now
    answer = _answer(
        command,
        asked,
        metric,
        value,
        changes=changes,
        sample_size=figure.sample_size,
        is_over=is_over,
    )
    warnings = list(figure.warnings)
    if value is None and not warnings:
        warnings.append(NO_WHOLE)
    return _report(answer, asked.window, [*warnings, *_notes(asked, metric, answer)])


def _earlier(
    prometheus: Prometheus,
    asked: Understood,
    metric: MetricDefinition,
    value: float | None,
    *,
    now: datetime,
) -> tuple[list[MetricChange], list[str]]:
    """The same of earlier windows. That it cannot be read takes nothing from the answer."""
    changes: list[MetricChange] = []
    try:
        for one in asked.earlier:
            span = comparisons.past(one.window, now)
            query = asked.query_over(span.length.total_seconds())
            then = _worst(_rows(prometheus.instant(query, at=span.end), metric), metric)
            changes.append(_change(one.label, span.start, span.end, value, then))
        for label, moment in asked.moments:
            found = prometheus.instant(asked.promql or "", at=moment)
            then = _worst(_rows(found, metric), metric)
            changes.append(_change(label, moment, moment, value, then))
    except Refusal:
        return changes, [NOT_COMPARED]
    return changes, []


def _why_nothing(prometheus: Prometheus, asked: Understood) -> str:
    """The reason for having no data, asked of Prometheus itself."""
    if asked.heard is not None and asked.heard.filters:
        told = ", ".join(f'{name}="{value}"' for name, value in asked.heard.filters.items())
        return NO_SUCH_PART.format(filters=told)
    names = templates.series_of(asked.promql or "")
    query = " or ".join(f"count({name})" for name in names)
    try:
        known = prometheus.instant(query, at=asked.span.end) if asked.span else None
    except Refusal:
        return NOTHING_THEN
    return NOTHING_THEN if known and known.series else NOT_EXPORTED


def _notes(asked: Understood, metric: MetricDefinition, answer: MetricAnswer) -> list[str]:
    notes = [ONLY_NOW] if asked.is_only_of_now else []
    if metric.thresholds is not None and answer.value is not None:
        is_lower = (asked.percentile or 0) < (metric.percentile or 0)
        if is_lower and answer.verdict is Verdict.NOT_JUDGED:
            notes.append(LOWER_PERCENTILE.format(metric.percentile))
    if metric.caveat:
        notes.append(metric.caveat)
    return notes


def _report(
    answer: MetricAnswer, window: Window | None, warnings: list[str]
) -> Report[MetricAnswer]:
    return Report(data=answer, window=WindowView.of(window) if window else None, warnings=warnings)


def _unclear(command: AskMetric, asked: Understood) -> MetricAnswer:
    names = ", ".join(guess.name for guess in asked.nearest)
    which = f" The nearest are: {names}." if names else " None is near; metrics_describe lists all."
    why = asked.unfit or f"It is unclear which metric is meant.{which}"
    return MetricAnswer(
        question=command.question,
        state=AnswerState.UNCLEAR,
        confidence=asked.confidence,
        formatted=why,
        verdict=Verdict.UNKNOWN,
        nearest=asked.nearest,
    )


def _answer(
    command: AskMetric,
    asked: Understood,
    metric: MetricDefinition,
    value: float | None,
    *,
    changes: list[MetricChange],
    sample_size: float | None,
    rows: list[MetricRow] | None = None,
    query: str | None = None,
    dashboard: str | None = None,
    is_over: bool = True,
) -> MetricAnswer:
    listed = rows or []
    shown = asked.heard.rows if asked.heard and asked.heard.rows else MAX_ROWS
    return MetricAnswer(
        question=command.question,
        state=AnswerState.NO_DATA if value is None else AnswerState.ANSWERED,
        confidence=asked.confidence,
        metric=MetricCard(
            name=metric.name,
            meaning=metric.meaning,
            unit=metric.unit,
            better=metric.better,
            thresholds=metric.thresholds,
            weekly_change=metric.weekly_change,
            owner=metric.owner,
            runbook=metric.runbook,
        ),
        value=value,
        formatted=_words(value, metric, listed),
        verdict=_verdict(metric, asked, value, changes, is_over=is_over),
        changes=changes,
        rows=listed[:shown],
        rows_total=len(listed),
        sample_size=sample_size,
        percentile=asked.percentile,
        filters=dict(asked.heard.filters) if asked.heard else {},
        promql=query,
        read_model=metric.read_model,
        dashboard=dashboard,
    )


def _words(value: float | None, metric: MetricDefinition, rows: list[MetricRow]) -> str:
    """The value; of several, whose it is."""
    words = values.formatted(value, metric.unit)
    known = [row for row in rows if row.value is not None]
    if value is None or len(known) < 2:  # noqa: PLR2004 - several
        return words
    place = "lowest" if metric.better is Better.HIGHER else "highest"
    worst = next(row for row in known if row.value == value)
    named = " ".join(worst.labels[label] for label in metric.by if label in worst.labels)
    return f"{words}, the {place} of {len(known)}: {named}" if named else words


def _verdict(
    metric: MetricDefinition,
    asked: Understood,
    value: float | None,
    changes: list[MetricChange],
    *,
    is_over: bool,
) -> Verdict:
    """By the value; or, for what has no good or bad value, by its change over a week."""
    if metric.thresholds is not None:
        found = values.verdict(
            value,
            better=metric.better,
            warning=metric.thresholds.warning,
            critical=metric.thresholds.critical,
        )
        return values.of_percentile(found, asked.percentile, metric.percentile)
    weekly = [one.change for one in changes if one.label == A_WEEK]
    limits = metric.weekly_change
    if value is None and limits is not None:
        return Verdict.UNKNOWN
    if limits is None or not is_over or not weekly or weekly[0] is None:
        return Verdict.NOT_JUDGED
    return values.verdict(
        weekly[0], better=metric.better, warning=limits.warning, critical=limits.critical
    )


def _change(
    label: str, start: datetime, end: datetime, value: float | None, then: float | None
) -> MetricChange:
    return MetricChange(
        label=label, start=start, end=end, value=then, change=values.change(value, then)
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


def _finite(value: float | None) -> float | None:
    return None if value is None else values.finite(value)


def _link(dashboards: str | None, metric: MetricDefinition, asked: Understood) -> str | None:
    """Where to see it, over the window that was asked for."""
    if dashboards is None or metric.dashboard is None or asked.span is None:
        return None
    link = f"{dashboards.rstrip('/')}/d/{metric.dashboard}"
    if asked.window is None:
        return link
    start, end = (int(at.timestamp() * 1000) for at in (asked.span.start, asked.span.end))
    return f"{link}?from={start}&to={end}"
