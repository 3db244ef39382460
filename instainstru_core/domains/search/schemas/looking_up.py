"""Which services words mean."""

from pydantic import Field

from instainstru_core.domains.catalog.schemas import ServiceView
from instainstru_core.domains.search.schemas.base import View
from instainstru_core.domains.search.types.meaning import Reason


class LookupMatch(View):
    """A service that words mean, with how well and why."""

    service: ServiceView
    score: float = Field(description="1 is an exact name; below 0.7 is a guess.")
    reason: Reason
    matched: str = Field(description="The word of the catalog that matched.")


class LookupView(View):
    """The services that a search for these words would look for, best first."""

    query: str
    corrected: str | None = Field(description="The words with their slips repaired, if any.")
    ambiguous: bool = Field(description="The two best are too close to choose between them.")
    matches: list[LookupMatch]
    nearest: list[ServiceView] = Field(
        description="What comes nearest where nothing is meant; no search looks for these."
    )
    not_understood: str | None = Field(description="The words that mean no service.")
