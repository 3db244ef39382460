"""Tables of search, a module for each subject; all are known once this is imported."""

from instainstru_core.domains.search.models.embeddings import Embedding
from instainstru_core.domains.search.models.searches import (
    SearchCandidate,
    SearchClick,
    SearchHistory,
    SearchQuery,
    SearchSalt,
)

__all__ = [
    "Embedding",
    "SearchCandidate",
    "SearchClick",
    "SearchHistory",
    "SearchQuery",
    "SearchSalt",
]
