"""The outside worlds this subject looks at."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from instainstru_core.domains.observability.schemas.errors_seen import (
    EventView,
    FoundEvent,
    IssuePage,
    IssueView,
    ReportingProof,
)
from instainstru_core.domains.observability.types import (
    Alert,
    Backlog,
    Clockwork,
    Crew,
    Dashboard,
    DashboardName,
    Found,
    Heartbeat,
    IssueQuery,
    MonitoringKind,
    NewSilence,
    Rule,
    Running,
    Silence,
    Timetable,
    WhichEvent,
)


class Prometheus(Protocol):
    """The time series. Refuses with the errors of this subject, in our own words."""

    def instant(self, query: str, *, at: datetime) -> Found: ...

    def range(self, query: str, *, start: datetime, end: datetime, step_seconds: int) -> Found: ...

    def close(self) -> None: ...


class Monitoring(Prometheus, Protocol):
    """All of monitoring: what is measured, what is wrong, what is silenced, what is drawn.

    It is Grafana, or Prometheus and Alertmanager themselves. Refuses as `Prometheus` does.
    """

    @property
    def kind(self) -> MonitoringKind: ...

    def rules(self) -> Sequence[Rule]: ...

    def alerts(self) -> Sequence[Alert]:
        """What the alert manager holds: firing, silenced or inhibited. Nothing pending."""
        ...

    def silences(self) -> Sequence[Silence]: ...

    def silence(self, wish: NewSilence) -> str:
        """The id of a new silence. Refuses with SilenceUncertain when there may be one."""
        ...

    def unsilence(self, silence_id: str) -> None:
        """End a silence now. One that is over already refuses with SilenceEnded."""
        ...

    def dashboards(self) -> Sequence[DashboardName]: ...

    def dashboard(self, uid: str) -> Dashboard: ...


class HealthPages(Protocol):
    """What our own processes say of themselves. Refuses with ProcessUnreachable."""

    def read(self, url: str) -> Running: ...


class Broker(Protocol):
    """The queues and those who work on them. Refuses with BrokerUnreachable."""

    def backlog(self, queues: Collection[str]) -> Backlog: ...

    def crew(self) -> Crew: ...

    def beat(self, heartbeat: Heartbeat) -> None:
        """Say that a worker lives; the broker's clock dates it."""
        ...

    def sign_off(self, worker: str) -> None:
        """Say that a worker ended in order."""
        ...

    def note_schedule(self) -> None:
        """Say that the schedule reaches the workers."""
        ...

    def clockwork(self) -> Clockwork:
        """What beat hands out when, and when what leaves no record ran last."""
        ...

    def announce(self, timetable: Timetable) -> None:
        """Say that beat lives and what it hands out; the broker's clock dates it."""
        ...

    def note_run(self, task_name: str) -> None:
        """Say that a quiet job was done."""
        ...

    def close(self) -> None: ...


class Sentry(Protocol):
    """Our own errors, as Sentry groups them. Refuses with the errors of this subject."""

    def issues(self, query: IssueQuery) -> IssuePage: ...

    def issue(self, reference: str) -> IssueView:
        """The issue of an id or a short id. Refuses with IssueNotFound."""
        ...

    def event_of(
        self, issue_id: str, which: WhichEvent, *, environment: str | None
    ) -> EventView | None: ...

    def event(self, event_id: str) -> FoundEvent | None: ...

    def prove(self) -> ReportingProof:
        """Have this process tell Sentry of a deliberate error."""
        ...

    def close(self) -> None: ...
