"""What our own operations cost: one histogram per service operation, one per kind of query.

Names and labels are low in number by design: operations are named in code, never after data.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cache, lru_cache, wraps
from typing import Any, ParamSpec, Self, TypeAlias, TypeVar

from prometheus_client import Counter, Gauge, Histogram
from psycopg import Connection
from psycopg.abc import Query
from sqlalchemy import Engine, event

from instainstru_core.kernel.cursor import PlainCursor
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.log import logger

P = ParamSpec("P")
R = TypeVar("R")

OPERATION_SECONDS = Histogram(
    "instainstru_service_operation_duration_seconds",
    "Time of one service operation.",
    ["service", "operation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
)
OPERATIONS = Counter(
    "instainstru_service_operations_total",
    "Service operations by outcome: success, refused, failed.",
    ["service", "operation", "status"],
)
ERRORS = Counter(
    "instainstru_errors_total",
    "Operations that refused or failed, by stable refusal code or exception class.",
    ["service", "operation", "error_type"],
)
QUERY_SECONDS = Histogram(
    "instainstru_db_query_duration_seconds",
    "Time of one SQL statement, by verb.",
    ["verb"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0),
)
POOL = Gauge(
    "instainstru_db_pool_connections",
    "Connections to the database that this process may have.",
    multiprocess_mode="livesum",
)
IN_USE = Gauge(
    "instainstru_db_connections_in_use",
    "Connections to the database that are taken.",
    multiprocess_mode="livesum",
)
SLOW_QUERIES = Counter(
    "instainstru_db_slow_queries_total", "SQL statements slower than the set limit.", ["verb"]
)
VERBS = frozenset({"select", "insert", "update", "delete", "with"})
PREFIX = 40

Listener: TypeAlias = Callable[[Connection[Any], str, Any], None]
_listeners: list[Listener] = []

_log = logger(__name__)


def operation(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Time a service function under its one name, such as "bookings.cancel".

    Its histogram, 4 kB, is made with the first call: a process calls few of all operations.
    """
    service, _, verb = name.partition(".")
    succeeded = OPERATIONS.labels(service, verb, "success")

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def measured(*args: P.args, **kwargs: P.kwargs) -> R:
            started = time.perf_counter()
            try:
                result = function(*args, **kwargs)
            except Exception as failure:
                refused = isinstance(failure, Refusal)
                OPERATIONS.labels(service, verb, "refused" if refused else "failed").inc()
                kind = failure.code if isinstance(failure, Refusal) else type(failure).__name__
                ERRORS.labels(service, verb, kind).inc()
                raise
            finally:
                _seconds(service, verb).observe(time.perf_counter() - started)
            succeeded.inc()
            return result

        return measured

    return decorate


@cache
def _seconds(service: str, verb: str) -> Histogram:
    """The histogram of an operation."""
    return OPERATION_SECONDS.labels(service, verb)


def watch(engine: Engine, *, connections: int) -> None:
    """Count the connections of this engine that are taken, of as many as there may be."""
    POOL.set(connections)
    event.listen(engine, "checkout", lambda *_: IN_USE.inc())
    event.listen(engine, "checkin", lambda *_: IN_USE.dec())


@contextmanager
def overheard(listener: Listener) -> Generator[None]:
    """Have every statement of this process told before it is asked: connection, text, values.

    For tests and measurements. What SQLAlchemy asks and what goes to the driver directly is heard.
    """
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def timed(slow_ms: int) -> type[PlainCursor]:
    """A cursor that times every statement, counts it, and logs the slow ones without parameters.

    The engine's own events would say the same, and cost each statement more than this does.
    """

    class TimedCursor(PlainCursor):
        def execute(self, query: Query, *given: Any, **options: Any) -> Self:  # noqa: ANN401
            _tell(self.connection, query, given)
            started = time.perf_counter()
            super().execute(query, *given, **options)
            _note(query, time.perf_counter() - started, slow_ms)
            return self

        def executemany(self, query: Query, *given: Any, **options: Any) -> None:  # noqa: ANN401
            _tell(self.connection, query, given)
            started = time.perf_counter()
            super().executemany(query, *given, **options)
            _note(query, time.perf_counter() - started, slow_ms)

    return TimedCursor


def _tell(connection: Connection[Any], query: Query, given: tuple[Any, ...]) -> None:
    for listener in _listeners:
        listener(connection, str(query), given[0] if given else None)


def _note(query: Query, took: float, slow_ms: int) -> None:
    statement = query if isinstance(query, str) else str(query)
    verb, seconds = _series(statement[:PREFIX])
    seconds.observe(took)
    if took * 1000 > slow_ms:
        SLOW_QUERIES.labels(verb).inc()
        _log.warning("slow_query", took_ms=round(took * 1000), statement=statement[:2000])


@lru_cache(maxsize=1_000)
def _series(beginning: str) -> tuple[str, Histogram]:
    """The verb of a statement that begins so, and where its times are kept."""
    word = (beginning.split(None, 1) or [""])[0].lower()
    verb = word if word in VERBS else "other"
    return verb, QUERY_SECONDS.labels(verb)
