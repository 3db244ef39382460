"""Databases used again: making one costs half a second where others were just dropped.

A copy of the template goes back to how it began by deleting the rows of all tables that are empty
there. It is only used again where nothing else changed: neither rows that the template brings nor
the catalog, and not so many rows that what is left of them weighs on whoever comes next.
"""

from dataclasses import dataclass, field

import psycopg
from psycopg import sql

MOST_ROWS = 5_000
MOST_USES = 40

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
CATALOGS = ("pg_attribute", "pg_constraint", "pg_index", "pg_trigger", "pg_proc")


@dataclass(frozen=True, slots=True)
class Beginning:
    """A fresh copy: which tables are empty, and the marks of everything else."""

    empty: tuple[str, ...]
    brought: tuple[str, ...]
    marks: tuple[object, ...]


@dataclass(slots=True)
class Pool:
    """The copies of one process that wait to be used again, by the template they are of."""

    beginnings: dict[str, Beginning] = field(default_factory=dict[str, Beginning])
    free: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    uses: dict[str, int] = field(default_factory=dict[str, int])

    def take(self, template: str) -> str | None:
        """A copy that is as it began, where one waits."""
        waiting = self.free.get(template, [])
        return waiting.pop() if waiting else None

    def learn(self, template: str, url: str) -> None:
        """Look at a fresh copy once, to know how each begins."""
        if template not in self.beginnings:
            with psycopg.connect(url, autocommit=True) as connection:
                self.beginnings[template] = _beginning(connection)

    def give_back(self, template: str, name: str, url: str) -> bool:
        """Clean a copy for the next one; False where it has to go instead."""
        self.uses[name] = self.uses.get(name, 0) + 1
        if self.uses[name] >= MOST_USES or template not in self.beginnings:
            return False
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                is_clean = _cleaned(connection, self.beginnings[template])
        except psycopg.Error:
            return False
        if is_clean:
            self.free.setdefault(template, []).append(name)
        return is_clean

    def drain(self) -> list[str]:
        """All that wait; they are to be dropped."""
        names = [name for waiting in self.free.values() for name in waiting]
        self.free.clear()
        return names


def _beginning(connection: psycopg.Connection) -> Beginning:
    tables = [str(row[0]) for row in connection.execute(TABLES)]
    brought = tuple(table for table in tables if _has_rows(connection, table))
    empty = tuple(table for table in tables if table not in brought)
    return Beginning(empty, brought, _marks(connection, brought))


def _has_rows(connection: psycopg.Connection, table: str) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    return row is not None and bool(row[0])


def _marks(connection: psycopg.Connection, brought: tuple[str, ...]) -> tuple[object, ...]:
    """What no insert, update, delete or change of the schema leaves as it was."""
    one = sql.SQL("SELECT count(*), sum(xmin::text::bigint), max(xmin::text::bigint) FROM {}")
    return tuple(
        connection.execute(one.format(sql.Identifier(table))).fetchone()
        for table in (*CATALOGS, *brought)
    )


def _cleaned(connection: psycopg.Connection, beginning: Beginning) -> bool:
    connection.execute(OTHERS)
    if [str(row[0]) for row in connection.execute(TABLES)] != sorted(
        (*beginning.empty, *beginning.brought)
    ):
        return False
    if _marks(connection, beginning.brought) != beginning.marks:
        return False
    connection.execute("SET session_replication_role = replica")
    with connection.transaction():
        deleted = sum(
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table))).rowcount
            for table in beginning.empty
        )
    return deleted <= MOST_ROWS
