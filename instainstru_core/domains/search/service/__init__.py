"""Searching for instructors, what is kept of it, and what was done with the results."""

from instainstru_core.domains.search.service.clicks import record_click
from instainstru_core.domains.search.service.finding import search
from instainstru_core.domains.search.service.history import (
    forget_old_searches,
    forget_search,
    forget_searcher,
    forget_searches,
    forget_shown,
    recent_searches,
    searches_made,
    take_searches_along,
    trim_histories,
)
from instainstru_core.domains.search.service.index import forget_changes, fresh
from instainstru_core.domains.search.service.recording import note, searcher

__all__ = [
    "forget_changes",
    "forget_old_searches",
    "forget_search",
    "forget_searcher",
    "forget_searches",
    "forget_shown",
    "fresh",
    "note",
    "recent_searches",
    "record_click",
    "search",
    "searcher",
    "searches_made",
    "take_searches_along",
    "trim_histories",
]
