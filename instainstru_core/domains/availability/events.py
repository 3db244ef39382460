"""Facts availability announces."""

from dataclasses import dataclass
from datetime import date

from instainstru_core.kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityWeekSaved(Event):
    """Open hours of days that are not over were changed."""

    instructor_id: str
    monday: date
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityDaysChanged(Event):
    """Hours or blackouts of days that are not over were changed, the first and last of them."""

    instructor_id: str
    first: date
    last: date
