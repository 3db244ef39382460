"""How a search was understood: slot by slot, with the places in the text."""

from datetime import date

from pydantic import Field

from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.schemas.base import View
from instainstru_core.domains.search.types.finding import AgainLacks
from instainstru_core.domains.search.types.meaning import ModelUse, Reason
from instainstru_core.domains.search.types.parsed import (
    Again,
    AgeGroup,
    Audience,
    DateKind,
    LessonType,
    PriceIntent,
    Skill,
    Slot,
    TimeWindow,
    Urgency,
)
from instainstru_core.domains.search.types.places import Missing, Tier


class SpanView(View):
    """A stretch of the text, half-open, and what it was understood as.

    It counts characters of the text without spaces at its ends and with one between words.
    """

    start: int
    end: int
    slot: Slot


class ServiceMeant(View):
    """A service that the search was understood to ask for."""

    id: str
    slug: str = Field(examples=["piano"])
    name: str = Field(examples=["Piano"])
    score: float = Field(description="1 is an exact name; below 0.5 is a guess.")
    reason: Reason | None = Field(description="Null when it was given by itself.")


class CandidateView(View):
    """One of the areas that may be meant."""

    key: str
    name: str
    borough: Borough | None


class PlaceMeant(View):
    """The place that the search was understood to ask for."""

    name: str = Field(examples=["Park Slope"])
    borough: Borough | None
    area_keys: list[str] = Field(description="None of them stands for the whole city.")
    ambiguous: bool = Field(description="Nobody knows which of the areas is meant: all count.")
    candidates: list[CandidateView] = Field(description="What it may be, where that is unclear.")
    tier: Tier | None = Field(
        description="How it was found in the text; null for one that was given."
    )
    confidence: float = Field(description="From 0 to 1.")


class PriceMeant(View):
    """What an hour may cost."""

    min_cents: int | None
    max_cents: int | None
    intent: PriceIntent | None = Field(description="Where only how dear was said.")


class DatesMeant(View):
    """The days that were asked for."""

    kind: DateKind
    first: date
    last: date
    weekdays: list[int] = Field(description="Only these: 0 is Monday. All where none is here.")
    days: list[date] = Field(
        default_factory=list[date],
        description="Only these, where they are named one by one and are no rule of weekdays.",
    )


class TimeMeant(View):
    """The hours that were asked for, on New York's clock."""

    after: str | None = Field(examples=["15:00"])
    before: str | None = Field(examples=["18:00"])
    window: TimeWindow | None


class InferredFilter(View):
    """A filter that the text speaks of: offered, and not applied."""

    key: str
    values: list[str]


class UnderstoodView(View):
    """How the search was understood: what the text says, and under it what was given beside it."""

    corrected: str | None = Field(description="The text with its slips repaired, if there were.")
    spans: list[SpanView]
    services: list[ServiceMeant] = Field(description="Empty: any service.")
    excluded: list[ServiceMeant] = Field(description="Those that are not wished.")
    place: PlaceMeant | None
    near_me: bool = Field(description="The text speaks of where its author is.")
    near_me_lacks: Missing | None = Field(
        default=None,
        description="Why it is not known where they are: nobody is signed in, or no address with a"
        " point is saved. Then the whole city counts.",
    )
    place_not_found: str | None = Field(description="The words for a place that nobody knows.")
    place_elsewhere: str | None = Field(
        default=None, description="A place that is named and lies outside of the city."
    )
    again: Again | None = Field(
        default=None, description="Of those who taught them before, who is meant."
    )
    again_lacks: AgainLacks | None = Field(
        default=None,
        description="Why that is not known: nobody is signed in, or no such lesson took place. Then"
        " everybody counts.",
    )
    price: PriceMeant | None
    dates: DatesMeant | None
    time: TimeMeant | None
    minutes: int | None
    lesson_type: LessonType | None
    audience: Audience | None
    age_group: AgeGroup | None
    ages: list[int]
    skill: Skill | None
    urgency: Urgency | None
    filters: list[InferredFilter]
    not_understood: str | None = Field(
        description="The words that mean no service and no place here, as typed."
    )
    not_kept_out: list[str] = Field(
        default_factory=list[str],
        description="What is not wished and could not be kept out: no service, or part of one.",
    )
    nearest: list[ServiceMeant] = Field(
        default_factory=list[ServiceMeant],
        description="Services that come nearest to words that mean none. Nobody was looked for by"
        " them: search for one by its `service`.",
    )
    model: ModelUse = Field(description="What the language model had to do with it.")
