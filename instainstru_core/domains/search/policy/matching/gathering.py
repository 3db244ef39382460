"""The index of everybody, from columns as the database tells them, a few thousand at a time. Pure.

Nothing is made for each offer: what many say alike is worked out once, the rest by whole columns.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Block, counts, halves
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.policy.matching.numbers import Numbers
from instainstru_core.domains.search.policy.matching.piling import Pile
from instainstru_core.domains.search.policy.matching.places import WORDS, Areas
from instainstru_core.domains.search.policy.matching.sets import Numbering, Sets
from instainstru_core.domains.search.policy.matching.writing import (
    DESCRIBED,
    MAX_SPOTS,
    NEVER,
    OPTION_WORDS,
    PROVEN,
    Option,
    age_bits,
    duration_bits,
    grid,
    needed,
    option_bits,
    skill_bits,
)
from instainstru_core.domains.search.types.matching import Offers, People, Spot


class Gatherer:
    """Takes instructors with all that they offer, chunk by chunk, and makes the index of them."""

    def __init__(self, areas: Areas) -> None:
        self._areas = areas
        self._options: dict[Option, int] = {}
        self._area_sets = Numbering(Sets.none(WORDS))
        self._option_sets = Numbering(Sets.none(OPTION_WORDS))
        self._pile = Pile()
        self._ids: list[NDArray[np.uint64]] = []
        self._count = self._stars = self._reviews = 0

    def add(self, people: People, offers: Offers) -> None:
        """Take a chunk. Offers of nobody in it and those without a price are left out."""
        places = {one: at for at, one in enumerate(people.ids)}
        who = np.array([places.get(one, -1) for one in offers.instructor_ids], np.int32)
        prices = np.array((offers.student, offers.instructor, offers.online), np.int32)
        kept = np.flatnonzero((who >= 0) & (prices > 0).any(axis=0))
        teaching = np.zeros(len(people.ids), np.bool_)
        teaching[who[who >= 0]] = True
        self._stars += int(np.array(people.star_sum, np.int64)[teaching].sum())
        self._reviews += int(np.array(people.reviews, np.int64)[teaching].sum())
        own, said = self._of_people(people), self._of_offers(offers)
        self._ids.append(halves(people.ids))
        columns = {name: np.take(column, who[kept], axis=-1) for name, column in own.items()}
        columns |= {name: np.take(column, kept, axis=-1) for name, column in said.items()}
        described = columns["complete"] + np.array(offers.is_described, np.int16)[kept]
        columns["complete"] = (PROVEN + DESCRIBED * described).astype(np.int16)
        columns["who"] = (who[kept] + self._count).astype(np.int32)
        columns["prices"] = counts(np.take(prices, kept, axis=-1))
        self._pile.add([offers.service_ids[at] for at in kept.tolist()], Block(**columns))
        self._count += len(people.ids)

    def index(self) -> Index:
        """The index of all who were taken. Nothing is left of what was taken afterwards."""
        numbers, who = Numbers.of(self._ids)
        index = Index(
            areas=self._areas,
            options=self._options,
            numbers=numbers,
            stars=self._stars,
            reviews=self._reviews,
            area_sets=self._area_sets.sets(),
            option_sets=self._option_sets.sets(),
        )
        if not len(self._pile):
            return index
        base, spans = self._pile.laid(who)
        blocks = {key: base.between(*span) for key, span in spans.items()}
        return replace(index, blocks=blocks, base=base, spans=spans)

    def _of_people(self, people: People) -> dict[str, NDArray[Any]]:
        """What is the same for all offers of somebody; `complete` is whether they said enough."""
        whole, numbers = self._areas.whole, self._area_sets.each

        def spot_areas(spots: Sequence[Spot]) -> int:
            return whole(spot.area_key for spot in spots)

        active = [NEVER if one is None else one for one in people.active]
        grids = [grid(spots) for spots in people.spots]
        return {
            "areas": counts(numbers(map(whole, people.areas))),
            "spot_areas": counts(numbers(map(spot_areas, people.spots))),
            "spots": needed(np.array(grids, np.int16).reshape(-1, 2 * MAX_SPOTS).T),
            "star_sum": counts(people.star_sum),
            "reviews": counts(people.reviews),
            "founding": np.array(people.is_founding, np.bool_),
            "active": np.array(active, np.int32),
            "joined": np.array(people.joined, np.int32),
            "complete": np.array(people.is_described, np.int16),
        }

    def _of_offers(self, offers: Offers) -> dict[str, NDArray[Any]]:
        def options(said: tuple[Option, ...]) -> int:
            return self._option_sets.of(option_bits(said, self._options))

        return {
            "durations": np.array(_alike(duration_bits, offers.durations), np.uint32),
            "ages": np.array(_alike(age_bits, offers.age_groups), np.uint8),
            "skills": np.array(_alike(skill_bits, offers.skills), np.uint8),
            "options": counts(_alike(options, offers.options)),
        }


def gathered(areas: Areas, chunks: Iterable[tuple[People, Offers]]) -> Index:
    """An index of everybody."""
    gatherer = Gatherer(areas)
    for people, offers in chunks:
        gatherer.add(people, offers)
    return gatherer.index()


def _alike(bits: Callable[[Any], int], said: Sequence[tuple[Any, ...]]) -> list[int]:
    """The bits of each, worked out once for what many say alike."""
    known = {one: bits(one) for one in dict.fromkeys(said)}
    return [known[one] for one in said]
