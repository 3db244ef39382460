"""What someone looks for, and what is found: no last name, no address and no exact point."""

from datetime import date, datetime
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.instructors.policy import DURATION_STEP, MAX_DURATION, MIN_DURATION
from instainstru_core.domains.instructors.schemas import AreaView
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.schemas.base import View
from instainstru_core.domains.search.schemas.understood import UnderstoodView
from instainstru_core.domains.search.types.degrading import Lack, Level
from instainstru_core.domains.search.types.parsed import AgeGroup, LessonType
from instainstru_core.domains.search.types.wanted import Relaxable, Sort

Cents = Annotated[int, Field(ge=0, le=100_000)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]
Named = Annotated[str, Field(min_length=1, max_length=80)]


class SearchInstructors(BaseModel):
    """What someone looks for. What is given by itself beats what the text says of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="In one's own words: what to learn and, if one likes, where, when, for whom"
        " and for how much.",
        examples=["piano lessons in park slope on saturday under $100"],
    )
    service: Named | None = Field(default=None, description="A service by its slug or id.")
    subcategory: Named | None = Field(default=None, description="A subcategory by its slug or id.")
    category: Named | None = Field(default=None, description="A category by its slug or id.")
    area: str | None = Field(
        default=None,
        min_length=1,
        max_length=120,
        description="A neighborhood by its key or by any name. Beats a place within `q`.",
    )
    borough: Borough | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(
        default=None,
        ge=-180,
        le=180,
        allow_inf_nan=False,
        description="Where to look around; a place that is named beats it.",
    )
    on: date | None = Field(
        default=None, description="Only who has room for a lesson on this New York day."
    )
    first: date | None = Field(
        default=None, description="Only who has room on some day from this one on."
    )
    last: date | None = Field(
        default=None, description="The last of these days; a week in all unless it is given."
    )
    after: Clock | None = Field(
        default=None, description="The lesson starts then or later.", examples=["15:00"]
    )
    before: Clock | None = Field(
        default=None, description="The lesson ends by then.", examples=["18:30"]
    )
    minutes: int | None = Field(
        default=None,
        ge=MIN_DURATION,
        le=MAX_DURATION,
        multiple_of=DURATION_STEP,
        description="How long the lesson is. Left out, 60 where a time is asked for.",
    )
    format: LessonFormat | None = Field(
        default=None, description="Only who teaches so. Online, the place does not matter."
    )
    lesson_type: LessonType | None = Field(
        default=None, description="The same as people say it. `format` beats it."
    )
    min_price_cents: Cents | None = Field(default=None, description="Of an hour.")
    max_price_cents: Cents | None = Field(default=None, description="Of an hour.")
    age_group: AgeGroup | None = Field(default=None, description="Only who teaches them.")
    skill: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Only who teaches one of these levels, with commas between them.",
        examples=["beginner,intermediate"],
    )
    filters: str | None = Field(
        default=None,
        min_length=1,
        max_length=2_000,
        description="Filters of the subcategory: values of one key are alternatives, and every"
        " key counts. At most 10 keys with 20 values each.",
        examples=["goal:performance,hobby|format:ongoing"],
    )
    min_rating: float | None = Field(
        default=None, ge=1, le=5, allow_inf_nan=False, description="Only who is rated so or better."
    )
    sort: Sort = Field(
        default=Sort.RECOMMENDED,
        description="By price or rating, who has none comes last in either direction.",
    )

    @cached_property
    def filters_alone(self) -> str:
        """Everything but the text, the same for the same filters."""
        return self.model_dump_json(exclude={"q"}, exclude_none=True)


class NearPlace(View):
    """Where someone teaches, some blocks off."""

    latitude: float
    longitude: float
    area_key: str | None


class SignalsView(View):
    """What the score follows from. The first six are from 0 to 1, before they are weighed."""

    relevance: float = Field(description="35 %: how well the service fits the words.")
    quality: float = Field(description="25 %: ratings, few of them drawn to the mean.")
    distance: float = Field(description="15 %: how near the lesson can be.")
    price: float = Field(description="10 %: how far below the highest price that is wished.")
    freshness: float = Field(description="10 %: how lately they were here.")
    completeness: float = Field(description="5 %: how whole the profile is.")
    audience: float = Field(description="Added for who teaches whom the text speaks of.")
    skill: float = Field(description="Added for who teaches the level that the text speaks of.")
    founding: float = Field(description="Added for founding instructors.")


class OfferView(View):
    """An offering that answers the search."""

    service_id: str
    service_slug: str = Field(examples=["piano"])
    service_name: str = Field(examples=["Piano"])
    formats: list[LessonFormat] = Field(description="Those that answer the search.")
    from_hourly_rate_cents: int = Field(description="The lowest of these formats.")
    score: float = Field(
        description="The order follows from it. What only moves up may take it above 1."
    )
    signals: SignalsView | None = Field(description="For staff who ask for an explanation.")


class RatingView(View):
    """What students think."""

    mean: float = Field(description="Of 1 to 5 stars.")
    count: int


class ResultView(View):
    """An instructor who answers the search, with the offering that answers it best."""

    position: int = Field(description="From 1 on, over all pages.")
    instructor_id: str
    slug: str = Field(examples=["maya-o-5b1n0d8f"])
    name: str = Field(description='Like "Maya O.".', examples=["Maya O."])
    bio: str | None = Field(description="Its beginning.")
    years_experience: int
    is_founding: bool
    rating: RatingView | None
    offering_id: str
    service_id: str
    service_slug: str = Field(examples=["piano"])
    service_name: str = Field(examples=["Piano"])
    formats: list[LessonFormat] = Field(description="Those that answer the search.")
    from_hourly_rate_cents: int = Field(description="The lowest of these formats.")
    others: list[OfferView] = Field(description="Up to three other offerings that answer.")
    offering_count: int = Field(description="How many offerings answer in all.")
    areas: list[AreaView] = Field(description="Where the instructor travels to.")
    places: list[NearPlace] = Field(description="Where the instructor teaches, some blocks off.")
    distance_km: float | None = Field(
        description="From the place that was asked for; 0 within it and right beside it, null where"
        " none was."
    )
    free_at: datetime | None = Field(
        description="The first start that fits, where a day or a time was asked for."
    )
    relaxed: list[Relaxable] = Field(
        description="What was asked for and does not hold here; empty for a full answer."
    )
    score: float = Field(
        description="The order follows from it. What only moves up may take it above 1."
    )
    signals: SignalsView | None = Field(description="For staff who ask for an explanation.")
    why: list[str] = Field(
        description="In words.", examples=[["Teaches Piano.", "Travels to Park Slope."]]
    )


class FacetOption(View):
    """One choice, and how many instructors answer with it."""

    value: str
    label: str
    count: int
    is_chosen: bool


class FacetView(View):
    """One thing that results can be narrowed by."""

    key: str = Field(examples=["lesson_type"])
    label: str = Field(examples=["Lesson type"])
    parameter: str = Field(description="What to send a choice as.", examples=["lesson_type"])
    options: list[FacetOption]


class DegradationView(View):
    """How far the answer is from what it could be."""

    level: Level
    reasons: list[Lack] = Field(description="What it had to do without, and why.")


class StageView(View):
    """How long one step took."""

    name: str
    milliseconds: float


class ExplanationView(View):
    """How the answer came about, for staff."""

    stages: list[StageView]
    grammar_reasons: list[str] = Field(description="Why the grammar was not certain.")
    services_by: str = Field(description="What looked for services.")
    places_skipped: list[str] = Field(description="Steps for the place that were not taken.")
    tags: int = Field(description="On how many things a stored answer would depend.")


class ResultsView(View):
    """A page of results, how the search was understood, and what could be done better."""

    total: int = Field(description="How many instructors answer everything, on all pages.")
    total_is_exact: bool = Field(description="Otherwise there are at least so many.")
    understood: UnderstoodView
    items: list[ResultView]
    facets: list[FacetView] = Field(description="What to narrow by; on the first page only.")
    relaxed: list[Relaxable] = Field(description="What was given up for some of the results.")
    relaxation_note: str | None = Field(description="The same in words.")
    degradation: DegradationView
    hints: list[str] = Field(
        description="What was not understood, and what to change when few were found."
    )
    explanation: ExplanationView | None = Field(description="For staff who ask for one.")
    next_cursor: str | None = Field(
        description="Pass as `cursor` for the next page; null when this is the last."
    )
    search_id: str = Field(description="Name it when recording what was done with a result.")
