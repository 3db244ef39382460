"""What people do with results. Pure."""

from enum import StrEnum


class ClickAction(StrEnum):
    """What someone did with a result, from looking closer to booking."""

    HOVER = "hover"
    VIEW = "view"
    PROFILE = "profile"
    """Opened the instructor's own page."""
    FAVORITE = "favorite"
    CONTACT = "contact"
    """Looked for a way to get in touch."""
    MESSAGE = "message"
    BOOK = "book"
