"""Projects, issues and events, in memory."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from uuid import uuid4

from devstack.sentry_simulator import grouping
from devstack.sentry_simulator.grouping import Payload

KEPT = 20_000
KEPT_TRACES = 200
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FIRST_ISSUE = 4_500_000_001


@dataclass(frozen=True, slots=True)
class Project:
    """Where the errors of one kind of process go."""

    id: str
    slug: str


@dataclass(frozen=True, slots=True)
class Kept:
    """An event that was taken."""

    id: str
    project: Project
    issue_id: str
    at: datetime
    received_at: datetime
    payload: Payload
    tags: dict[str, str]

    @property
    def environment(self) -> str:
        return self.tags["environment"]


@dataclass(slots=True)
class Issue:
    """Events that have one cause."""

    id: str
    short_id: str
    project: Project
    events: list[Kept] = field(default_factory=list[Kept])
    status: str = "unresolved"

    @property
    def newest(self) -> Kept:
        return max(self.events, key=lambda event: event.at)

    @property
    def oldest(self) -> Kept:
        return min(self.events, key=lambda event: event.at)


class Store:
    """What this Sentry knows. The oldest events are forgotten first."""

    def __init__(
        self,
        projects: tuple[Project, ...],
        clock: Callable[[], datetime],
        environments: Iterable[str] = (),
    ) -> None:
        self.projects = projects
        self.items: Counter[str] = Counter()
        self.traces: deque[Payload] = deque(maxlen=KEPT_TRACES)
        self._clock = clock
        self._issues: dict[tuple[str, str], Issue] = {}
        self._events: dict[str, Kept] = {}
        self._environments = set(environments)
        self._lock = Lock()

    def project(self, id_or_slug: str) -> Project | None:
        """The project of this id or slug."""
        return next((one for one in self.projects if id_or_slug in {one.id, one.slug}), None)

    def note(self, kind: str, payload: Payload) -> None:
        """Count an item of an envelope, of whatever kind. Traces are kept for testers alone.

        Check-ins and traces make their environment known too.
        """
        with self._lock:
            self.items[kind] += 1
            if payload.get("environment"):
                self._environments.add(str(payload["environment"]))
            if kind == "transaction":
                self.traces.append(payload)

    def take(self, project: Project, payload: Payload) -> Kept:
        """Keep an event with its issue. An issue that was resolved is open again."""
        now = self._clock()
        mark = grouping.fingerprint(payload)
        with self._lock:
            issue = self._issues.get((project.id, mark))
            if issue is None:
                issue = self._made(project)
                self._issues[project.id, mark] = issue
            if issue.status == "resolved":
                issue.status = "unresolved"
            kept = Kept(
                id=str(payload.get("event_id") or uuid4().hex).replace("-", ""),
                project=project,
                issue_id=issue.id,
                at=_moment(payload.get("timestamp"), now),
                received_at=now,
                payload=payload,
                tags=grouping.tags(payload),
            )
            issue.events.append(kept)
            self._environments.add(kept.environment)
            self._events[kept.id] = kept
            self._forget()
        return kept

    def issues(self) -> list[Issue]:
        """All issues that have an event still."""
        with self._lock:
            return [issue for issue in self._issues.values() if issue.events]

    def issue(self, reference: str) -> Issue | None:
        """The issue of this id or short id."""
        wanted = reference.upper()
        return next((one for one in self.issues() if wanted in {one.id, one.short_id}), None)

    def event(self, event_id: str) -> Kept | None:
        """The event of this id."""
        return self._events.get(event_id.replace("-", "").lower())

    def environments(self) -> list[str]:
        """Every environment that anything came from."""
        with self._lock:
            return sorted(self._environments)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._issues.clear()
            self._events.clear()
            self._environments.clear()
            self.items.clear()
            self.traces.clear()

    def _made(self, project: Project) -> Issue:
        number = sum(one.project is project for one in self._issues.values()) + 1
        return Issue(
            id=str(FIRST_ISSUE + len(self._issues)),
            short_id=f"{project.slug.upper()}-{_short(number)}",
            project=project,
        )

    def _forget(self) -> None:
        while len(self._events) > KEPT:
            oldest = self._events.pop(next(iter(self._events)))
            for issue in self._issues.values():
                if issue.id == oldest.issue_id:
                    issue.events.remove(oldest)


def _moment(given: object, now: datetime) -> datetime:
    if isinstance(given, int | float):
        return datetime.fromtimestamp(given, UTC)
    try:
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        return now
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _short(number: int) -> str:
    digits = ""
    while number:
        number, place = divmod(number, len(ALPHABET))
        digits = ALPHABET[place] + digits
    return digits
