"""How names become slugs and texts are folded, and what filters say. Pure."""

from instainstru_core.domains.catalog.policy.filters import (
    MAX_FILTER_KEYS,
    MAX_FILTER_VALUE,
    MAX_FILTER_VALUES,
    MAX_FILTERS,
    BadFilters,
    describe,
    fits,
    inferred_filters,
    misfits,
    parse_filters,
)
from instainstru_core.domains.catalog.policy.words import (
    MARKS,
    fold,
    is_slug,
    slugify,
    unaccented,
)

__all__ = [
    "MARKS",
    "MAX_FILTERS",
    "MAX_FILTER_KEYS",
    "MAX_FILTER_VALUE",
    "MAX_FILTER_VALUES",
    "BadFilters",
    "describe",
    "fits",
    "fold",
    "inferred_filters",
    "is_slug",
    "misfits",
    "parse_filters",
    "slugify",
    "unaccented",
]
