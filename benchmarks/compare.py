"""Two things measured turn by turn in one run, so that what slows the machine slows both."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import TypeAlias

Measure: TypeAlias = Callable[[], float]
"""Do it once and return the seconds it took."""

WARM_UP = 30


@dataclass(frozen=True, slots=True)
class Comparison:
    """Medians in seconds, and the ratio of medians of each round."""

    ours: float
    peer: float
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest round."""
        return min(self.ratios), max(self.ratios)


def compare(
    ours: Measure, peer: Measure, *, rounds: int, block: int, cost: float = 0.0
) -> Comparison:
    """Alternate blocks of both. `cost` seconds are taken off each of ours first: work which the
    peer does not have and the target allows on top.
    """
    for _ in range(WARM_UP):
        ours()
        peer()
    of_ours: list[float] = []
    of_peer: list[float] = []
    ratios: list[float] = []
    for _ in range(rounds):
        mine = [ours() for _ in range(block)]
        theirs = [peer() for _ in range(block)]
        ratios.append((median(mine) - cost) / median(theirs))
        of_ours += mine
        of_peer += theirs
    return Comparison(median(of_ours), median(of_peer), tuple(ratios))


def median_of(measure: Measure, times: int) -> float:
    """The median of that many runs, after a warm-up."""
    for _ in range(WARM_UP):
        measure()
    return median(measure() for _ in range(times))
