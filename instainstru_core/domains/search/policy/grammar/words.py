"""The words that a grammar knows: what the catalog teaches, how places are called, time words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from instainstru_core.domains.search.policy.grammar.repair import Spellings

MIN_PLURAL = 4
MIN_JOINED = 7


@dataclass(frozen=True, slots=True)
class Named:
    """A word or words of the catalog: `text` as the catalog has it, and what they name.

    `is_weak` words mean something else as often, such as "word" and "house". `audience` is whom
    the words are for, such as "kids coding".
    """

    text: str
    services: frozenset[str]
    categories: frozenset[str]
    is_weak: bool = False
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a place: a weak one is more often something else; what is far off needs a word
    that leads to it, since it is a style as often ("chicago blues").
    """

    is_weak: bool = False
    is_far: bool = False
    is_landmark: bool = False
    is_whole: bool = False
    """Whether it is the city or a borough, within which other names are looked for."""


T = TypeVar("T")
Tails = tuple[tuple[tuple[str, ...], T], ...]
"""What may follow a first word, the longest first, and what the whole means."""


@dataclass(frozen=True, slots=True)
class Words:
    """Everything the grammar knows beside its own rules. Built once, shared by all texts."""

    terms: Mapping[str, Tails[Named]]
    places: Mapping[str, Tails[Name]]
    long_forms: Mapping[str, str]
    spellings: Spellings

    def term_at(self, stems: Sequence[str], at: int, end: int) -> tuple[int, Named] | None:
        """The longest term that begins here: the position after it, and what it names."""
        for tail, named in self.terms.get(stems[at], ()):
            after = at + 1 + len(tail)
            if after <= end and all(map(str.__eq__, tail, stems[at + 1 : after])):
                return after, named
        return None

    def joined_at(self, line: Sequence[str], at: int) -> Named | None:
        """The term of one word that is typed here as two: "skate boarding"."""
        if at + 1 >= len(line):
            return None
        joined = stem(line[at] + line[at + 1])
        if len(joined) < MIN_JOINED:
            return None
        return next((named for tail, named in self.terms.get(joined, ()) if not tail), None)

    def place_at(self, names: Sequence[str], at: int, end: int) -> tuple[int, Name] | None:
        """The longest name of a place that begins here: the position after it, and its kind."""
        for tail, name in self.places.get(names[at], ()):
            after = at + 1 + len(tail)
            if after <= end and all(map(str.__eq__, tail, names[at + 1 : after])):
                return after, name
        return None


def stem(word: str) -> str:
    """The word without the sign of the plural: "drums" and "drum" are the same."""
    if len(word) >= MIN_PLURAL and word[-1] == "s" and word[-2] not in "su":
        return word[:-1]
    return word
