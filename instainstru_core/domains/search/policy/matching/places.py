"""Areas as bits, and how far it is from what is wanted to where somebody teaches. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Counts
from instainstru_core.domains.search.policy.matching.sets import Sets, Truth, words_of
from instainstru_core.domains.search.types.matching import AreaName, AreaShape
from instainstru_core.domains.search.types.wanted import Where

WORDS = 4
MAX_AREAS = 64 * WORDS
EARTH_METERS = 6_371_000.0
REACH_METERS = 5_000
"""How far students go to a teaching place from a point of theirs."""
NEAR_METERS = 10_000
"""How far from a place what nearly answers may be."""
STEP_METERS = 500
UNKNOWN_METERS = 1_000_000

Meters = NDArray[np.int32]


class TooManyAreas(ValueError):
    """The map has more areas than there are bits for."""


@dataclass(frozen=True, eq=False)
class Areas:
    """The map: a number for each area, and the shapes of all of them.

    Distances are between edges as if each polygon were a circle of its size around a point in
    it: some hundred meters off, which is enough to say who is near.
    """

    keys: tuple[str, ...]
    shapes: tuple[AreaShape, ...]
    names: Mapping[str, AreaName] = field(default_factory=dict[str, AreaName])
    """By key, in the order of the map."""

    @classmethod
    def of(cls, shapes: Iterable[AreaShape], names: Iterable[AreaName] = ()) -> "Areas":
        """The map of these polygons. Raises TooManyAreas beyond 256 areas."""
        known = tuple(sorted(shapes, key=lambda one: (one.area_key, one.latitude, one.longitude)))
        keys = tuple(sorted({one.area_key for one in known}))
        if len(keys) > MAX_AREAS:
            raise TooManyAreas(f"{len(keys)} areas, {MAX_AREAS} at most")
        return cls(keys, known, {one.key: one for one in names})

    def named(self, keys: Iterable[str]) -> list[AreaName]:
        """These areas in the order of the map. Unknown keys are left out."""
        ranks, names = self._ranks, self.names
        return [names[key] for key in sorted(filter(ranks.get, keys), key=ranks.__getitem__)]

    @cached_property
    def numbers(self) -> dict[str | None, int]:
        """The number of each area by its key."""
        return {key: number for number, key in enumerate(self.keys)}

    def whole(self, keys: Iterable[str | None]) -> int:
        """A number in which the bits of these areas are set. Unknown keys are left out."""
        found, numbers = 0, self.numbers
        for key in keys:
            if key in numbers:
                found |= 1 << numbers[key]
        return found

    def bits(self, keys: Iterable[str | None]) -> tuple[int, ...]:
        """The same as words."""
        return words_of(self.whole(keys), WORDS)

    def around(self, where: Where, sets: Sets) -> "Reach":
        """How far each area is from where the lesson is wanted, and which are in it; and so for
        each of these sets of areas.
        """
        keys = where.area_keys or frozenset()
        far = np.full(len(self.keys), UNKNOWN_METERS, np.int32)
        owners, latitudes, longitudes, radii = self._polygons
        starts = [
            (float(latitudes[at]), float(longitudes[at]), float(radii[at]))
            for at in np.flatnonzero(np.isin(owners, [self.numbers.get(key, -1) for key in keys]))
        ]
        if where.point is not None:
            starts = [(*where.point, 0.0)]
        for latitude, longitude, radius in starts:
            away = np.maximum(
                meters_between(latitude, longitude, latitudes, longitudes) - radii - radius, 0
            ).astype(np.int32)
            np.minimum.at(far, owners, away)
        for key in keys:
            if key in self.numbers:
                far[self.numbers[key]] = 0
        return Reach(where=where, within=self.bits(keys), far=far, areas=self, sets=sets)

    @cached_property
    def _ranks(self) -> dict[str, int]:
        return {key: rank for rank, key in enumerate(self.names, 1)}

    @cached_property
    def _polygons(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        return (
            np.array([self.numbers[one.area_key] for one in self.shapes], np.int64),
            np.array([one.latitude for one in self.shapes], np.float64),
            np.array([one.longitude for one in self.shapes], np.float64),
            np.array([one.radius_meters for one in self.shapes], np.float64),
        )


@dataclass(frozen=True, eq=False)
class Reach:
    """What one wish for a place means: the bits of its areas, and how far all others are."""

    where: Where
    within: tuple[int, ...]
    far: Meters
    areas: Areas
    sets: Sets

    def covered(self, numbers: Counts) -> Truth:
        """Which of the sets of areas with these numbers hold one that is wanted."""
        return self._covered[numbers]

    def meters_to(self, numbers: Counts) -> Meters:
        """The way to the nearest area of each of these sets, up to 10 km in steps of 500 m."""
        return self._meters[numbers]

    @cached_property
    def _covered(self) -> Truth:
        return self.sets.holding(self.within)

    @cached_property
    def _meters(self) -> Meters:
        found = np.full(len(self.sets), UNKNOWN_METERS, np.int32)
        reached = np.flatnonzero(self.far <= NEAR_METERS)
        steps = -(-self.far[reached] // STEP_METERS)
        for step in sorted(set(steps.tolist()), reverse=True):
            numbers: list[int] = reached[steps == step].tolist()
            wanted = self.areas.bits(self.areas.keys[at] for at in numbers)
            found[self.sets.holding(wanted)] = step * STEP_METERS
        return found


def meters_between(
    latitude: float,
    longitude: float,
    latitudes: NDArray[np.float64],
    longitudes: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The distances from a point to others, good to a thousandth within a city."""
    north = np.radians(latitudes - latitude)
    east = np.radians(longitudes - longitude) * np.cos(np.radians((latitudes + latitude) / 2))
    meters: NDArray[np.float64] = EARTH_METERS * np.sqrt(north * north + east * east)
    return meters
