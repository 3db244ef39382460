"""What a language model read in a text, before it is believed. Pure."""

from dataclasses import dataclass
from datetime import date

from instainstru_core.domains.search.types.parsed import (
    AgeGroup,
    Audience,
    LessonType,
    PriceIntent,
    Skill,
    TimeWindow,
    Urgency,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Every slot as the model has it. Money is in cents, times are minutes of the wall clock."""

    services: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    min_cents: int | None = None
    max_cents: int | None = None
    price_intent: PriceIntent | None = None
    first_day: date | None = None
    last_day: date | None = None
    weekdays: frozenset[int] = frozenset()
    after: int | None = None
    before: int | None = None
    window: TimeWindow | None = None
    minutes: int | None = None
    audience: Audience | None = None
    age_group: AgeGroup | None = None
    ages: tuple[int, ...] = ()
    skill: Skill | None = None
    urgency: Urgency | None = None
    lesson_type: LessonType | None = None
    place: str | None = None
    near_me: bool = False
