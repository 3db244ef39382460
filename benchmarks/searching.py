"""`python -m benchmarks --search`: the search on cities of 1,000 to 100,000 instructors."""

import http.client
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median, quantiles

import redis

from benchmarks import asking, city
from benchmarks.asking import path
from benchmarks.city import City
from benchmarks.client import Call, Client, UnexpectedAnswer
from benchmarks.compare import compare
from benchmarks.queries import recorded
from benchmarks.results import Result
from benchmarks.servers import Server, serving
from benchmarks.world import database
from devstack import environment, testing
from devstack.places import Places
from instainstru_core import runtime as composition
from instainstru_core.domains.search.flows import finding
from instainstru_core.domains.search.policy.matching.searching import matched
from instainstru_core.domains.search.schemas import SearchInstructors
from instainstru_core.domains.search.service import index as indexes
from instainstru_core.domains.search.types.wanted import Wanted, Where
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.safety import Tier, mark
from instainstru_core.kernel.settings import Settings, load
from instainstru_core.kernel.time import local_day

SIZES = (1_000, 10_000, 100_000)
PATIENT_MS = 60_000
READY = "/api/v1/health"
THINKING = (1.0, 3.0)
"""Seconds between a user's searches."""
WARM_SECONDS, ENOUGH = 120.0, 10
OVERLOADED = 150
PACE = 112
"""Answers a second with 16 clients: ten times what the reference made of a tenth of the data."""
OK, BUSY = 200, 503
FEW = 2


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is asked of each city."""

    queries: int = 300
    seconds: float = 20.0


QUICK = Effort(queries=60, seconds=6.0)


@dataclass(frozen=True, slots=True)
class Place:
    """A city in a database of its own, and the settings of who serves it."""

    city: City
    database_url: str
    environment: dict[str, str]
    folder: Path

    @property
    def settings(self) -> Settings:
        """The same settings for work in this process."""
        return load(DATABASE_URL=self.database_url, search_cache=False, slow_query_ms=PATIENT_MS)


@contextmanager
def built(instructors: int, folder: Path) -> Generator[Place]:
    """A city in a database of its own; gone when the block ends."""
    with testing.ensure_servers() as urls, database(urls.admin_database_url) as database_url:
        composition.migrate(database_url)
        runtime = composition.build(load(DATABASE_URL=database_url, slow_query_ms=PATIENT_MS))
        with runtime.engine.begin() as connection:
            mark(connection, Tier.INT)
        with runtime.begin(SYSTEM) as uow:
            composition.load_reference_data(uow)
        runtime.close()
        made = city.build(database_url, instructors, first=local_day(utc_now()))
        known = environment.complete(Places())
        changed = {
            **known,
            "DATABASE_URL": database_url,
            "REDIS_URL": urls.redis_url,
            "INSTAINSTRU_TIER": "INT",
            "INSTAINSTRU_LOG_LEVEL": "WARNING",
            "INSTAINSTRU_METRICS_DIR": "",
            "INSTAINSTRU_SLOW_QUERY_MS": str(PATIENT_MS),
            "SENTRY_DSN": "",
        }
        os.environ.update(changed)
        yield Place(made, database_url, changed, folder)


@contextmanager
def served(place: Place, *, cache: bool, count: int = 1) -> Generator[list[Server]]:
    """So many processes of the API, with answers stored or not."""
    given = {**place.environment, "INSTAINSTRU_SEARCH_CACHE": str(cache).lower()}
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                serving(
                    ("cli.app", "serve", "api"),
                    given,
                    ready=READY,
                    log=place.folder / f"api-{cache}-{number}.log",
                )
            )
            for number in range(count)
        ]
        for server in servers:
            _warm(place, server)
        yield servers


def _warm(place: Place, server: Server) -> None:
    """Search until a few searches in turn were answered: what was offered is read then."""
    client = Client(server.port)
    answered, until = 0, time.monotonic() + WARM_SECONDS
    for text in asking.texts(place.city, seed=6):
        try:
            client.send(Call("GET", path(text)))
        except UnexpectedAnswer:
            answered = 0
            time.sleep(0.2)
        else:
            answered += 1
        if answered == ENOUGH or time.monotonic() > until:
            return


def shown(size: int) -> str:
    """A city in a few words."""
    return f"{size:,} instructors"


def spread(seconds: list[float]) -> tuple[float, float]:
    """The median and the 95th percentile, in milliseconds; of nothing, 0."""
    if len(seconds) < FEW:
        return (seconds or [0.0])[0] * 1_000, (seconds or [0.0])[-1] * 1_000
    return median(seconds) * 1_000, quantiles(seconds, n=20)[-1] * 1_000


# --- one client ----------------------------------------------------------------------------------


def cold(place: Place, server: Server, effort: Effort) -> list[float]:
    """Seconds of distinct searches, one after the other, no answer stored."""
    client = Client(server.port)
    texts = asking.texts(place.city)
    for text in islice(texts, 20):
        client.send(Call("GET", path(text)))
    return [client.timed(Call("GET", path(text))) for text in islice(texts, effort.queries)]


def cached(place: Place, ours: Server, peer: Server) -> Result:
    """The same search again and again, against a route that gets the same bytes from Redis."""
    text = next(asking.texts(place.city))
    client, other = Client(ours.port), Client(peer.port)
    body = client.send(Call("GET", path(text)))
    keys = redis.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
        place.environment["REDIS_URL"]
    )
    keys.set("bench:answer", body, ex=600)
    keys.close()
    found = compare(
        lambda: client.timed(Call("GET", path(text))),
        lambda: other.timed(Call("GET", "/answer")),
        rounds=7,
        block=50,
    )
    times = f"{found.ours * 1e3:.2f} ms to {found.peer * 1e3:.2f} ms for {len(body):,} bytes"
    against = "bare route, the same bytes from Redis"
    return Result("a stored answer", against, found.ratio, 2.0, "x", times)


def statements(place: Place) -> Result:
    """Statements of searches, the most of a hundred of the mix; the record is written later."""
    runtime = composition.build(place.settings)
    finding.warm(runtime.finder)
    counts: Counter[int] = Counter()
    for text in islice(asking.texts(place.city, seed=2), 100):
        wish = finding.wish_of(runtime.finder, SearchInstructors(q=text))

        def work(wish: finding.Wish = wish) -> None:
            finding.found(runtime.finder, ANONYMOUS, wish, deadline=Deadline.within(1.0))

        counts[recorded(runtime.engine, work).statements] += 1
    runtime.close()
    usual = sorted(counts.elements())[94]
    told = ", ".join(f"{times} of 100 made {many}" for many, times in sorted(counts.items()))
    return Result("a search, the 95th of 100", "statements", usual, 4, "", told)


# --- many clients --------------------------------------------------------------------------------


@dataclass(slots=True)
class Visits:
    """How searches of many users went, by status."""

    took: dict[int, list[float]] = field(default_factory=dict[int, list[float]])
    without_hint: int = 0
    failed: int = 0

    def note(self, status: int, seconds: float, hint: str | None) -> None:
        """Take one answer."""
        self.took.setdefault(status, []).append(seconds)
        if status == BUSY and hint is None:
            self.without_hint += 1

    def count(self, status: int) -> int:
        """How many answers had this status."""
        return len(self.took.get(status, ()))

    @property
    def answered(self) -> list[float]:
        """The seconds of all that were answered."""
        return self.took.get(OK, [])

    @property
    def other(self) -> int:
        """Answers that are neither an answer nor busy, and broken connections."""
        known = self.count(OK) + self.count(BUSY)
        return self.failed + sum(map(len, self.took.values())) - known


def visited(
    place: Place, servers: list[Server], users: int, seconds: float, thinking: tuple[float, float]
) -> Visits:
    """What so many users meet, each on a connection of their own, who think between searches."""
    found, lock = Visits(), threading.Lock()
    texts = asking.texts(place.city, seed=4)
    until = time.monotonic() + seconds

    def user(number: int) -> None:
        random = Random(number)
        client = http.client.HTTPConnection("127.0.0.1", servers[number % len(servers)].port, 30)
        client.timeout = 30
        time.sleep(random.uniform(0, thinking[1]))
        while time.monotonic() < until:
            with lock:
                text = next(texts)
            _visit(client, text, found, lock)
            time.sleep(random.uniform(*thinking))
        client.close()

    threads = [threading.Thread(target=user, args=(number,)) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _visit(
    client: http.client.HTTPConnection, text: str, found: Visits, lock: threading.Lock
) -> None:
    started = time.perf_counter()
    try:
        client.request("GET", path(text))
        answer = client.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        client.close()
        with lock:
            found.failed += 1
        return
    took = time.perf_counter() - started
    with lock:
        found.note(answer.status, took, answer.headers.get("Retry-After"))


def together(place: Place, server: Server, users: int, effort: Effort) -> Result:
    """Answers a second while so many users each ask again at once; busy answers count as none."""
    seconds = effort.seconds / 2
    found = visited(place, [server], users, seconds, (0.0, 0.0))
    pace = found.count(OK) / seconds
    middle, high = spread(found.answered)
    detail = (
        f"p50 {middle:.0f} ms, p95 {high:.0f} ms, {found.count(BUSY)} told to come back; one"
        " process, no answer stored"
    )
    what = f"{shown(place.city.instructors)}, {users} clients at once"
    return Result(what, "answers a second", pace, PACE, "/s", detail, at_least=True)


def visits_results(place: Place, servers: list[Server], effort: Effort) -> list[Result]:
    """Users who think, and more than there is room for, who do not."""
    calm = visited(place, servers, OVERLOADED, effort.seconds, THINKING)
    middle, high = spread(calm.answered)
    total = sum(map(len, calm.took.values())) + calm.failed
    calmly = (
        f"{total:,} searches on {len(servers)} processes, p50 {middle:.0f} ms, p95 {high:.0f} ms;"
        " 1 to 3 s between searches, no answer stored"
    )
    flood = visited(place, servers, OVERLOADED, effort.seconds / 2, (0.0, 0.0))
    worst = max(flood.answered, default=0.0) * 1_000
    busy = flood.count(BUSY)
    loudly = (
        f"{flood.count(OK):,} answered, {busy:,} told to come back, {flood.without_hint} of those"
        f" without Retry-After, {flood.other} failed; p95 {spread(flood.answered)[1]:.0f} ms"
    )
    size = shown(place.city.instructors)
    failed = calm.other + calm.count(BUSY)
    return [
        Result(f"{size}, {OVERLOADED} users", "searches that fail", failed, 0, "", calmly),
        Result(f"{size}, past capacity", "failures but busy", flood.other, 0, "", loudly),
        Result(f"{size}, past capacity", "slowest that was let in", worst, 500, "ms", loudly),
    ]


# --- in this process -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matching:
    """Figures of the index alone."""

    seconds: float
    megabytes: float
    rows: int
    undated: float
    placed: float
    asked: float


def matching(place: Place) -> Matching:
    """The index of this city read anew, and matching in it without calendars."""
    runtime = composition.build(place.settings)
    with runtime.begin(SYSTEM) as uow:
        started = time.perf_counter()
        index = indexes.fresh(uow)
        seconds = time.perf_counter() - started
        asked = _median(lambda: indexes.fresh(uow), 50)
    runtime.close()
    random, today = Random(5), local_day(utc_now())
    services = city.sample(place.city.services, random)
    areas = [one.key for one in place.city.areas]

    def undated() -> None:
        matched(index, Wanted(services={next(services).id: 1.0}), today=today)

    def placed() -> None:
        where = Where(frozenset({random.choice(areas)}))
        matched(index, Wanted(services={next(services).id: 1.0}, where=where), today=today)

    return Matching(
        seconds,
        index.bytes / 1e6,
        index.rows,
        _median(undated, 300),
        _median(placed, 300),
        asked,
    )


def _median(work: Callable[[], object], times: int) -> float:
    """The median in milliseconds."""
    found: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return median(found) * 1_000
