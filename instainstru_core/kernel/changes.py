"""Writes what a unit of work has changed of rows that it read, by statements compiled once.

The unit of work of SQLAlchemy plans for whatever may hang together: rows of several tables, keys
that are only known once another row is written, collections. Most units of ours change a row or
two that were there before, and then the plan takes three times as long as the statements. Whatever
is more than that is left to SQLAlchemy, all of it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeAlias, cast

from sqlalchemy import Column, Table, bindparam, inspect, update
from sqlalchemy.orm import InstanceState, Mapper, Session
from sqlalchemy.orm.exc import StaleDataError

from instainstru_core.kernel.direct import Direct, release

Values: TypeAlias = dict[str, Any]

ITS = "its_"


class Change(NamedTuple):
    """What is to be written of one row, if anything."""

    into: "Changing"
    key: Sequence[Any]
    values: Values


class Changing:
    """Changes rows of a table, each by its key."""

    def __init__(self, table: Table, columns: Mapping[str, Column[Any]]) -> None:
        self.table = table
        self._columns = columns
        self._keys = [f"{ITS}{column.key}" for column in table.primary_key]
        self._known: dict[tuple[str, ...], Direct] = {}

    def of(self, state: "InstanceState[Any]") -> Change | None:
        """What has changed of a row; None where that is for SQLAlchemy to find out."""
        if state.identity is None:
            return None
        values: Values = {}
        for name, before in state.committed_state.items():
            column = self._columns.get(name)
            if column is None or column.primary_key or name not in state.dict:
                return None
            now = state.dict[name]
            if hasattr(now, "__clause_element__"):
                return None
            if column.type.compare_values(now, before) is not True:
                values[column.key] = now
        return Change(self, state.identity, values)

    def write(self, session: Session, change: Change) -> None:
        """Write it, in the transaction of the unit of work."""
        names = tuple(sorted(change.values))
        if names not in self._known:
            self._known[names] = Direct(lambda: self._statement(names))
        its_own = dict(zip(self._keys, change.key, strict=True))
        if self._known[names].changed(session, {**its_own, **change.values}) != 1:
            msg = f"a row of {self.table.name} that was to be changed is gone"
            raise StaleDataError(msg)

    def _statement(self, names: Sequence[str]) -> Any:  # noqa: ANN401 - any statement
        keys = zip(self.table.primary_key, self._keys, strict=True)
        return (
            update(self.table)
            .where(*(column == bindparam(name, type_=column.type) for column, name in keys))
            .values({name: bindparam(name, type_=self.table.c[name].type) for name in names})
        )


def write(session: Session) -> None:
    """Write what has changed, where all of it is columns of rows that were read. These rows are
    the session's no longer: nobody changes them after this.
    """
    if session.new or session.deleted:
        return
    rows = list(session.dirty)
    found = [_of(cast("InstanceState[Any]", inspect(row))) for row in rows]
    changes = [one for one in found if one is not None]
    if not rows or len(changes) < len(rows):
        return
    release(session)
    for one in sorted(changes, key=_place):
        if one.values:
            one.into.write(session, one)
    for row in rows:
        session.expunge(row)


def _of(state: "InstanceState[Any]") -> Change | None:
    into = _changing(state.mapper)
    return None if into is None else into.of(state)


def _place(one: Change) -> tuple[str, Sequence[Any]]:
    """Everybody writes in the same order."""
    return one.into.table.name, one.key


@cache
def _changing(mapper: "Mapper[Any]") -> Changing | None:
    """How rows of this kind are changed; None for those that are more than a row of one table."""
    if len(mapper.tables) > 1 or mapper.version_id_col is not None:
        return None
    table = cast("Table", mapper.local_table)
    if any(column.onupdate or column.server_onupdate for column in table.c):
        return None
    columns = {
        one.key: one.columns[0] for one in mapper.column_attrs if isinstance(one.columns[0], Column)
    }
    return Changing(table, columns)
