"""The rules of search: what a text asks for, who answers, in which order. Pure."""

from instainstru_core.domains.search.policy.plain import (
    CLICKABLE_FOR,
    LEAST_MATCH,
    MAX_CLICKS,
    MAX_DAYS_AHEAD,
    NEAR_METERS,
    SCALE,
    after,
    is_within_reach,
    normalized,
    ranked,
    understood,
)

__all__ = [
    "CLICKABLE_FOR",
    "LEAST_MATCH",
    "MAX_CLICKS",
    "MAX_DAYS_AHEAD",
    "NEAR_METERS",
    "SCALE",
    "after",
    "is_within_reach",
    "normalized",
    "ranked",
    "understood",
]
