"""Questions to Prometheus and to the broker. No transaction is open while they are asked."""

from datetime import datetime, timedelta

from instainstru_core.domains.observability import service
from instainstru_core.domains.observability.errors import QueryTooWide, TimesUnclear
from instainstru_core.domains.observability.policy import promql, values
from instainstru_core.domains.observability.ports import Broker, Prometheus
from instainstru_core.domains.observability.schemas import (
    AskMetric,
    MetricAnswer,
    MetricCard,
    MetricDefinition,
    MetricRow,
    PointView,
    PrometheusAnswer,
    QueryPrometheus,
    QueuesView,
    QueueView,
    SeriesView,
    WorkersView,
    WorkerView,
)
from instainstru_core.domains.observability.types import (
    AnswerState,
    Better,
    Crew,
    Found,
    Heartbeat,
    QueryKind,
    Queue,
    Series,
    Verdict,
    WorkerState,
)
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.service.common import window_of
from instainstru_core.domains.reporting.types import Window
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Begin

LOST_AFTER = timedelta(seconds=20)
MAX_ROWS = 20

NOT_NUMBERS = "Some points are not numbers (such as 0/0) and are null."
VENDOR_WARNING = "Prometheus warns that this answer may be partial."
NOTHING_KNOWN = (
    "Prometheus knows nothing of this in that time: this is no data, not zero. Check the name with"
    " metrics_describe, or ask for an earlier or longer window."
)
SCHEDULE_LATE_SECONDS = 60.0
SCHEDULE_SILENT = (
    "The schedule has not reached a worker for a minute or longer: what is due by the clock is not"
    " being done, and facts in the outbox wait. Check that beat runs."
)
ONLY_NOW = (
    "This is how things stand now, whatever time was asked for. Ask prometheus_query about the past"
    " of a metric that Prometheus has."
)
NO_WORKERS = "No worker is online: tasks wait and nothing is relayed."


