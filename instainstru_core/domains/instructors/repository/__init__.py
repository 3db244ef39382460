"""Named queries over instructors and what belongs to them."""

from instainstru_core.domains.instructors.repository.lessons import area_at, lesson
from instainstru_core.domains.instructors.repository.profiles import (
    add_milestones,
    areas,
    bookable,
    grouped,
    known_areas,
    milestones,
    offering_of,
    offerings,
    people,
    person,
    places,
    reached,
    set_areas,
    set_prices,
)
from instainstru_core.domains.instructors.repository.reach import reached_by
from instainstru_core.domains.instructors.repository.rows import (
    Area,
    Person,
    Point,
    Taught,
    is_bookable,
)
from instainstru_core.domains.instructors.repository.taught import taught_most

__all__ = [
    "Area",
    "Person",
    "Point",
    "Taught",
    "add_milestones",
    "area_at",
    "areas",
    "bookable",
    "grouped",
    "is_bookable",
    "known_areas",
    "lesson",
    "milestones",
    "offering_of",
    "offerings",
    "people",
    "person",
    "places",
    "reached",
    "reached_by",
    "set_areas",
    "set_prices",
    "taught_most",
]
