"""Keyset pages: stable under inserts, one query, an opaque cursor."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.kernel.errors import Invalid
from instainstru_core.kernel.uow import Uow

MAX_PAGE = 100

View = TypeVar("View")
Item = TypeVar("Item")
Listed = TypeVar("Listed")
Key: TypeAlias = tuple[str | int | None, ...]


class BadCursor(Invalid):
    code = "paging.bad_cursor"


class Page(BaseModel, Generic[View]):
    """Some of the items, in order. `next_cursor` is null on the last page."""

    model_config = ConfigDict(frozen=True)

    items: list[View] = Field(description="The items of this page, in order.")
    next_cursor: str | None = Field(
        default=None, description="Pass as `cursor` for the next page; null when this is the last."
    )


def encode_cursor(key: Key, *, scope: str) -> str:
    """An opaque cursor after the item with this sort key. `scope` names list and filters."""
    body = json.dumps([_fingerprint(scope), *key], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, scope: str, kinds: tuple[type, ...]) -> Key:
    """The sort key in a cursor. Raises BadCursor unless it belongs to this list and filters."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        mark, *key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, TypeError, RecursionError, binascii.Error) as failure:
        raise bad_cursor() from failure
    fits = len(key) == len(kinds) and all(
        part is None or (type(part) is kind) for part, kind in zip(key, kinds, strict=False)
    )
    clean = all(_storable(part) for part in key if isinstance(part, str))
    if mark != _fingerprint(scope) or not fits or not clean:
        raise bad_cursor()
    return tuple(key)


def page_of(
    rows: Sequence[Item],
    *,
    limit: int,
    scope: str,
    key: Callable[[Item], Key],
    view: Callable[[Item], View],
) -> Page[View]:
    """The page of `limit` items, from a query that asked for one more than that."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(
        items=[view(row) for row in shown],
        next_cursor=encode_cursor(key(shown[-1]), scope=scope) if more and shown else None,
    )


def _fingerprint(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:12]


def _storable(text: str) -> bool:
    """Whether the database takes this text: no NUL, no half of a character."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def moment_after(cursor: str | None, scope: str) -> tuple[datetime, str] | None:
    """The sort key in a cursor of a list that is ordered by an instant and an id."""
    if cursor is None:
        return None
    at, row_id = decode_cursor(cursor, scope=scope, kinds=(str, str))
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError as failure:
        raise bad_cursor() from failure
    if moment.tzinfo is None:
        raise bad_cursor()
    return moment, str(row_id)


def pages(
    begin: Callable[[], AbstractContextManager[Uow]],
    read: Callable[..., Sequence[Listed]],
    *,
    place: Callable[[Listed], str],
    size: int,
) -> Iterator[Sequence[Listed]]:
    """All that `read(uow, after=, limit=)` finds, a page at a time, each in a unit of work of its
    own that is over when the page is told. The next begins behind the `place` of the last found.
    """
    after: str | None = ""
    while after is not None:
        with begin() as uow:
            found = read(uow, after=after, limit=size)
        yield found
        after = place(found[-1]) if len(found) == size else None


def bad_cursor() -> BadCursor:
    """The refusal of a cursor that we did not make for this list."""
    return BadCursor(
        "This cursor does not belong to this list. Start again without a cursor,"
        " and keep the filters the same from page to page."
    )
