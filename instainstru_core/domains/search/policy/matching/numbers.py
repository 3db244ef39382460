"""A number for each instructor, so that rows need not hold ids: those are looked up by it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import (
    halves,
    halves_of,
    id_of,
    ids_of,
)

Who = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Numbers:
    """The two halves of each id by its number. Those of the beginning are in order, the `later`
    ones come after them as they came.
    """

    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    later: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, pieces: Sequence[NDArray[np.uint64]] = ()) -> tuple["Numbers", Who]:
        """Number all of these, and say which number each got. Pieces have ids by their halves."""
        high, low = np.concatenate([halves(()), *pieces], axis=-1)
        order = np.lexsort((low, high))
        got = np.empty(len(order), np.int32)
        got[order] = np.arange(len(order), dtype=np.int32)
        return cls(high[order], low[order]), got

    def __len__(self) -> int:
        return len(self.high)

    @property
    def bytes(self) -> int:
        """The memory of all columns."""
        return self.high.nbytes + self.low.nbytes

    def find(self, instructor_id: str) -> int | None:
        """The number of this instructor, if they have one."""
        high, low = halves_of(instructor_id)
        count = len(self) - len(self.later)
        at = int(np.searchsorted(self.high[:count], np.uint64(high)))
        while at < count and int(self.high[at]) == high:
            if int(self.low[at]) == low:
                return at
            at += 1
        return self.later.get(instructor_id)

    def known(self, ids: Iterable[str]) -> list[int]:
        """The numbers of those of these instructors who have one."""
        return [number for one in ids if (number := self.find(one)) is not None]

    def with_ids(self, ids: Collection[str]) -> "Numbers":
        """These numbers, and one for each of the ids that had none."""
        new = [one for one in dict.fromkeys(ids) if self.find(one) is None]
        if not new:
            return self
        high, low = np.concatenate(([self.high, self.low], halves(new)), axis=-1)
        later = dict(zip(new, range(len(self), len(high)), strict=True))
        return Numbers(high, low, {**self.later, **later})

    def id(self, number: int) -> str:
        """The id of the instructor with this number."""
        return id_of(int(self.high[number]), int(self.low[number]))

    def ids(self, who: Who) -> list[str]:
        """The ids of the instructors with these numbers."""
        return ids_of(self.high[who], self.low[who])

    def keys(self, who: Who) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """What to sort these numbers by to have them in the order of their ids: as `lexsort` takes
        it, what counts most comes last.
        """
        return self.low[who], self.high[who]

    def after(self, who: Who, instructor_id: str) -> NDArray[np.bool_]:
        """Which of these numbers are of ids that come after this one."""
        high, low = (np.uint64(half) for half in halves_of(instructor_id))
        lows, highs = self.keys(who)
        found: NDArray[np.bool_] = (highs > high) | ((highs == high) & (lows > low))
        return found
