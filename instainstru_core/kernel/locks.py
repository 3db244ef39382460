"""Advisory locks that end with the transaction, always taken in one order."""

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ColumnElement,
    bindparam,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session

from instainstru_core.kernel.direct import Direct

KEYS = bindparam("keys", type_=ARRAY(BigInteger))
HOLD = Direct(
    lambda: text(
        "SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key"
    ).bindparams(KEYS)
)


def lock_key(name: str) -> int:
    """A signed 64-bit key for a name."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def advisory(session: Session, names: Iterable[str]) -> None:
    """Wait for and hold these named locks until the transaction ends, in one statement.

    Keys are sorted, so that two callers that want the same locks never wait for each other.
    """
    wanted = keys(names)
    if wanted:
        HOLD.within(session, {"keys": wanted})


def keys(names: Iterable[str]) -> list[int]:
    """The keys of these names, in the order in which they are taken."""
    return sorted({lock_key(name) for name in names})


def held(wanted: BindParameter[Sequence[int]]) -> ColumnElement[bool]:
    """The same as a condition of a statement that changes rows: it waits before it looks for any.

    What the statement reads is as old as its beginning; a row that somebody changed or removed
    meanwhile is looked at again, as always.
    """
    key = func.unnest(wanted).column_valued("key")
    return select(func.count(func.pg_advisory_xact_lock(key))).scalar_subquery() >= 0
