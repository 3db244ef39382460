"""Names of places that are taught, and words for places that nobody knew."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from instainstru_core.domains.search.schemas.base import View
from instainstru_core.domains.search.types.learning import (
    AliasSource,
    AliasStatus,
    UnresolvedStatus,
)

PlaceName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80, pattern=r"[^\W_]")
]
AreaKey = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class AddPlaceAlias(BaseModel):
    """Teach a name of a place."""

    model_config = ConfigDict(extra="forbid")

    name: PlaceName = Field(examples=["the junction"])
    area_keys: Annotated[list[AreaKey], Field(min_length=1, max_length=60)] = Field(
        examples=[["nyc-brooklyn-flatbush"]]
    )
    means_all: bool = Field(
        default=False,
        description="With several areas: the name means all of them together, rather than one of"
        " them that nobody said which.",
    )

    @model_validator(mode="after")
    def _each_once(self) -> "AddPlaceAlias":
        self.area_keys = list(dict.fromkeys(self.area_keys))
        return self


class PlaceAliasFilters(BaseModel):
    """Which names to list."""

    status: AliasStatus | None = None


class UnresolvedFilters(BaseModel):
    """Which words to list."""

    status: UnresolvedStatus | None = None


class DismissUnresolvedPlace(BaseModel):
    """Take words off the review queue."""

    model_config = ConfigDict(extra="forbid")

    name: PlaceName = Field(examples=["my school"])


class PlaceAliasView(View):
    """A name that was taught."""

    id: str
    name: str = Field(description="Folded: lower case, short forms written out.")
    area_keys: list[str]
    is_ambiguous: bool = Field(description="Nobody knows which of the areas is meant.")
    status: AliasStatus
    source: AliasSource
    confidence: float
    people: int = Field(description="Different people whose clicks agreed; 0 where nobody's were.")
    created_at: datetime
    created_by: str | None
    decided_at: datetime | None
    decided_by: str | None


class UnresolvedPlaceView(View):
    """Words for a place that nobody knew, as the last look at the searches found them."""

    name: str
    status: UnresolvedStatus
    searches: int = Field(description="In the last 90 days.")
    people: int = Field(description="Different people who searched for it.")
    clickers: int = Field(description="Different people who took up a result then.")
    area_key: str | None = Field(description="The area most of them agree on.")
    share: float = Field(description="How many of them do, from 0 to 1.")
    areas: dict[str, int] = Field(description="People behind each area.")
    first_at: datetime
    last_at: datetime
    looked_at: datetime


class UnresolvedPlacesView(View):
    """Words for places that nobody knew, those of most people first."""

    items: list[UnresolvedPlaceView]


class LearnedView(View):
    """What one look at a page of names found."""

    looked_at: int = Field(description="Names that were looked at.")
    active: list[str] = Field(description="Names that are used from now on.")
    pending: list[str] = Field(description="Names that wait for somebody to approve them.")
    review: list[str] = Field(description="Names on which people agree, and that need a decision.")
    next_name: str | None = Field(description="Where the next page begins; null at the end.")
