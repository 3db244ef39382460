"""PromQL, put to Prometheus within bounds."""

from collections import Counter
from datetime import datetime, timedelta

from instainstru_core.domains.observability.errors import QueryTooWide, TimesUnclear
from instainstru_core.domains.observability.policy import promql
from instainstru_core.domains.observability.ports import Prometheus
from instainstru_core.domains.observability.schemas import (
    PointView,
    PrometheusAnswer,
    QueryPrometheus,
    QueryPrometheusRange,
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

WHY = {"NaN": "not a number, such as 0/0"}
WHY_ENDLESS = "endless, such as 1/0"
VENDOR_WARNING = "Prometheus warns that this answer may be partial."
NOTHING_KNOWN = (
    "Prometheus knows nothing of this in that time: this is no data, not zero. Check the name with"
    " metrics_describe, or ask for an earlier or longer window."
)


@operation("observability.prometheus_query")
def prometheus_query(
    begin: Begin, prometheus: Prometheus, *, actor: Actor, command: QueryPrometheus
) -> Report[PrometheusAnswer]:
    """What a PromQL query gives at one moment."""
    require(actor, Permission.OPERATIONS_READ)
    _refuse_wide(command.query)
    with begin(actor) as uow:
        at = _moment(command.at, uow.now)
    found = prometheus.instant(command.query, at=at)
    shown = _fitting(found.series)
    answer = PrometheusAnswer(
        query=command.query,
        kind=QueryKind.INSTANT,
        at=at,
        no_data=not found.series,
        series=[_series(one) for one in shown],
        series_total=len(found.series),
        truncated=len(shown) < len(found.series),
    )
    return Report(data=answer, total=len(found.series), warnings=_warnings(found, shown))


@operation("observability.prometheus_query_range")
def prometheus_query_range(
    begin: Begin, prometheus: Prometheus, *, actor: Actor, command: QueryPrometheusRange
) -> Report[PrometheusAnswer]:
    """What a PromQL query gives at every step of a window, as far as it is past."""
    require(actor, Permission.OPERATIONS_READ)
    _refuse_wide(command.query)
    with begin(actor) as uow:
        window = window_of(uow, command.window)
        span = _past(window, uow.now)
    step, coarser = _step(command.step_seconds, span.length)
    found = prometheus.range(command.query, start=span.start, end=span.end, step_seconds=step)
    shown = _fitting(found.series)
    answer = PrometheusAnswer(
        query=command.query,
        kind=QueryKind.RANGE,
        start=span.start,
        end=span.end,
        step_seconds=step,
        no_data=not found.series,
        series=[_series(one) for one in shown],
        series_total=len(found.series),
        truncated=len(shown) < len(found.series),
    )
    return Report(
        data=answer,
        window=WindowView.of(window),
        total=len(found.series),
        warnings=coarser + _warnings(found, shown),
    )


def _refuse_wide(query: str) -> None:
    if problem := promql.too_wide(query):
        raise QueryTooWide(problem, field="query")


def _moment(asked: datetime | str | None, now: datetime) -> datetime:
    at = promql.moment(asked, now=now) if isinstance(asked, str) else asked or now
    if at is None:
        raise TimesUnclear(
            "This moment cannot be read. Say how long ago it was, such as 2h, or give an ISO 8601"
            " time.",
            field="at",
        )
    if at > now:
        raise TimesUnclear(
            "Prometheus knows nothing of the future. Ask for a past time.", field="at"
        )
    return at


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


def _step(asked: int | None, length: timedelta) -> tuple[int, list[str]]:
    """The step, and what must be said of it."""
    if asked is None:
        return promql.step_for(length), []
    finest = promql.finest_step(length)
    if asked >= finest:
        return asked, []
    coarser = (
        f"A step of {asked} seconds would give more than {promql.MAX_POINTS} points to a line:"
        f" {finest} seconds are used. Ask for a shorter window to see more."
    )
    return finest, [coarser]


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
    warnings += _not_numbers(shown)
    if len(shown) < len(found.series):
        warnings.append(
            f"{len(shown)} of {len(found.series)} series are shown. Aggregate with sum by (...),"
            " take the largest with topk(10, ...), or use a longer step."
        )
    return warnings


def _not_numbers(shown: list[Series]) -> list[str]:
    """What the null points are, by what Prometheus says of them."""
    reasons = Counter(
        point.reason or "NaN" for one in shown for point in one.points if point.value is None
    )
    return [
        f"{count} points are null, because they are {reason}: {WHY.get(reason, WHY_ENDLESS)}."
        for reason, count in sorted(reasons.items())
    ]
