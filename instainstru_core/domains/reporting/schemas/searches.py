"""Views of what people search for. The words are theirs; one person's alone are left out."""

from datetime import date, datetime

from pydantic import Field

from instainstru_core.domains.reporting.schemas.base import View

WORDS = "Repaired and folded. Typed by users; … stands for words of one person alone."
VARIANTS = "How else it was typed."


class TopQuery(View):
    """One wish, however it was typed."""

    query: str = Field(description=WORDS)
    variants: list[str]
    searches: int
    people: int
    average_results: float | None
    without_results: int
    conversion: float | None = Field(
        description="Share of these people who booked a lesson from the results."
    )


class TopQueries(View):
    """What people search for most."""

    queries: list[TopQuery]
    total_searches: int
    different_queries: int
    conversion: float | None
    zero_result_rate: float | None
    records_since: datetime | None


class ZeroResultQuery(View):
    """A wish that found nobody."""

    query: str = Field(description=WORDS)
    variants: list[str]
    searches: int
    searchers: int = Field(description="Different people.")
    last_at: datetime
    service: str | None = Field(
        description="The service that was understood; null when the words name none we have."
    )
    areas: list[str] = Field(description="Where most wished it.")


class ZeroResults(View):
    """What people search for in vain."""

    queries: list[ZeroResultQuery]
    different_queries: int
    zero_result_searches: int
    total_searches: int
    zero_result_rate: float | None
    records_since: datetime | None


class SupplyGap(View):
    """A service, in an area or anywhere: who wants it, and who can be booked for it there."""

    service: str
    slug: str
    area: str | None
    borough: str | None
    people: int = Field(description="Different people who searched for it.")
    searches: int
    without_results: int
    people_booked: int
    shown: int | None = Field(description="How often instructors were shown for it; by service.")
    instructors: int = Field(description="Who can be booked and travels there or teaches there.")
    people_per_instructor: float | None = Field(description="Null where nobody teaches it.")


class SupplyGaps(View):
    """Where demand meets the least supply, the widest gap first."""

    gaps: list[SupplyGap]
    records_since: datetime | None


class ProblemQuery(View):
    """A wish that is often made and finds little."""

    query: str = Field(description=WORDS)
    searches: int
    people: int
    average_results: float | None
    use_rate: float | None = Field(description="Share of them after which a result was looked at.")


class ResultSpread(View):
    """How many searches found so many instructors."""

    none: int
    one_to_five: int
    six_to_ten: int
    more: int


class SearchQuality(View):
    """How well searches end, and how fast."""

    searches: int
    people: int
    quality: float | None = Field(
        description="Mean of 0 to 75: up to 50 for finding enough and not too many, 25 for a"
        " result that was looked at."
    )
    average_results: float | None
    results: ResultSpread
    use_rate: float | None = Field(description="Share after which a result was looked at.")
    booking_rate: float | None = Field(description="Share after which a lesson was booked.")
    zero_result_rate: float | None
    relaxed_rate: float | None = Field(description="Share in which some wish was given up.")
    only_relaxed: int = Field(description="Those that found nobody until a wish was given up.")
    places_not_found: int
    guests: int
    guest_conversion: float | None = Field(description="Share of them who signed in since.")
    cache_hit_rate: float | None
    degraded_rate: float | None = Field(description="Share that was answered with less than all.")
    p50_ms: float | None
    p95_ms: float | None
    cold_p50_ms: float | None = Field(description="Of those that no cache answered.")
    cold_p95_ms: float | None
    problems: list[ProblemQuery]
    records_since: datetime | None


class SearchDay(View):
    """The searches of one New York day."""

    day: date
    searches: int
    people: int
    signed_in: int
    zero_result_rate: float | None
    conversion: float | None


class RisingQuery(View):
    """A wish that more people make than in the window before."""

    query: str = Field(description=WORDS)
    people: int
    people_before: int


class SearchTrends(View):
    """How demand moves."""

    days: list[SearchDay] = Field(description="Those on which somebody searched.")
    rising: list[RisingQuery]
    records_since: datetime | None
