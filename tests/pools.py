"""Databases used again: making one costs half a second where others were just dropped.

A copy of the template goes back to how it began by deleting all rows that were written since, by
writing its shortest tables (versions and counters) anew and by counting from 1 again. It is only
used again where nothing else changed: neither other rows that the template brings nor the catalog,
and not so many rows that what is left of them weighs on whoever comes next.
"""

from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

MOST_ROWS = 5_000
MOST_USES = 40
FEW_ROWS = 3

TABLES = """
SELECT tablename FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'spatial_ref_sys' ORDER BY tablename
"""
WRITTEN = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""
MARKS = """
SELECT count(*), coalesce(sum(xmin::text::bigint), 0), coalesce(max(xmin::text::bigint), 0) FROM {}
"""
KEPT = """
SELECT coalesce(jsonb_agg(to_jsonb(kept)), '[]') FROM (SELECT * FROM {} LIMIT {}) AS kept
"""
ANEW = "INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, {1})"
FROM_ONE = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
CATALOGS = ("pg_attribute", "pg_constraint", "pg_index", "pg_trigger", "pg_proc")


@dataclass(frozen=True, slots=True)
class Beginning:
    """A fresh copy: which tables are empty, what short ones hold, and the marks of the others."""

    empty: tuple[str, ...]
    short: dict[str, list[object]]
    brought: tuple[str, ...]
    marks: tuple[tuple[int, int, int], ...]

    @property
    def newest(self) -> tuple[int, ...]:
        """The transaction that wrote last, of each table with rows."""
        return tuple(last for _, _, last in self.marks[len(CATALOGS) :])


@dataclass(slots=True)
class Pool:
    """The copies of one process that wait to be used again, by the template they are of."""

    beginnings: dict[str, Beginning] = field(default_factory=dict[str, Beginning])
    free: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    uses: dict[str, int] = field(default_factory=dict[str, int])
    cleaners: dict[str, psycopg.Connection] = field(default_factory=dict[str, psycopg.Connection])

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
            is_clean = _cleaned(self._cleaner(name, url), self.beginnings[template])
        except psycopg.Error:
            return False
        if is_clean:
            self.free.setdefault(template, []).append(name)
        return is_clean

    def _cleaner(self, name: str, url: str) -> psycopg.Connection:
        """The connection that cleans this copy: a new one takes 10 ms to know the tables."""
        if name not in self.cleaners or self.cleaners[name].closed:
            self.cleaners[name] = psycopg.connect(url, autocommit=True)
        return self.cleaners[name]

    def drain(self) -> list[str]:
        """All that wait; they are to be dropped."""
        for cleaner in self.cleaners.values():
            cleaner.close()
        self.cleaners.clear()
        names = [name for waiting in self.free.values() for name in waiting]
        self.free.clear()
        return names


def _beginning(connection: psycopg.Connection) -> Beginning:
    tables = [str(row[0]) for row in connection.execute(TABLES)]
    first = {table: _first_rows(connection, table) for table in tables}
    brought = tuple(table for table in tables if len(first[table]) > FEW_ROWS)
    return Beginning(
        empty=tuple(table for table in tables if not first[table]),
        short={table: rows for table, rows in first.items() if 0 < len(rows) <= FEW_ROWS},
        brought=brought,
        marks=_marks(connection, brought),
    )


def _first_rows(connection: psycopg.Connection, table: str) -> list[object]:
    query = sql.SQL(KEPT).format(sql.Identifier(table), sql.Literal(FEW_ROWS + 1))
    row = connection.execute(query).fetchone()
    return list(row[0]) if row is not None else []


def _marks(
    connection: psycopg.Connection, brought: tuple[str, ...]
) -> tuple[tuple[int, int, int], ...]:
    """What no insert, update, delete or change of the schema leaves as it was."""
    one = sql.SQL(MARKS)
    return tuple(
        (int(count), int(total), int(last))
        for table in (*CATALOGS, *brought)
        for count, total, last in connection.execute(one.format(sql.Identifier(table)))
    )


def _cleaned(connection: psycopg.Connection, beginning: Beginning) -> bool:
    connection.execute(OTHERS)
    if [str(row[0]) for row in connection.execute(TABLES)] != sorted(
        (*beginning.empty, *beginning.short, *beginning.brought)
    ):
        return False
    connection.execute("SET session_replication_role = replica")
    written = {str(row[0]) for row in connection.execute(WRITTEN)}
    with connection.transaction():
        deleted = sum(
            connection.execute(statement).rowcount
            for statement in (
                *(_all_of(table) for table in beginning.empty if table in written),
                *(_newer(*last) for last in zip(beginning.brought, beginning.newest, strict=True)),
            )
        )
        for table, rows in beginning.short.items():
            connection.execute(_all_of(table))
            connection.execute(
                sql.SQL(ANEW).format(sql.Identifier(table), sql.Literal(Jsonb(rows)))
            )
        connection.execute(FROM_ONE)
    return deleted <= MOST_ROWS and _marks(connection, beginning.brought) == beginning.marks


def _all_of(table: str) -> sql.Composed:
    return sql.SQL("DELETE FROM {}").format(sql.Identifier(table))


def _newer(table: str, newest: int) -> sql.Composed:
    """What was written after the copy was made; numbers of transactions only grow."""
    query = sql.SQL("DELETE FROM {} WHERE xmin::text::bigint > {}")
    return query.format(sql.Identifier(table), sql.Literal(newest))
