"""The outside worlds of observability, as tests wish them to be."""

from collections.abc import Collection
from datetime import UTC, datetime

from instainstru_core.domains.observability.types import (
    Backlog,
    Clockwork,
    Crew,
    Found,
    Heartbeat,
    Point,
    Series,
    Timetable,
)

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)


def vector(*values: float | None, label: str = "endpoint") -> Found:
    """One series for each value, labelled a, b, c and so on; a lone one has no label."""
    is_table = len(values) > 1
    return Found(
        tuple(
            Series({label: chr(ord("a") + place)} if is_table else {}, (Point(NOW, value),))
            for place, value in enumerate(values)
        )
    )


class ScriptedPrometheus:
    """Gives the next answer of its script, and remembers what it was asked."""

    def __init__(self, *script: Found) -> None:
        self.script = list(script)
        self.asked: list[tuple[object, ...]] = []

    def instant(self, query: str, *, at: datetime) -> Found:
        self.asked.append((query, at))
        return self.script.pop(0)

    def range(self, query: str, *, start: datetime, end: datetime, step_seconds: int) -> Found:
        self.asked.append((query, start, end, step_seconds))
        return self.script.pop(0)

    def close(self) -> None:
        """There is nothing to give back."""


def heartbeat(name: str = "w1", **changes: object) -> Heartbeat:
    return Heartbeat(
        **{  # type: ignore[arg-type]
            "name": name,
            "started_at": NOW,
            "seen_at": NOW,
            "queues": ("default", "maintenance"),
            "concurrency": 2,
            "active_tasks": 1,
            "processed": 7,
            **changes,
        }
    )


class ScriptedBroker:
    """A broker with this crew and these tasks."""

    def __init__(
        self, crew: Crew, backlog: Backlog | None = None, clockwork: Clockwork | None = None
    ) -> None:
        self.found = crew
        self.clock = clockwork or Clockwork(crew.at, None, {})
        self.tasks = backlog or Backlog({}, {})

    def backlog(self, queues: Collection[str]) -> Backlog:
        return Backlog(
            {name: self.tasks.waiting.get(name, 0) for name in queues}, self.tasks.unacked
        )

    def crew(self) -> Crew:
        return self.found

    def clockwork(self) -> Clockwork:
        return self.clock

    def announce(self, timetable: Timetable) -> None:
        raise NotImplementedError

    def note_run(self, task_name: str) -> None:
        raise NotImplementedError

    def beat(self, heartbeat: Heartbeat) -> None:
        raise NotImplementedError

    def sign_off(self, worker: str) -> None:
        raise NotImplementedError

    def note_schedule(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """There is nothing to give back."""
