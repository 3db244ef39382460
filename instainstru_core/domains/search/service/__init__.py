"""Searching for instructors, and what was done with the results."""

from instainstru_core.domains.search.service.clicks import record_click
from instainstru_core.domains.search.service.finding import search

__all__ = ["record_click", "search"]
