"""Region vocabulary. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class Borough(StrEnum):
    """The five boroughs of New York City."""

    MANHATTAN = "Manhattan"
    BROOKLYN = "Brooklyn"
    QUEENS = "Queens"
    BRONX = "Bronx"
    STATEN_ISLAND = "Staten Island"


class PlaceKind(StrEnum):
    """What a name means on the map."""

    CITY = "city"
    BOROUGH = "borough"
    AREA = "area"
    SEVERAL = "several"
    ZIP = "zip"
    LANDMARK = "landmark"


@dataclass(frozen=True, slots=True)
class Named:
    """A display area and everything it is called; `polygons` are the names the map has for its
    parts.
    """

    key: str
    name: str
    borough: Borough
    aliases: tuple[str, ...]
    polygons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Areas under one name: all of them (`every`), or one of them that nobody said which."""

    names: tuple[str, ...]
    every: bool
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Landmark:
    """Something well known, its point (latitude, longitude), and the areas around it."""

    names: tuple[str, ...]
    point: tuple[float, float]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Street:
    """A stretch of Manhattan's numbered streets on one side, both ends included."""

    side: str
    first: int
    last: int
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What a name means: no area at all stands for the whole city. A landmark has a point."""

    kind: PlaceKind
    name: str
    area_keys: tuple[str, ...]
    borough: Borough | None = None
    ambiguous: bool = False
    point: tuple[float, float] | None = None
