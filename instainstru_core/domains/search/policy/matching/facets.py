"""What results can be narrowed by, and how many would be left: each filter without itself. Pure.

Instructors are counted, not offerings. Days and hours are not looked at: calendars are only asked
for those who are shown.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Block
from instainstru_core.domains.search.policy.matching.filters import (
    AGE_GROUP,
    INSTRUCTOR,
    MAX_CENTS,
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
from instainstru_core.domains.search.policy.matching.sets import Truth, words_of
from instainstru_core.domains.search.policy.matching.writing import (
    DURATION_STEP,
    MAX_DURATION,
    OPTION_WORDS,
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
    length: duration_bits([length])
    for length in range(DURATION_STEP, MAX_DURATION + 1, DURATION_STEP)
}


class Tally:
    """Counts instructors by facet and value, each once, over several blocks."""

    def __init__(self, people: int, *, is_mixed: bool) -> None:
        self._seen = np.zeros(people if is_mixed else 0, np.bool_)
        self._is_mixed = is_mixed
        self._found: dict[tuple[str, str], list[NDArray[np.int32]]] = {}
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, facet: str, value: str, block: Block, which: Truth) -> None:
        """Take the instructors of these rows."""
        if self._is_mixed:
            self._found.setdefault((facet, value), []).append(block.who[which])
        else:
            self._counts[facet, value] = int(np.count_nonzero(which))

    def choices(self, facet: str, values: Iterable[str]) -> tuple[Choice, ...]:
        """The counts of these values, in order; values that nobody has are left out."""
        counted = ((value, self._count(facet, value)) for value in values)
        return tuple(Choice(value, count) for value, count in counted if count)

    def _count(self, facet: str, value: str) -> int:
        if not self._is_mixed:
            return self._counts.get((facet, value), 0)
        found = self._found.get((facet, value), ())
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
    keys = sorted({key for key, _ in index.options})
    filters = {
        key: tally.choices(f"{OPTION}{key}", sorted(v for k, v in index.options if k == key))
        for key in keys
    }
    return Facets(
        lesson_types=tally.choices("lesson_type", CHANNELS),
        skills=tally.choices(SKILLS, Skill),
        age_groups=tally.choices(AGE_GROUP, AgeGroup),
        minutes=tally.choices(MINUTES, map(str, LENGTHS)),
        prices=tally.choices("price", map(band_name, BANDS)),
        ratings=tally.choices(RATING, map(rating_name, RATINGS)),
        filters={key: choices for key, choices in filters.items() if choices},
    )


def band_name(band: tuple[int, int | None]) -> str:
    """A band of prices as text: its ends in cents, the upper one left out where there is none."""
    low, high = band
    return f"{low}-" if high is None else f"{low}-{high}"


def rating_name(least: int) -> str:
    """The least rating of a choice, in stars."""
    return f"{least / 1_000:g}"


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
    for low, high in BANDS:
        inside = prices.within(plan.channels, low, high or MAX_CENTS - 1)
        tally.add("price", band_name((low, high)), block, inside & held)
    rows = but(RATING)
    for least in RATINGS:
        tally.add(RATING, rating_name(least), block, rows & rated(block, least))
    rows = but(SKILLS)
    for skill in Skill:
        tally.add(SKILLS, skill, block, rows & ((block.skills & skill_bits([skill])) != 0))
    rows = but(AGE_GROUP)
    for group in AgeGroup:
        tally.add(AGE_GROUP, group, block, rows & ((block.ages & age_bits([group])) != 0))
    rows = but(MINUTES)
    present = int(np.bitwise_or.reduce(block.durations))
    for length, bit in LENGTHS.items():
        if present & bit:
            has = (block.durations & np.uint32(bit)) != 0
            tally.add(MINUTES, str(length), block, rows & has)
    names = {f"{OPTION}{key}" for key, _ in index.options}
    _count_options(tally, index, block, {name: but(name) for name in names})


def _count_options(tally: Tally, index: Index, block: Block, rows: dict[str, Truth]) -> None:
    sets = index.option_sets
    present = sets.union(block.options)
    for (key, value), bit in index.options.items():
        words = words_of(1 << bit, OPTION_WORDS)
        if any(one & there for one, there in zip(words, present, strict=True)):
            name = f"{OPTION}{key}"
            tally.add(name, value, block, rows[name] & sets.holding(words)[block.options])


class Prices:
    """The prices of a block by channel, each looked up once."""

    def __init__(self, block: Block, plan: Plan) -> None:
        self._block = block
        self._plan = plan
        self._known: dict[int, tuple[NDArray[np.int32], Truth]] = {}

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
            price, can = self.of(channel)
            found |= can & within_bounds(price, self._plan.wanted)[0]
        return found

    def within(self, channels: Iterable[int], low: int, high: int) -> Truth:
        """Who teaches in one of these at such a price, whatever was asked for."""
        found = np.zeros(len(self._block), np.bool_)
        for channel in channels:
            price, can = self.of(channel)
            found |= can & (price >= low) & (price <= high)
        return found
