"""The outside worlds this subject looks at."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from instainstru_core.domains.observability.types import Backlog, Crew, Found, Heartbeat


class Prometheus(Protocol):
    """The time series. Refuses with the errors of this subject, in our own words."""

    def instant(self, query: str, *, at: datetime) -> Found: ...

    def range(self, query: str, *, start: datetime, end: datetime, step_seconds: int) -> Found: ...

    def close(self) -> None: ...


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

    def close(self) -> None: ...
