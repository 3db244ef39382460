"""Questions about how the system is doing, and the views that answer them."""

from instainstru_core.domains.observability.schemas.background import (
    QueuesView,
    QueueView,
    TaskFinished,
    TaskStarted,
    WorkersView,
    WorkerView,
)
from instainstru_core.domains.observability.schemas.base import (
    Command,
    Promql,
    View,
    WindowWords,
    Words,
)
from instainstru_core.domains.observability.schemas.metrics import (
    AskMetric,
    MetricAnswer,
    MetricBrief,
    MetricCard,
    MetricChange,
    MetricDefinition,
    MetricGuess,
    MetricRow,
    MetricsDescription,
    Thresholds,
)
from instainstru_core.domains.observability.schemas.queries import (
    PointView,
    PrometheusAnswer,
    QueryPrometheus,
    QueryPrometheusRange,
    SeriesView,
)
from instainstru_core.domains.observability.schemas.standing import (
    Gauges,
    JobRun,
    MoneyGauges,
    PaymentFigures,
    PaymentHealth,
    PaymentIssue,
)

__all__ = [
    "AskMetric",
    "Command",
    "Gauges",
    "JobRun",
    "MetricAnswer",
    "MetricBrief",
    "MetricCard",
    "MetricChange",
    "MetricDefinition",
    "MetricGuess",
    "MetricRow",
    "MetricsDescription",
    "MoneyGauges",
    "PaymentFigures",
    "PaymentHealth",
    "PaymentIssue",
    "PointView",
    "PrometheusAnswer",
    "Promql",
    "QueryPrometheus",
    "QueryPrometheusRange",
    "QueueView",
    "QueuesView",
    "SeriesView",
    "TaskFinished",
    "TaskStarted",
    "Thresholds",
    "View",
    "WindowWords",
    "Words",
    "WorkerView",
    "WorkersView",
]
