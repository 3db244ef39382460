"""Every word of the catalog and what it stands for, made once for each version of the catalog."""

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from instainstru_core.domains.catalog.policy import fold
from instainstru_core.domains.catalog.types import Entry, Group
from instainstru_core.domains.search.policy.meaning.forms import (
    GENERIC,
    key,
    root,
    root_key,
    sides,
    squashed,
    whole,
    without_teaching,
)
from instainstru_core.domains.search.types.meaning import Reason

# fmt: off
WEAK_SIDES = frozenset({
    "career", "digital", "english", "grown up", "home", "life", "make", "making", "me", "more",
    "other", "paint", "sign", "sip", "skill", "take",
})
# fmt: on
"""Sides of names that mean something else by themselves."""

# fmt: off
WEAK_NAMES = frozenset({
    "act", "bass", "bridge", "english", "house", "magic", "oil", "organ", "recorder", "swing",
    "tap",
})
# fmt: on
"""Names that mean something else beside words that nobody teaches, as in "oil change"."""

LAST_LETTER = "\U0010ffff"
UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{2,}")
"""Words of Chinese and Japanese."""

NAME, SIDE, SYNONYM = 1.0, 0.98, 0.95
WHOLE = 0.92
"""A name without its brackets: "English" is English, and English (ESL/EFL) a little less."""

GROUP, GROUP_SIDE = 0.9, 0.88
LONE_WORD = 0.6
"""What one word of a long name counts at least, of what the whole name does."""

IN_NAME, IN_SYNONYM, IN_GROUP, IN_DESCRIPTION = 1.0, 0.9, 0.6, 0.45


@dataclass(frozen=True, slots=True)
class Sense:
    """What a name stands for: these services, by their places in the catalog."""

    rank: int
    score: float
    reason: Reason
    term: str
    places: tuple[int, ...]


