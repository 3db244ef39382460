"""What stars come to. Pure.

The mean that ranks is pulled towards what everybody gets, as if five more students had given just
that: one happy student does not beat fifty.
"""

from instainstru_core.domains.reviews.types import Totals

PRIOR_WEIGHT = 5
FALLBACK_MEAN = 4.2
"""What everybody gets as long as nobody got anything."""


def overall_mean(count: int, star_sum: int) -> float:
    """The mean of all published reviews of the marketplace, from 1 to 5."""
    return star_sum / count if count else FALLBACK_MEAN


def mean(totals: Totals) -> float | None:
    """The plain mean of an instructor's stars, from 1 to 5; None without reviews."""
    return totals.star_sum / totals.count if totals.count else None


def bayesian_mean(count: int, star_sum: int, overall: float) -> float:
    """The mean that ranks: 5 of 5 from two students, where everybody gets 4.2, is 4.43."""
    return (star_sum + overall * PRIOR_WEIGHT) / (count + PRIOR_WEIGHT)
