"""What can be taught, what people mean by what they type, and what can be filtered by."""

from instainstru_core.domains.catalog.service.browsing import (
    cards,
    categories,
    category,
    entries,
    load,
    lookup,
    service,
    services,
    services_by_ids,
    subcategory,
    summary,
    term_index,
    version,
)
from instainstru_core.domains.catalog.service.filtering import (
    filter_definitions,
    filters,
    wanted_filters,
)

__all__ = [
    "cards",
    "categories",
    "category",
    "entries",
    "filter_definitions",
    "filters",
    "load",
    "lookup",
    "service",
    "services",
    "services_by_ids",
    "subcategory",
    "summary",
    "term_index",
    "version",
    "wanted_filters",
]