@dataclass(slots=True)
class _Senses:
    """Senses by name while they are gathered; the best rank of a name hides the others."""

    by_name: dict[str, dict[int, list[Sense]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, name: str, sense: Sense) -> None:
        if name:
            self.by_name[name][sense.rank].append(sense)

    def best(self) -> dict[str, tuple[Sense, ...]]:
        return {name: tuple(ranks[min(ranks)]) for name, ranks in self.by_name.items()}


class Lexicon:
    """The catalog by its words. `entries` are the services, in the order of the tree."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        self.category_of = tuple(entry.category.slug for entry in self.entries)
        self.subcategory_of = tuple(entry.subcategory.slug for entry in self.entries)
        exact, joined, roots = _Senses(), _Senses(), _Senses()
        for name, sense in self._senses():
            exact.add(key(name), sense)
            joined.add(squashed(name), sense)
            roots.add(root_key(name), sense)
            bare = without_teaching(name)
            if bare and bare != name and sense.reason is Reason.SYNONYM:
                weaker = Sense(sense.rank + 4, sense.score - 0.02, *_rest(sense))
                exact.add(key(bare), weaker)
                roots.add(root_key(bare), weaker)
        self.exact: Mapping[str, tuple[Sense, ...]] = exact.best()
        self.joined: Mapping[str, tuple[Sense, ...]] = joined.best()
        self.roots: Mapping[str, tuple[Sense, ...]] = roots.best()
        self.unspaced = tuple(sorted(filter(UNSPACED.fullmatch, self.exact), key=len, reverse=True))
        self.longest = max((len(name.split()) for name in self.exact), default=0)
        self.weights = self._word_weights()
        self.words = tuple(sorted(self.weights))
        self.spellings = tuple(sorted(_spellings(self.entries)))
        self.rarity = self._word_rarity()

    def within(self, words: str) -> str | None:
        """The longest name within words of a script that puts no spaces between them."""
        if UNSPACED.search(words) is None:
            return None
        return next((name for name in self.unspaced if name in words), None)

    def begun(self, word: str) -> tuple[str, ...]:
        """The roots that begin so."""
        return _begun(self.words, word)

    def is_begun(self, word: str) -> bool:
        """Whether a word as it is written begins so."""
        return bool(_begun(self.spellings, word))

    def spelled_like(self, word: str) -> tuple[str, ...]:
        """The words, as they are written, with the same first letter."""
        return _begun(self.spellings, word[:1])

    def _senses(self) -> Iterator[tuple[str, Sense]]:
        groups: dict[tuple[Reason, Group], list[int]] = defaultdict(list)
        for place, entry in enumerate(self.entries):
            groups[Reason.SUBCATEGORY, entry.subcategory].append(place)
            groups[Reason.CATEGORY, entry.category].append(place)
            here = (place,)
            full = Sense(0, NAME, Reason.NAME, entry.name, here)
            yield fold(entry.name), full
            if whole(entry.name) != fold(entry.name):
                yield whole(entry.name), Sense(0, WHOLE, Reason.NAME, entry.name, here)
            for side in sides(entry.name):
                if key(side) in WEAK_SIDES:
                    continue
                yield side, Sense(2, SIDE, Reason.NAME, entry.name, here)
            for synonym in entry.synonyms:
                yield fold(synonym), Sense(3, SYNONYM, Reason.SYNONYM, synonym, here)
        for (reason, group), places in groups.items():
            yield from _group_senses(reason, group, tuple(places))

    def _word_weights(self) -> dict[str, dict[int, float]]:
        """How much each word says of each service, by the place of the word."""
        weights: dict[str, dict[int, float]] = defaultdict(dict)
        for place, entry in enumerate(self.entries):
            for word, weight in _said_of(entry):
                known = weights[word].get(place, 0.0)
                weights[word][place] = max(known, weight)
        return dict(weights)

    def _word_rarity(self) -> dict[str, float]:
        """How much it says that a word is there at all: the rarer, the more."""
        total = len(self.entries) + 1
        return {
            word: math.log(total / len(holders)) / math.log(total)
            for word, holders in self.weights.items()
        }


def _begun(words: Sequence[str], word: str) -> tuple[str, ...]:
    """Those of sorted words that begin so."""
    first = bisect_left(words, word)
    return tuple(words[first : bisect_left(words, word + LAST_LETTER, lo=first)])


def _rest(sense: Sense) -> tuple[Reason, str, tuple[int, ...]]:
    return sense.reason, sense.term, sense.places


def _group_senses(
    reason: Reason, group: Group, places: tuple[int, ...]
) -> Iterator[tuple[str, Sense]]:
    yield fold(group.name), Sense(1, GROUP, reason, group.name, places)
    for synonym in group.synonyms:
        yield fold(synonym), Sense(1, GROUP, reason, synonym, places)
    for side in sides(group.name):
        if key(side) not in WEAK_SIDES:
            yield side, Sense(4, GROUP_SIDE, reason, group.name, places)


def _spellings(entries: Iterable[Entry]) -> set[str]:
    """The words of all names, as they are written, for those who misspell them."""
    return {
        word
        for entry in entries
        for name in (
            entry.name,
            *entry.synonyms,
            entry.subcategory.name,
            *entry.subcategory.synonyms,
            entry.category.name,
            *entry.category.synonyms,
        )
        for word in fold(name).split()
        if word not in GENERIC
    }


def _said_of(entry: Entry) -> Iterator[tuple[str, float]]:
    """The roots of the words that are said of a service, and how much each of them counts."""
    said: Iterable[tuple[str, float]] = (
        (entry.name, IN_NAME),
        *((synonym, IN_SYNONYM) for synonym in entry.synonyms),
        (entry.subcategory.name, IN_GROUP),
        (entry.category.name, IN_GROUP),
        (entry.description, IN_DESCRIPTION),
    )
    for text, weight in said:
        words = [word for word in fold(text).split() if word not in GENERIC]
        share = (
            1.0 if weight == IN_DESCRIPTION else LONE_WORD + (1 - LONE_WORD) / max(len(words), 1)
        )
        for word in words:
            yield root(word), weight * share
