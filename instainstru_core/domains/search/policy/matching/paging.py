"""Rows in order, a stretch at a time, from where the page before ended. Pure."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching.numbers import Numbers
from instainstru_core.domains.search.policy.matching.ranking import Ranked
from instainstru_core.domains.search.types.matching import Position

FIRST, GROWTH = 96, 4

Rows = NDArray[np.intp]


def after(
    rows: Ranked, places: NDArray[np.int64], numbers: Numbers, position: Position
) -> NDArray[np.bool_]:
    """Which rows come after this position."""
    same = places == position.place
    found: NDArray[np.bool_] = (places > position.place) | (same & (rows.joined > position.joined))
    tied = np.flatnonzero(same & (rows.joined == position.joined))
    found[tied] = numbers.after(rows.who[tied], position.instructor_id)
    return found


def in_order(
    rows: Ranked, places: NDArray[np.int64], numbers: Numbers, which: Rows
) -> Iterator[Rows]:
    """These rows, best first, in stretches that grow: nobody sorts more than is read."""
    size = FIRST
    while len(which):
        if len(which) <= GROWTH * size:
            chosen, which = which, which[:0]
        else:
            own = places[which]
            near = own <= np.partition(own, size)[size]
            chosen, which = which[near], which[~near]
        ids = numbers.keys(rows.who[chosen])
        order = np.lexsort((*ids, rows.joined[chosen], places[chosen]))
        chosen = chosen[order]
        while len(chosen):
            yield chosen[:size]
            chosen = chosen[size:]
            size *= GROWTH


def first_of_each(rows: Ranked, places: NDArray[np.int64], people: int) -> Rows:
    """The best row of each instructor; of equal ones that of the service that comes first."""
    best = np.full(people, np.iinfo(np.int64).max, np.int64)
    np.minimum.at(best, rows.who, places)
    which = np.flatnonzero(places == best[rows.who])
    owner = rows.who[which]
    first = np.empty(people, np.intp)
    first[owner[::-1]] = which[::-1]
    best_of_each: Rows = which[first[owner] == which]
    return best_of_each
