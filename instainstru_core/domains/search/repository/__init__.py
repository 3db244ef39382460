"""Named queries of search, a module for each subject. New ones are imported from theirs."""

from instainstru_core.domains.search.repository.plain import (
    Area,
    Person,
    Spot,
    Wanted,
    area_names,
    areas,
    candidates,
    clicks,
    is_bookable,
    people,
    places,
    same_click,
    search,
)

__all__ = [
    "Area",
    "Person",
    "Spot",
    "Wanted",
    "area_names",
    "areas",
    "candidates",
    "clicks",
    "is_bookable",
    "people",
    "places",
    "same_click",
    "search",
]
