"""What place a name means. Pure functions over plain values."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from rapidfuzz import fuzz, process

from instainstru_core.domains.regions.types import Borough, Group, Named, Place, PlaceKind

MAX_NAME_LENGTH = 80
MAX_NAME_WORDS = 6
SIMILAR = 88.0
LEAST_SIMILAR_LENGTH = 5

APOSTROPHES = re.compile("['\u2019]")
AT_ITS_END = re.compile(r" \([^)]*\)$")
LEADING = frozenset({"around", "at", "by", "close", "from", "in", "inside", "near", "on", "to"})
TRAILING = frozenset({"area", "district", "neighborhood", "neighbourhood"})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What people call places beside the areas' own names, and how they shorten words."""

    city: tuple[str, ...]
    boroughs: Mapping[Borough, tuple[str, ...]]
    also_in: Mapping[str, Borough]
    groups: tuple[Group, ...]
    long_forms: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Every name of every place, folded, and what it means."""

    places: Mapping[str, Place]
    areas: Mapping[str, Place]
    long_forms: Mapping[str, str]

    def by_key(self, key: str) -> Place | None:
        """The area with this key."""
        return self.areas.get(key)

    def find(self, text: str, *, similar: bool = True) -> Place | None:
        """What this text means as a place; close spellings count unless `similar` is off."""
        name = folded(text, self.long_forms)
        wanted = _bare(name)
        found = self.places.get(name) or self.places.get(wanted) or self._within_borough(wanted)
        if found is not None or not similar or len(wanted) < LEAST_SIMILAR_LENGTH:
            return found
        best = process.extractOne(
            wanted, self.places.keys(), scorer=fuzz.ratio, score_cutoff=SIMILAR
        )
        if best is None or len(best[0]) < LEAST_SIMILAR_LENGTH:
            return None
        return self.places[best[0]]

    def _within_borough(self, name: str) -> Place | None:
        """The place of a name that ends in its borough: "astoria queens", "murray hill ny"."""
        words = name.split()
        for split in range(len(words) - 1, 0, -1):
            inner = self.places.get(" ".join(words[:split]))
            outer = self.places.get(" ".join(words[split:]))
            if inner is None or outer is None:
                continue
            if outer.kind is PlaceKind.CITY or set(inner.area_keys) <= set(outer.area_keys):
                return inner
        return None


def folded(text: str, long_forms: Mapping[str, str]) -> str:
    """Lower case without accents or punctuation, short forms written out: "Jackson Hts."."""
    lower = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", APOSTROPHES.sub("", lower))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    words = "".join(char if char.isalnum() else " " for char in plain).split()
    return " ".join(long_forms.get(word, word) for word in words)


def gazetteer(areas: Iterable[Named], vocabulary: Vocabulary) -> Gazetteer:
    """The index of all names. The city and its boroughs come first, then groups, then areas."""
    known = list(areas)
    by_key = {area.key: area for area in known}
    places: dict[str, Place] = {}

    def add(names: Iterable[str], place: Place) -> None:
        for name in names:
            places.setdefault(folded(name, vocabulary.long_forms), place)

    add(vocabulary.city, Place(PlaceKind.CITY, "New York City", ()))
    for borough, aliases in vocabulary.boroughs.items():
        add((borough.value, f"the {borough.value}", *aliases), _borough(borough, known, vocabulary))
    for group in vocabulary.groups:
        keys = tuple(key for key in group.keys if key in by_key)
        add(
            group.names,
            Place(PlaceKind.SEVERAL, group.names[0].title(), keys, ambiguous=not group.every),
        )
    for name, named in _area_names(known, vocabulary.long_forms).items():
        places.setdefault(name, _area([by_key[key] for key in named]))
    return Gazetteer(
        places={name: place for name, place in places.items() if name},
        areas={area.key: _area([area]) for area in known},
        long_forms=vocabulary.long_forms,
    )


def _borough(borough: Borough, areas: Iterable[Named], vocabulary: Vocabulary) -> Place:
    keys = tuple(
        area.key for area in areas if borough in {area.borough, vocabulary.also_in.get(area.key)}
    )
    return Place(PlaceKind.BOROUGH, borough.value, keys, borough)


def _area_names(areas: Iterable[Named], long_forms: Mapping[str, str]) -> dict[str, list[str]]:
    """The areas of each name: whole names, their parts, and aliases."""
    found: dict[str, list[str]] = {}
    for area in areas:
        short = AT_ITS_END.sub("", area.name)
        for name in chain((area.name,), short.split(" / "), area.aliases):
            keys = found.setdefault(folded(name, long_forms), [])
            if area.key not in keys:
                keys.append(area.key)
    return found


def _area(areas: list[Named]) -> Place:
    if len(areas) == 1:
        (area,) = areas
        return Place(PlaceKind.AREA, area.name, (area.key,), area.borough)
    boroughs = {area.borough for area in areas}
    return Place(
        PlaceKind.SEVERAL,
        (" or " if len(boroughs) > 1 else " and ").join(area.name for area in areas),
        tuple(area.key for area in areas),
        areas[0].borough if len(boroughs) == 1 else None,
        ambiguous=len(boroughs) > 1,
    )


def _bare(name: str) -> str:
    """The name without what leads to it and what it is: "in the Harlem area" is "harlem"."""
    words = name.split()
    while len(words) > 1 and (words[0] in LEADING or words[0] == "the"):
        words = words[1:]
    while len(words) > 1 and words[-1] in TRAILING:
        words = words[:-1]
    return " ".join(words)
