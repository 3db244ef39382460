"""The metric dictionary: what metrics there are, which one a question means, and its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.errors import MetricUnknown, QueryTooWide, TimesUnclear
from instainstru_core.domains.observability.policy import (
    comparisons,
    promql,
    questions,
    templates,
)
from instainstru_core.domains.observability.policy.comparisons import Earlier
from instainstru_core.domains.observability.policy.hearing import Heard
from instainstru_core.domains.observability.policy.questions import Candidate, Vocabulary
from instainstru_core.domains.observability.schemas import (
    AskMetric,
    MetricBrief,
    MetricDefinition,
    MetricGuess,
    MetricsDescription,
)
from instainstru_core.domains.observability.service.figures import (
    BY_DAY,
    FIGURES,
    FOUNDING_SLOTS_LEFT,
    Figure,
    founding_slots_left,
)
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

    `unfit` says what the question wants of a metric that has no such thing. `is_only_of_now` where
    a time was asked for that the metric cannot be told of. `earlier` are windows, and `moments`
    instants for what has no window, whose values are set beside the present one.
    """

    metric: MetricDefinition | None
    confidence: float
    nearest: list[MetricGuess]
    unfit: str | None = None
    window: Window | None = None
    span: Span | None = None
    heard: Heard | None = None
    percentile: int | None = None
    promql: str | None = None
    samples: str | None = None
    earlier: list[Earlier] = field(default_factory=list[Earlier])
    moments: list[tuple[str, datetime]] = field(default_factory=list[tuple[str, datetime]])
    is_only_of_now: bool = False

    def query_over(self, seconds: float) -> str:
        """The same query over a window of another length."""
        return _query(self.metric.promql if self.metric else None, self, seconds) or ""


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
            nearest = [guess.name for guess in _guesses(_vocabulary().ranked(name))]
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
    heard, ranked, fitting = _heard(command.question, uow.now)
    confidence = fitting[0].confidence if fitting else 0.0
    unclear = Understood(metric=None, confidence=confidence, nearest=_guesses(ranked))
    if not questions.is_clear(fitting):
        return unclear
    metric = dictionary()[fitting[0].name]
    if unfit := _unfit(heard, metric):
        return replace(unclear, unfit=unfit)
    window = _window(uow, command, heard, metric)
    wanted = window_of(uow, command.window) if command.window is not None else heard.window
    understood = Understood(
        metric=metric,
        confidence=confidence,
        nearest=[],
        window=window,
        heard=heard,
        percentile=(heard.percentile or metric.percentile) if metric.percentile else None,
        earlier=_earlier(uow, heard, metric, window),
        moments=comparisons.moments(uow.now) if window is None else [],
        is_only_of_now=window is None and wanted is not None and wanted.label != "today",
    )
    return understood if metric.promql is None else _as_query(uow, understood)


@operation("observability.figure")
def figure(
    uow: Uow, metric: MetricDefinition, window: Window | None, *, founding_cap: int
) -> Figure:
    """The value of a metric that comes from the database."""
    require(uow.actor, Permission.OPERATIONS_READ)
    if metric.read_model == FOUNDING_SLOTS_LEFT:
        return founding_slots_left(uow, founding_cap)
    return FIGURES[metric.read_model or ""](uow, window)


def meant(question: str, *, now: datetime) -> tuple[Heard, MetricDefinition | None]:
    """What a question says, and the metric that it means; None where that is not clear."""
    heard, _ranked, fitting = _heard(question, now)
    metric = dictionary()[fitting[0].name] if questions.is_clear(fitting) else None
    return heard, None if metric is None or _unfit(heard, metric) else metric


@cache
def dictionary() -> Mapping[str, MetricDefinition]:
    """The entries of metrics_dictionary.yaml by name, in its order."""
    return {metric.name: metric for metric in repository.dictionary()}


@cache
def _phrases() -> Mapping[str, list[str]]:
    return {name: [name, *metric.synonyms] for name, metric in dictionary().items()}


@cache
def _vocabulary() -> Vocabulary:
    meanings = {
        name: (metric.meaning, f"{metric.owner} {metric.runbook}")
        for name, metric in dictionary().items()
    }
    return Vocabulary(_phrases(), meanings)


def _heard(question: str, now: datetime) -> tuple[Heard, list[Candidate], list[Candidate]]:
    """What a question says, all metrics best first, and those of the kind that it asks for."""
    heard = questions.hear(question, now=now)
    ranked = _vocabulary().ranked(heard.words)
    return heard, ranked, [one for one in ranked if dictionary()[one.name].unit in heard.units]


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


def _guesses(ranked: list[Candidate]) -> list[MetricGuess]:
    return [
        MetricGuess(name=one.name, confidence=one.confidence)
        for one in ranked[: questions.NEAREST]
        if one.confidence >= questions.WORTH_NAMING
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


def _unfit(heard: Heard, metric: MetricDefinition) -> str | None:
    """What the question wants of this metric and it does not have; nothing is left out silently."""
    template = metric.promql or ""
    if heard.percentile is not None and metric.percentile is None:
        return f"{metric.name} is one number without percentiles: ask for it without one."
    if heard.rows is not None and not metric.by:
        return f"{metric.name} is one number, not a list: ask for it without a number of lines."
    if heard.filters and templates.FILTERED not in template:
        told = " and ".join(sorted(heard.filters))
        return f"{metric.name} is not told apart by {told}: ask for it as a whole."
    missing = set(heard.filters) - set(metric.labels)
    if missing:
        return f"{metric.name} is not told apart by {' and '.join(sorted(missing))}."
    return None


def _earlier(
    uow: Uow, heard: Heard, metric: MetricDefinition, window: Window | None
) -> list[Earlier]:
    if window is None or window.span.start >= uow.now:
        return []
    by_day = metric.read_model in BY_DAY
    if by_day and window.days is None:
        return []
    return comparisons.earlier(window, now=uow.now, named=heard.compared_with, by_day=by_day)


def _as_query(uow: Uow, understood: Understood) -> Understood:
    """The query, over the part of the window that is past. Refused when none of it is."""
    window = understood.window
    span = Span(uow.now, uow.now)
    if window is not None:
        if window.span.start >= uow.now:
            raise TimesUnclear(
                "This window lies in the future. Ask for one that has begun.", field="window"
            )
        span = comparisons.past(window, uow.now)
        if span.length > promql.MAX_LENGTH:
            raise QueryTooWide(
                f"Prometheus is asked for at most {promql.MAX_LENGTH.days} days at once."
                " Ask for a shorter window.",
                field="window",
            )
    metric, seconds = understood.metric, span.length.total_seconds()
    return replace(
        understood,
        span=span,
        promql=_query(metric.promql if metric else None, understood, seconds),
        samples=_query(metric.samples if metric else None, understood, seconds),
        earlier=[one for one in understood.earlier if one.window.span.length <= promql.MAX_LENGTH],
    )


def _query(template: str | None, understood: Understood, seconds: float) -> str | None:
    if template is None:
        return None
    heard = understood.heard
    return templates.query(
        template,
        window_seconds=round(seconds),
        quantile=(understood.percentile or 0) / 100,
        filters=heard.filters if heard else None,
        rows=heard.rows if heard else None,
    )
