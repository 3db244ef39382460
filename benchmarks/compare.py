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
    allowed: float
    ratios: tuple[float, ...]

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest round."""
        return min(self.ratios), max(self.ratios)


def compare(
    ours: Measure, peer: Measure, *, rounds: int, block: int, allowed: Measure | None = None
) -> Comparison:
    """Alternate blocks of both. `allowed` is work which only ours does and which the target allows
    on top: it is done before each one of both, so that both find caches as cold, and its own time
    is taken off each of ours.
    """

    def one_block(measure: Measure) -> list[float]:
        found: list[float] = []
        for _ in range(block):
            if allowed is not None:
                of_allowed.append(allowed())
            found.append(measure())
        return found

    of_ours: list[float] = []
    of_peer: list[float] = []
    of_allowed: list[float] = []
    ratios: list[float] = []
    for _ in range(WARM_UP):
        ours()
        peer()
    for _ in range(rounds):
        begun = len(of_allowed)
        mine, theirs = one_block(ours), one_block(peer)
        on_top = median(of_allowed[begun:]) if allowed is not None else 0.0
        ratios.append((median(mine) - on_top) / median(theirs))
        of_ours += mine
        of_peer += theirs
    on_top = median(of_allowed) if allowed is not None else 0.0
    return Comparison(median(of_ours), median(of_peer), on_top, tuple(ratios))


def median_of(measure: Measure, times: int) -> float:
    """The median of that many runs, after a warm-up."""
    for _ in range(WARM_UP):
        measure()
    return median(measure() for _ in range(times))
