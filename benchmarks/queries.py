"""How much of some work is the database's: its statements, run again without any of our code."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import psycopg
from sqlalchemy import Engine, event

RUNS = 200


@dataclass(slots=True)
class Queries:
    """What one run of the work asked of the database, transaction by transaction."""

    transactions: list[list[tuple[str, Any]]] = field(default_factory=list[list[tuple[str, Any]]])
    seconds: float = 0.0

    @property
    def statements(self) -> int:
        """How many statements, not counting BEGIN and COMMIT."""
        return sum(map(len, self.transactions))


def recorded(engine: Engine, work: Callable[[], object]) -> Queries:
    """The statements of one run of the work."""
    found = Queries()

    def begin(*_: object) -> None:
        found.transactions.append([])

    def before(
        _connection: object, _cursor: object, statement: str, given: object, *_: object
    ) -> None:
        found.transactions[-1].append((statement, given))

    event.listen(engine, "begin", begin)
    event.listen(engine, "before_cursor_execute", before)
    try:
        work()
    finally:
        event.remove(engine, "begin", begin)
        event.remove(engine, "before_cursor_execute", before)
    return found


def timed(database_url: str, queries: Queries) -> Queries:
    """The same with the median seconds of running them bare, each transaction undone."""
    plain = database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.prepare_threshold = 0
        connection.execute("TRUNCATE audit_entries")  # the recorded entry is written again
        runs = [_replay(connection, queries) for _ in range(RUNS)]
    return Queries(queries.transactions, median(runs[RUNS // 4 :]))


def _replay(connection: psycopg.Connection, queries: Queries) -> float:
    started = time.perf_counter()
    for transaction in queries.transactions:
        with connection.transaction(force_rollback=True):
            for statement, given in transaction:
                cursor = connection.execute(statement.encode(), given)
                if cursor.description is not None:
                    cursor.fetchall()
    return time.perf_counter() - started
