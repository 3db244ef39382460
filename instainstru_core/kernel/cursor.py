"""A cursor that describes columns in plain tuples.

SQLAlchemy asks every statement for the names and types of its columns. psycopg answers with an
object for each, which costs more than reading a wide row does.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import psycopg

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
        encoding = self.connection.info.encoding
        return [
            ((found.fname(place) or b"").decode(encoding), found.ftype(place), *UNSAID)
            for place in range(found.nfields)
        ]
