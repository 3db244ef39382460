"""What a search asks of instructors, and what it finds, once texts and places are resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search.types.parsed import AgeGroup, Audience, Skill


class Sort(StrEnum):
    """The order of the results."""

    RECOMMENDED = "recommended"
    PRICE_LOW = "price_low"
    PRICE_HIGH = "price_high"
    RATING = "rating"


class Relaxable(StrEnum):
    """What may be given up, in this order, where fewer than five answer."""

    TIME = "time"
    DATE = "date"
    PLACE = "place"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class When:
    """On which local days and when on them a lesson is to fit.

    Starts at or after `after`, ends at or before `before`: minutes of the wall clock.
    """

    days: tuple[date, ...]
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Where the lesson is to be. `area_keys` None is the whole city; an empty set is outside it."""

    area_keys: frozenset[str] | None = None
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows a search, and what only moves results up.

    `services` holds the relevance of each service from 0 to 1; None asks for any. `formats`,
    `age_group`, `skills`, `filters` and `instructors` narrow; `audience` and `skill` only move up.
    """

    services: Mapping[str, float] | None = None
    excluded: frozenset[str] = frozenset()
    where: Where = field(default_factory=Where)
    when: When | None = None
    formats: frozenset[LessonFormat] | None = None
    min_cents: int | None = None
    max_cents: int | None = None
    minutes: int | None = None
    age_group: AgeGroup | None = None
    skills: frozenset[Skill] | None = None
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    min_rating: float | None = None
    instructors: frozenset[str] | None = None
    audience: Audience | None = None
    skill: Skill | None = None
    urgent: bool = False
    sort: Sort = Sort.RECOMMENDED
