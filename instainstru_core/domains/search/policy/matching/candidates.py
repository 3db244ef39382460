"""Rows that answer, the best one of each instructor, and what is told of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search.policy.matching import paging, ranking, relaxing
from instainstru_core.domains.search.policy.matching.columns import id_of
from instainstru_core.domains.search.policy.matching.filters import CHANNELS, NOWHERE_METERS
from instainstru_core.domains.search.policy.matching.ranking import Ranked
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
    people: int


def ordered(
    rows: Ranked, sort: Sort, *, people: int, minutes: NDArray[np.int64] | None = None
) -> Candidates:
    """These rows with their places. `minutes` until each is free come first, if given.

    Of several offerings of one instructor the best counts; by price, whichever way, the cheapest.
    """
    places = ranking.places(rows, sort, minutes)
    if len(rows) == 0 or not (rows.service != rows.service[0]).any():
        return Candidates(rows, places, np.arange(len(rows)), sort, people)
    if sort is Sort.PRICE_HIGH:
        cheapest = ranking.places(rows, Sort.PRICE_LOW)
        best = paging.first_of_each(rows, cheapest, people)
    else:
        best = paging.first_of_each(rows, places, people)
    return Candidates(rows, places, best, sort, people)


def restricted(
    of: Candidates, which: NDArray[np.bool_], minutes: NDArray[np.int64] | None = None
) -> Candidates:
    """The candidates among these rows."""
    if which.all() and minutes is None:
        return ordered(of.rows, of.sort, people=of.people)
    rows = replace(
        of.rows, **{one.name: getattr(of.rows, one.name)[which] for one in fields(Ranked)}
    )
    left = None if minutes is None else minutes[which]
    return ordered(rows, of.sort, people=of.people, minutes=left)


def shown(
    of: Candidates, rows: Sequence[int], services: Sequence[str], starts: Mapping[int, datetime]
) -> tuple[Matched, ...]:
    """What is told of these rows, each the best of its instructor."""
    return tuple(_matched(of, row, services, starts) for row in rows)


def _matched(
    of: Candidates, row: int, services: Sequence[str], starts: Mapping[int, datetime]
) -> Matched:
    rows = of.rows
    who, failed = int(rows.who[row]), int(rows.relaxed[row])
    others: list[int] = []
    if of.best.size != len(rows):
        own = np.flatnonzero((rows.who == who) & (rows.relaxed == failed))
        others = [at for at in own[np.argsort(of.places[own], kind="stable")].tolist() if at != row]
    meters = int(rows.meters[row])
    return Matched(
        instructor_id=id_at(rows, row),
        best=_offer(rows, row, services),
        others=tuple(_offer(rows, at, services) for at in others[:OTHERS]),
        offering_count=1 + len(others),
        meters=None if meters == NOWHERE_METERS else meters,
        relaxed=relaxing.names(failed),
        free_from=starts.get(who),
        review_count=int(rows.reviews[row]),
        star_sum=int(rows.stars[row]),
        is_founding=bool(rows.founder[row]),
    )


def _offer(rows: Ranked, row: int, services: Sequence[str]) -> Offer:
    return Offer(
        service_id=services[int(rows.service[row])],
        formats=formats_of(int(rows.formats[row])),
        from_cents=int(rows.cents[row]),
        score=int(rows.score[row]),
        signals=rows.signals(row),
    )


def id_at(rows: Ranked, row: int) -> str:
    """The instructor of a row."""
    return id_of(int(rows.high[row]), int(rows.low[row]))


@cache
def formats_of(bits: int) -> frozenset[LessonFormat]:
    """The formats of these bits."""
    return frozenset(one for at, one in enumerate(CHANNELS) if bits >> at & 1)
