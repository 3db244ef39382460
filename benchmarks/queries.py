"""How much of some work is the database's: its statements, run again without any of our code."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine

from instainstru_core.kernel import measure
from instainstru_core.kernel.ids import new_id


@dataclass(slots=True)
class Transaction:
    """What was asked from a BEGIN to a COMMIT, or each statement for itself without these."""

    has_frame: bool
    statements: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])


@dataclass(slots=True)
class Queries:
    """What one run of the work asked of the database, transaction by transaction."""

    transactions: list[Transaction] = field(default_factory=list[Transaction])

    @property
    def statements(self) -> int:
        """How many statements, not counting BEGIN and COMMIT."""
        return sum(len(one.statements) for one in self.transactions)


def recorded(engine: Engine, work: Callable[[], object]) -> Queries:
    """The statements of one run of the work, without those that a first connection begins with."""
    engine.connect().close()
    found = Queries()

    def note(connection: psycopg.Connection[Any], statement: str, given: object) -> None:
        if connection.autocommit:
            found.transactions.append(Transaction(has_frame=False))
        elif connection.info.transaction_status is TransactionStatus.IDLE:
            found.transactions.append(Transaction(has_frame=True))
        found.transactions[-1].statements.append((statement, given))

    with measure.overheard(note):
        work()
    return found


@contextmanager
def replaying(database_url: str, queries: Queries) -> Generator[Callable[[], float]]:
    """A measure that runs them bare, as prepared statements, and commits as the work does."""
    plain = database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.prepare_threshold = 0
        yield partial(_replay, connection, queries)


def _replay(connection: psycopg.Connection, queries: Queries) -> float:
    for transaction in queries.transactions:
        for statement, given in transaction.statements:
            if statement.startswith("INSERT"):
                given["id"] = new_id()  # a row that was written is written again
    started = time.perf_counter()
    for transaction in queries.transactions:
        with connection.transaction() if transaction.has_frame else nullcontext():
            for statement, given in transaction.statements:
                cursor = connection.execute(statement.encode(), given)
                if cursor.description is not None:
                    cursor.fetchall()
    return time.perf_counter() - started
