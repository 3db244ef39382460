"""Who answers a wish: each constraint as a column of truth, joined into one judgement. Pure.

An offering answers in a format if it is offered so, at a price within the bounds, and can be where
it is wanted: at the student's where the instructor travels to the area, at the instructor's where
they teach there or within 5 km of the point, online wherever online is asked for or no place is.
What fails only by place or price may still answer nearly; `relaxed` holds which of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search.policy.matching.columns import NOWHERE, Block
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.policy.matching.places import (
    NEAR_METERS,
    REACH_METERS,
    UNKNOWN_METERS,
    Reach,
    meters_between,
)
from instainstru_core.domains.search.policy.matching.sets import Truth, words_of
from instainstru_core.domains.search.policy.matching.writing import (
    GRID,
    MIDDLE,
    OPTION_WORDS,
    age_bits,
    duration_bits,
    skill_bits,
)
from instainstru_core.domains.search.types.wanted import Relaxable, Wanted

TIME, DATE, PLACE, PRICE, NEVER = 1, 2, 4, 8, 255
BITS: Mapping[Relaxable, int] = {
    Relaxable.TIME: TIME,
    Relaxable.DATE: DATE,
    Relaxable.PLACE: PLACE,
    Relaxable.PRICE: PRICE,
}
DEARER = (5, 4)
MAX_CENTS = (1 << 17) - 1

STUDENT, INSTRUCTOR, ONLINE, NEUTRAL = 0, 1, 2, 3
CHANNELS = (
    LessonFormat.STUDENT_LOCATION,
    LessonFormat.INSTRUCTOR_LOCATION,
    LessonFormat.ONLINE,
    LessonFormat.NEUTRAL_LOCATION,
)
MINUTES, AGE_GROUP, SKILLS, RATING, OPTION = "minutes", "age_group", "skills", "rating", "option "
INSTRUCTORS = "instructors"
NOWHERE_METERS = -1
"""The distance of what has none: online, or without a place that is asked for."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A wish in the terms of one index."""

    wanted: Wanted
    reach: Reach | None
    channels: tuple[int, ...]
    options: tuple[Truth, ...]
    """For each filter, which sets of options have one of its wanted values."""
    instructors: tuple[int, ...]
    """The numbers of the few instructors who are wanted, where only some are."""

    @property
    def is_relaxable(self) -> bool:
        """Whether there is a place to be near to, or a price to go beyond."""
        return self.reach is not None or self.wanted.max_cents is not None


@dataclass(frozen=True, eq=False)
class Judged:
    """What came of each row of a block.

    `relaxed` is 0 where all holds, else the bits of what does not, or NEVER. `formats` are bits of
    the channels that answer so; `cents` their lowest price, `meters` the shortest way.
    """

    relaxed: NDArray[np.uint8]
    formats: NDArray[np.uint8]
    cents: NDArray[np.int32]
    meters: NDArray[np.int32]


def planned(index: Index, wanted: Wanted) -> Plan:
    """The wish with its words turned into the bits of this index."""
    where = wanted.where
    placed = where.area_keys is not None or where.point is not None
    if wanted.formats is not None:
        channels = tuple(at for at, one in enumerate(CHANNELS) if one in wanted.formats)
    else:
        channels = (STUDENT, INSTRUCTOR) if placed else (STUDENT, INSTRUCTOR, ONLINE)
    return Plan(
        wanted=wanted,
        reach=index.areas.around(where, index.area_sets) if placed else None,
        channels=channels,
        options=tuple(
            index.option_sets.holding(
                words_of(
                    sum(
                        1 << index.options[key, value]
                        for value in set(values)
                        if (key, value) in index.options
                    ),
                    OPTION_WORDS,
                )
            )
            for key, values in wanted.filters.items()
        ),
        instructors=tuple(index.numbers.known(wanted.instructors or ())),
    )


def judged(block: Block, plan: Plan, *, relaxing: bool = False) -> Judged:
    """Which rows answer; while `relaxing`, also which of them nearly do."""
    count = len(block)
    stays = kept(block, plan)
    formats = np.zeros(count, np.uint8)
    cents = np.full(count, MAX_CENTS, np.int32)
    unplaced = plan.reach is None
    meters = np.full(count, NOWHERE_METERS if unplaced else UNKNOWN_METERS, np.int32)
    relaxed = np.full(count, NEVER, np.uint8)
    for channel in plan.channels:
        price, there, near, away = offered(block, channel, plan, relaxing=relaxing)
        inside, dearer = within_bounds(price, plan.wanted)
        can = price > 0 if stays is None else stays & (price > 0)
        if not relaxing:
            can &= there & inside
            np.minimum(cents, np.where(can, price, MAX_CENTS), out=cents)
            if not unplaced:
                np.minimum(meters, np.where(can, away, UNKNOWN_METERS), out=meters)
            formats |= can.view(np.uint8) << channel
            continue
        state = np.where(there, 0, np.where(near, PLACE, NEVER)).astype(np.uint8)
        state = np.where(inside, state, np.where(dearer, state | PRICE, NEVER))
        state = np.where(can, state, NEVER).astype(np.uint8)
        better, same = state < relaxed, (state == relaxed) & (state != NEVER)
        formats = np.where(better, 1 << channel, formats | (same << channel)).astype(np.uint8)
        cents = np.where(better, price, np.where(same, np.minimum(cents, price), cents))
        meters = np.where(better, away, np.where(same, np.minimum(meters, away), meters))
        relaxed = np.minimum(relaxed, state)
    if not relaxing:
        relaxed[formats != 0] = 0
    return Judged(relaxed, formats, cents.astype(np.int32), meters.astype(np.int32))


