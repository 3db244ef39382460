"""Stretches of a text with what they may mean, and the choice of those that go together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from operator import itemgetter
from typing import NamedTuple

from instainstru_core.domains.search.policy.grammar.tokens import Token
from instainstru_core.domains.search.policy.grammar.words import Words
from instainstru_core.domains.search.types.parsed import Slot


class Weight(IntEnum):
    """How sure a reading is. Among equally sure ones the longest wins, then the first."""

    GUESS = 1
    NAMED = 2
    PLAIN = 3
    FIXED = 4


class Span(NamedTuple):
    """Words from `start` up to `end` and what they mean; without a slot they mean nothing."""

    start: int
    end: int
    slot: Slot | None
    value: object
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """A text in words: as folded, without plural, and as places write them."""

    tokens: Sequence[Token]
    words: Sequence[str]
    stems: Sequence[str]
    names: Sequence[str]
    vocabulary: Words
    today: date
    tail: str = ""
    """What stands after the last word."""

    def word(self, at: int) -> str:
        """The word there; empty before the first and after the last."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def number(self, at: int) -> int | None:
        """The whole number there, in figures or words."""
        return self.tokens[at].whole if 0 <= at < len(self.tokens) else None

    def gap(self, at: int) -> str:
        """The signs before the word there."""
        return self.tokens[at].gap if 0 <= at < len(self.tokens) else ""

    def ends_with(self, at: int, sign: str) -> bool:
        """Whether the text ends before this position, with this sign."""
        return at == len(self.tokens) and self.tail.startswith(sign)

    def written(self, start: int, end: int) -> str:
        """The words from here to there, with spaces where they were typed apart."""
        apart = ("" if self.tokens[at].glued else " " for at in range(start + 1, end))
        rest = zip(apart, self.words[start + 1 : end], strict=True)
        return self.words[start] + "".join(space + word for space, word in rest)

    def run(self, at: int, size: int) -> tuple[str, ...]:
        """So many words from there; none where the text ends before."""
        return tuple(self.words[at : at + size]) if at + size <= len(self.words) else ()

    def says(self, at: int, *words: str) -> bool:
        """Whether exactly these words stand there."""
        return tuple(self.words[at : at + len(words)]) == words if at >= 0 else False

    def skip(self, at: int, words: frozenset[str]) -> int:
        """The next position whose word is none of these."""
        while self.word(at) in words and at < len(self.words):
            at += 1
        return at


Rule = Callable[[Line, int], Span | None]
"""Reads what begins at a word, if it can."""

Rules = Mapping[str, tuple[Rule, ...]]
"""The rules that a word may begin."""


def ruled(*tables: tuple[Iterable[str], Rule]) -> dict[str, tuple[Rule, ...]]:
    """The rules by the words that each begins with."""
    found: dict[str, tuple[Rule, ...]] = {}
    for words, rule in tables:
        for word in words:
            found[word] = (*found.get(word, ()), rule)
    return found


def joined(*tables: Rules) -> dict[str, tuple[Rule, ...]]:
    """Several tables of rules as one."""
    found: dict[str, tuple[Rule, ...]] = {}
    for table in tables:
        for word, rules in table.items():
            found[word] = (*found.get(word, ()), *rules)
    return found


def chosen(spans: Iterable[Span]) -> list[Span]:
    """Spans that do not overlap, in order: the surest first, of those the longest, the first."""
    taken: list[Span] = []
    used: set[int] = set()
    for span in sorted(spans, key=_rank):
        places = range(span.start, span.end)
        if used.isdisjoint(places):
            used.update(places)
            taken.append(span)
    taken.sort(key=itemgetter(0))
    return taken


def _rank(span: Span) -> tuple[int, int, int]:
    return -span.weight, span.start - span.end, span.start
