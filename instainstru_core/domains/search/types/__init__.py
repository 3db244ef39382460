"""Search vocabulary. Pure."""

from instainstru_core.domains.search.types.interactions import ClickAction
from instainstru_core.domains.search.types.plain import (
    Candidate,
    Ranked,
    Signals,
    Understanding,
)

__all__ = ["Candidate", "ClickAction", "Ranked", "Signals", "Understanding"]
