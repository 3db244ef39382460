"""Everything that is offered, as columns: one block of rows for each service. Pure.

Blocks never change. A change of an instructor makes new blocks of the services concerned and a
new index that shares the others, so that whoever searches meanwhile sees one state.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Block, joined, laid
from instainstru_core.domains.search.policy.matching.numbers import Numbers
from instainstru_core.domains.search.policy.matching.places import WORDS, Areas
from instainstru_core.domains.search.policy.matching.sets import Numbering, Sets, words_of
from instainstru_core.domains.search.policy.matching.writing import OPTION_WORDS, Option, Writer
from instainstru_core.domains.search.types.matching import Offered, Teacher

MOST_APART = 64
"""So many blocks may lie by themselves before all are laid together again."""
SEED_MEAN = 4_200
"""The mean rating in thousandths where nobody was rated yet."""


@dataclass(frozen=True, eq=False)
class Run:
    """Rows of one or more services that lie one after the other: their numbers, and the rows of
    each.
    """

    block: Block
    numbers: list[int]
    sizes: list[int]

    def each(self, values: Sequence[int]) -> NDArray[np.int32]:
        """For each row what holds for its service; `values` are by the number of the service."""
        own = np.array([values[number] for number in self.numbers], np.int32)
        return np.repeat(own, self.sizes)


@dataclass(frozen=True, eq=False)
class Index:
    """All offerings that can be found. `stars` and `reviews` are the totals of all instructors.

    The blocks of a new index are stretches of one `base`; `spans` tells which still are, so that
    many services are looked through as one.
    """

    areas: Areas
    blocks: Mapping[str, Block] = field(default_factory=dict[str, Block])
    options: Mapping[Option, int] = field(default_factory=dict[Option, int])
    numbers: Numbers = field(default_factory=lambda: Numbers.of()[0])
    stars: int = 0
    reviews: int = 0
    base: Block | None = None
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    area_sets: Sets = field(default_factory=lambda: Sets.none(WORDS))
    option_sets: Sets = field(default_factory=lambda: Sets.none(OPTION_WORDS))

    @cached_property
    def filters(self) -> Mapping[str, Sequence[tuple[str, tuple[int, ...]]]]:
        """The filters that offerings speak of: their values, and the words with the bit of each."""
        found: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
        for (key, value), bit in sorted(self.options.items()):
            found.setdefault(key, []).append((value, words_of(1 << bit, OPTION_WORDS)))
        return found

    @property
    def rows(self) -> int:
        """How many offerings there are."""
        return sum(len(block) for block in self.blocks.values())

    @property
    def bytes(self) -> int:
        """The memory of all columns."""
        sets = self.area_sets.words.nbytes + self.option_sets.words.nbytes
        return sum(block.bytes for block in self.blocks.values()) + self.numbers.bytes + sets

    @property
    def mean(self) -> int:
        """The mean of all reviews in thousandths of a star."""
        return SEED_MEAN if self.reviews == 0 else self.stars * 1_000 // self.reviews

    def runs(self, services: Sequence[str]) -> Iterator[Run]:
        """The blocks of these services, in as few pieces as they lie in."""
        start = stop = 0
        numbers: list[int] = []
        sizes: list[int] = []
        for number, service_id in enumerate(services):
            span = self.spans.get(service_id)
            if numbers and (span is None or span[0] != stop):
                yield self._run(start, stop, numbers, sizes)
                numbers, sizes = [], []
            block = self.blocks[service_id]
            if span is None:
                yield Run(block, [number], [len(block)])
                continue
            start, stop = (start if numbers else span[0]), span[1]
            numbers.append(number)
            sizes.append(len(block))
        if numbers:
            yield self._run(start, stop, numbers, sizes)

    def _run(self, start: int, stop: int, numbers: list[int], sizes: list[int]) -> Run:
        if self.base is None:
            raise LookupError("spans without a base")
        return Run(self.base.between(start, stop), numbers, sizes)

    def changed(
        self, ids: Collection[str], teachers: Iterable[Teacher], offered: Iterable[Offered]
    ) -> "Index":
        """The index in which these instructors are as told here, or gone."""
        known = {one.instructor_id: one for one in teachers}
        numbers = self.numbers.with_ids(known.keys())
        area_sets, option_sets = Numbering(self.area_sets), Numbering(self.option_sets)
        writer = Writer(self.areas, numbers.find, dict(self.options), area_sets, option_sets)
        for offer in offered:
            writer.add(known[offer.instructor_id], offer)
        gone = numbers.known(ids)
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
        spans = {key: self.spans[key] for key in self.spans if blocks.get(key) is self.blocks[key]}
        index = Index(
            self.areas,
            dict(sorted(blocks.items())),
            writer.options,
            numbers,
            self.stars - before[0] + after[0],
            self.reviews - before[1] + after[1],
            self.base,
            spans,
            area_sets.sets(),
            option_sets.sets(),
        )
        return index if len(blocks) - len(spans) <= MOST_APART else index.laid()

    def laid(self) -> "Index":
        """The same index, all of whose blocks are stretches of one."""
        if not self.blocks:
            return self
        base = laid(list(self.blocks.values()))
        ends = list(accumulate(len(block) for block in self.blocks.values()))
        spans = dict(zip(self.blocks, pairwise([0, *ends]), strict=True))
        blocks = {key: base.between(*span) for key, span in spans.items()}
        return replace(self, blocks=blocks, base=base, spans=spans)


def _ratings(blocks: Mapping[str, Block], numbers: Sequence[int]) -> tuple[int, int]:
    """The stars and reviews of these instructors, each once."""
    wanted = np.asarray(numbers, np.int32)
    found: dict[int, tuple[int, int]] = {}
    for block in blocks.values():
        for row in np.flatnonzero(np.isin(block.who, wanted)):
            found[int(block.who[row])] = (int(block.star_sum[row]), int(block.reviews[row]))
    return sum(one[0] for one in found.values()), sum(one[1] for one in found.values())
