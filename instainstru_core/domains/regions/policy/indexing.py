"""From the packaged names and the areas of the map to the index of all names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from instainstru_core.domains.regions.policy.folding import folded
from instainstru_core.domains.regions.policy.gazetteer import Gazetteer, by_length, joined, titled
from instainstru_core.domains.regions.types import (
    Borough,
    Group,
    Landmark,
    Named,
    Place,
    PlaceKind,
    Street,
)

LEAST_PART = 4
"""Of a name with hyphens; Co-op City has no parts."""

PAIR = 2
AT_ITS_END = re.compile(r" \([^)]*\)$")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What people call places beside the areas' own names, and how they shorten words."""

    city: tuple[str, ...]
    boroughs: Mapping[Borough, tuple[str, ...]]
    also_in: Mapping[str, Borough]
    groups: tuple[Group, ...]
    long_forms: Mapping[str, str]
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    landmarks: tuple[Landmark, ...] = ()
    streets: tuple[Street, ...] = ()
    zip_codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    weak: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    far: tuple[str, ...] = ()


def gazetteer(areas: Iterable[Named], vocabulary: Vocabulary) -> Gazetteer:
    """The index of all names. The city and its boroughs come first, then groups and landmarks, then
    what the areas and their parts are called, then ZIP codes.
    """
    known = [
        replace(area, aliases=(*area.aliases, *vocabulary.aliases.get(area.key, ())))
        for area in areas
    ]
    one = {area.key: Place(PlaceKind.AREA, area.name, (area.key,), area.borough) for area in known}
    forms = vocabulary.long_forms
    index = _Index({}, forms)
    city = Place(PlaceKind.CITY, "New York City", ())
    official = index.add(vocabulary.city[:1], city)
    whole = official | index.add(vocabulary.city, city)
    for borough, aliases in vocabulary.boroughs.items():
        place = _borough(borough, known, vocabulary)
        names = index.add((borough.value, f"the {borough.value}"), place)
        official |= names
        whole |= names | index.add(aliases, place)
    for names_of, place in _beside(vocabulary, one):
        index.add(names_of, place)
    for name, named in _called(known, forms).items():
        index.add((name,), joined([one[key] for key in named], ambiguous=None))
    for code, keys in vocabulary.zip_codes.items():
        parts = [one[key] for key in keys if key in one]
        if parts:
            index.add((code,), _zip_code(code, parts))
    return Gazetteer(
        places=index.places,
        areas=one,
        long_forms=forms,
        official=frozenset(official | _official(known, forms)),
        whole=frozenset(whole),
        edges=frozenset(word for name in whole for word in (name.split()[0], name.split()[-1])),
        streets=tuple(street for street in vocabulary.streets if set(street.keys) <= one.keys()),
        by_length=by_length(index.places),
        squashed=index.squashed(),
        weak=frozenset(folded(name, forms) for name in vocabulary.weak),
        elsewhere=frozenset(folded(name, forms) for name in vocabulary.elsewhere),
        far=frozenset(folded(name, forms) for name in vocabulary.far),
    )


@dataclass(frozen=True, slots=True)
class _Index:
    """Names and what they mean; the first meaning stays."""

    places: dict[str, Place]
    forms: Mapping[str, str]

    def add(self, names: Iterable[str], place: Place) -> set[str]:
        """Take these names in, folded; which they are."""
        new = {folded(name, self.forms) for name in names} - {""}
        for name in new:
            self.places.setdefault(name, place)
        return new

    def squashed(self) -> dict[str, str]:
        """Names of several words without their spaces, where that is no other name."""
        short = {name.replace(" ", ""): name for name in self.places if " " in name}
        return {name: whole for name, whole in short.items() if name not in self.places}


def _beside(
    vocabulary: Vocabulary, one: Mapping[str, Place]
) -> Iterator[tuple[tuple[str, ...], Place]]:
    """The groups and landmarks of which an area is on the map."""
    for group in vocabulary.groups:
        parts = [one[key] for key in group.keys if key in one]
        if parts:
            yield group.names, _group(group, parts)
    for landmark in vocabulary.landmarks:
        parts = [one[key] for key in landmark.keys if key in one]
        if parts:
            yield landmark.names, _landmark(landmark, parts)


def _borough(borough: Borough, areas: Iterable[Named], vocabulary: Vocabulary) -> Place:
    keys = tuple(
        area.key for area in areas if borough in {area.borough, vocabulary.also_in.get(area.key)}
    )
    return Place(PlaceKind.BOROUGH, borough.value, keys, borough)


def _group(group: Group, parts: list[Place]) -> Place:
    boroughs = {part.borough for part in parts}
    return Place(
        PlaceKind.SEVERAL,
        titled(group.names[0]),
        tuple(part.area_keys[0] for part in parts),
        parts[0].borough if len(boroughs) == 1 else None,
        ambiguous=not group.every,
    )


def _landmark(landmark: Landmark, parts: list[Place]) -> Place:
    boroughs = {part.borough for part in parts}
    return Place(
        PlaceKind.LANDMARK,
        landmark.names[0],
        tuple(part.area_keys[0] for part in parts),
        parts[0].borough if len(boroughs) == 1 else None,
        point=landmark.point,
    )


def _zip_code(code: str, parts: list[Place]) -> Place:
    boroughs = {part.borough for part in parts}
    return Place(
        PlaceKind.ZIP,
        code,
        tuple(part.area_keys[0] for part in parts),
        parts[0].borough if len(boroughs) == 1 else None,
    )


def _called(areas: Iterable[Named], forms: Mapping[str, str]) -> dict[str, list[str]]:
    """The areas of each name: whole names, their parts, and aliases; then what the map calls the
    polygons, where nothing else is called so.
    """
    known = list(areas)
    found: dict[str, list[str]] = {}

    def add(name: str, key: str, into: dict[str, list[str]]) -> None:
        keys = into.setdefault(folded(name, forms), [])
        if key not in keys:
            keys.append(key)

    for area in known:
        for name in chain(_display(area), area.aliases):
            add(name, area.key, found)
    raw: dict[str, list[str]] = {}
    for area in known:
        for name in _raw(area):
            add(name, area.key, raw)
    return raw | found


def _display(area: Named) -> tuple[str, ...]:
    """The name, its parts, and of two parts also the other order."""
    parts = AT_ITS_END.sub("", area.name).split(" / ")
    return (area.name, *parts, " ".join(reversed(parts)) if len(parts) == PAIR else parts[0])


def _raw(area: Named) -> list[str]:
    """What the map calls the polygons of an area, whole and in parts: "Mapleton-Midwood (West)"."""
    names: list[str] = []
    for name in area.polygons:
        names.append(name)
        parts = name.split("-")
        if len(parts) > 1 and min(len(part) for part in parts) >= LEAST_PART:
            names += parts
    return names


def _official(areas: Iterable[Named], forms: Mapping[str, str]) -> set[str]:
    """Whole names and their parts, and whole names of polygons."""
    return {
        folded(name, forms) for area in areas for name in chain(_display(area), area.polygons)
    } - {""}
