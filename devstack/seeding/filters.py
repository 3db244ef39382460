"""For which levels and goals an offering is: decided by its own id, so the same in every world."""

from functools import cache
from random import Random

from psycopg.types.json import Jsonb

from devstack.seeding.world import Service
from instainstru_core.domains.catalog import service as catalog
from instainstru_core.domains.catalog.types import SKILL_LEVEL, FilterDefinition, SkillLevel

BEGINNER, INTERMEDIATE, ADVANCED = (level.value for level in SkillLevel)
LEVELS = (
    (0.55, [BEGINNER, INTERMEDIATE, ADVANCED]),
    (0.75, [BEGINNER, INTERMEDIATE]),
    (0.85, [BEGINNER]),
    (1.0, [INTERMEDIATE, ADVANCED]),
)
SILENT = 0.15
"""How often nothing is said of a filter."""
APPLIES = 0.55


def said_of(offering_id: str, service: Service) -> tuple[list[str], Jsonb]:
    """The levels of an offering, and what else applies to it."""
    dice = Random(offering_id)  # noqa: S311 - demo data, not secrets
    drawn = dice.random()
    levels = next(levels for limit, levels in LEVELS if drawn < limit)
    found: dict[str, list[str]] = {}
    for one in _filters(service.category, service.subcategory):
        if dice.random() >= SILENT:
            chosen = [value for value in one.values if dice.random() < APPLIES]
            found[one.key] = sorted(chosen or [dice.choice(one.values)])
    return levels, Jsonb(found)


@cache
def _filters(category: str, subcategory: str) -> tuple[FilterDefinition, ...]:
    known = catalog.filter_definitions(category, subcategory)
    return tuple(one for one in known if one.key != SKILL_LEVEL)
