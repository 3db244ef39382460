"""What place a name means. Pure functions over plain values."""

from instainstru_core.domains.regions.policy.folding import folded
from instainstru_core.domains.regions.policy.gazetteer import (
    AVENUES,
    MAX_NAME_LENGTH,
    MAX_NAME_WORDS,
    Gazetteer,
    bare,
)
from instainstru_core.domains.regions.policy.indexing import Vocabulary, gazetteer

__all__ = [
    "AVENUES",
    "MAX_NAME_LENGTH",
    "MAX_NAME_WORDS",
    "Gazetteer",
    "Vocabulary",
    "bare",
    "folded",
    "gazetteer",
]
