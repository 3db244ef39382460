"""Advisory locks that end with the transaction, always taken in one order."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session


def lock_key(name: str) -> int:
    """A signed 64-bit key for a name."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def advisory(session: Session, names: Iterable[str]) -> None:
    """Wait for and hold these named locks until the transaction ends, in one statement.

    Keys are sorted, so that two callers that want the same locks never wait for each other.
    """
    keys = sorted({lock_key(name) for name in names})
    if keys:
        session.execute(
            text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key"),
            {"keys": keys},
        )
