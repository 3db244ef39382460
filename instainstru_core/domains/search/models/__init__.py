"""Tables of search, a module for each subject; all are known once this is imported."""

from instainstru_core.domains.search.models.embeddings import Embedding
from instainstru_core.domains.search.models.plain import SearchClick, SearchQuery

__all__ = ["Embedding", "SearchClick", "SearchQuery"]
