"""What an answer had to do without, and how much that matters. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Level(StrEnum):
    """How far an answer is from what it could be, the worst last."""

    NONE = "none"
    LIGHT = "light"
    """All is right; something that only helps was left out."""
    MODERATE = "moderate"
    """A text that the grammar is not certain of was not read by a model."""
    HEAVY = "heavy"
    """Services were found by their words alone, not by what the words mean."""
    CRITICAL = "critical"
    """Something that was asked for could not be checked in time."""


class Lack(StrEnum):
    """What an answer had to do without, and why."""

    CACHE_UNREACHABLE = "cache_unreachable"
    PLACE_VECTORS_SKIPPED = "place_vectors_skipped"
    PLACE_VECTORS_FAILED = "place_vectors_failed"
    PLACE_MODEL_SKIPPED = "place_model_skipped"
    PLACE_MODEL_FAILED = "place_model_failed"
    MODEL_SKIPPED = "model_skipped"
    MODEL_TIMEOUT = "model_timeout"
    MODEL_BUSY = "model_busy"
    MODEL_REFUSED = "model_refused"
    MODEL_OPEN_CIRCUIT = "model_open_circuit"
    VECTORS_SKIPPED = "vectors_skipped"
    VECTORS_TIMEOUT = "vectors_timeout"
    VECTORS_FAILED = "vectors_failed"
    VECTORS_MISSING = "vectors_missing"
    TIMES_UNCHECKED = "times_unchecked"
    OVER_BUDGET = "over_budget"


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
