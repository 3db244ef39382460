"""ULIDs: 26 characters, sortable by time of creation, not guessable in sequence."""

import re

from ulid import ULID

ID_LENGTH = 26
ID_PATTERN = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
_SHAPE = re.compile(ID_PATTERN)


def new_id() -> str:
    """A fresh identifier for a row."""
    return str(ULID())


def is_id(text: str) -> bool:
    """Whether the text has the shape of an identifier (nothing is looked up)."""
    return _SHAPE.fullmatch(text) is not None
