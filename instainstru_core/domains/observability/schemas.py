"""Questions about how the system is doing, and the views that answer them."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.bookings.types import BookingStatus, DueKind
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.observability.types import (
    AnswerState,
    Better,
    MetricType,
    MetricUnit,
    QueryKind,
    Severity,
    TaskState,
    Verdict,
    WorkerState,
)

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Promql = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
WindowWords = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class Command(BaseModel):
    """What a caller may say, and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """A view is built once and never changes. A figure that is no number becomes null."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="null")


class QueryPrometheus(Command):
    """A PromQL query for one moment, or for every step of a window."""

    query: Promql
    window: WindowWords | None = Field(
        default=None, description="A window such as 2h or today; leave it out for one moment."
    )
    at: AwareDatetime | None = Field(default=None, description="The moment; now if left out.")
    step_seconds: int | None = Field(default=None, ge=1, le=86_400)


class AskMetric(Command):
    """A question about a metric in plain words, such as "p95 latency of the last hour"."""

    question: Words
    window: WindowWords | None = Field(
        default=None, description="Beats a window that the question names."
    )


class PointView(View):
    """A value at a moment; null where Prometheus says that it is no number."""

    at: datetime
    value: float | None


class SeriesView(View):
    """One line of an answer."""

    labels: dict[str, str]
    points: list[PointView]


class PrometheusAnswer(View):
    """What Prometheus says. `no_data` is not the same as zero."""

    query: str
    kind: QueryKind
    at: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    step_seconds: int | None = None
    no_data: bool
    series: list[SeriesView]
    series_total: int
    truncated: bool


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
    labels: list[str] = []
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
    owner: str
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
    owner: str


class MetricGuess(View):
    """A metric that the question might mean. Confidence runs from 0 to 1."""

    name: str
    meaning: str
    confidence: float


class MetricRow(View):
    """One line of a metric that has a value for each label."""

    labels: dict[str, str]
    value: float | None
    formatted: str


class MetricAnswer(View):
    """The answer to a question about a metric; or, when it is unclear, the nearest metrics."""

    question: str
    state: AnswerState
    confidence: float = Field(description="How well the question fits the metric, 0 to 1.")
    metric: MetricCard | None = None
    value: float | None = Field(default=None, description="Null without data. Shares are 0 to 1.")
    formatted: str
    verdict: Verdict
    rows: list[MetricRow] = []
    rows_total: int = 0
    sample_size: float | None = Field(
        default=None, description="How many requests, lessons or the like are behind the value."
    )
    percentile: int | None = None
    promql: str | None = None
    read_model: str | None = None
    nearest: list[MetricGuess] = []


class WorkerView(View):
    """One worker, as it last described itself."""

    name: str
    state: WorkerState
    last_seen_at: datetime
    age_seconds: float
    started_at: datetime
    queues: list[str]
    concurrency: int
    active_tasks: int
    processed: int = Field(description="Tasks since it started.")


class WorkersView(View):
    """All workers that did not end in order, the lost ones among them."""

    workers: list[WorkerView]
    online: int
    lost: int
    active_tasks: int = Field(description="Of the workers that are online.")
    schedule_last_seen_at: datetime | None
    schedule_age_seconds: float | None


class QueueView(View):
    """One queue. `unacked` tasks are with a worker: running, or put off for later."""

    name: str
    waiting: int
    unacked: int
    workers: int = Field(description="Workers online that take from it.")


class QueuesView(View):
    """Every queue, also the empty ones."""

    queues: list[QueueView]
    waiting: int
    unacked: int


class TaskStarted(Command):
    """An attempt that begins."""

    task_id: str
    task_name: str
    queue: str | None
    worker: str


class TaskFinished(Command):
    """How an attempt ended. `error_type` is a refusal's code or the name of an exception."""

    task_id: str
    attempt: int
    state: TaskState
    duration_ms: int
    error_type: str | None = None


class MoneyGauges(BaseModel):
    """How the work on money stands at one moment. Absent keys count as none."""

    model_config = ConfigDict(frozen=True)

    lessons_overdue: dict[DueKind, int] = Field(description="By what their money waits for.")
    lessons_overdue_oldest_age_seconds: float = Field(description="Since it was due.")
    lessons_in_review: int
    lessons_in_review_oldest_age_seconds: float
    commands_stuck: int
    webhooks_waiting: int
    webhooks_oldest_age_seconds: float
    webhooks_dead: int
    books_differences: int | None = Field(description="None where they were never compared.")
    books_age_seconds: float | None
    ledger_cents: dict[AccountKind, int] = Field(
        description="What is owed to somebody, or by students; positive where it is."
    )


class Gauges(BaseModel):
    """The figures that only the database knows, at one moment. Absent keys count as none."""

    model_config = ConfigDict(frozen=True)

    bookings_today: dict[BookingStatus, int] = Field(description="By New York lesson day.")
    bookings_upcoming: dict[BookingStatus, int] = Field(description="Lessons yet to start.")
    users: dict[AccountStatus, int]
    instructors_live: int
    invites_pending: int
    founding_slots_used: int
    searches_24h: int
    searches_without_result_24h: int
    task_executions_1h: dict[TaskState, int] = Field(description="Attempts that began.")
    outbox_waiting: int
    outbox_oldest_age_seconds: float
    deliveries_waiting: int
    deliveries_oldest_age_seconds: float
    money: MoneyGauges

    @property
    def zero_result_share_24h(self) -> float | None:
        """The share of searches that found nothing; None when nobody searched."""
        return self.searches_without_result_24h / self.searches_24h if self.searches_24h else None


class PaymentIssue(BaseModel):
    """Something about payments that somebody should know."""

    model_config = ConfigDict(frozen=True)

    severity: Severity
    message: str
    count: int


class JobRun(BaseModel):
    """When a job on payments ran last."""

    model_config = ConfigDict(frozen=True)

    task_name: str
    last_run_at: datetime | None
    last_state: TaskState | None
    last_success_at: datetime | None
    is_late: bool | None = Field(description="Null where it never ran.")


class PaymentFigures(BaseModel):
    """How payments stand now; the failures are of the last 24 hours."""

    model_config = ConfigDict(frozen=True)

    pending_holds: int = Field(description="Confirmed lessons whose hold lies ahead.")
    pending_captures: int = Field(description="Lessons with a hold, to be captured.")
    failed_holds: int
    failed_captures: int = Field(description="Lessons whose amount is due and refused, now.")
    escalated: int = Field(description="Captures given up in the last 24 hours.")
    overdue: int
    in_review: int
    stuck_commands: int
    webhooks_waiting: int
    webhooks_dead: int


class PaymentHealth(BaseModel):
    """Whether the work on payments keeps up."""

    model_config = ConfigDict(frozen=True)

    is_healthy: bool
    issues: list[PaymentIssue]
    figures: PaymentFigures
    jobs: list[JobRun]
    books_compared_at: datetime | None = Field(description="Null where they never were.")
    books_differences: int | None
