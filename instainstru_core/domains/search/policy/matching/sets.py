"""Sets of bits that rows have in common, each held once: where people travel to, what they say.

A row has the number of its set, which is a tenth of the set. What is asked of sets is worked out
once for each, and looked up for each row. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Counts

WORD = 0xFFFF_FFFF_FFFF_FFFF

Bits = NDArray[np.uint64]
Truth = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sets:
    """Different sets as columns of words, the lowest first.

    Sets are only ever added: a number means the same in every table that was made from this one.
    """

    words: Bits

    @classmethod
    def none(cls, words: int) -> "Sets":
        """A table without sets, for sets of so many words."""
        return cls(np.zeros((words, 0), np.uint64))

    def __len__(self) -> int:
        return int(self.words.shape[1])

    def find(self, whole: int) -> int | None:
        """The number of the set in which these bits are set, if it is here."""
        wanted = np.array(words_of(whole, len(self.words)), np.uint64)
        same = np.flatnonzero((self.words == wanted[:, np.newaxis]).all(axis=0))
        return int(same[0]) if len(same) else None

    def holding(self, wanted: Sequence[int]) -> Truth:
        """Which sets share a bit with the wanted ones, which are words."""
        found = np.zeros(len(self), np.bool_)
        for word, mask in zip(self.words, wanted, strict=True):
            if mask:
                found |= (word & np.uint64(mask)) != 0
        return found

    def union(self, numbers: Counts) -> tuple[int, ...]:
        """The words of all these sets together."""
        used = np.zeros(len(self), np.bool_)
        used[numbers] = True
        return tuple(np.bitwise_or.reduce(self.words[:, used], axis=1).tolist())


class Numbering:
    """Gives sets their numbers: those that are known keep theirs, new ones follow."""

    def __init__(self, known: Sets) -> None:
        self._known = known
        self._numbers: dict[int, int] = {}
        self._added: list[int] = []

    def of(self, whole: int) -> int:
        """The number of the set in which these bits are set."""
        number = self._numbers.get(whole)
        if number is None:
            number = self._known.find(whole)
            if number is None:
                number = len(self._known) + len(self._added)
                self._added.append(whole)
            self._numbers[whole] = number
        return number

    def each(self, wholes: Iterable[int]) -> NDArray[np.int32]:
        """The numbers of all these sets."""
        return np.array(list(map(self.of, wholes)), np.int32)

    def sets(self) -> Sets:
        """All known sets, and those that were new."""
        if not self._added:
            return self._known
        words = len(self._known.words)
        added = np.array([words_of(one, words) for one in self._added], np.uint64).T
        return Sets(np.concatenate((self._known.words, added), axis=1))


def words_of(whole: int, count: int) -> tuple[int, ...]:
    """A number as so many words of 64 bits, the lowest first."""
    words: list[int] = []
    for _ in range(count):
        words.append(whole & WORD)
        whole >>= 64
    return tuple(words)
