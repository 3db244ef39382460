"""What someone may be about to type: services, groups and places, by the beginnings of words.

Every typed word has to begin a word of the name. From four letters on a word may be misspelled,
where otherwise nothing would be found.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nsmallest
from typing import NamedTuple

from rapidfuzz.distance import OSA

from instainstru_core.domains.catalog.policy import fold
from instainstru_core.domains.catalog.types import Entry, Group
from instainstru_core.domains.search.types.suggesting import Subject, Suggestion, SuggestionKind

MOST = 8
MOST_TYPED = 100
LEAST_TYPO = 4
TWO_SLIPS = 8

WHOLE, STARTS, WITHIN = 1.0, 0.9, 0.75
OTHER_NAME = 0.93
TYPO_SHARE = 0.7
SHORT_GAIN = 0.05
"""What the shortest names gain: of two that begin so, the one with less still to type is first."""

IN_PLACE = 0.6
MOST_PLACE_WORDS = 6
BETWEEN = frozenset({"around", "at", "by", "in", "near", "on"})
LAST_LETTER = "\U0010ffff"

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_KINDS = tuple(SuggestionKind)

Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """A name of a subject, folded. The first one is shown."""

    subject: Subject
    text: str
    folded: str
    words: tuple[str, ...]
    is_shown: bool


class _Scored(NamedTuple):
    """A name that fits; the score is negative, so that the best comes first."""

    score: float
    name: _Name

    @property
    def order(self) -> tuple[float, int, str, str]:
        subject = self.name.subject
        return self.score, _KINDS.index(subject.kind), subject.names[0], subject.key


class Suggester:
    """All that can be suggested, by the beginnings of its words. Made once, shared by all."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self._names = tuple(_named(subjects))
        words: dict[str, set[int]] = {}
        for place, name in enumerate(self._names):
            for word in name.words:
                words.setdefault(word, set()).add(place)
        self._words = tuple(sorted(words))
        self._holders = tuple(frozenset(words[word]) for word in self._words)
        self._services = self._of(SuggestionKind.SERVICE)
        self._places = self._of(SuggestionKind.PLACE)
        self.suggested = lru_cache(maxsize=4_096)(self._suggested)
        self._begun = lru_cache(maxsize=4_096)(self._begun_anew)
        self._nearly = lru_cache(maxsize=4_096)(self._nearly_anew)

    def _suggested(self, typed: str, most: int = MOST) -> tuple[Suggestion, ...]:
        """The best suggestions for what is typed so far, best first; none for no words."""
        words = tuple(fold(typed[:MOST_TYPED]).split())
        if not words:
            return ()
        found = self._best(_all(map(self._begun, words)), words, most)
        if not found:
            found = self._in_place(words, most)
        if not found:
            found = self._best(_all(map(self._nearly, words)), words, most, TYPO_SHARE)
        return tuple(sorted(found, key=_order))

    def _best(
        self, fitting: frozenset[int], words: Sequence[str], most: int, share: float = 1.0
    ) -> list[Suggestion]:
        """The best of these names, one of each subject."""
        best: dict[Subject, _Scored] = {}
        for place in fitting:
            name = self._names[place]
            made = _Scored(-_score(name, words, share), name)
            known = best.get(name.subject)
            if known is None or made.order < known.order:
                best[name.subject] = made
        found = nsmallest(most, best.values(), key=lambda one: one.order)
        return [_suggestion(one, words) for one in found]

    def _of(self, kind: SuggestionKind) -> frozenset[int]:
        return frozenset(
            place for place, name in enumerate(self._names) if name.subject.kind is kind
        )

    def _begun_anew(self, word: str) -> frozenset[int]:
        """The names with a word that begins so."""
        first = bisect_left(self._words, word)
        last = bisect_left(self._words, word + LAST_LETTER, lo=first)
        return frozenset[int]().union(*self._holders[first:last])

    def _nearly_anew(self, word: str) -> frozenset[int]:
        """The names with a word that begins nearly so, with the same letter first."""
        begun = self._begun(word)
        if begun or len(word) < LEAST_TYPO:
            return begun
        first = bisect_left(self._words, word[0])
        last = bisect_left(self._words, word[0] + LAST_LETTER, lo=first)
        return frozenset[int]().union(
            *(self._holders[at] for at in range(first, last) if _is_slip(word, self._words[at]))
        )

    def _in_place(self, words: Sequence[str], most: int) -> list[Suggestion]:
        """A service and the place that is begun after it: "piano in park sl"."""
        for at in range(len(words) - 1, max(len(words) - MOST_PLACE_WORDS, 0), -1):
            rest = words[at + 1 :] if words[at] in BETWEEN else words[at:]
            wishes = _all(map(self._begun, words[:at])) & self._services
            places = _all(map(self._begun, rest)) & self._places if wishes else wishes
            if places:
                (wish,) = self._best(wishes, words[:at], 1)
                return [_both(wish, place) for place in self._best(places, rest, most)]
        return []


