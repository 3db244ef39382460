"""Redis as Celery's broker: what waits, what is with a worker, and which workers live.

Workers date their signs of life by the clock of Redis, so that readers on other machines agree.
"""
# The client has no types worth the name.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import json
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from instainstru_core.domains.observability.errors import BrokerUnreachable
from instainstru_core.domains.observability.types import (
    Backlog,
    Clockwork,
    Crew,
    Heartbeat,
    ScheduledJob,
    Timetable,
    Timing,
)

if TYPE_CHECKING:
    import redis

TIMEOUT_SECONDS = 2.0
WORKERS = "instainstru:workers"
SCHEDULE = "instainstru:schedule"
TIMETABLE = "instainstru:timetable"
QUIET_RUNS = "instainstru:quiet_runs"
UNACKED = "unacked"
FORGET_AFTER = timedelta(hours=24)
MAX_UNACKED_READ = 1_000

Result = TypeVar("Result")


class Beat(BaseModel):
    """A sign of life as it is kept."""

    name: str
    started_at: datetime
    seen_at: datetime
    queues: tuple[str, ...]
    concurrency: int
    active_tasks: int
    processed: int
    release: str | None = None
    git_sha: str | None = None


class When(BaseModel):
    """When a job is due, as it is kept."""

    every_seconds: float | None
    hours: tuple[int, ...]
    minutes: tuple[int, ...]


class Due(BaseModel):
    """A job of the timetable, as it is kept."""

    name: str
    queue: str
    timing: When
    is_quiet: bool
    keep_seconds: float | None


class Table(BaseModel):
    """What beat says, as it is kept."""

    started_at: datetime
    seen_at: datetime
    timezone: str
    jobs: tuple[Due, ...]
    release: str | None
    git_sha: str | None


class RedisBroker:
    """The port on a real Redis. Nothing is connected or imported until first used."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: redis.Redis | None = None
        self._opening = Lock()

    def backlog(self, queues: Collection[str]) -> Backlog:
        """How many tasks wait in each queue, and with how many of each a worker is."""

        def read(client: "redis.Redis") -> Backlog:
            pipeline = client.pipeline(transaction=False)
            for name in queues:
                pipeline.llen(name)
            pipeline.hlen(UNACKED)
            *lengths, held = pipeline.execute()
            unacked = _queues_of(client) if held <= MAX_UNACKED_READ else Counter({"": held})
            return Backlog(dict(zip(queues, lengths, strict=True)), dict(unacked))

        return self._asked(read)

    def crew(self) -> Crew:
        """Everyone who has not signed off; those lost for a day are forgotten."""

        def read(client: "redis.Redis") -> Crew:
            pipeline = client.pipeline(transaction=False)
            pipeline.time()
            pipeline.hgetall(WORKERS)
            pipeline.get(SCHEDULE)
            (seconds, micros), known, schedule = pipeline.execute()
            now = _instant(seconds, micros)
            beats = [beat for value in known.values() if (beat := _beat(value)) is not None]
            return Crew(
                at=now,
                heartbeats=tuple(
                    Heartbeat(**dict(beat))
                    for beat in sorted(beats, key=lambda beat: beat.name)
                    if now - beat.seen_at < FORGET_AFTER
                ),
                schedule_seen_at=datetime.fromisoformat(schedule.decode()) if schedule else None,
            )

        return self._asked(read)

    def beat(self, heartbeat: Heartbeat) -> None:
        """Say that a worker lives, and sweep out those lost for a day."""

        def write(client: "redis.Redis") -> None:
            now = _instant(*client.time())
            known = client.hgetall(WORKERS)
            stale = [
                name
                for name, value in known.items()
                if (old := _beat(value)) is None or now - old.seen_at >= FORGET_AFTER
            ]
            if stale:
                client.hdel(WORKERS, *stale)
            beat = Beat.model_validate({**asdict(heartbeat), "seen_at": now})
            client.hset(WORKERS, heartbeat.name, beat.model_dump_json())

        self._asked(write)

    def sign_off(self, worker: str) -> None:
        """Say that a worker ended in order."""
        self._asked(lambda client: client.hdel(WORKERS, worker))

    def note_schedule(self) -> None:
        """Say that the schedule reaches the workers."""
        self._asked(lambda client: client.set(SCHEDULE, _instant(*client.time()).isoformat()))

    def clockwork(self) -> Clockwork:
        """What beat hands out when, and when what leaves no record ran last."""

        def read(client: "redis.Redis") -> Clockwork:
            pipeline = client.pipeline(transaction=False)
            pipeline.time()
            pipeline.get(TIMETABLE)
            pipeline.hgetall(QUIET_RUNS)
            moment, kept, runs = pipeline.execute()
            return Clockwork(
                at=_instant(*moment),
                timetable=_timetable(kept) if kept else None,
                quiet_runs={
                    name.decode(): datetime.fromisoformat(at.decode()) for name, at in runs.items()
                },
            )

        return self._asked(read)

    def announce(self, timetable: Timetable) -> None:
        """Say that beat lives and what it hands out."""

        def write(client: "redis.Redis") -> None:
            now = _instant(*client.time())
            table = Table.model_validate({**asdict(timetable), "seen_at": now})
            client.set(TIMETABLE, table.model_dump_json())

        self._asked(write)

    def note_run(self, task_name: str) -> None:
        """Say that a quiet job was done."""
        self._asked(
            lambda client: client.hset(QUIET_RUNS, task_name, _instant(*client.time()).isoformat())
        )

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.close()

    def _asked(self, ask: "Callable[[redis.Redis], Result]") -> Result:
        import redis  # noqa: PLC0415 - it takes 17 MB, and most processes never ask

        try:
            return ask(self._opened())
        except (redis.RedisError, OSError, ValueError) as failure:
            raise BrokerUnreachable(
                "The broker of the tasks cannot be reached right now, so its queues and workers"
                " are unknown. Try again in a few seconds.",
                retry_after=5,
            ) from failure

    def _opened(self) -> "redis.Redis":
        import redis  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        with self._opening:
            if self._client is None:
                self._client = redis.Redis.from_url(
                    self.url,
                    socket_timeout=TIMEOUT_SECONDS,
                    socket_connect_timeout=TIMEOUT_SECONDS,
                    health_check_interval=30,
                    retry=Retry(NoBackoff(), 1),
                )
            return self._client


def _queues_of(client: "redis.Redis") -> "Counter[str]":
    """The queues of the messages that workers hold: Celery keeps message, exchange and key."""
    counts: Counter[str] = Counter()
    for value in client.hvals(UNACKED):
        held: Any = json.loads(value)
        counts[str(held[2])] += 1
    return counts


def _timetable(kept: bytes | str) -> Timetable | None:
    """What beat said; None where another version of the code said it in words of its own."""
    try:
        table = Table.model_validate_json(kept)
    except ValidationError:
        return None
    jobs: list[ScheduledJob] = []
    for job in table.jobs:
        fields: dict[str, Any] = dict(job)
        fields["timing"] = Timing(**dict(job.timing))
        jobs.append(ScheduledJob(**fields))
    told: dict[str, Any] = dict(table)
    told["jobs"] = tuple(jobs)
    return Timetable(**told)


def _beat(value: bytes | str) -> Beat | None:
    try:
        return Beat.model_validate_json(value)
    except ValidationError:
        return None


def _instant(seconds: int, micros: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros)
