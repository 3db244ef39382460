"""Tables of search, a module for each subject; all are known once this is imported."""

from instainstru_core.domains.search.models.embeddings import Embedding
from instainstru_core.domains.search.models.feed import SearchChange, SearchFeed
from instainstru_core.domains.search.models.places import (
    PlaceAlias,
    PlaceVersion,
    UnresolvedPlace,
)
from instainstru_core.domains.search.models.searches import (
    SearchCandidate,
    SearchClick,
    SearchHistory,
    SearchQuery,
    SearchSalt,
)

__all__ = [
    "Embedding",
    "PlaceAlias",
    "PlaceVersion",
    "SearchCandidate",
    "SearchChange",
    "SearchClick",
    "SearchFeed",
    "SearchHistory",
    "SearchQuery",
    "SearchSalt",
    "UnresolvedPlace",
]