def _all(holders: Iterable[frozenset[int]]) -> frozenset[int]:
    """The names that hold every word; none for no words."""
    common: frozenset[int] | None = None
    for names in holders:
        common = names if common is None else common & names
        if not common:
            break
    return common or frozenset()


def subjects(entries: Sequence[Entry], places: Iterable[Subject]) -> Iterator[Subject]:
    """Everything of the catalog that can be suggested, and these places."""
    groups: dict[tuple[SuggestionKind, str], Group] = {}
    for entry in entries:
        yield Subject(SuggestionKind.SERVICE, entry.slug, (entry.name, *entry.synonyms))
        below = f"{entry.category.slug}/{entry.subcategory.slug}"
        groups[SuggestionKind.CATEGORY, entry.category.slug] = entry.category
        groups[SuggestionKind.SUBCATEGORY, below] = entry.subcategory
    services = {entry.name for entry in entries}
    for (kind, key), group in groups.items():
        if group.name not in services:
            yield Subject(kind, key, (group.name, *group.synonyms))
    yield from places


def of_recent(texts: Iterable[str], typed: str, most: int) -> list[Suggestion]:
    """Those of one's own searches in which each typed word begins a word; all, for no words."""
    words = tuple(fold(typed).split())
    found: list[Suggestion] = []
    for text in texts:
        own = fold(text).split()
        if all(any(one.startswith(word) for one in own) for word in words):
            ranges = highlighted(text, words)
            found.append(Suggestion(SuggestionKind.RECENT, text, text, 1.0, ranges))
    return found[:most]


def highlighted(text: str, words: Sequence[str]) -> Ranges:
    """The beginnings of words of a text that were typed; of a misspelled one the whole word."""
    ranges: list[tuple[int, int]] = []
    left = list(words)
    for match in _WORD.finditer(text):
        folded = fold(match.group())
        begun = max((word for word in left if folded.startswith(word)), key=len, default=None)
        if begun is not None:
            length = len(match.group()) if begun == folded else len(begun)
            ranges.append((match.start(), match.start() + length))
        else:
            begun = next((word for word in left if _is_slip(word, folded)), None)
            if begun is not None:
                ranges.append(match.span())
        if begun is not None:
            left.remove(begun)
    return tuple(ranges)


def _named(subjects_: Iterable[Subject]) -> Iterator[_Name]:
    for subject in subjects_:
        seen: set[str] = set()
        for at, text in enumerate(subject.names):
            folded = fold(text)
            if folded and folded not in seen:
                seen.add(folded)
                yield _Name(subject, text, folded, tuple(folded.split()), is_shown=at == 0)


def _score(name: _Name, words: Sequence[str], share: float) -> float:
    typed, whole = " ".join(words), name.folded
    score = WHOLE if whole == typed else STARTS if whole.startswith(typed) else WITHIN
    if not name.is_shown:
        score *= OTHER_NAME
    score = score * share + SHORT_GAIN * min(len(typed) / len(whole), 1.0)
    return round(min(score, 1.0), 4)


def _suggestion(one: _Scored, words: Sequence[str]) -> Suggestion:
    name = one.name
    return Suggestion(
        kind=name.subject.kind,
        key=name.subject.key,
        text=name.subject.names[0],
        score=-one.score,
        ranges=highlighted(name.text, words),
        also=None if name.is_shown else name.text,
    )


def _both(wish: Suggestion, place: Suggestion) -> Suggestion:
    """A service in a place. What was typed of the two names is marked in what is shown."""
    lead = f"{wish.text} in "
    own = wish.ranges if wish.also is None else ()
    there = place.ranges if place.also is None else ()
    return replace(
        place,
        kind=SuggestionKind.SERVICE_IN_PLACE,
        key=wish.key,
        text=lead + place.text,
        score=round(IN_PLACE * place.score, 4),
        ranges=own + tuple((start + len(lead), end + len(lead)) for start, end in there),
        also=None,
    )


def _is_slip(typed: str, word: str) -> bool:
    """Whether a word begins nearly so: one slip away, two of a long one, the first letter right."""
    if len(typed) < LEAST_TYPO or typed[0] != word[:1]:
        return False
    most = 2 if len(typed) >= TWO_SLIPS else 1
    sizes = (len(typed) - 1, len(typed), len(typed) + 1)
    return any(OSA.distance(typed, word[:size], score_cutoff=most) <= most for size in sizes)


def _order(one: Suggestion) -> tuple[float, int, str, str]:
    return -one.score, _KINDS.index(one.kind), one.text, one.key
