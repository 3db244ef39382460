"""Bulk loading by COPY, straight into the tables, without their secondary indexes meanwhile."""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager

import psycopg
from psycopg import sql


def copy_rows(
    connection: psycopg.Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> int:
    """COPY the rows into the table. Returns how many there were."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


@contextmanager
def without_indexes(connection: psycopg.Connection, tables: Sequence[str]) -> Generator[None]:
    """Build the indexes of these tables when they are full, which is faster than row by row.

    Those behind constraints stay: they are what refuses a wrong row.
    """
    found = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' AND tablename = ANY (%s) AND NOT EXISTS ("
        " SELECT FROM pg_constraint WHERE conname = indexname) ORDER BY indexname",
        [list(tables)],
    ).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    yield
    for _, definition in found:
        connection.execute(definition.encode())
