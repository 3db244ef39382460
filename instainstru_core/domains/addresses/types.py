"""Address vocabulary. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class AddressLabel(StrEnum):
    """What a saved address is to its owner."""

    HOME = "home"
    WORK = "work"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, in degrees."""

    latitude: float
    longitude: float
