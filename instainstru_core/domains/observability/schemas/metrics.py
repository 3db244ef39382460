"""The metric dictionary, and the answers to plain questions."""

from datetime import datetime
from typing import Self

from pydantic import ConfigDict, Field, model_validator

from instainstru_core.domains.observability.schemas.base import Command, View, WindowWords, Words
from instainstru_core.domains.observability.types import (
    AnswerState,
    Better,
    MetricType,
    MetricUnit,
    Verdict,
)


class AskMetric(Command):
    """A question about a metric in plain words, such as "p95 latency of the last hour"."""

    question: Words
    window: WindowWords | None = Field(
        default=None, description="Beats a window that the question names."
    )


class Thresholds(View):
    """From which value on, in the bad direction, a metric is worth a look or a call."""

    warning: float
    critical: float


class MetricDefinition(View):
    """One entry of metrics_dictionary.yaml: a PromQL template or the name of a read model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]+$")
    meaning: str
    unit: MetricUnit
    type: MetricType
    labels: list[str] = Field(default=[])
    promql: str | None = None
    samples: str | None = Field(default=None, description="PromQL that counts what was measured.")
    read_model: str | None = None
    exported_as: list[str] = Field(
        default=[], description="Series of Prometheus that tell the same of the present moment."
    )
    by: list[str] = Field(default=[], description="Labels that make the answer a table.")
    default_window: str | None = Field(description="None for what has no window: a state of now.")
    percentile: int | None = Field(default=None, ge=1, le=99)
    better: Better
    thresholds: Thresholds | None = None
    weekly_change: Thresholds | None = Field(
        default=None, description="The same for how much more there is than a week earlier."
    )
    owner: str
    runbook: str = Field(pattern=r"^[a-z][a-z_]+$", description="A page of docs/runbooks.")
    dashboard: str | None = Field(default=None, description="The uid of a dashboard that shows it.")
    synonyms: list[str] = Field(min_length=1)
    caveat: str | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.promql is None) == (self.read_model is None):
            msg = f"{self.name} needs either promql or read_model"
            raise ValueError(msg)
        return self


class MetricBrief(View):
    """A metric in a list."""

    name: str
    meaning: str
    unit: MetricUnit


class MetricsDescription(View):
    """The metrics there are, or those that were asked for with all that is known of them."""

    metrics: list[MetricBrief]
    definitions: list[MetricDefinition] = Field(
        default=[], description="In full, where a name was given."
    )
    examples: list[str] = Field(description="Questions that metrics_query understands.")


class MetricCard(View):
    """What must be known of a metric to read its value."""

    name: str
    meaning: str
    unit: MetricUnit
    better: Better
    thresholds: Thresholds | None
    weekly_change: Thresholds | None
    owner: str
    runbook: str


class MetricGuess(View):
    """A metric that the question might mean. Confidence runs from 0 to 1."""

    name: str
    confidence: float


class MetricRow(View):
    """One line of a metric that has a value for each label."""

    labels: dict[str, str]
    value: float | None
    formatted: str


class MetricChange(View):
    """An earlier value beside the present one: a change of 0.25 is a quarter more."""

    label: str
    start: datetime
    end: datetime
    value: float | None
    change: float | None


class MetricAnswer(View):
    """The answer to a question about a metric; or, when it is unclear, the nearest metrics.

    `value` is null without data, and shares are 0 to 1. `sample_size` is how many requests, lessons
    or the like are behind it, `confidence` how well the question fits the metric, 0 to 1.
    """

    question: str
    state: AnswerState
    confidence: float
    metric: MetricCard | None = None
    value: float | None = None
    formatted: str
    verdict: Verdict
    changes: list[MetricChange] = Field(default=[])
    rows: list[MetricRow] = Field(default=[])
    rows_total: int = 0
    sample_size: float | None = None
    percentile: int | None = None
    filters: dict[str, str] = Field(default={})
    promql: str | None = None
    read_model: str | None = None
    dashboard: str | None = None
    nearest: list[MetricGuess] = Field(default=[])
