"""Observability vocabulary. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TaskState(StrEnum):
    """Where one attempt of a background task is."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RETRIED = "retried"


class Queue(StrEnum):
    """The queues there are. Long nightly work has its own, so that facts never wait for it."""

    DEFAULT = "default"
    MAINTENANCE = "maintenance"


class WorkerState(StrEnum):
    """Whether a worker still gives signs of life. One that stopped in order is not listed."""

    ONLINE = "online"
    LOST = "lost"


class AnswerState(StrEnum):
    """What became of a question about a metric."""

    ANSWERED = "answered"
    NO_DATA = "no_data"
    UNCLEAR = "unclear"


class Verdict(StrEnum):
    """A value beside its thresholds."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    NOT_JUDGED = "not_judged"
    UNKNOWN = "unknown"


class Better(StrEnum):
    """Which way a metric should go."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"


class MetricType(StrEnum):
    """What is behind a metric: a Prometheus type, or a figure of the database."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    FIGURE = "figure"


class MetricUnit(StrEnum):
    """What a value counts. Shares run from 0 to 1."""

    SECONDS = "seconds"
    PER_SECOND = "per_second"
    SHARE = "share"
    COUNT = "count"
    CENTS = "cents"
    BYTES = "bytes"


class QueryKind(StrEnum):
    """Whether a query is asked for one moment or for a stretch of time."""

    INSTANT = "instant"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a moment; None stands for what is no number."""

    at: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line of an answer of Prometheus."""

    labels: dict[str, str]
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An answer of Prometheus: no series means no data, which is not zero."""

    series: tuple[Series, ...]
    has_warnings: bool = False


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a worker last said of itself."""

    name: str
    started_at: datetime
    seen_at: datetime
    queues: tuple[str, ...]
    concurrency: int
    active_tasks: int
    processed: int


@dataclass(frozen=True, slots=True)
class Crew:
    """All workers that have not signed off, at a moment of the broker's own clock."""

    at: datetime
    heartbeats: tuple[Heartbeat, ...]
    schedule_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the broker. `unacked` are with a worker, begun or put off for later."""

    waiting: dict[str, int]
    unacked: dict[str, int]


class Severity(StrEnum):
    """How much somebody should hurry."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
