"""Misspelled words made right, from what the catalog, the map and the calendar call things.

A word that is known is never touched, nor is a short one. A swap of two neighbors, a letter too
many, too few or another: one slip is put right, two in a long word, and only where a single word
comes into question.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from instainstru_core.domains.search.policy.grammar import lexicon
from instainstru_core.domains.search.policy.grammar.real_words import REAL_WORDS

MIN_LETTERS = 4
MIN_LETTERS_TO_CHANGE = 5
"""In shorter words a letter is put in or moved, never changed: "pian" but not "ping"."""
MIN_LETTERS_FOR_TWO = 9


@dataclass(frozen=True, slots=True)
class Spellings:
    """Words that are right as they are, and for each shape with one letter left out, whose it is.

    `rank` says which source a word comes from, the names of services first. `slips` are spellings
    known to be wrong.
    """

    right: frozenset[str]
    slips: Mapping[str, str]
    rank: Mapping[str, int]
    shapes: Mapping[str, tuple[str, ...]]
    long_words: tuple[str, ...]

    def repaired(self, word: str) -> str | None:
        """The word that must have been meant, where that is certain; None where it is right."""
        if word in self.right:
            return None
        if word in self.slips:
            return self.slips[word]
        if len(word) < MIN_LETTERS or not word.isalpha():
            return None
        near = set(self._near(word))
        if any(f"{word}s" == found or word == f"{found}s" for found in near):
            return None
        if not near and len(word) >= MIN_LETTERS_FOR_TWO:
            near = set(self._further(word))
        judged = sorted((self._cost(word, found), found) for found in near)
        if not judged or (len(judged) > 1 and judged[0][0] == judged[1][0]):
            return None
        return judged[0][1]

    def _cost(self, word: str, found: str) -> tuple[int, int]:
        """How unlikely the slip is: letters out of order, then one more or less, then another."""
        if sorted(word) == sorted(found):
            return 0, self.rank[found]
        return 1 + (len(word) == len(found)), self.rank[found]

    def _further(self, word: str) -> Iterator[str]:
        """The long words two slips away that begin alike."""
        found = process.extract(word, self.long_words, scorer=OSA.distance, score_cutoff=2, limit=5)
        return (other for other, _, _ in found if other[0] == word[0])

    def _near(self, word: str) -> Iterator[str]:
        """The words one slip away."""
        yield from self.shapes.get(word, ())
        for shape in _shapes(word):
            if shape in self.rank and len(word) > MIN_LETTERS:
                yield shape
            for found in self.shapes.get(shape, ()):
                if OSA.distance(word, found, score_cutoff=1) > 1:
                    continue
                if len(word) >= MIN_LETTERS_TO_CHANGE or sorted(word) == sorted(found):
                    yield found


def is_slip(word: str, right: str) -> bool:
    """Whether this is the other word with one letter left out, changed or moved."""
    if word == right or not MIN_LETTERS_TO_CHANGE <= len(word) <= len(right):
        return False
    return OSA.distance(word, right) == 1


def spellings(
    *,
    names: Iterable[str],
    terms: Iterable[str],
    places: Iterable[str],
    right: frozenset[str],
    misspelled: Mapping[str, str],
) -> Spellings:
    """The index of all words that are known to be right."""
    rank: dict[str, int] = {}
    for at, source in enumerate((names, terms, lexicon.TIME_WORDS, places, lexicon.OTHER_WORDS)):
        for word in source:
            if len(word) >= MIN_LETTERS and word.isalpha() and word not in misspelled:
                rank.setdefault(word, at)
    shapes: dict[str, list[str]] = {}
    for word in rank:
        for shape in _shapes(word):
            shapes.setdefault(shape, []).append(word)
    alone = {word: (word,) for word in rank}  # most shapes are those of one word: one for all
    right = frozenset(rank) | right | lexicon.FILLERS | lexicon.LESSON_WORDS
    slips = {**lexicon.KNOWN_SLIPS, **misspelled}
    return Spellings(
        right=(right | REAL_WORDS | lexicon.COMMON_WORDS | lexicon.CALENDAR_WORDS) - slips.keys(),
        slips=slips,
        rank=rank,
        shapes={
            shape: tuple(words) if len(words) > 1 else alone[words[0]]
            for shape, words in shapes.items()
        },
        long_words=tuple(word for word in rank if len(word) >= MIN_LETTERS_FOR_TWO - 1),
    )


def _shapes(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}
