"""In which order those who answer come: six signals, additions, and a chain for ties. Pure.

All figures are whole ten-thousandths, so that each process comes to the same order.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Counts
from instainstru_core.domains.search.policy.matching.filters import (
    MAX_CENTS,
    NOWHERE_METERS,
    Judged,
)
from instainstru_core.domains.search.policy.matching.index import Run
from instainstru_core.domains.search.policy.matching.writing import (
    DURATION_STEP,
    NEVER,
    age_bits,
    duration_bits,
    skill_bits,
)
from instainstru_core.domains.search.types.matching import Signals
from instainstru_core.domains.search.types.parsed import AgeGroup, Audience, Skill
from instainstru_core.domains.search.types.wanted import Sort, Wanted

SCALE = 10_000
WEIGHTS = (35, 25, 15, 10, 10, 5)
"""Hundredths of relevance, quality, distance, price, freshness, completeness."""
AUDIENCE, SAME_SKILL, NEAR_SKILL = 1_000, 500, 200
FOUNDING_SHARE, FOUNDING_BOUND = 2, 500
"""Founders get half of their score on top (1.5 times), but never more than this."""

USUAL_MINUTES = 60
PRIOR_REVIEWS = 5
UNKNOWN_DISTANCE, UNKNOWN_PRICE, UNKNOWN_FRESHNESS = 7_000, 7_000, 5_000
CLOSE_METERS, FAR_METERS, FARTHER_METERS, LEAST_DISTANCE = 1_000, 10_000, 20_000, 2_000
CHEAP, ABOVE = 7_000, 5_000
FRESH = ((1, 10_000), (7, 9_000), (30, 7_000), (90, 5_000))
STALE = 3_000
WORTH = np.array(
    [
        next((worth for most, worth in FRESH if days <= most), STALE)
        for days in range(FRESH[-1][0] + 2)
    ],
    np.int32,
)
"""What each number of days is worth; the last holds for all after it."""

KIDS = age_bits([AgeGroup.TODDLER, AgeGroup.KIDS, AgeGroup.TEENS])
ADULTS = age_bits([AgeGroup.ADULTS])

MAX_SCORE = (1 << 14) - 1
MAX_MINUTES = (1 << 20) - 1
DISTANCE_STEP, MAX_STEPS = 100, (1 << 11) - 1

JUDGED = frozenset({"relaxed", "formats", "cents", "meters"})

Figures = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Asked:
    """What rows are ranked for. `relevances` are in ten-thousandths by the number of the service,
    `mean` in thousandths of a star, `today` is an ordinal.
    """

    wanted: Wanted
    relevances: Sequence[int]
    mean: int
    today: int


@dataclass(frozen=True, eq=False)
class Ranked:
    """Those who answer, one row each, with what their place in the order follows from.

    Signals that no place is told from are not held: they are worked out for the few who are shown.
    """

    who: NDArray[np.int32]
    joined: NDArray[np.int32]
    relaxed: NDArray[np.uint8]
    formats: NDArray[np.uint8]
    cents: NDArray[np.int32]
    meters: NDArray[np.int32]
    stars: Counts
    reviews: Counts
    founder: NDArray[np.bool_]
    minutes: NDArray[np.int32]
    service: NDArray[np.int32]
    active: NDArray[np.int32]
    complete: NDArray[np.int16]
    ages: NDArray[np.uint8]
    skills: NDArray[np.uint8]
    quality: Figures
    score: Figures

    def __len__(self) -> int:
        return len(self.who)

    def taken(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "Ranked":
        """These rows alone."""
        return Ranked(*(getattr(self, one.name)[which] for one in fields(self)))

    def signals(self, asked: Asked) -> list[Signals]:
        """What the places of all these rows follow from."""
        columns = [*_weighed(self, asked), *_added(self, asked)]
        columns.append(self.score - _score(self, asked))
        return list(map(Signals, *(column.tolist() for column in columns)))


@dataclass(frozen=True, eq=False)
class Part:
    """The rows of some services that count, with what was judged of all rows there."""

    run: Run
    judged: Judged
    rows: NDArray[np.intp]

    def taken(self, name: str) -> NDArray[Any]:
        """One column of these rows, of the block or of what was judged of it."""
        source = self.judged if name in JUDGED else self.run.block
        return self._of(getattr(source, name))

    def each(self, values: Sequence[int]) -> NDArray[np.int32]:
        """What holds for the services of these rows."""
        if len(self.run.numbers) == 1:
            return np.full(len(self.rows), values[self.run.numbers[0]], np.int32)
        return self._of(self.run.each(values))

    def _of(self, column: NDArray[Any]) -> NDArray[Any]:
        return column if len(self.rows) == len(column) else column[self.rows]


def ranked(parts: Sequence[Part], asked: Asked) -> Ranked:
    """These rows with their scores."""

    def taken(name: str) -> NDArray[Any]:
        return _joined([part.taken(name) for part in parts])

    stars, reviews = taken("star_sum"), taken("reviews")
    rows = Ranked(
        who=taken("who"),
        joined=taken("joined"),
        relaxed=taken("relaxed"),
        formats=taken("formats"),
        cents=taken("cents"),
        meters=taken("meters"),
        stars=stars,
        reviews=reviews,
        founder=taken("founding"),
        minutes=minutes(taken("durations"), asked.wanted.minutes),
        service=_joined([part.each(range(len(asked.relevances))) for part in parts]),
        active=taken("active"),
        complete=taken("complete"),
        ages=taken("ages"),
        skills=taken("skills"),
        quality=quality(stars, reviews, asked.mean),
        score=np.empty(0, np.int32),
    )
    score = _score(rows, asked)
    return replace(rows, score=score + founding_bonus(score, rows.founder))


def _score(rows: Ranked, asked: Asked) -> Figures:
    """The score of each row without what founders get. One signal is held at a time."""
    base = np.zeros(len(rows), np.int32)
    for weight, column in zip(WEIGHTS, _weighed(rows, asked), strict=True):
        base += weight * column
    base //= 100
    for column in _added(rows, asked):
        base += column
    return base


def _weighed(rows: Ranked, asked: Asked) -> Iterator[Figures]:
    """The signals that have a weight, in the order of the weights."""
    yield np.array(asked.relevances, np.int32)[rows.service]
    yield rows.quality
    yield distance(rows.meters)
    yield price(rows.cents, asked.wanted.max_cents)
    yield freshness(rows.active, asked.today)
    yield rows.complete.astype(np.int32)


def _added(rows: Ranked, asked: Asked) -> Iterator[Figures]:
    """The signals that are added to the score."""
    yield audience_bonus(rows.ages, asked.wanted.audience)
    yield skill_bonus(rows.skills, asked.wanted.skill)


def _joined(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return columns[0] if len(columns) == 1 else np.concatenate(columns)


def minutes(durations: NDArray[np.uint32], wished: int | None) -> Figures:
    """How long a lesson would be: as wished, else an hour where offered, else the shortest."""
    if wished is not None:
        return np.full(len(durations), wished, np.int32)
    lowest = durations & (~durations + np.uint32(1))
    shortest = np.frexp(lowest.astype(np.float64))[1].astype(np.int32) * DURATION_STEP
    usual = (durations & np.uint32(duration_bits([USUAL_MINUTES]))) != 0
    return np.where(usual | (durations == 0), USUAL_MINUTES, shortest).astype(np.int32)


def quality(stars: Counts, reviews: Counts, mean: int) -> Figures:
    """The mean of all stars and of five more as good as everybody's, of five."""
    total = stars.astype(np.int64) * 1_000 + PRIOR_REVIEWS * mean
    return (total * 2 // (reviews.astype(np.int64) + PRIOR_REVIEWS)).astype(np.int32)


def distance(meters: NDArray[np.int32]) -> Figures:
    """Full up to 1 km, half at 10 km, a fifth from 20 km on."""
    near = SCALE - (SCALE // 2) * (meters - CLOSE_METERS) // (FAR_METERS - CLOSE_METERS)
    far = (
        SCALE // 2
        - 3_000 * (np.minimum(meters, FAR_METERS + FARTHER_METERS) - FAR_METERS) // FARTHER_METERS
    )
    judged = np.where(meters <= FAR_METERS, np.minimum(near, SCALE), far)
    known = np.maximum(judged, LEAST_DISTANCE)
    return np.where(meters == NOWHERE_METERS, UNKNOWN_DISTANCE, known).astype(np.int32)


def price(cents: NDArray[np.int32], most: int | None) -> Figures:
    """Full up to 70 % of what may be paid, falling to 0.7 at all of it; half above."""
    if not most:
        return np.full(len(cents), UNKNOWN_PRICE, np.int32)
    ratio = cents.astype(np.int64) * SCALE // most
    inside = np.minimum(SCALE - (ratio - CHEAP), SCALE)
    return np.where(ratio <= SCALE, inside, ABOVE).astype(np.int32)


def freshness(active: NDArray[np.int32], today: int) -> Figures:
    """By days since somebody signed in or changed their profile."""
    known = WORTH[np.clip(today - active, 0, len(WORTH) - 1)]
    return np.where(active == NEVER, UNKNOWN_FRESHNESS, known)


def audience_bonus(ages: NDArray[np.uint8], audience: Audience | None) -> Figures:
    """For whoever teaches those whom it is for, or says nothing of whom they teach."""
    if audience is None:
        return np.zeros(len(ages), np.int32)
    wanted = np.uint8(KIDS if audience is Audience.KIDS else ADULTS)
    return np.where(((ages & wanted) != 0) | (ages == 0), AUDIENCE, 0).astype(np.int32)


def skill_bonus(levels: NDArray[np.uint8], skill: Skill | None) -> Figures:
    """For whoever teaches that level; less for beginners' or advanced teachers of the middle."""
    if skill is None:
        return np.zeros(len(levels), np.int32)
    exact = ((levels & np.uint8(skill_bits([skill]))) != 0) | (levels == 0)
    near = NEAR_SKILL if skill is Skill.INTERMEDIATE else 0
    return np.where(exact, SAME_SKILL, near).astype(np.int32)


def founding_bonus(score: Figures, founder: NDArray[np.bool_]) -> Figures:
    """Half of the score for founders, within the bound."""
    bonus = np.minimum(score // FOUNDING_SHARE, FOUNDING_BOUND)
    return np.where(founder, bonus, 0).astype(np.int32)


def places(
    rows: Ranked, sort: Sort, until_free: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """The place of each row in the order as one number, less being earlier.

    What was given up comes first (less is better), then how long until somebody is free, if that
    counts, then what it is sorted by, the score, and the chain of ties: quality, price, distance.
    Who joined first and the id come after that.
    """
    is_unplaced = rows.meters == NOWHERE_METERS
    steps = np.where(is_unplaced, MAX_STEPS, np.minimum(rows.meters // DISTANCE_STEP, MAX_STEPS))
    cents = (np.minimum(rows.cents, MAX_CENTS), 17)
    score = (MAX_SCORE - rows.score, 14)
    merit = (MAX_SCORE - rows.quality, 14)
    parts = {
        Sort.RECOMMENDED: (score, merit, cents),
        Sort.PRICE_LOW: (cents, score, merit),
        Sort.PRICE_HIGH: ((MAX_CENTS - cents[0], 17), score, merit),
        Sort.RATING: ((rows.reviews == 0, 1), merit, score, cents),
    }[sort]
    parts = (*parts, (steps, 11)) if until_free is None else ((until_free, 20), score, merit)
    place = rows.relaxed.astype(np.int64)
    for column, bits in parts:
        place = (place << bits) | column
    return place


def nobody() -> Ranked:
    """No rows at all."""
    kinds = {"relaxed": "u1", "formats": "u1", "founder": "?", "ages": "u1", "skills": "u1"}
    return Ranked(*(np.empty(0, kinds.get(one.name, "i4")) for one in fields(Ranked)))
