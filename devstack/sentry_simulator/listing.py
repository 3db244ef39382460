"""The list of an organization's issues: window, environment, search, order, pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from devstack.sentry_simulator import answers, search, shapes
from devstack.sentry_simulator.answers import Answer
from devstack.sentry_simulator.store import Issue, Kept, Store

MOST = 100
MAX_HITS = 1000
RETENTION = timedelta(days=90)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
DEFAULT_QUERY = "is:unresolved"
ALL_PROJECTS = "-1"

Counted = tuple[Issue, list[Kept]]
ORDERS: Mapping[str, Callable[[Counted], object]] = {
    "date": lambda one: max(event.at for event in one[1]),
    "freq": lambda one: len(one[1]),
    "new": lambda one: one[0].oldest.at,
    "trends": lambda one: len(one[1]),
    "user": lambda one: len({event.tags.get("user") for event in one[1]} - {None}),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the parameters of the question say."""

    start: datetime
    end: datetime
    terms: list[search.Term]
    order: Callable[[Counted], object]
    limit: int
    offset: int


class Refused(Exception):
    """The question cannot be answered."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


def answer(store: Store, given: Mapping[str, list[str]], *, now: datetime, url: str) -> Answer:
    """The page that is asked for, with where the next begins."""
    try:
        asked = _read({name: values[-1] for name, values in given.items()}, now)
        projects = _projects(store, given.get("project", []))
        environments = _environments(store, given.get("environment", []))
    except Refused as refused:
        return refused.answer
    found: list[Counted] = []
    for issue in store.issues():
        inside = [
            event
            for event in issue.events
            if asked.start <= event.at <= asked.end
            and (not environments or event.environment in environments)
        ]
        counted = search.fitting(issue, inside, asked.terms)
        if counted and (projects is None or issue.project.id in projects):
            found.append((issue, counted))
    found.sort(key=lambda one: one[0].newest.at, reverse=True)
    found.sort(key=asked.order, reverse=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    page = found[asked.offset : asked.offset + asked.limit]
    content = [shapes.issue(issue, counted, url=url, with_lifetime=True) for issue, counted in page]
    return Answer(200, content, _headers(url, asked, len(found)))


def pages(url: str, path: str, *, offset: int, limit: int, count: int) -> str:
    """Sentry's Link header."""
    before, after = max(0, offset - limit), offset + limit
    links = (
        ("previous", offset > 0, f"0:{before}:1"),
        ("next", after < count, f"0:{after}:0"),
    )
    return ", ".join(
        f'<{url}/api/0{path}?&cursor={cursor}>; rel="{name}"; results="{str(more).lower()}";'
        f' cursor="{cursor}"'
        for name, more, cursor in links
    )


def offset_of(cursor: str | None) -> int:
    """Where a page begins. Raises Refused."""
    if cursor is None:
        return 0
    parts = cursor.split(":")
    if len(parts) != 3 or not parts[1].isdecimal():  # noqa: PLR2004 - value:offset:is_previous
        raise Refused(answers.detail(400, "Invalid cursor parameter."))
    return int(parts[1])


def _headers(url: str, asked: Asked, count: int) -> dict[str, str]:
    path = "/organizations/simulated/issues/"
    link = pages(url, path, offset=asked.offset, limit=asked.limit, count=count)
    return {"Link": link, "X-Hits": str(min(count, MAX_HITS)), "X-Max-Hits": str(MAX_HITS)}


def _read(given: Mapping[str, str], now: datetime) -> Asked:
    start, end = _window(given, now)
    try:
        terms = search.read(given.get("query", DEFAULT_QUERY))
    except search.Unreadable as problem:
        raise Refused(answers.bad_query(str(problem))) from problem
    order = ORDERS.get(given.get("sort", "date"))
    limit = given.get("limit", str(MOST))
    if order is None or not limit.isdecimal() or not 1 <= int(limit) <= MOST:
        raise Refused(answers.detail(400, "Invalid sort or limit."))
    return Asked(start, end, terms, order, int(limit), offset_of(given.get("cursor")))


def _window(given: Mapping[str, str], now: datetime) -> tuple[datetime, datetime]:
    period = given.get("statsPeriod")
    if period is None and "start" not in given:
        return now - RETENTION, now
    try:
        if period is not None:
            length = timedelta(**{UNITS[period[-1]]: int(period[:-1])})
            return now - length, now
        start, end = (datetime.fromisoformat(given[name]) for name in ("start", "end"))
    except (KeyError, ValueError, IndexError) as problem:
        raise Refused(answers.detail(400, "Invalid date or statsPeriod.")) from problem
    start, end = (at if at.tzinfo else at.replace(tzinfo=UTC) for at in (start, end))
    if start >= end or end < now - RETENTION:
        raise Refused(answers.detail(400, "Invalid date range. Please try a more recent date."))
    return start, end


def _projects(store: Store, given: list[str]) -> frozenset[str] | None:
    if not given or ALL_PROJECTS in given:
        return None
    known = {one.id for one in store.projects}
    if not all(one.isdecimal() for one in given):
        raise Refused(answers.detail(400, "Invalid project parameter. Values must be numbers."))
    if not known.issuperset(given):
        raise Refused(answers.detail(403, "You do not have permission to perform this action."))
    return frozenset(given)


def _environments(store: Store, given: list[str]) -> frozenset[str]:
    if not set(store.environments()).issuperset(given):
        raise Refused(answers.NOTHING)
    return frozenset(given)
