"""What an answer had to do without, and how much that matters. Pure."""

from collections.abc import Iterable, Mapping

from instainstru_core.domains.search.types.degrading import Lack, Level

LEVELS: Mapping[Lack, Level] = {
    Lack.CACHE_UNREACHABLE: Level.LIGHT,
    Lack.PLACE_VECTORS_SKIPPED: Level.LIGHT,
    Lack.PLACE_VECTORS_FAILED: Level.LIGHT,
    Lack.PLACE_MODEL_SKIPPED: Level.LIGHT,
    Lack.PLACE_MODEL_FAILED: Level.LIGHT,
    Lack.MODEL_SKIPPED: Level.MODERATE,
    Lack.MODEL_TIMEOUT: Level.MODERATE,
    Lack.MODEL_BUSY: Level.MODERATE,
    Lack.MODEL_REFUSED: Level.MODERATE,
    Lack.MODEL_OPEN_CIRCUIT: Level.MODERATE,
    Lack.VECTORS_SKIPPED: Level.HEAVY,
    Lack.VECTORS_TIMEOUT: Level.HEAVY,
    Lack.VECTORS_FAILED: Level.HEAVY,
    Lack.VECTORS_MISSING: Level.HEAVY,
    Lack.TIMES_UNCHECKED: Level.CRITICAL,
    Lack.OVER_BUDGET: Level.CRITICAL,
}
_ORDER = list(Level)


def level(lacks: Iterable[Lack]) -> Level:
    """How much all of this matters together: as much as the worst of it."""
    return max((LEVELS[lack] for lack in lacks), key=_ORDER.index, default=Level.NONE)
