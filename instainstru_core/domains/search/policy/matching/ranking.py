"""In which order those who answer come: six signals, additions, and a chain for ties. Pure.

All figures are whole ten-thousandths, so that each process comes to the same order.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.columns import Block
from instainstru_core.domains.search.policy.matching.filters import (
    MAX_CENTS,
    NOWHERE_METERS,
    Judged,
)
from instainstru_core.domains.search.policy.matching.writing import (
    NEVER,
    age_bits,
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

PRIOR_REVIEWS = 5
UNKNOWN_DISTANCE, UNKNOWN_PRICE, UNKNOWN_FRESHNESS = 7_000, 7_000, 5_000
CLOSE_METERS, FAR_METERS, FARTHER_METERS, LEAST_DISTANCE = 1_000, 10_000, 20_000, 2_000
CHEAP, ABOVE = 7_000, 5_000
FRESH = ((1, 10_000), (7, 9_000), (30, 7_000), (90, 5_000))
STALE = 3_000

KIDS = age_bits([AgeGroup.TODDLER, AgeGroup.KIDS, AgeGroup.TEENS])
ADULTS = age_bits([AgeGroup.ADULTS])

MAX_SCORE = (1 << 14) - 1
MAX_MINUTES = (1 << 20) - 1
DISTANCE_STEP, MAX_STEPS = 100, (1 << 11) - 1

Figures = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Ranked:
    """Those who answer, one row each, with what their place in the order follows from."""

    high: NDArray[np.uint64]
    low: NDArray[np.uint64]
    who: NDArray[np.int32]
    joined: NDArray[np.int32]
    relaxed: NDArray[np.uint8]
    formats: NDArray[np.uint8]
    cents: NDArray[np.int32]
    meters: NDArray[np.int32]
    stars: NDArray[np.int32]
    reviews: NDArray[np.int32]
    founder: NDArray[np.bool_]
    service: NDArray[np.int16]
    relevance: Figures
    quality: Figures
    distance: Figures
    price: Figures
    freshness: Figures
    complete: Figures
    audience: Figures
    skill: Figures
    founding: Figures
    score: Figures

    def __len__(self) -> int:
        return len(self.who)

    def signals(self, row: int) -> Signals:
        """What the place of this row follows from."""
        return Signals(
            relevance=int(self.relevance[row]),
            quality=int(self.quality[row]),
            distance=int(self.distance[row]),
            price=int(self.price[row]),
            freshness=int(self.freshness[row]),
            completeness=int(self.complete[row]),
            audience=int(self.audience[row]),
            skill=int(self.skill[row]),
            founding=int(self.founding[row]),
        )


def ranked(
    block: Block,
    result: Judged,
    rows: NDArray[np.intp],
    wanted: Wanted,
    *,
    service: int,
    relevance: int,
    mean: int,
    today: int,
) -> Ranked:
    """These rows of a block with their scores. `mean` is in thousandths, `today` an ordinal."""
    stars, reviews = block.star_sum[rows], block.reviews[rows]
    cents, meters = result.cents[rows], result.meters[rows]
    figures = {
        "relevance": np.full(len(rows), relevance, np.int32),
        "quality": quality(stars, reviews, mean),
        "distance": distance(meters),
        "price": price(cents, wanted.max_cents),
        "freshness": freshness(block.active[rows], today),
        "complete": block.complete[rows].astype(np.int32),
    }
    base = sum(weight * column for weight, column in zip(WEIGHTS, figures.values(), strict=True))
    audience = audience_bonus(block.ages[rows], wanted.audience)
    skill = skill_bonus(block.skills[rows], wanted.skill)
    score = np.asarray(base, np.int32) // 100 + audience + skill
    founder = block.founding[rows]
    founding = founding_bonus(score, founder)
    return Ranked(
        high=block.high[rows],
        low=block.low[rows],
        who=block.who[rows],
        joined=block.joined[rows],
        relaxed=result.relaxed[rows],
        formats=result.formats[rows],
        cents=cents,
        meters=meters,
        stars=stars,
        reviews=reviews,
        founder=founder,
        service=np.full(len(rows), service, np.int16),
        **figures,
        audience=audience,
        skill=skill,
        founding=founding,
        score=score + founding,
    )


def quality(stars: NDArray[np.int32], reviews: NDArray[np.int32], mean: int) -> Figures:
    """The mean of all stars and of five more as good as everybody's, of five."""
    total = stars.astype(np.int64) * 1_000 + PRIOR_REVIEWS * mean
    return (total * 2 // (reviews + PRIOR_REVIEWS)).astype(np.int32)


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
    steps = [days for days, _ in FRESH]
    worth = np.array([*(one for _, one in FRESH), STALE], np.int32)
    known = worth[np.searchsorted(steps, today - active, side="left")]
    return np.where(active == NEVER, UNKNOWN_FRESHNESS, known).astype(np.int32)


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


def places(rows: Ranked, sort: Sort, minutes: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
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
    parts = (*parts, (steps, 11)) if minutes is None else ((minutes, 20), score, merit)
    place = rows.relaxed.astype(np.int64)
    for column, bits in parts:
        place = (place << bits) | column
    return place


def nobody() -> Ranked:
    """No rows at all."""
    kinds = {"high": "u8", "low": "u8", "relaxed": "u1", "formats": "u1", "founder": "?"}
    return Ranked(*(np.empty(0, kinds.get(one.name, "i4")) for one in fields(Ranked)))
