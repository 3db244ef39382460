"""What may be given up where fewer than five answer, in which order, and for whom. Pure.

Each candidate carries the bits of what it fails, so one look at everybody is enough: steps are
taken in the order time, date, place, price until five are there. Service, exclusions, format and
filters are never given up.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.filters import BITS, NEVER
from instainstru_core.domains.search.types.wanted import Relaxable, When

ENOUGH = 5
NEARLY = 200
"""How many of the best with the same failings are looked at in calendars."""
DAYS, BEFORE = 7, 3


def admitted(failed: NDArray[np.uint8]) -> int:
    """The bits of what has to be given up until enough answer, of one entry for each instructor."""
    given = 0
    if np.count_nonzero(failed == 0) >= ENOUGH:
        return given
    for bit in BITS.values():
        given |= bit
        if np.count_nonzero(failed & ~np.uint8(given) == 0) >= ENOUGH:
            break
    return given


def allowed(failed: NDArray[np.uint8], given: int) -> NDArray[np.bool_]:
    """Who answers when this is given up."""
    answers: NDArray[np.bool_] = (failed != NEVER) & ((failed & ~np.uint8(given)) == 0)
    return answers


def names(failed: int) -> tuple[Relaxable, ...]:
    """What these bits stand for, in order."""
    return tuple(one for one, bit in BITS.items() if failed & bit)


def any_time(when: When) -> When | None:
    """The same days at any hour; None where no hours were asked for."""
    if when.after is None and when.before is None:
        return None
    return When(when.days)


def any_day(when: When, today: date) -> When:
    """A week around the first day that was asked for, at any hour, from today on."""
    first = max(today, min(when.days) - timedelta(days=BEFORE))
    return When(tuple(first + timedelta(days=day) for day in range(DAYS)))


def steps(when: When, today: date) -> Sequence[tuple[int, When]]:
    """What to ask of calendars one after the other, and the bit of what that gives up."""
    hours, days = any_time(when), any_day(when, today)
    strict = [(0, when)]
    loose = [] if hours is None else [(BITS[Relaxable.TIME], hours)]
    return [*strict, *loose, (BITS[Relaxable.DATE], days)]
