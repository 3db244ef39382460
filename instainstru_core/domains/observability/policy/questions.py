"""Which metric a plain question means, and how sure that is. Pure.

Two views of the words are taken together: which words are shared, the rare ones counting most, and
how alike the letters are. A word that no metric knows counts against all of them, so that a
question about something else stays below the bar.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import log
from typing import TypeAlias

from rapidfuzz import fuzz

from instainstru_core.domains.observability.policy.hearing import (
    SEPARATORS,
    Heard,
    content,
    hear,
    rewritten,
)
from instainstru_core.domains.observability.policy.likeness import Likeness

__all__ = [
    "BAR",
    "NEAREST",
    "WORTH_NAMING",
    "Candidate",
    "Heard",
    "Vocabulary",
    "hear",
    "is_clear",
    "normalized",
]

BAR = 0.78
BELOW = 0.75
CLEAR_LEAD = 0.03
CERTAIN = 0.97
NEAREST = 3
WORTH_NAMING = 0.2
SAME = {
    "percentage": "rate",
    "percent": "rate",
    "proportion": "rate",
    "fraction": "rate",
    "share": "rate",
    "email": "mail",
    "teacher": "instructor",
    "tutor": "instructor",
    "pupil": "student",
    "learner": "student",
    "canceled": "cancelled",
    "db": "database",
    "route": "endpoint",
    "fail": "failure",
    "failed": "failure",
    "failing": "failure",
    "each": "by",
    "every": "by",
    "ram": "memory",
    "spot": "slot",
    "capture": "captured",
    "postgre": "database",
    "postgresql": "database",
    "statement": "query",
    "job": "task",
    "backlog": "waiting",
    "queued": "waiting",
    "letter": "mail",
    "500": "5xx",
    "call": "request",
    "declined": "refused",
    "rejected": "refused",
    "paid": "payout",
    "duration": "latency",
    "runtime": "latency",
}
"""Words that mean the same wherever they stand."""
NEGATIONS = frozenset({"no", "not", "nothing", "nobody", "without", "zero", "never", "except"})
SLIP = 0.85
LETTERS = 0.4
OWN = 0.5
SHORTEST_SLIP, LONGEST_SLIP = 5, 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A metric, and how well the question fits its best phrase: 0 to 1."""

    name: str
    confidence: float


Near: TypeAlias = Mapping[str, float]


