"""Search vocabulary, a module for each subject. Pure."""

from instainstru_core.domains.search.types.interactions import ClickAction

__all__ = ["ClickAction"]
