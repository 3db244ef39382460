"""What can be done with profiles, offerings, areas and places."""

from instainstru_core.domains.instructors.service.lessons import lesson_terms, offering
from instainstru_core.domains.instructors.service.offers import (
    add_offering,
    remove_offering,
    update_offering,
)
from instainstru_core.domains.instructors.service.profiles import (
    create_profile,
    deactivate,
    go_live,
    hide,
    note,
    own,
    pause,
    readmit,
    update_profile,
)
from instainstru_core.domains.instructors.service.reaching import coverage
from instainstru_core.domains.instructors.service.reading import (
    cards,
    listing,
    public,
    public_card,
    staff_profile,
)
from instainstru_core.domains.instructors.service.taught import taught
from instainstru_core.domains.instructors.service.where import replace_areas, replace_places

__all__ = [
    "add_offering",
    "cards",
    "coverage",
    "create_profile",
    "deactivate",
    "go_live",
    "hide",
    "lesson_terms",
    "listing",
    "note",
    "offering",
    "own",
    "pause",
    "public",
    "public_card",
    "readmit",
    "remove_offering",
    "replace_areas",
    "replace_places",
    "staff_profile",
    "taught",
    "update_offering",
    "update_profile",
]
