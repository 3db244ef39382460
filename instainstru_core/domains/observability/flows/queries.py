"""PromQL, put to Prometheus within bounds."""

from datetime import datetime, timedelta

from instainstru_core.domains.observability.errors import QueryTooWide, TimesUnclear
from instainstru_core.domains.observability.policy import promql
from instainstru_core.domains.observability.ports import Prometheus
from instainstru_core.domains.observability.schemas import (
    PointView,
    PrometheusAnswer,
    QueryPrometheus,
    SeriesView,
)
from instainstru_core.domains.observability.types import (
    Found,
    QueryKind,
    Series,
)
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.service.common import window_of
from instainstru_core.domains.reporting.types import Window
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Begin

NOT_NUMBERS = "Some points are not numbers (such as 0/0) and are null."
VENDOR_WARNING = "Prometheus warns that this answer may be partial."
NOTHING_KNOWN = (
    "Prometheus knows nothing of this in that time: this is no data, not zero. Check the name with"
    " metrics_describe, or ask for an earlier or longer window."
)


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
