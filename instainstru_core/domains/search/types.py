"""Search vocabulary. Pure."""

from enum import StrEnum


class ClickAction(StrEnum):
    """What someone did with a result."""

    VIEW = "view"
    FAVORITE = "favorite"
    MESSAGE = "message"
    BOOK = "book"
