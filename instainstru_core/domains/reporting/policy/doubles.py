"""Whether somebody was charged twice. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from instainstru_core.domains.payments.types import Purpose

NEAR = timedelta(minutes=5)
"""Two equal charges this near each other may be one wish that was sent twice."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A charge that was taken, and what of it went back."""

    id: str
    reference: str
    purpose: Purpose
    cents: int
    refunded_cents: int
    at: datetime

    @property
    def stands(self) -> bool:
        """Whether it was not given back whole."""
        return self.refunded_cents < self.cents


@dataclass(frozen=True, slots=True)
class Pair:
    """Two charges that may be one too many. Certain where both are for the same lesson."""

    first: Taken
    second: Taken
    is_certain: bool


def pairs(charges: Iterable[Taken]) -> list[Pair]:
    """Every two charges that stand, of one lesson, or of the same amount within five minutes."""
    standing = sorted((one for one in charges if one.stands), key=lambda one: (one.at, one.id))
    found: list[Pair] = []
    for first, second in combinations(standing, 2):
        lesson = first.purpose is second.purpose is Purpose.LESSON
        if lesson and first.reference == second.reference:
            found.append(Pair(first, second, is_certain=True))
        elif first.cents == second.cents and second.at - first.at <= NEAR:
            found.append(Pair(first, second, is_certain=False))
    return found
