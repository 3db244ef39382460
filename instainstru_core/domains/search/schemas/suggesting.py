"""Suggestions as someone types."""

from pydantic import Field

from instainstru_core.domains.search.schemas.base import View
from instainstru_core.domains.search.types.suggesting import SuggestionKind


class RangeView(View):
    """A stretch of a text, half-open, in characters."""

    start: int
    end: int


class SuggestionView(View):
    """What may be meant."""

    kind: SuggestionKind
    text: str = Field(description="What to show, and to search for.", examples=["Piano"])
    key: str = Field(
        description="Of a service or a category its slug; of a subcategory that of its category"
        " and its own, with a slash between; else the text.",
        examples=["piano"],
    )
    also: str | None = Field(
        default=None, description="Another name of it, where that is what was typed."
    )
    ranges: list[RangeView] = Field(description="What was typed of `also`, or else of `text`.")


class SuggestionsView(View):
    """The best first."""

    items: list[SuggestionView]
