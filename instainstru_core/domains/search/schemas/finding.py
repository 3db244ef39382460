"""What someone looks for, and what is found: no last name, no address and no exact point."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.catalog.types import MatchReason
from instainstru_core.domains.instructors.policy import DURATION_STEP, MAX_DURATION, MIN_DURATION
from instainstru_core.domains.instructors.schemas import AreaView
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.regions.types import Borough
from instainstru_core.domains.search.schemas.base import View

Cents = Annotated[int, Field(ge=0, le=100_000)]


class SearchInstructors(BaseModel):
    """What someone looks for. What is not given does not narrow the search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="In one's own words: what to learn and, if one likes, where.",
        examples=["piano lessons in park slope"],
    )
    service: str | None = Field(
        default=None, min_length=1, max_length=80, description="A service by its slug or id."
    )
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
    minutes: int = Field(
        default=60,
        ge=MIN_DURATION,
        le=MAX_DURATION,
        multiple_of=DURATION_STEP,
        description="How long that lesson is.",
    )
    format: LessonFormat | None = Field(
        default=None, description="Only who teaches so. Online, the place does not matter."
    )
    min_price_cents: Cents | None = Field(default=None, description="Of an hour.")
    max_price_cents: Cents | None = Field(default=None, description="Of an hour.")


class ServiceMeant(View):
    """A service that the search was understood to ask for."""

    id: str
    slug: str = Field(examples=["piano"])
    name: str = Field(examples=["Piano"])
    score: float = Field(description="1 is an exact name; below 0.5 is a guess.")
    reason: MatchReason | None = Field(description="Null when the service itself was given.")


class PlaceMeant(View):
    """The place that the search was understood to ask for."""

    name: str = Field(examples=["Park Slope"])
    borough: Borough | None
    area_keys: list[str] = Field(description="None of them stands for the whole city.")
    ambiguous: bool = Field(description="Nobody knows which of the areas is meant: all count.")


class UnderstoodView(View):
    """How the search was understood."""

    services: list[ServiceMeant] = Field(description="Empty: any service.")
    place: PlaceMeant | None
    not_understood: str | None = Field(
        description="The words that mean no service and no place here."
    )


class NearPlace(View):
    """Where someone teaches, some blocks off."""

    latitude: float
    longitude: float
    area_key: str | None


class SignalsView(View):
    """What the score follows from, each from 0 to 1."""

    match: float = Field(description="Half of the score: how well the service fits the words.")
    place: float = Field(description="A fifth: how near the lesson can be.")
    price: float = Field(description="Three twentieths: 1 is free, 0.5 is 200 dollars or more.")
    experience: float = Field(description="A tenth: 1 is twenty years or more.")
    founding: float = Field(description="A twentieth: 1 for founding instructors.")


class ResultView(View):
    """An instructor who answers the search, with the offering that answers it best."""

    position: int = Field(description="From 1 on, over all pages.")
    instructor_id: str
    slug: str = Field(examples=["maya-o-5b1n0d8f"])
    name: str = Field(description='Like "Maya O.".', examples=["Maya O."])
    bio: str | None = Field(description="Its beginning.")
    years_experience: int
    is_founding: bool
    offering_id: str
    service_id: str
    service_slug: str = Field(examples=["piano"])
    service_name: str = Field(examples=["Piano"])
    formats: list[LessonFormat] = Field(description="Those that answer the search.")
    from_hourly_rate_cents: int = Field(description="The lowest of these formats.")
    areas: list[AreaView] = Field(description="Where the instructor travels to.")
    places: list[NearPlace] = Field(description="Where the instructor teaches, some blocks off.")
    distance_km: float | None = Field(
        description="To the nearest of these, where a point is known."
    )
    free_at: datetime | None = Field(description="The first start on the day that was asked for.")
    score: float = Field(description="From 0 to 1; the order follows from it.")
    signals: SignalsView
    why: list[str] = Field(
        description="In words.", examples=[["Teaches Piano.", "Travels to Park Slope."]]
    )


class ResultsView(View):
    """A page of results, how the search was understood, and what could be done better."""

    search_id: str = Field(description="Name it when recording what was done with a result.")
    total: int = Field(description="How many instructors were found, on all pages.")
    understood: UnderstoodView
    items: list[ResultView]
    next_cursor: str | None = Field(
        description="Pass as `cursor` for the next page; null when this is the last."
    )
    hints: list[str] = Field(
        description="What was not understood, and what to change when nobody was found."
    )
