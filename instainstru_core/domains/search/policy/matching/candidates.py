"""Rows that answer, the best one of each instructor, and what is told of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search.policy.matching import paging, ranking, relaxing
from instainstru_core.domains.search.policy.matching.filters import CHANNELS, NOWHERE_METERS
from instainstru_core.domains.search.policy.matching.numbers import Numbers
from instainstru_core.domains.search.policy.matching.ranking import Asked, Ranked
from instainstru_core.domains.search.types.matching import Matched, Offer
from instainstru_core.domains.search.types.wanted import Sort

OTHERS = 3


@dataclass(frozen=True, eq=False)
class Candidates:
    """All rows that count, their places in the order, and of each instructor the best row."""

    rows: Ranked
    places: NDArray[np.int64]
    best: NDArray[np.intp]
    sort: Sort
    numbers: Numbers
    asked: Asked


def ordered(
    rows: Ranked, asked: Asked, *, numbers: Numbers, minutes: NDArray[np.int64] | None = None
) -> Candidates:
    """These rows with their places. `minutes` until each is free come first, if given.

    Of several offerings of one instructor the best counts; by price, whichever way, the cheapest.
    """
    sort = asked.wanted.sort
    places = ranking.places(rows, sort, minutes)
    if len(rows) == 0 or not (rows.service != rows.service[0]).any():
        return Candidates(rows, places, np.arange(len(rows)), sort, numbers, asked)
    if sort is Sort.PRICE_HIGH:
        cheapest = ranking.places(rows, Sort.PRICE_LOW)
        best = paging.first_of_each(rows, cheapest, len(numbers))
    else:
        best = paging.first_of_each(rows, places, len(numbers))
    return Candidates(rows, places, best, sort, numbers, asked)


def restricted(
    of: Candidates, which: NDArray[np.bool_], minutes: NDArray[np.int64] | None = None
) -> Candidates:
    """The candidates among these rows."""
    if which.all() and minutes is None:
        return ordered(of.rows, of.asked, numbers=of.numbers)
    left = None if minutes is None else minutes[which]
    return ordered(of.rows.taken(which), of.asked, numbers=of.numbers, minutes=left)


def shown(
    of: Candidates, rows: Sequence[int], services: Sequence[str], starts: Mapping[int, datetime]
) -> tuple[Matched, ...]:
    """What is told of these rows, each the best of its instructor."""
    others = {row: _others(of, row) for row in rows}
    offers = _offers(of, [*rows, *chain(*(own[:OTHERS] for own in others.values()))], services)
    taken = np.array(rows, np.intp)
    ids = of.numbers.ids(of.rows.who[taken])
    columns = of.rows.who, of.rows.relaxed, of.rows.meters
    more = of.rows.reviews, of.rows.stars, of.rows.founder
    told = zip(ids, *(column[taken].tolist() for column in (*columns, *more)), strict=True)
    return tuple(
        Matched(
            instructor_id=instructor_id,
            best=offers[row],
            others=tuple(offers[at] for at in others[row][:OTHERS]),
            offering_count=1 + len(others[row]),
            meters=None if meters == NOWHERE_METERS else meters,
            relaxed=relaxing.names(failed),
            free_from=starts.get(who),
            review_count=reviews,
            star_sum=stars,
            is_founding=founder,
        )
        for row, (instructor_id, who, failed, meters, reviews, stars, founder) in zip(
            rows, told, strict=True
        )
    )


def _others(of: Candidates, row: int) -> list[int]:
    """The other rows of this instructor that answer in the same way, the best first."""
    rows = of.rows
    if of.best.size == len(rows):
        return []
    own = np.flatnonzero((rows.who == rows.who[row]) & (rows.relaxed == rows.relaxed[row]))
    return [at for at in own[np.argsort(of.places[own], kind="stable")].tolist() if at != row]


def _offers(of: Candidates, which: Sequence[int], services: Sequence[str]) -> dict[int, Offer]:
    """The offers of these rows. Columns are read for all of them at once."""
    rows = of.rows.taken(np.array(which, np.intp))
    columns = rows.service, rows.formats, rows.cents, rows.score
    numbers, formats, cents, scores = (column.tolist() for column in columns)
    names = [services[int(number)] for number in numbers]
    kinds = map(formats_of, formats)
    made = map(Offer, names, kinds, cents, scores, rows.signals(of.asked))
    return dict(zip(which, made, strict=True))


def id_at(of: Candidates, row: int) -> str:
    """The instructor of a row."""
    return of.numbers.id(int(of.rows.who[row]))


@cache
def formats_of(bits: int) -> frozenset[LessonFormat]:
    """The formats of these bits."""
    return frozenset(one for at, one in enumerate(CHANNELS) if bits >> at & 1)
