"""What one question of the tour is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import psycopg

Facts: TypeAlias = dict[str, object]
"""Figures by name: what an answer claims, or what SQL says of the same."""

Reply: TypeAlias = Mapping[str, Any]
"""The envelope that a tool answered with."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A question, the tool that answers it, and the way to know whether the answer is true.

    `claims` reads the figures out of the answer; `truth` finds the same ones by SQL of its own.
    Where the world moves between the two, the question is asked again, `tries` times at most.
    """

    question: str
    tool: str
    arguments: Mapping[str, str | int]
    tell: Callable[[Reply], str]
    claims: Callable[[Reply], Facts]
    truth: Callable[[psycopg.Connection], Facts]
    source: str = field(default="SQL", kw_only=True)
    tries: int = field(default=1, kw_only=True)


def differences(claimed: Facts, true: Facts) -> list[str]:
    """What an answer says and the truth does not, in words; nothing when they agree."""
    return [
        f"{name}: the tool says {_shown(claimed, name)}, the check says {_shown(true, name)}"
        for name in sorted(claimed.keys() | true.keys())
        if name not in claimed or name not in true or claimed[name] != true[name]
    ]


def one(connection: psycopg.Connection, statement: str, *parameters: object) -> tuple[Any, ...]:
    """The only row of a statement."""
    row = connection.execute(statement.encode(), parameters).fetchone()
    if row is None:
        raise LookupError(statement)
    return row


def named(names: Sequence[str], row: Sequence[object]) -> Facts:
    """The values of a row by these names."""
    return dict(zip(names, row, strict=True))


def mapped(connection: psycopg.Connection, statement: str, *parameters: object) -> Facts:
    """The second column by the first."""
    rows = connection.execute(statement.encode(), parameters).fetchall()
    return {str(row[0]): row[1] for row in rows}


def dollars(cents: int) -> str:
    """An amount for people, in whole dollars."""
    return f"${cents / 100:,.0f}"


def _shown(facts: Facts, name: str) -> str:
    return repr(facts[name]) if name in facts else "nothing"
