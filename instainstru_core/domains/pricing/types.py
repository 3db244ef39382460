"""Pricing vocabulary. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Tier(StrEnum):
    """What share of the price an instructor pays; more lessons, less fee."""

    FOUNDING = "founding"
    ENTRY = "entry"
    GROWTH = "growth"
    PRO = "pro"


@dataclass(frozen=True, slots=True)
class TeachingRecord:
    """What decides an instructor's tier: where they stand, and the lessons they completed.

    `standing` is the tier of the last evaluation, at `evaluated_at`.
    """

    instructor_id: str
    is_founding: bool
    completed_in_window: int
    last_completed_at: datetime | None
    standing: Tier = Tier.ENTRY
    evaluated_at: datetime | None = None
