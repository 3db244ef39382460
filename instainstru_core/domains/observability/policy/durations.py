"""Percentiles of durations that are kept packed: whole milliseconds, four bytes each. Pure."""

from dataclasses import dataclass
from math import ceil, floor

ORDER = ">i4"


@dataclass(frozen=True, slots=True)
class Spread:
    """How long attempts took, in milliseconds; None of each where there was no attempt."""

    p50_ms: float | None = None
    p95_ms: float | None = None
    max_ms: int | None = None


def spread(packed: bytes) -> Spread:
    """Median, 95th percentile and maximum of these durations, in any order.

    A percentile lies between two neighbors as PostgreSQL's `percentile_cont` has it.
    """
    if not packed:
        return Spread()
    import numpy as np  # noqa: PLC0415 - only who is asked for statistics needs it

    taken = np.frombuffer(packed, dtype=ORDER).astype(np.int32)
    last = len(taken) - 1
    places = {share: share * last for share in (0.5, 0.95)}
    wanted = {end(place) for place in places.values() for end in (floor, ceil)} | {last}
    taken.partition(sorted(wanted))
    p50, p95 = (
        float(taken[floor(place)])
        + (float(taken[ceil(place)]) - float(taken[floor(place)])) * (place - floor(place))
        for place in places.values()
    )
    return Spread(p50, p95, int(taken[last]))