class Vocabulary:
    """What people call each metric, prepared once to be compared with many questions."""

    def __init__(
        self, phrases: Mapping[str, Collection[str]], meanings: Mapping[str, tuple[str, str]]
    ) -> None:
        """`meanings` says of each what it means, and which family it belongs to."""
        self._owners = [name for name, found in phrases.items() for _ in found]
        ends = list(accumulate(len(found) for found in phrases.values()))
        self._rows = {
            name: slice(end - len(found), end)
            for (name, found), end in zip(phrases.items(), ends, strict=True)
        }
        known = [normalized(phrase) for found in phrases.values() for phrase in found]
        self._tokens = [tuple(phrase.split()) for phrase in known]
        self._likeness = Likeness(known)
        used: dict[str, set[str]] = {name: set() for name in phrases}
        for name, tokens in zip(self._owners, self._tokens, strict=True):
            used[name].update(tokens)
        spread = Counter(token for tokens in used.values() for token in tokens)
        self._own = {
            name: tokens.union(
                normalized(meanings[name][1]).split(),
                (word for word in normalized(meanings[name][0]).split() if word not in spread),
            )
            for name, tokens in used.items()
        }
        self._weights = {token: log(1 + len(used) / count) for token, count in spread.items()}
        self._strange = log(1 + len(used))
        self._using: dict[str, list[int]] = {token: [] for token in spread}
        for row, tokens in enumerate(self._tokens):
            for token in tokens:
                self._using[token].append(row)
        self._as_long: dict[int, list[str]] = {}
        for token in spread:
            self._as_long.setdefault(len(token), []).append(token)

    def ranked(self, words: str) -> list[Candidate]:
        """All metrics, best first."""
        asked = {other: self._near(other) for other in normalized(words).split()}
        alike = self._likeness.to(" ".join(asked))
        best = {  # of the letters alone; a phrase that shares a word is at least as good
            name: round(_together(0.0, max(alike[rows], default=0.0)), 2)
            for name, rows in self._rows.items()
        }
        touched = {word for near in asked.values() for word in near}
        for row in {row for word in touched for row in self._using[word]}:
            name, known = self._owners[row], self._tokens[row]
            confidence = _together(self._shared(asked, known, self._own[name]), alike[row])
            if confidence > BELOW and self._is_off(asked, known, self._own[name]):
                confidence = BELOW
            best[name] = max(best[name], round(confidence, 2))
        found = [Candidate(name, confidence) for name, confidence in best.items()]
        return sorted(found, key=lambda one: (-one.confidence, one.name))

    def _near(self, other: str) -> Near:
        """The known words that this one is or may be meant to be, and how alike they are."""
        near = {other: 1.0} if other in self._weights else {}
        if len(other) >= SHORTEST_SLIP:
            for length in range(len(other) - LONGEST_SLIP, len(other) + LONGEST_SLIP + 1):
                for word in self._as_long.get(length, ()):
                    if alike := _slip(word, other):
                        near[word] = alike
        return near

    def _shared(
        self, asked: Mapping[str, Near], known: Sequence[str], own: Collection[str]
    ) -> float:
        """How much of each is in the other, rare words counting most: 1 where all of both is.

        A word of other phrases of the metric, or of what it means, counts half against it.
        """
        weights = self._weights
        shared = heard = 0.0
        for word in known:
            shared += max(near.get(word, 0.0) for near in asked.values()) * weights[word]
        for other, near in asked.items():
            same = max((weights[word] for word in known if word in near), default=None)
            if same is None:
                same = weights.get(other, self._strange) * (OWN if other in own else 1)
            heard += same
        return 2 * shared / (heard + sum(weights[word] for word in known))

    def _is_off(
        self, asked: Mapping[str, Near], known: Sequence[str], own: Collection[str]
    ) -> bool:
        """Whether the question says something that this phrase does not mean.

        A word that is neither in it nor of the metric; a "no" or "without" on one side only; or one
        word alone that is not all of what the metric is called.
        """
        if len(asked) == 1 < len(known):
            return True
        if NEGATIONS.intersection(known) != NEGATIONS.intersection(asked):
            return True
        return any(
            other not in own and near.keys().isdisjoint(known) for other, near in asked.items()
        )


def is_clear(found: Sequence[Candidate]) -> bool:
    """Whether the best candidate is good enough, and clearly better than the next."""
    if not found or found[0].confidence < BAR:
        return False
    if len(found) == 1 or found[0].confidence >= CERTAIN > found[1].confidence:
        return True
    return found[0].confidence - found[1].confidence >= CLEAR_LEAD


def normalized(text: str) -> str:
    """Lower case, without filler, plurals and order."""
    return " ".join(_tokens(rewritten(text)))


@lru_cache(maxsize=2_000)
def _tokens(text: str) -> tuple[str, ...]:
    words = SEPARATORS.sub(" ", text.casefold().replace("_", " ").replace("-", " ")).split()
    return tuple(sorted({SAME.get(one, one) for one in map(_singular, content(words))}))


def _together(shared: float, angle: float) -> float:
    """Words count most. Letters lift a form that is spelled otherwise, never a strange word."""
    return max(shared, (1 - LETTERS) * shared + LETTERS * angle)


def _slip(word: str, other: str) -> float:
    """Nearly 1 for what a slip of the finger makes of a word; nothing for other words."""
    if word == other or len(word) < SHORTEST_SLIP:
        return 0.0
    likeness = fuzz.ratio(word, other) / 100
    return likeness if likeness >= SLIP else 0.0


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("ies"):  # noqa: PLR2004 - "ies" and one letter more
        return word[:-3] + "y"
    is_plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))  # noqa: PLR2004
    return word[:-1] if is_plural else word
