"""ULIDs: 26 characters, sortable by time of creation, not guessable in sequence."""

import hashlib
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from ulid import ULID

ID_LENGTH = 26
ID_PATTERN = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
_SHAPE = re.compile(ID_PATTERN)
_REQUEST_SHAPE = re.compile(
    r"[0-7][0-9A-HJKMNP-TV-Z]{25}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
)

_source: ContextVar[Callable[[], str] | None] = ContextVar("source_of_ids", default=None)


def new_id() -> str:
    """A fresh identifier for a row."""
    source = _source.get()
    return str(ULID()) if source is None else source()


@contextmanager
def made_by(source: Callable[[], str]) -> Generator[None]:
    """Have this source make the identifiers meanwhile, in this thread: the same in each run."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def id_of(milliseconds: int, rest: int) -> str:
    """The identifier of this moment, counted from 1970, whose other 80 bits are these."""
    return str(ULID.from_bytes(((milliseconds << 80) | rest).to_bytes(16, "big")))


def request_id(given: bytes) -> str:
    """What a request is called: the id it came with if that is a ULID or a UUID, else a new one."""
    text = given.decode("latin-1")
    return text if _REQUEST_SHAPE.fullmatch(text) else new_id()


def stable_id(namespace: str, key: str) -> str:
    """The same identifier every time for a key, so that loading reference data keeps its ids."""
    digest = hashlib.sha256(f"{namespace}:{key}".encode()).digest()
    return str(ULID.from_bytes(digest[:16]))


def is_id(text: str) -> bool:
    """Whether the text has the shape of an identifier (nothing is looked up)."""
    return _SHAPE.fullmatch(text) is not None


def minted_at(text: str) -> datetime | None:
    """When this identifier was made, to the millisecond; None for what is none."""
    if not is_id(text):
        return None
    try:
        return ULID.from_str(text).datetime
    except ValueError:  # a year that no calendar has
        return None