def kept(block: Block, plan: Plan) -> Truth | None:
    """The rows that hold to every filter that is never given up; None where there is no filter."""
    stays: Truth | None = None
    for held in filtered(block, plan).values():
        stays = held if stays is None else stays & held
    return stays


def filtered(block: Block, plan: Plan) -> dict[str, Truth]:
    """Which rows pass each of the filters that were asked for, by the filter's name."""
    wanted = plan.wanted
    passed: dict[str, Truth] = {}
    if wanted.minutes is not None:
        passed[MINUTES] = (block.durations & np.uint32(duration_bits([wanted.minutes]))) != 0
    if wanted.age_group is not None:
        passed[AGE_GROUP] = (block.ages & np.uint8(age_bits([wanted.age_group]))) != 0
    if wanted.skills is not None:
        passed[SKILLS] = (block.skills & np.uint8(skill_bits(wanted.skills))) != 0
    if wanted.instructors is not None:
        passed[INSTRUCTORS] = _one_of(block, plan.instructors)
    if wanted.min_rating is not None:
        passed[RATING] = rated(block, round(wanted.min_rating * 1_000))
    for key, held in zip(wanted.filters, plan.options, strict=True):
        passed[f"{OPTION}{key}"] = held[block.options]
    return passed


def _one_of(block: Block, instructors: Sequence[int]) -> Truth:
    """Which rows are of one of these few instructors."""
    found: Truth = np.zeros(len(block), np.bool_)
    for number in instructors:
        found |= block.who == number
    return found


def rated(block: Block, least: int) -> Truth:
    """Who has reviews whose mean is at least so many thousandths of a star."""
    stars, reviews = block.star_sum.astype(np.int64), block.reviews.astype(np.int64)
    return (reviews > 0) & (stars * 1_000 >= reviews * least)


def within_bounds(price: NDArray[np.int32], wanted: Wanted) -> tuple[Truth, Truth]:
    """Which prices are within the bounds, and which are if the upper one were a quarter higher."""
    least = wanted.min_cents or 0
    most = MAX_CENTS if wanted.max_cents is None else wanted.max_cents
    above = price >= least
    return above & (price <= most), above & (price <= most * DEARER[0] // DEARER[1])


def offered(
    block: Block, channel: int, plan: Plan, *, relaxing: bool
) -> tuple[NDArray[np.int32], Truth, Truth, NDArray[np.int32]]:
    """The prices in a format, 0 where it is not offered; who is there, who is near, and how far."""
    if channel == NEUTRAL:
        host = block.prices[INSTRUCTOR] > 0
        own = offered(block, INSTRUCTOR, plan, relaxing=relaxing)
        visit = offered(block, STUDENT, plan, relaxing=relaxing)
        price, there, near, away = (
            np.where(host, one, other) for one, other in zip(own, visit, strict=True)
        )
        return price, there, near, away
    price = block.prices[channel].astype(np.int32)
    count = len(block)
    if plan.reach is None or channel == ONLINE:
        everywhere = np.ones(count, np.bool_)
        return price, everywhere, everywhere, np.full(count, NOWHERE_METERS, np.int32)
    if channel == STUDENT:
        there = plan.reach.covered(block.areas)
        away = np.where(there, 0, UNKNOWN_METERS).astype(np.int32)
        if relaxing:
            away = np.where(there, 0, plan.reach.meters_to(block.areas)).astype(np.int32)
    else:
        there, away = _hosting(block, plan.reach, relaxing=relaxing)
    return price, there, away <= NEAR_METERS, away


def _hosting(block: Block, reach: Reach, *, relaxing: bool) -> tuple[Truth, NDArray[np.int32]]:
    """Who teaches at a place of theirs in the areas, or near the point, and how far that is."""
    inside = reach.covered(block.spot_areas)
    if reach.where.point is not None:
        away = meters_to_spots(block, reach.where.point)
        return inside | (away <= REACH_METERS), away
    away = np.where(inside, 0, UNKNOWN_METERS).astype(np.int32)
    if relaxing:
        away = np.where(inside, 0, reach.meters_to(block.spot_areas)).astype(np.int32)
    return inside, away


def meters_to_spots(block: Block, point: tuple[float, float]) -> NDArray[np.int32]:
    """The way from a point to the nearest teaching place of each row."""
    nearest = np.full(len(block), UNKNOWN_METERS, np.int32)
    for north, east in zip(block.spots[::2], block.spots[1::2], strict=True):
        known = north != NOWHERE
        if not known.any():
            break
        away = meters_between(
            *point, north[known] / GRID + MIDDLE[0], east[known] / GRID + MIDDLE[1]
        )
        nearest[known] = np.minimum(nearest[known], away.astype(np.int32))
    return nearest
