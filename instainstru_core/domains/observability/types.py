"""Observability vocabulary. Pure."""

from dataclasses import dataclass, field
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
    CORES = "cores"


class QueryKind(StrEnum):
    """Whether a query is asked for one moment or for a stretch of time."""

    INSTANT = "instant"
    RANGE = "range"


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a moment; None stands for what is no number, and `reason` says what it is."""

    at: datetime
    value: float | None
    reason: str | None = field(default=None, compare=False)


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
    release: str | None = None
    git_sha: str | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """Which code a process says that it runs, and since when."""

    release: str | None
    git_sha: str | None
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Timing:
    """When a job is due: every so often, or at these hours and minutes of the zone's clock."""

    every_seconds: float | None = None
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A job that beat hands out. A quiet one leaves a record only when it fails."""

    name: str
    queue: str
    timing: Timing
    is_quiet: bool
    keep_seconds: float | None


@dataclass(frozen=True, slots=True)
class Timetable:
    """What beat last said of itself, and what it hands out when."""

    started_at: datetime
    seen_at: datetime
    timezone: str
    jobs: tuple[ScheduledJob, ...]
    release: str | None = None
    git_sha: str | None = None


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The timetable, and when each quiet job ran last, by the broker's own clock."""

    at: datetime
    timetable: Timetable | None
    quiet_runs: dict[str, datetime]


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


class IssueStatus(StrEnum):
    """Which issues are wanted. `all` is really all."""

    UNRESOLVED = "unresolved"
    RESOLVED = "resolved"
    IGNORED = "ignored"
    ALL = "all"


class IssueSort(StrEnum):
    """Which issues come first: those that hit most people, occur most, are newest, or grow."""

    USER = "user"
    FREQ = "freq"
    NEW = "new"
    DATE = "date"
    TRENDS = "trends"


class WhichEvent(StrEnum):
    """Which event stands for its issue."""

    RECOMMENDED = "recommended"
    LATEST = "latest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class IssueQuery:
    """What is asked of Sentry. `environment` and `project` are None for all of them."""

    project: str | None
    environment: str | None
    start: datetime
    end: datetime
    search: str
    sort: IssueSort
    limit: int
    cursor: str | None = None


class AlertState(StrEnum):
    """Where an alert stands, in the words people use. Of those, only `firing` may disturb."""

    FIRING = "firing"
    PENDING = "pending"
    SILENCED = "silenced"
    INHIBITED = "inhibited"


class RuleHealth(StrEnum):
    """Whether a rule can be evaluated. What cannot be is unknown, not fine."""

    OK = "ok"
    FAILING = "failing"
    UNKNOWN = "unknown"


class SilenceState(StrEnum):
    """Whether a silence holds, is yet to begin, or is over."""

    ACTIVE = "active"
    PENDING = "pending"
    EXPIRED = "expired"


class MonitoringKind(StrEnum):
    """What answers questions about alerts and dashboards."""

    GRAFANA = "grafana"
    SERVERS = "servers"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. `labels` tell it from its siblings; `silenced_by` names silences."""

    name: str
    state: AlertState
    labels: dict[str, str]
    annotations: dict[str, str]
    since: datetime
    silenced_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert rule, and the alerts it holds: firing, or pending until it has lasted."""

    name: str
    group: str
    health: RuleHealth
    evaluated_at: datetime | None
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Matcher:
    """What a label must be. A pattern is matched as a whole; a missing label is empty."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


@dataclass(frozen=True, slots=True)
class NewSilence:
    """A silence to be made."""

    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence that is kept: the alerts it fits do not disturb while it holds."""

    id: str
    state: SilenceState
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str


@dataclass(frozen=True, slots=True)
class DashboardName:
    """A dashboard in a list, and where people open it, if they can."""

    uid: str
    title: str
    folder: str | None
    url: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel and what it asks for. Rows are taken apart."""

    id: int
    title: str
    kind: str
    description: str | None
    datasource: str | None
    queries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard and all its panels, in their order."""

    uid: str
    title: str
    panels: tuple[Panel, ...]
