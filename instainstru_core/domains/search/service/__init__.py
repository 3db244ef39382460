"""Searching for instructors, what is kept of it, and what was done with the results."""

from instainstru_core.domains.search.service.aliases import (
    add_place_alias,
    approve_place_alias,
    place_aliases,
    propose_place_alias,
    reject_place_alias,
)
from instainstru_core.domains.search.service.clicks import record_click, record_interactions
from instainstru_core.domains.search.service.embeddings import embeddings_status
from instainstru_core.domains.search.service.erasing import (
    erase_own_searches,
    erase_searcher,
    forget_deactivated,
)
from instainstru_core.domains.search.service.finding import search
from instainstru_core.domains.search.service.history import (
    forget_old_searches,
    forget_search,
    forget_searches,
    forget_shown,
    recent_searches,
    searches_made,
    take_searches_along,
    trim_histories,
)
from instainstru_core.domains.search.service.index import forget_changes, fresh
from instainstru_core.domains.search.service.learning import (
    dismiss_unresolved_place,
    learn_places,
    unresolved_places,
)
from instainstru_core.domains.search.service.looking_up import lookup
from instainstru_core.domains.search.service.places import gazetteer, here, resolve
from instainstru_core.domains.search.service.recording import guest_session, note, searcher
from instainstru_core.domains.search.service.suggesting import suggestions

__all__ = [
    "add_place_alias",
    "approve_place_alias",
    "dismiss_unresolved_place",
    "embeddings_status",
    "erase_own_searches",
    "erase_searcher",
    "forget_changes",
    "forget_deactivated",
    "forget_old_searches",
    "forget_search",
    "forget_searches",
    "forget_shown",
    "fresh",
    "gazetteer",
    "guest_session",
    "here",
    "learn_places",
    "lookup",
    "note",
    "place_aliases",
    "propose_place_alias",
    "recent_searches",
    "record_click",
    "record_interactions",
    "reject_place_alias",
    "resolve",
    "search",
    "searcher",
    "searches_made",
    "suggestions",
    "take_searches_along",
    "trim_histories",
    "unresolved_places",
]
