"""The metric dictionary: what metrics there are, which one a question means, and its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from string import Template

from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.errors import MetricUnknown, QueryTooWide, TimesUnclear
from instainstru_core.domains.observability.policy import promql, questions
from instainstru_core.domains.observability.schemas import (
    AskMetric,
    MetricBrief,
    MetricDefinition,
    MetricGuess,
    MetricsDescription,
)
from instainstru_core.domains.observability.service.figures import FIGURES, Figure
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.reporting.service.common import window_of
from instainstru_core.domains.reporting.types import Window
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Uow

EXAMPLES = [
    "p95 latency over the last 15 minutes",
    "error rate of the last hour",
    "slowest endpoints",
    "GMV this month",
    "zero result rate last 7 days",
    "how old is the oldest fact in the outbox?",
    "queue depth",
]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question means. Without a metric it is unclear, and the nearest are named.

    `is_only_of_now` where a time was asked for that the metric cannot be told of.
    """

    metric: MetricDefinition | None
    confidence: float
    nearest: list[MetricGuess]
    window: Window | None = None
    span: Span | None = None
    percentile: int | None = None
    promql: str | None = None
    samples: str | None = None
    is_only_of_now: bool = False


@operation("observability.metrics_describe")
def metrics_describe(uow: Uow, name: str | None = None) -> Report[MetricsDescription]:
    """All metrics, or those that go by this name: ours, what people say, or a series' name."""
    require(uow.actor, Permission.OPERATIONS_READ)
    known = dictionary()
    if name is None:
        found = list(known.values())
    else:
        found = _named(name.strip(), known)
        if not found:
            nearest = [guess.name for guess in _guesses(questions.ranked(name, _phrases()))]
            which = f" The nearest are: {', '.join(nearest)}." if nearest else ""
            raise MetricUnknown(
                f"No metric goes by this name.{which} Leave the name out to list all.",
                nearest=nearest,
            )
    data = MetricsDescription(
        metrics=[MetricBrief(name=one.name, meaning=one.meaning, unit=one.unit) for one in found],
        definitions=found if name is not None else [],
        examples=EXAMPLES,
    )
    return Report(data=data, total=len(found))


@operation("observability.understand")
def understand(uow: Uow, command: AskMetric) -> Understood:
    """Which metric, window and percentile a question means. It is never guessed."""
    require(uow.actor, Permission.OPERATIONS_READ)
    heard = questions.hear(command.question, now=uow.now)
    ranked = questions.ranked(heard.words, _phrases())
    confidence = ranked[0].confidence if ranked else 0.0
    if not questions.is_clear(ranked):
        return Understood(metric=None, confidence=confidence, nearest=_guesses(ranked))
    metric = dictionary()[ranked[0].name]
    window = _window(uow, command, heard, metric)
    wanted = window_of(uow, command.window) if command.window is not None else heard.window
    percentile = (heard.percentile or metric.percentile) if metric.percentile else None
    understood = Understood(
        metric=metric,
        confidence=confidence,
        nearest=[],
        window=window,
        percentile=percentile,
        is_only_of_now=window is None and wanted is not None and wanted.label != "today",
    )
    return understood if metric.promql is None else _as_query(uow, understood, metric.promql)


@operation("observability.figure")
def figure(uow: Uow, metric: MetricDefinition, window: Window | None) -> Figure:
    """The value of a metric that comes from the database."""
    require(uow.actor, Permission.OPERATIONS_READ)
    return FIGURES[metric.read_model or ""](uow, window)


@cache
def dictionary() -> Mapping[str, MetricDefinition]:
    """The entries of metrics_dictionary.yaml by name, in its order."""
    return {metric.name: metric for metric in repository.dictionary()}


@cache
def _phrases() -> Mapping[str, list[str]]:
    return {name: [name, *metric.synonyms] for name, metric in dictionary().items()}


def _named(name: str, known: Mapping[str, MetricDefinition]) -> list[MetricDefinition]:
    if name in known:
        return [known[name]]
    wanted = questions.normalized(name)
    found = [
        metric
        for metric in known.values()
        if wanted in {questions.normalized(phrase) for phrase in _phrases()[metric.name]}
    ]
    if found or not name.startswith("instainstru_"):
        return found
    return [
        metric
        for metric in known.values()
        if name in metric.exported_as or (metric.promql and name in metric.promql)
    ]


def _guesses(ranked: list[questions.Candidate]) -> list[MetricGuess]:
    known = dictionary()
    return [
        MetricGuess(name=one.name, meaning=known[one.name].meaning, confidence=one.confidence)
        for one in ranked[: questions.NEAREST]
        if one.confidence
    ]


def _window(
    uow: Uow, command: AskMetric, heard: questions.Heard, metric: MetricDefinition
) -> Window | None:
    """None for what has no window: a state of now."""
    if metric.default_window is None:
        return None
    if command.window is not None:
        return window_of(uow, command.window)
    return heard.window or window_of(uow, metric.default_window)


def _as_query(uow: Uow, understood: Understood, template: str) -> Understood:
    """The query, over the part of the window that is past. Refused when none of it is."""
    window = understood.window
    span = Span(uow.now, uow.now)
    if window is not None:
        if window.span.start >= uow.now:
            raise TimesUnclear(
                "This window lies in the future. Ask for one that has begun.", field="window"
            )
        span = Span(window.span.start, min(window.span.end, uow.now))
        if span.length > promql.MAX_LENGTH:
            raise QueryTooWide(
                f"Prometheus is asked for at most {promql.MAX_LENGTH.days} days at once."
                " Ask for a shorter window.",
                field="window",
            )
    values = {
        "window": f"{max(1, round(span.length.total_seconds()))}s",
        "quantile": f"{(understood.percentile or 0) / 100:g}",
    }
    samples = understood.metric.samples if understood.metric else None
    return replace(
        understood,
        span=span,
        promql=Template(template).substitute(values),
        samples=Template(samples).substitute(values) if samples else None,
    )
