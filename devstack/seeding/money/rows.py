"""Rows for COPY, as text that is put together once, and names that only ever grow."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import psycopg
from psycopg import sql

from devstack.seeding.world import PAIRS

NONE = "\\N"
_MIX = 0x9E37_79B9_7F4A_7C15
_MASK = (1 << 64) - 1


@dataclass(slots=True)
class Table:
    """What is to be written into one table. Texts hold no tab, line end or backslash."""

    name: str
    columns: tuple[str, ...]
    lines: list[str] = field(default_factory=list[str])

    def add(self, *values: object) -> None:
        """One row."""
        self.lines.append("\t".join([NONE if value is None else str(value) for value in values]))

    def write(self, connection: psycopg.Connection) -> None:
        """All rows in one statement, so that whoever checks them together sees all.

        In order of their first column: an index that is filled from one end grows three times as
        fast as one that is filled everywhere.
        """
        if not self.lines:
            return
        self.lines.sort()
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.name), sql.SQL(", ").join(map(sql.Identifier, self.columns))
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write("\n".join(self.lines) + "\n")


class Names:
    """Identifiers of rows and of things at the provider: the same in each run, in order of time."""

    def __init__(self, dice: Random) -> None:
        self._count = 0
        self._salt = dice.getrandbits(64)

    def at(self, instant: datetime) -> str:
        """A ULID of this instant. Of one instant, those that are made later sort later."""
        number = self._next()
        ms = int(instant.timestamp() * 1000)
        head = (
            PAIRS[ms >> 40 & 1023]
            + PAIRS[ms >> 30 & 1023]
            + PAIRS[ms >> 20 & 1023]
            + PAIRS[ms >> 10 & 1023]
            + PAIRS[ms & 1023]
        )
        return f"{head}{number:08X}{self._mixed(number) >> 32:08X}"

    def vendor(self, prefix: str) -> str:
        """What the provider calls something."""
        number = self._next()
        return f"{prefix}_{number:08x}{self._mixed(number):016x}"

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _mixed(self, number: int) -> int:
        return (number * _MIX ^ self._salt) & _MASK
