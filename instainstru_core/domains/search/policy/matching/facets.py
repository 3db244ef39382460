"""What results can be narrowed by, and how many would be left: each filter without itself. Pure.

Instructors are counted, not offerings. Days and hours are not looked at: calendars are only asked
for those who are shown.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Block
from instainstru_core.domains.search.policy.matching.filters import (
    AGE_GROUP,
    INSTRUCTOR,
    MINUTES,
    ONLINE,
    OPTION,
    RATING,
    SKILLS,
    STUDENT,
    Plan,
    filtered,
    offered,
    rated,
    within_bounds,
)
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.policy.matching.sets import Truth
from instainstru_core.domains.search.policy.matching.writing import (
    DURATION_STEP,
    MAX_DURATION,
    age_bits,
    duration_bits,
    skill_bits,
)
from instainstru_core.domains.search.types.matching import Choice, Facets
from instainstru_core.domains.search.types.parsed import AgeGroup, LessonType, Skill

BANDS = ((0, 7_499), (7_500, 9_999), (10_000, 12_499), (12_500, 14_999), (15_000, None))
"""Prices an hour in cents, both ends included."""
RATINGS = (4_500, 4_000)
CHANNELS = {
    LessonType.ONLINE: (ONLINE,),
    LessonType.IN_PERSON: (STUDENT, INSTRUCTOR),
    LessonType.TRAVELS: (STUDENT,),
    LessonType.STUDIO: (INSTRUCTOR,),
}
LENGTHS = {
    str(length): duration_bits([length])
    for length in range(DURATION_STEP, MAX_DURATION + 1, DURATION_STEP)
}
SKILL_BITS = {skill: skill_bits([skill]) for skill in Skill}
AGE_BITS = {group: age_bits([group]) for group in AgeGroup}


class Tally:
    """Counts instructors by facet and value, each once, over several blocks."""

    def __init__(self, people: int, *, is_mixed: bool) -> None:
        self._seen = np.zeros(people if is_mixed else 0, np.bool_)
        self._is_mixed = is_mixed
        self._found: dict[str, dict[str, list[NDArray[np.int32]]]] = {}
        self._counts: dict[str, dict[str, int]] = {}

    def add(self, facet: str, value: str, block: Block, which: Truth) -> None:
        """Take the instructors of these rows."""
        if self._is_mixed:
            found = self._found.setdefault(facet, {})
            found.setdefault(value, []).append(block.who[which])
        else:
            self._counts.setdefault(facet, {})[value] = int(np.count_nonzero(which))

    def choices(self, facet: str, values: Iterable[str]) -> tuple[Choice, ...]:
        """The counts of these values, in order; values that nobody has are left out."""
        known = self._counts.get(facet, {})
        if self._is_mixed:
            found = self._found.get(facet, {})
            known = {value: self._together(numbers) for value, numbers in found.items()}
        return tuple(Choice(value, count) for value in values if (count := known.get(value)))

    def _together(self, found: Sequence[NDArray[np.int32]]) -> int:
        """How many are in at least one of these."""
        for numbers in found:
            self._seen[numbers] = True
        count = int(np.count_nonzero(self._seen))
        for numbers in found:
            self._seen[numbers] = False
        return count


def counted(index: Index, plan: Plan, services: Sequence[str]) -> Facets:
    """The facets of a wish among these services."""
    tally = Tally(len(index.numbers), is_mixed=len(services) > 1)
    for run in index.runs(services):
        _count(tally, index, run.block, plan)
    filters = {
        key: tally.choices(f"{OPTION}{key}", (value for value, _ in values))
        for key, values in index.filters.items()
    }
    return Facets(
        lesson_types=tally.choices("lesson_type", CHANNELS),
        skills=tally.choices(SKILLS, Skill),
        age_groups=tally.choices(AGE_GROUP, AgeGroup),
        minutes=tally.choices(MINUTES, LENGTHS),
        prices=tally.choices("price", BAND_NAMES),
        ratings=tally.choices(RATING, RATING_NAMES),
        filters={key: choices for key, choices in filters.items() if choices},
    )


def band_name(band: tuple[int, int | None]) -> str:
    """A band of prices as text: its ends in cents, the upper one left out where there is none."""
    low, high = band
    return f"{low}-" if high is None else f"{low}-{high}"


def rating_name(least: int) -> str:
    """The least rating of a choice, in stars."""
    return f"{least / 1_000:g}"


BAND_NAMES = tuple(map(band_name, BANDS))
RATING_NAMES = {rating_name(least): least for least in RATINGS}
STARTS = tuple(low for low, _ in BANDS[1:])
"""The lowest price of each band after the first."""


def _count(tally: Tally, index: Index, block: Block, plan: Plan) -> None:
    passed = filtered(block, plan)
    failures = np.zeros(len(block), np.uint8)
    for truth in passed.values():
        failures += ~truth
    held = failures == 0
    prices = Prices(block, plan)
    answers = prices.fit(plan.channels)
    whole: Truth = answers & held

    def but(name: str) -> Truth:
        truth = passed.get(name)
        others: Truth = whole if truth is None else answers & (held | ((failures == 1) & ~truth))
        return others

    for lesson_type, channels in CHANNELS.items():
        tally.add("lesson_type", lesson_type, block, prices.fit(channels) & held)
    bands = prices.bands(plan.channels)
    for at, name in enumerate(BAND_NAMES):
        tally.add("price", name, block, ((bands & np.uint8(1 << at)) != 0) & held)
    rows = but(RATING)
    for name, least in RATING_NAMES.items():
        tally.add(RATING, name, block, rows & rated(block, least))
    rows = but(SKILLS)
    for skill, bit in SKILL_BITS.items():
        tally.add(SKILLS, skill, block, rows & ((block.skills & np.uint8(bit)) != 0))
    rows = but(AGE_GROUP)
    for group, bit in AGE_BITS.items():
        tally.add(AGE_GROUP, group, block, rows & ((block.ages & np.uint8(bit)) != 0))
    rows = but(MINUTES)
    present = int(np.bitwise_or.reduce(block.durations))
    for length, bit in LENGTHS.items():
        if present & bit:
            has = (block.durations & np.uint32(bit)) != 0
            tally.add(MINUTES, length, block, rows & has)
    _count_options(tally, index, block, but)


def _count_options(tally: Tally, index: Index, block: Block, but: Callable[[str], Truth]) -> None:
    sets = index.option_sets
    present = sets.union(block.options)
    for key, values in index.filters.items():
        name = f"{OPTION}{key}"
        rows = but(name)
        for value, words in values:
            if any(word & held for word, held in zip(words, present, strict=True)):
                tally.add(name, value, block, rows & sets.holding(words)[block.options])


class Prices:
    """The prices of a block by channel, each looked up once."""

    def __init__(self, block: Block, plan: Plan) -> None:
        self._block = block
        self._plan = plan
        self._known: dict[int, tuple[NDArray[np.int32], Truth]] = {}
        self._fit: dict[int, Truth] = {}

    def of(self, channel: int) -> tuple[NDArray[np.int32], Truth]:
        """What is asked for a lesson so, and who gives one where it is wanted."""
        known = self._known.get(channel)
        if known is None:
            price, there, _, _ = offered(self._block, channel, self._plan, relaxing=False)
            known = self._known[channel] = price, (price > 0) & there
        return known

    def fit(self, channels: Iterable[int]) -> Truth:
        """Who teaches in one of these at a price that was asked for."""
        found = np.zeros(len(self._block), np.bool_)
        for channel in channels:
            fit = self._fit.get(channel)
            if fit is None:
                price, can = self.of(channel)
                fit = self._fit[channel] = can & within_bounds(price, self._plan.wanted)[0]
            found |= fit
        return found

    def bands(self, channels: Iterable[int]) -> NDArray[np.uint8]:
        """In which bands each teaches in one of these, as bits, whatever was asked for."""
        found = np.zeros(len(self._block), np.uint8)
        for channel in channels:
            price, can = self.of(channel)
            band = np.zeros(len(price), np.uint8)
            for start in STARTS:  # few: comparing with each is faster than looking each price up
                band += price >= start
            found |= np.where(can, np.left_shift(np.uint8(1), band), np.uint8(0))
        return found
