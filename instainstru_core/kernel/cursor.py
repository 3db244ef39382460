"""A cursor that describes columns in plain tuples.

SQLAlchemy asks every statement for the names and types of its columns. psycopg answers with an
object for each, which costs more than reading a wide row does.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias, overload

import psycopg
from psycopg.pq.abc import PGresult

Described: TypeAlias = tuple[str, int, None, None, None, None, None]

UNSAID = (None, None, None, None, None)


class PlainCursor(psycopg.Cursor[Any]):
    """psycopg's own in everything else."""

    @property
    def description(self) -> Sequence[Described | psycopg.Column] | None:  # type: ignore[override]
        """Name and type of each column; None where the statement gives no rows."""
        found = self.pgresult
        if found is None or not found.nfields:
            return super().description
        return Columns(found, self.connection.info.encoding)


class Columns(Sequence[Described]):
    """Made when somebody looks: of a statement that ran before, the columns are known."""

    def __init__(self, found: PGresult, encoding: str) -> None:
        self._found = found
        self._encoding = encoding

    def __len__(self) -> int:
        return self._found.nfields

    @overload
    def __getitem__(self, place: int) -> Described: ...
    @overload
    def __getitem__(self, place: slice) -> list[Described]: ...
    def __getitem__(self, place: int | slice) -> Described | list[Described]:
        """One column or several, as a list has them."""
        every = [self._column(number) for number in range(len(self))]
        return every[place]

    def __iter__(self) -> Iterator[Described]:
        return map(self._column, range(len(self)))

    def _column(self, place: int) -> Described:
        name = (self._found.fname(place) or b"").decode(self._encoding)
        return name, self._found.ftype(place), *UNSAID
