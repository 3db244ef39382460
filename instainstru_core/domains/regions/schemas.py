"""The packaged map of names as it is written, and what regions tells others."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.regions.types import Borough, PlaceKind

Key = Annotated[str, StringConstraints(pattern=r"^nyc(-[a-z0-9]+)+$", max_length=120)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Zip = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{4}$")]


class Entry(BaseModel):
    """One entry of the packaged file. An unknown key is a mistake in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AreaEntry(Entry):
    """A display area as the file has it."""

    key: Key
    name: Name
    polygons: Annotated[list[Code], Field(min_length=1)]
    aliases: list[Name] = Field(default_factory=list)
    also_in: Borough | None = None


class BoroughEntry(Entry):
    """A borough with its areas, in the order they are shown."""

    name: Borough
    aliases: list[Name]
    areas: Annotated[list[AreaEntry], Field(min_length=1)]


class GroupEntry(Entry):
    """Several areas under one name: every one of them, or one that nobody said which."""

    names: Annotated[list[Name], Field(min_length=1)]
    means: Literal["every", "one"]
    areas: Annotated[list[Key], Field(min_length=2)]


class NamesOfTheCity(Entry):
    """The whole packaged file."""

    city: list[Name]
    abbreviations: dict[str, list[str]]
    boroughs: list[BoroughEntry]
    groups: list[GroupEntry]


class StreetEntry(Entry):
    """Numbered streets with a side, from the first to the last."""

    side: Literal["east", "west", "far west"]
    first: Annotated[int, Field(ge=1)]
    last: int
    areas: Annotated[list[Key], Field(min_length=1)]


class WhatPeopleSay(Entry):
    """Other names of places, by what is packaged beside the map."""

    city: list[Name]
    boroughs: dict[Borough, list[Name]]
    areas: dict[Key, list[Name]]
    groups: list[GroupEntry]
    streets: list[StreetEntry]
    weak: list[Name]
    elsewhere: list[Name]
    far: list[Name]


class LandmarkEntry(Entry):
    """Something well known, where it is, and the areas around it."""

    names: Annotated[list[Name], Field(min_length=1)]
    point: tuple[float, float]
    areas: Annotated[list[Key], Field(min_length=1)]


class Landmarks(Entry):
    """The packaged file of landmarks."""

    landmarks: list[LandmarkEntry]


class ZipCodes(Entry):
    """The packaged file of ZIP codes: by area, within others, and stretches of what is left."""

    areas: dict[Zip, Annotated[list[Key], Field(min_length=1)]]
    within: dict[Zip, list[Zip]]
    boroughs: dict[Borough, list[tuple[Zip, Zip]]]


class View(BaseModel):
    """What all views of regions share."""

    model_config = ConfigDict(frozen=True)


class RegionsLoaded(View):
    """What loading the map did."""

    areas: int
    regions: int
    changed: int = Field(description="Areas and polygons added or rewritten.")


class BoroughView(View):
    """A borough."""

    name: Borough
    area_count: int = Field(description="Display areas that are listed under it.")


class BoroughsView(View):
    """The five boroughs."""

    items: list[BoroughView]


class AreaView(View):
    """A neighborhood as people speak of it."""

    key: str = Field(examples=["nyc-brooklyn-park-slope"])
    name: str = Field(examples=["Park Slope"])
    borough: Borough
    latitude: float = Field(description="Of a point in the middle.", examples=[40.67158])
    longitude: float = Field(description="Of a point in the middle.", examples=[-73.97773])


class AreasView(View):
    """Areas in the order of the map."""

    items: list[AreaView]


class AreaDetail(AreaView):
    """A neighborhood with its outline."""

    aliases: list[str] = Field(description="What people also call it.")
    outline: dict[str, Any] = Field(
        description="GeoJSON, a MultiPolygon in WGS 84, drawn somewhat plainer than the truth.",
        examples=[
            {
                "type": "MultiPolygon",
                "coordinates": [[[[-73.98, 40.66], [-73.97, 40.67], [-73.98, 40.68]]]],
            }
        ],
    )


class PointView(View):
    """Where a point is; outside the city there is no area."""

    area: AreaView | None


class PlaceView(View):
    """What a name means on the map."""

    kind: PlaceKind
    name: str = Field(examples=["Upper West Side"])
    borough: Borough | None
    area_keys: list[str] = Field(description="None of them stands for the whole city.")
    ambiguous: bool = Field(description="Nobody knows which of the areas is meant.")


class FoundPlaceView(View):
    """The answer to a name; null where no place is called so."""

    query: str
    place: PlaceView | None
