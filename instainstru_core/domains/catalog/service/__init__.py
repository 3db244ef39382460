"""What can be taught, and what it can be filtered by."""

from instainstru_core.domains.catalog.service.browsing import (
    cards,
    categories,
    category,
    entries,
    load,
    packaged_entries,
    service,
    services,
    services_by_ids,
    subcategory,
    summary,
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
    "packaged_entries",
    "service",
    "services",
    "services_by_ids",
    "subcategory",
    "summary",
    "version",
    "wanted_filters",
]
