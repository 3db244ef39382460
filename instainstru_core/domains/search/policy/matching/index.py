"""Everything that is offered, as columns: one block of rows for each service. Pure.

Blocks never change. A change of an instructor makes new blocks of the services concerned and a
new index that shares the others, so that whoever searches meanwhile sees one state.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Block, halves_of, joined
from instainstru_core.domains.search.policy.matching.places import Areas
from instainstru_core.domains.search.policy.matching.writing import Option, Writer
from instainstru_core.domains.search.types.matching import Offered, Teacher

SEED_MEAN = 4_200
"""The mean rating in thousandths where nobody was rated yet."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """A number for each instructor, by id: those of the beginning in order, later ones by name."""

    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    at: NDArray[np.int32]
    later: Mapping[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def of(cls, ids: Sequence[str]) -> "Numbers":
        """Number these in the order in which they come."""
        halves = [halves_of(one) for one in ids]
        high = np.array([one[0] for one in halves], np.uint64)
        low = np.array([one[1] for one in halves], np.uint64)
        order = np.lexsort((low, high))
        return cls(high[order], low[order], order.astype(np.int32))

    def __len__(self) -> int:
        return len(self.at) + len(self.later)

    @property
    def bytes(self) -> int:
        """The memory of all columns."""
        return self.high.nbytes + self.low.nbytes + self.at.nbytes

    def find(self, instructor_id: str) -> int | None:
        """The number of this instructor, if they have one."""
        high, low = halves_of(instructor_id)
        first = int(np.searchsorted(self.high, np.uint64(high)))
        while first < len(self.high) and int(self.high[first]) == high:
            if int(self.low[first]) == low:
                return int(self.at[first])
            first += 1
        return self.later.get(instructor_id)

    def with_ids(self, ids: Iterable[str]) -> "Numbers":
        """These numbers, and one for each of the ids that had none."""
        later = dict(self.later)
        for one in ids:
            if one not in later and self.find(one) is None:
                later[one] = len(self.at) + len(later)
        return Numbers(self.high, self.low, self.at, later)


@dataclass(frozen=True, eq=False)
class Index:
    """All offerings that can be found. `stars` and `reviews` are the totals of all instructors."""

    areas: Areas
    blocks: Mapping[str, Block] = field(default_factory=dict[str, Block])
    options: Mapping[Option, int] = field(default_factory=dict[Option, int])
    numbers: Numbers = field(default_factory=lambda: Numbers.of(()))
    stars: int = 0
    reviews: int = 0

    @property
    def rows(self) -> int:
        """How many offerings there are."""
        return sum(len(block) for block in self.blocks.values())

    @property
    def bytes(self) -> int:
        """The memory of all columns."""
        return sum(block.bytes for block in self.blocks.values()) + self.numbers.bytes

    @property
    def mean(self) -> int:
        """The mean of all reviews in thousandths of a star."""
        return SEED_MEAN if self.reviews == 0 else self.stars * 1_000 // self.reviews

    def changed(
        self, ids: Collection[str], teachers: Iterable[Teacher], offered: Iterable[Offered]
    ) -> "Index":
        """The index in which these instructors are as told here, or gone."""
        known = {one.instructor_id: one for one in teachers}
        numbers = self.numbers.with_ids(known.keys())
        writer = Writer(self.areas, numbers.find, dict(self.options))
        for offer in offered:
            writer.add(known[offer.instructor_id], offer)
        gone = [number for one in ids if (number := numbers.find(one)) is not None]
        before = _ratings(self.blocks, gone)
        blocks: dict[str, Block] = {}
        for service_id, block in self.blocks.items():
            kept = block.without(gone)
            if len(kept):
                blocks[service_id] = kept
        added = writer.blocks()
        for service_id, block in added.items():
            old = blocks.get(service_id)
            blocks[service_id] = block if old is None else joined((old, block))
        after = _ratings(added, gone)
        return Index(
            self.areas,
            dict(sorted(blocks.items())),
            writer.options,
            numbers,
            self.stars - before[0] + after[0],
            self.reviews - before[1] + after[1],
        )


def built(areas: Areas, chunks: Iterable[tuple[Sequence[Teacher], Sequence[Offered]]]) -> Index:
    """An index of everybody, from chunks of instructors with all that they offer."""
    parts: dict[str, list[Block]] = {}
    options: dict[Option, int] = {}
    ids: list[str] = []
    stars = reviews = 0
    for teachers, offered in chunks:
        known = {one.instructor_id: one for one in teachers}
        numbers = {one: len(ids) + at for at, one in enumerate(known)}
        ids.extend(known)
        writer = Writer(areas, numbers.get, options)
        for offer in offered:
            writer.add(known[offer.instructor_id], offer)
        for service_id, block in writer.blocks().items():
            parts.setdefault(service_id, []).append(block)
        teaching = {offer.instructor_id for offer in offered}
        stars += sum(known[one].star_sum for one in teaching)
        reviews += sum(known[one].review_count for one in teaching)
    blocks = {service_id: joined(parts.pop(service_id)) for service_id in sorted(parts)}
    return Index(areas, blocks, options, Numbers.of(ids), stars, reviews)


def _ratings(blocks: Mapping[str, Block], numbers: Sequence[int]) -> tuple[int, int]:
    """The stars and reviews of these instructors, each once."""
    wanted = np.asarray(numbers, np.int32)
    found: dict[int, tuple[int, int]] = {}
    for block in blocks.values():
        for row in np.flatnonzero(np.isin(block.who, wanted)):
            found[int(block.who[row])] = (int(block.star_sum[row]), int(block.reviews[row]))
    return sum(one[0] for one in found.values()), sum(one[1] for one in found.values())
