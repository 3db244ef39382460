"""Search vocabulary. Pure."""

from instainstru_core.domains.search.types.plain import (
    Candidate,
    ClickAction,
    Ranked,
    Signals,
    Understanding,
)

__all__ = ["Candidate", "ClickAction", "Ranked", "Signals", "Understanding"]