@operation("observability.prometheus_query")
def prometheus_query(
    begin: Begin, prometheus: Prometheus, *, actor: Actor, command: QueryPrometheus
) -> Report[PrometheusAnswer]:
    """What a PromQL query gives, at one moment or over a window."""
    require(actor, Permission.OPERATIONS_READ)
    if problem := promql.too_wide(command.query):
        raise QueryTooWide(problem, field="query")
    with begin(actor) as uow:
        now = uow.now
        window = window_of(uow, command.window) if command.window else None
    if window is None:
        at = _moment(command.at, now)
        found = prometheus.instant(command.query, at=at)
        times: dict[str, object] = {"kind": QueryKind.INSTANT, "at": at}
    else:
        if command.at is not None:
            raise TimesUnclear("Say either `at` or `window`, not both.", field="window")
        span = _past(window, now)
        step = _step(command.step_seconds, span.length)
        found = prometheus.range(command.query, start=span.start, end=span.end, step_seconds=step)
        times = {
            "kind": QueryKind.RANGE,
            "start": span.start,
            "end": span.end,
            "step_seconds": step,
        }
    shown = _fitting(found.series)
    answer = PrometheusAnswer.model_validate(
        {
            "query": command.query,
            **times,
            "no_data": not found.series,
            "series": [_series(one) for one in shown],
            "series_total": len(found.series),
            "truncated": len(shown) < len(found.series),
        }
    )
    return Report(
        data=answer,
        window=WindowView.of(window) if window else None,
        total=len(found.series),
        warnings=_warnings(found, shown),
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


@operation("observability.worker_status")
def worker_status(broker: Broker, *, actor: Actor) -> Report[WorkersView]:
    """Every worker that did not end in order, also those that are lost."""
    require(actor, Permission.OPERATIONS_READ)
    crew = broker.crew()
    workers = [_worker(one, crew.at) for one in crew.heartbeats]
    online = [one for one in workers if one.state is WorkerState.ONLINE]
    beat = crew.schedule_seen_at
    view = WorkersView(
        workers=workers,
        online=len(online),
        lost=len(workers) - len(online),
        active_tasks=sum(one.active_tasks for one in online),
        schedule_last_seen_at=beat,
        schedule_age_seconds=round((crew.at - beat).total_seconds(), 1) if beat else None,
    )
    warnings = [] if online else [NO_WORKERS]
    if view.lost:
        warnings.append("Lost workers gave no sign of life and did not end in order.")
    age = view.schedule_age_seconds
    if age is None or age >= SCHEDULE_LATE_SECONDS:
        warnings.append(SCHEDULE_SILENT)
    return Report(data=view, total=len(workers), warnings=warnings)


@operation("observability.queue_depth")
def queue_depth(broker: Broker, *, actor: Actor) -> Report[QueuesView]:
    """How many tasks wait in each queue, and how many workers take from it."""
    require(actor, Permission.OPERATIONS_READ)
    crew = broker.crew()
    online = [one for one in crew.heartbeats if _state(one, crew) is WorkerState.ONLINE]
    names = dict.fromkeys([*Queue, *(name for one in online for name in one.queues)])
    backlog = broker.backlog([str(name) for name in names])
    queues = [
        QueueView(
            name=str(name),
            waiting=backlog.waiting.get(name, 0),
            unacked=backlog.unacked.get(name, 0),
            workers=sum(name in one.queues for one in online),
        )
        for name in names
    ]
    view = QueuesView(
        queues=queues,
        waiting=sum(queue.waiting for queue in queues),
        unacked=sum(backlog.unacked.values()),
    )
    idle = [queue.name for queue in queues if queue.waiting and not queue.workers]
    warnings = [f"Nobody takes from: {', '.join(idle)}."] if idle else []
    if backlog.unacked.get("", 0):
        warnings.append("So many tasks are with workers that they are not told apart by queue.")
    return Report(data=view, total=len(queues), warnings=warnings)


def _moment(asked: datetime | None, now: datetime) -> datetime:
    if asked is not None and asked > now:
        raise TimesUnclear(
            "Prometheus knows nothing of the future. Ask for a past time.", field="at"
        )
    return asked or now


def _past(window: Window, now: datetime) -> Span:
    """The part of the window that is past. Refused when there is none, or too much of it."""
    if window.span.start >= now:
        raise TimesUnclear("This window lies in the future. Ask for one that has begun.")
    span = Span(window.span.start, min(window.span.end, now))
    if span.length > promql.MAX_LENGTH:
        raise QueryTooWide(
            f"A window for Prometheus is at most {promql.MAX_LENGTH.days} days long.",
            field="window",
        )
    return span


def _step(asked: int | None, length: timedelta) -> int:
    finest = promql.finest_step(length)
    if asked is not None and asked < finest:
        raise QueryTooWide(
            f"This window has at most {promql.MAX_POINTS} points: use a step of at least"
            f" {finest} seconds, or a shorter window.",
            field="step_seconds",
            step_seconds=finest,
        )
    return asked or promql.step_for(length)


def _fitting(series: tuple[Series, ...]) -> list[Series]:
    """As many series as an answer may hold."""
    shown: list[Series] = []
    left = promql.MAX_ANSWER_POINTS
    for one in series[: promql.MAX_SERIES]:
        left -= len(one.points) + promql.LABELS_AS_POINTS
        if left < 0 and shown:
            break
        shown.append(one)
    return shown


def _series(one: Series) -> SeriesView:
    points = [PointView(at=point.at, value=point.value) for point in one.points]
    return SeriesView(labels=one.labels, points=points)


def _warnings(found: Found, shown: list[Series]) -> list[str]:
    warnings = [VENDOR_WARNING] if found.has_warnings else []
    if not found.series:
        return [*warnings, NOTHING_KNOWN]
    if any(point.value is None for one in shown for point in one.points):
        warnings.append(NOT_NUMBERS)
    if len(shown) < len(found.series):
        warnings.append(
            f"{len(shown)} of {len(found.series)} series are shown. Aggregate with sum by (...),"
            " take the largest with topk(10, ...), or use a longer step."
        )
    return warnings


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


def _state(heartbeat: Heartbeat, crew: Crew) -> WorkerState:
    is_lost = crew.at - heartbeat.seen_at > LOST_AFTER
    return WorkerState.LOST if is_lost else WorkerState.ONLINE


def _worker(heartbeat: Heartbeat, at: datetime) -> WorkerView:
    age = at - heartbeat.seen_at
    return WorkerView(
        name=heartbeat.name,
        state=WorkerState.LOST if age > LOST_AFTER else WorkerState.ONLINE,
        last_seen_at=heartbeat.seen_at,
        age_seconds=round(max(age.total_seconds(), 0.0), 1),
        started_at=heartbeat.started_at,
        queues=list(heartbeat.queues),
        concurrency=heartbeat.concurrency,
        active_tasks=heartbeat.active_tasks,
        processed=heartbeat.processed,
    )
