"""Statements for the places where every tenth of a millisecond counts: compiled once, and then
given to the driver as they are.

SQLAlchemy spends about as long on one statement as the database does: it looks the compiled form
up, wraps cursor, rows and columns, and a session first sets up a transaction. What is left out
here is all of that, and nothing else: the connection is one of the same pool, with the same limits
and the same clock on each statement, and values go out as their types say. Rows come as the driver
reads them, so that an enumeration is its value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias, cast

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, PoolProxiedConnection, Table, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Row: TypeAlias = tuple[Any, ...]
Process: TypeAlias = Callable[[Any], Any]

HELD = "direct_connection"
BEGUN = "transaction_begun"
LIMIT = "statement_limit"
USUAL = "SET statement_timeout TO DEFAULT"
DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Limit:
    """How long each further statement may take, and the setting that it replaces."""

    milliseconds: int
    usual: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """The text of a statement, and what is done to its values."""

    text: str
    constants: Mapping[str, Any]
    processes: Mapping[str, Process]


class Direct:
    """A statement whose values have names, none of them a list that becomes several values.

    It is compiled when it is first asked, by what `build` returns then.
    """

    def __init__(self, build: Callable[[], ClauseElement], *names: str) -> None:
        self._build = build
        self._names = names

    def alone(self, session: Session, values: Mapping[str, object]) -> list[Row]:
        """Its rows, as a transaction by itself, or one with whatever the session has begun.

        Nothing is undone when something fails later. Ask it before anything else of the unit of
        work.
        """
        return _rows(self._ask(_plain(session), values))

    def within(self, session: Session, values: Mapping[str, object]) -> list[Row]:
        """Its rows, in the transaction of the unit of work; by itself after `alone`."""
        held: PoolProxiedConnection | None = session.info.get(HELD)
        driver = held.driver_connection if held else session.connection().connection
        return _rows(self._ask(driver, values))

    def afresh(self, session: Session, values: Mapping[str, object]) -> list[Row]:
        """Its rows, in the transaction of the unit of work, whatever it asked before, and once what
        the session has changed is written, as SQLAlchemy would: unless it is told to wait.
        """
        release(session)
        if session.autoflush:
            session.flush()
        return self.within(session, values)

    def changed(self, session: Session, values: Mapping[str, object]) -> int:
        """How many rows it changed, in the transaction of the unit of work."""
        release(session)
        count: int = self._ask(session.connection().connection, values).rowcount
        return count

    def read(self, session: Session, values: Mapping[str, object]) -> list[Row]:
        """The rows of a plain read: as a transaction by itself while the unit of work has begun
        none, which spares the journeys of BEGIN and COMMIT, else within that.

        Whoever goes on with the session after such reads calls `release` first.
        """
        if reads_alone(session):
            return self.alone(session, values)
        session.flush()
        return self.within(session, values)

    @cached_property
    def _compiled(self) -> Compiled:
        found = self._build().compile(dialect=DIALECT, column_keys=list(self._names) or None)
        binds = {name: bind for bind, name in cast("SQLCompiler", found).bind_names.items()}
        processes = {
            name: process
            for name, bind in binds.items()
            if (process := bind.type.dialect_impl(DIALECT).bind_processor(DIALECT)) is not None
        }
        known = {name: bind.value for name, bind in binds.items() if not bind.required}
        constants = {
            name: processes[name](value) if name in processes else value
            for name, value in known.items()
        }
        return Compiled(str(found), constants, processes)

    def _ask(self, driver: Any, values: Mapping[str, object]) -> Any:  # noqa: ANN401
        known = self._compiled
        given = {**known.constants, **values}
        for name, process in known.processes.items():
            if name in values:
                given[name] = process(values[name])
        cursor = driver.cursor()
        cursor.execute(known.text, given)
        return cursor


class Insert:
    """Writes new rows of a table, each as its mapped object was made: what was not said is the
    column's default. The object stays out of the session.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._defaults = {
            column.key: column.default.arg
            for column in table.c
            if isinstance(column.default, ScalarElementColumnDefault)
        }
        self._known: dict[tuple[str, ...], Direct] = {}

    def one(self, session: Session, row: object) -> None:
        """Write this row, in the transaction of the unit of work, whatever it asked before."""
        release(session)
        given = {name: value for name, value in vars(row).items() if name in self._table.c}
        values = {**self._defaults, **given}
        names = tuple(values)
        if names not in self._known:
            self._known[names] = Direct(lambda: insert(self._table), *names)
        self._known[names].within(session, values)


def note_begun(session: Session, _transaction: object, connection: Connection) -> None:
    """Hears when a session begins its transaction; a limit that was set before goes on in it."""
    session.info[BEGUN] = True
    limit: Limit | None = session.info.get(LIMIT)
    if limit is not None:
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {limit.milliseconds}")


def reads_alone(session: Session) -> bool:
    """Whether a plain read would be a transaction by itself."""
    if HELD in session.info:
        return True
    return BEGUN not in session.info and isinstance(session.get_bind(), Engine)


def limited(session: Session, milliseconds: int, *, usual: str) -> None:
    """Note that a plain read has set how long those after it may take, on its connection: that
    ends with `lifted`, or when the connection is given back.
    """
    session.info[LIMIT] = Limit(milliseconds, usual)


def limit(session: Session) -> Limit | None:
    """The limit that holds on the connection of plain reads, if any."""
    found: Limit | None = session.info.get(LIMIT) if HELD in session.info else None
    return found


def lifted(session: Session) -> None:
    """Note that a plain read has set the usual limit again."""
    session.info.pop(LIMIT, None)


def release(session: Session, failure: BaseException | None = None) -> None:
    """Give the connection back that statements alone were asked on, if any were."""
    held: PoolProxiedConnection | None = session.info.pop(HELD, None)
    if held is None:
        return
    engine = cast("Engine", session.get_bind())
    driver = cast("psycopg.Connection[Any]", held.driver_connection)
    if driver.closed:
        held.invalidate(failure)
        engine.dispose()  # the others of the pool have lost the database just the same
        return
    if driver.info.transaction_status is not TransactionStatus.IDLE:  # it was cut off
        held.invalidate(failure)
        return
    if LIMIT in session.info:
        driver.execute(USUAL)
    driver.autocommit = False
    held.close()


def _rows(cursor: Any) -> list[Row]:  # noqa: ANN401 - a cursor of the driver
    found: list[Row] = [] if cursor.description is None else cursor.fetchall()
    return found


def _plain(session: Session) -> Any:  # noqa: ANN401 - a connection of the driver
    """The connection for statements alone, which is taken once for a unit of work."""
    held: PoolProxiedConnection | None = session.info.get(HELD)
    if held is None:
        bind = session.get_bind()
        if not isinstance(bind, Engine):  # somebody else holds the transaction
            return session.connection().connection
        held = bind.raw_connection()
        session.info[HELD] = held
        cast("psycopg.Connection[Any]", held.driver_connection).autocommit = True
    return held.driver_connection
