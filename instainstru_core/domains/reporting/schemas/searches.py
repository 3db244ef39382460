"""Views of what people search for. The words are theirs."""

from datetime import datetime

from pydantic import Field

from instainstru_core.domains.reporting.schemas.base import View


class TopQuery(View):
    """One wish, however it was typed."""

    query: str = Field(description="Without case, accents and extra spaces. Typed by users.")
    searches: int
    average_results: float | None
    without_results: int
    conversion: float | None = Field(
        description="Share of these searches after which a lesson was booked from the results."
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

    query: str = Field(description="Without case, accents and extra spaces. Typed by users.")
    searches: int
    searchers: int = Field(description="Different signed-in people.")
    last_at: datetime
    service: str | None = Field(
        description="The service that was understood; null when the words name none we have."
    )


class ZeroResults(View):
    """What people search for in vain."""

    queries: list[ZeroResultQuery]
    different_queries: int
    zero_result_searches: int
    total_searches: int
    zero_result_rate: float | None
    records_since: datetime | None
