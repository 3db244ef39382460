"""ULIDs: 26 characters, sortable by time of creation, not guessable in sequence."""

import hashlib
import re

from ulid import ULID

ID_LENGTH = 26
ID_PATTERN = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
_SHAPE = re.compile(ID_PATTERN)


def new_id() -> str:
    """A fresh identifier for a row."""
    return str(ULID())


def stable_id(namespace: str, key: str) -> str:
    """The same identifier every time for a key, so that loading reference data keeps its ids."""
    digest = hashlib.sha256(f"{namespace}:{key}".encode()).digest()
    return str(ULID.from_bytes(digest[:16]))


def is_id(text: str) -> bool:
    """Whether the text has the shape of an identifier (nothing is looked up)."""
    return _SHAPE.fullmatch(text) is not None
