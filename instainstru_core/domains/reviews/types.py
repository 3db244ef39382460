"""Review vocabulary. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReviewState(StrEnum):
    """Whether a review is to be seen. Only published ones count."""

    PUBLISHED = "published"
    HIDDEN = "hidden"
    WITHDRAWN = "withdrawn"


class StaffReason(StrEnum):
    """Why staff hide a review."""

    OFFENSIVE = "offensive"
    PERSONAL_DATA = "personal_data"
    SPAM = "spam"
    OFF_TOPIC = "off_topic"
    NOT_GENUINE = "not_genuine"
    OTHER = "other"


class HideReason(StrEnum):
    """Why a review is hidden. The last reason is the system's own: see `policy.rules.follow`."""

    OFFENSIVE = StaffReason.OFFENSIVE
    PERSONAL_DATA = StaffReason.PERSONAL_DATA
    SPAM = StaffReason.SPAM
    OFF_TOPIC = StaffReason.OFF_TOPIC
    NOT_GENUINE = StaffReason.NOT_GENUINE
    OTHER = StaffReason.OTHER
    LESSON_NOT_TAKEN = "lesson_not_taken"


class Change(StrEnum):
    """What was changed of a review after it was published."""

    EDITED = "edited"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    SHOWN_AGAIN = "shown_again"


@dataclass(frozen=True, slots=True)
class Totals:
    """The published reviews of one instructor in figures. `stars[0]` counts those of one star."""

    count: int = 0
    star_sum: int = 0
    stars: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    updated_at: datetime | None = None


NO_REVIEWS = Totals()
