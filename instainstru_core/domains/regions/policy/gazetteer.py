"""Every name of every place, and what each of them means."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from rapidfuzz import process
from rapidfuzz.distance import OSA

from instainstru_core.domains.regions.policy.folding import folded
from instainstru_core.domains.regions.types import Place, PlaceKind, Street

MAX_NAME_LENGTH = 80
MAX_NAME_WORDS = 6
LEAST_SIMILAR_LENGTH = 6
"""Shorter words are too often one letter away from another word."""
LONG_NAME = 10
LONGEST_NAME = 16
"""From these lengths on a second and a third slip of the hand may be forgiven."""
DIGIT = re.compile("[0-9]")
STREET = re.compile(
    r"(?:[0-9]{1,4} )?(east|west) ([0-9]{1,3})(st|nd|rd|th)?(?(3)(?: street)?| street)"
)
WEST, FAR_WEST = "west", "far west"
AVENUES: Mapping[str, tuple[str, int]] = {
    **dict.fromkeys(("lex", "lexington", "madison", "park"), ("east", 23)),
    "york": ("east", 59),
    **dict.fromkeys(("columbus", "cpw"), (WEST, 59)),
    **dict.fromkeys(("amsterdam", "broadway", "west end"), (FAR_WEST, 59)),
}
"""The sides of Manhattan by the avenues that somebody names a corner with, "86th and lex", and the
first street from which on that is so. Uptown, the far west ones have other areas than the rest.
"""

_AVENUE = rf"({'|'.join(AVENUES)})(?: avenue)?"
_CROSSING = "([0-9]{1,3})((?:st|nd|rd|th))(?: street)?"
CORNER = re.compile(rf"{_CROSSING} (?:and |at )?{_AVENUE}|{_AVENUE} (?:and |at )?{_CROSSING}")
ZIP = re.compile(r"(?:zip(?: ?code)? )?([0-9]{5})(?: [0-9]{4})?")

LEADING = frozenset({"around", "at", "by", "close", "from", "in", "inside", "near", "on", "to"})
TRAILING = frozenset({"area", "district", "neighborhood", "neighbourhood"})


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """Every name of every place, folded, and what it means.

    `official` are the names as the map has them, beside what people also say. `whole` holds the
    names of the city and its boroughs, within which other names are looked for, `edges` the words
    that these begin and end with. `by_length` holds names that may be misspelled, `squashed` those
    of several words without their spaces. `weak` names are also other things, such as rugby: in a
    text, they are places only after a word that leads to one. `elsewhere` are well-known places
    around the city; those that are `far` are in a text more often a style or a name.
    """

    places: Mapping[str, Place]
    areas: Mapping[str, Place]
    long_forms: Mapping[str, str]
    official: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    edges: frozenset[str] = frozenset()
    by_length: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    squashed: Mapping[str, str] = field(default_factory=dict[str, str])
    streets: tuple[Street, ...] = ()
    weak: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    far: frozenset[str] = frozenset()

    def is_elsewhere(self, name: str) -> bool:
        """Whether a folded text names a place outside of the city."""
        return name in self.elsewhere or name in self.far

    def by_key(self, key: str) -> Place | None:
        """The area with this key."""
        return self.areas.get(key)

    def folded(self, text: str) -> str:
        """The one spelling of a text that names are known by."""
        return folded(text, self.long_forms)

    def find(self, text: str, *, similar: bool = True) -> Place | None:
        """What this text means as a place; close spellings count unless `similar` is off."""
        name = folded(text, self.long_forms)
        found = self.known(name)
        if found is not None or not similar:
            return found
        meant = {self.places[known] for known in self.similar(bare(name))}
        return meant.pop() if len(meant) == 1 else None

    def known(self, name: str) -> Place | None:
        """What a folded text means, as it is written."""
        found = self.places.get(name)
        if found is not None or not name:
            return found
        for form in forms(name):
            found = self.places.get(form) or self._within(form)
            if found is not None:
                return found
        return self._numbered(bare(name))

    def similar(self, name: str) -> list[str]:
        """The names nearest to this one, if they are near enough: one slip of the hand for each
        five letters, and never in a short word.
        """
        if len(name) < LEAST_SIMILAR_LENGTH or self.is_elsewhere(name) or DIGIT.search(name):
            return []
        most = 1 + (len(name) >= LONG_NAME) + (len(name) >= LONGEST_NAME)
        lengths = range(len(name) - most, len(name) + most + 1)
        known = [one for length in lengths for one in self.by_length.get(length, ())]
        near = process.extract(name, known, scorer=OSA.distance, score_cutoff=most, limit=None)
        return [one for one, away, _ in near if away == near[0][1]]

    def taught(self, names: Mapping[str, Place]) -> Self:
        """The same with more names; what the map itself calls so is never given another meaning."""
        new = {name: place for name, place in names.items() if name not in self.places}
        places = {**self.places, **new}
        return replace(self, places=places, by_length=by_length(places)) if new else self

    def _within(self, name: str) -> Place | None:
        """The place of a name that says its borough: "astoria queens", "chinatown brooklyn"."""
        words = name.split()
        if words[0] not in self.edges and words[-1] not in self.edges:
            return None
        for split in range(len(words) - 1, 0, -1):
            head, tail = " ".join(words[:split]), " ".join(words[split:])
            if tail in self.whole:
                inner, outer = self._inner(_without_end(head)), self.places[tail]
            elif head in self.whole:
                inner, outer = self._inner(tail), self.places[head]
            else:
                continue
            if inner is not None:
                found = narrowed(inner, outer, self.areas)
                if found is not None:
                    return found
        return None

    def _inner(self, name: str) -> Place | None:
        return self.places.get(name) or self._numbered(name) or self._within(name)

    def _numbered(self, name: str) -> Place | None:
        """The place of a ZIP code with what stands around it, or of a street such as west 72nd."""
        if not DIGIT.search(name):
            return None
        found = ZIP.fullmatch(name)
        if found is not None:
            return self.places.get(found[1])
        named = STREET.fullmatch(name)
        if named is not None:
            title = titled(f"{named[1]} {named[2]}{named[3] or ''} street")
            return self._street(named[1], int(named[2]), title)
        corner = CORNER.fullmatch(name)
        return None if corner is None else self._corner(*corner.groups())

    def _corner(self, *named: str | None) -> Place | None:
        """The place of a street and an avenue, in either order."""
        number, ending, avenue = named[:3] if named[0] else (named[4], named[5], named[3])
        side, first = AVENUES[avenue or ""]
        if int(number or 0) < first:
            return None
        title = f"{number}{ending} Street and {titled(avenue or '')}"
        found = self._street(side, int(number or 0), title)
        return (
            self._street(WEST, int(number or 0), title)
            if found is None and side == FAR_WEST
            else found
        )

    def _street(self, side: str, number: int, title: str) -> Place | None:
        for street in self.streets:
            if street.side == side and street.first <= number <= street.last:
                joint = joined([self.areas[key] for key in street.keys], ambiguous=False)
                return replace(joint, name=title)
        return None


def by_length(places: Iterable[str]) -> dict[int, tuple[str, ...]]:
    """The names that may be misspelled, by how long they are: no numbers, no short words."""
    found: dict[int, list[str]] = {}
    for name in places:
        if len(name) >= LEAST_SIMILAR_LENGTH - 1 and not DIGIT.search(name):
            found.setdefault(len(name), []).append(name)
    return {length: tuple(names) for length, names in found.items()}


def narrowed(inner: Place, outer: Place, areas: Mapping[str, Place]) -> Place | None:
    """That part of a place which lies within another; None where they share nothing."""
    if outer.kind is PlaceKind.CITY:
        return inner
    if inner.kind is PlaceKind.CITY:
        return outer
    within = set(outer.area_keys)
    keys = tuple(key for key in inner.area_keys if key in within)
    if not keys:
        return None
    if len(keys) == len(inner.area_keys):
        return inner
    return joined([areas[key] for key in keys if key in areas], ambiguous=None)


def joined(places: Iterable[Place], *, ambiguous: bool | None) -> Place:
    """Several places as one. Whether one of them is meant is said, or left to their boroughs."""
    parts = list(places)
    if len(parts) == 1:
        return parts[0]
    boroughs = {part.borough for part in parts}
    unclear = len(boroughs) > 1 if ambiguous is None else ambiguous
    return Place(
        PlaceKind.SEVERAL,
        (" or " if unclear else " and ").join(part.name for part in parts),
        tuple(dict.fromkeys(key for part in parts for key in part.area_keys)),
        parts[0].borough if len(boroughs) == 1 else None,
        ambiguous=unclear,
    )


def _without_end(name: str) -> str:
    """The name without a word after it that leads on: "chinatown in" before "queens"."""
    words = name.split()
    while len(words) > 1 and (words[-1] in LEADING or words[-1] == "the"):
        words = words[:-1]
    return " ".join(words)


def titled(name: str) -> str:
    """The name as it is shown: "86th Street"."""
    return " ".join(word[:1].upper() + word[1:] for word in name.split())


def forms(name: str) -> list[str]:
    """What a text may call a place, the most that was said first: "near the village area" is "the
    village area", "village area", "the village", "village".
    """
    words = name.split()
    first, last = 0, len(words)
    while last - first > 1 and (words[first] in LEADING or words[first] == "the"):
        first += 1
    has_article = first > 0 and words[first - 1] == "the"
    found: list[str] = []
    while True:
        said = " ".join(words[first:last])
        found += [f"the {said}", said] if has_article else [said]
        if last - first <= 1 or words[last - 1] not in TRAILING:
            return found
        last -= 1


def bare(name: str) -> str:
    """The name without what leads to it and what it is: "in the Harlem area" is "harlem"."""
    return forms(name)[-1]
