"""What an answer had to do without. Pure."""

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
