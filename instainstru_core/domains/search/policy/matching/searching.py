"""From a wish to a page of instructors: filter, rank, ask calendars, relax, cut. Pure.

Calendars are asked last, best candidates first, and only until the page is full: `free` is given by
the caller. Filters are never preceded by a cut.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from instainstru_core.domains.search.policy.matching import facets, paging, ranking, relaxing
from instainstru_core.domains.search.policy.matching.calendars import Calendars, Starts
from instainstru_core.domains.search.policy.matching.candidates import (
    Candidates,
    id_at,
    ordered,
    restricted,
    shown,
)
from instainstru_core.domains.search.policy.matching.filters import NEVER, Plan, judged, planned
from instainstru_core.domains.search.policy.matching.index import Index
from instainstru_core.domains.search.policy.matching.ranking import SCALE, Asked, Part
from instainstru_core.domains.search.types.matching import Found, Free, Position
from instainstru_core.domains.search.types.wanted import Relaxable, Wanted, When
from instainstru_core.kernel.deadline import Deadline
from instainstru_core.kernel.time import midnight

SOONEST = 200
"""How many of the best are put in order by their first free start where it is urgent."""

FEW = 12
"""So few who answer but for their calendars that it is likely that something has to be given up:
calendars are asked about all of that at once."""


@dataclass(frozen=True, eq=False)
class Search:
    """One search under way."""

    index: Index
    plan: Plan
    services: tuple[str, ...]
    mean: int
    today: int
    limit: int
    after: Position | None

    @property
    def wanted(self) -> Wanted:
        return self.plan.wanted

    @property
    def relevances(self) -> list[int]:
        """How much each service is what is wished, in ten-thousandths."""
        wishes = self.wanted.services
        if wishes is None:
            return [SCALE] * len(self.services)
        return [round(wishes[one] * SCALE) for one in self.services]


@dataclass(frozen=True, eq=False)
class Page:
    """Rows of a page and one more where there is one, with their free starts."""

    of: Candidates
    rows: list[int]
    starts: Starts
    total: int
    exact: bool
    given: int = 0


def matched(
    index: Index,
    wanted: Wanted,
    *,
    today: date,
    limit: int = 20,
    after: Position | None = None,
    free: Free | None = None,
    deadline: Deadline | None = None,
    with_facets: bool = False,
) -> Found:
    """The instructors who answer, in order, from behind `after`.

    Where `wanted.when` is set, `free` is asked who has room; without `free` days are not looked
    at. `today` is New York's. Fewer than five lead to results marked with what was given up.
    """
    plan = planned(index, wanted)
    named = index.blocks if wanted.services is None else wanted.services
    sought = (one for one in named if one in index.blocks and one not in wanted.excluded)
    search = Search(
        index=index,
        plan=plan,
        services=tuple(sorted(sought)),
        mean=index.mean if after is None else after.mean,
        today=today.toordinal() if after is None else after.day,
        limit=limit,
        after=after,
    )
    strict = _candidates(search, relaxed=False)
    calendars = None if free is None else Calendars(free, deadline)
    if wanted.when is None or calendars is None:
        page = _undated(search, strict)
    else:
        page = _dated(search, strict, wanted.when, calendars)
    found = _found(search, page, with_facets=with_facets)
    return replace(found, cut=calendars is not None and calendars.is_late)


def _candidates(search: Search, *, relaxed: bool) -> Candidates:
    """Everybody who answers by all that stands in the index; `relaxed` also who nearly does."""
    parts: list[Part] = []
    for run in search.index.runs(search.services):
        result = judged(run.block, search.plan, relaxing=relaxed)
        rows = np.flatnonzero(result.relaxed != NEVER)
        if len(rows):
            parts.append(Part(run, result, rows))
    asked = Asked(search.wanted, search.relevances, search.mean, search.today)
    found = ranking.ranked(parts, asked) if parts else ranking.nobody()
    return ordered(found, asked, numbers=search.index.numbers)


def _behind(search: Search, of: Candidates) -> NDArray[np.intp]:
    """The best rows of all instructors who come after where the page before ended."""
    if search.after is None:
        return of.best
    return of.best[paging.after(of.rows, of.places, of.numbers, search.after)[of.best]]


def _first(search: Search, of: Candidates) -> list[int]:
    """The rows of the page and one more."""
    rows: list[int] = []
    for stretch in paging.in_order(of.rows, of.places, of.numbers, _behind(search, of)):
        rows.extend(stretch[: search.limit + 1 - len(rows)].tolist())
        if len(rows) > search.limit:
            break
    return rows


def _undated(search: Search, strict: Candidates) -> Page:
    total = len(strict.best)
    given = _given_before(search)
    if given == 0 and (search.after is not None or total >= relaxing.ENOUGH):
        return Page(strict, _first(search, strict), {}, total, exact=True)
    if not search.plan.is_relaxable:
        return Page(strict, _first(search, strict), {}, total, exact=True)
    near = _candidates(search, relaxed=True)
    given = given or relaxing.admitted(near.rows.relaxed[near.best])
    near = restricted(near, relaxing.allowed(near.rows.relaxed, given))
    return Page(near, _first(search, near), {}, total, exact=True, given=given)


def _given_before(search: Search) -> int:
    return 0 if search.after is None else search.after.relaxing


def _dated(search: Search, strict: Candidates, when: When, calendars: Calendars) -> Page:
    after = search.after
    if after is not None and after.relaxing:
        known = _everybody_free(strict, when, calendars) if after.failed == 0 else None
        return _nearly(search, strict, when, calendars, known=known)
    if after is None and len(strict.best) <= FEW:
        return _nearly(search, strict, when, calendars, known=None)
    page = (_soonest if search.wanted.urgent else _lazily)(search, strict, when, calendars)
    enough = after is not None or page.total >= relaxing.ENOUGH
    if enough or calendars.is_late or not page.exact:
        return page
    return _nearly(search, strict, when, calendars, known=page.starts)


def _everybody_free(strict: Candidates, when: When, calendars: Calendars) -> Starts:
    """The first starts of all who have room."""
    starts: Starts = {}
    ordered_ = paging.in_order(strict.rows, strict.places, strict.numbers, strict.best)
    for stretch in calendars.stretches(ordered_, when):
        starts |= calendars.starts(strict, stretch, when)
    return starts


def _lazily(search: Search, strict: Candidates, when: When, calendars: Calendars) -> Page:
    """Ask calendars of the best first, until the page is full."""
    rows: list[int] = []
    starts: Starts = {}
    before = 0 if search.after is None else search.after.shown
    behind = paging.in_order(strict.rows, strict.places, strict.numbers, _behind(search, strict))
    for stretch in calendars.stretches(behind, when):
        starts |= calendars.starts(strict, stretch, when)
        rows += [row for row in stretch.tolist() if int(strict.rows.who[row]) in starts]
        if len(rows) > search.limit:
            return Page(strict, rows[: search.limit + 1], starts, before + len(rows), exact=False)
    return Page(strict, rows, starts, before + len(rows), exact=not calendars.is_late)


def _soonest(search: Search, strict: Candidates, when: When, calendars: Calendars) -> Page:
    """Of the best, whoever has room first comes first."""
    window = _best(strict, strict.best, SOONEST)
    starts: Starts = {}
    for stretch in calendars.stretches([window], when):
        starts |= calendars.starts(strict, stretch, when)
    which = np.zeros(len(strict.rows), np.bool_)
    which[[row for row in window if int(strict.rows.who[row]) in starts]] = True
    found = restricted(strict, which, _minutes(search, strict, starts))
    whole = len(window) == len(strict.best) and not calendars.is_late
    return Page(found, _first(search, found), starts, len(found.best), exact=whole)


def _nearly(
    search: Search, strict: Candidates, when: When, calendars: Calendars, *, known: Starts | None
) -> Page:
    """Who answers, and who does when something is given up, in one look at calendars."""
    near = _candidates(search, relaxed=True) if search.plan.is_relaxable else strict
    failed = np.full(len(near.rows), NEVER, np.uint8)
    starts: Starts = dict(known or {})
    is_known = np.array([who in starts for who in near.rows.who[near.best].tolist()], np.bool_)
    strictly = near.best[is_known & (near.rows.relaxed[near.best] == 0)]
    failed[strictly] = 0
    others = near.best[failed[near.best] == NEVER]
    window = np.concatenate(
        [
            _best(near, others[near.rows.relaxed[others] == kind], relaxing.NEARLY)
            for kind in np.flatnonzero(np.bincount(near.rows.relaxed[others]))
        ]
        or [others]
    )
    steps = relaxing.steps(when, date.fromordinal(search.today))
    whens = [then for _, then in steps]
    if calendars.room(whens) < len(window):
        calendars.is_late = True
    else:
        asked = calendars.asked(near, window, whens)
        for row in window.tolist():
            if (who := int(near.rows.who[row])) in asked:
                number, starts[who] = asked[who]
                failed[row] = near.rows.relaxed[row] | np.uint8(steps[number][0])
    given = _given_before(search) or relaxing.admitted(failed[near.best])
    rows = replace(near.rows, relaxed=failed)
    minutes = _minutes(search, near, starts) if search.wanted.urgent else None
    found = restricted(replace(near, rows=rows), relaxing.allowed(failed, given), minutes)
    total = int(np.count_nonzero(found.rows.relaxed[found.best] == 0))
    if search.after is not None and known is None:
        total = search.after.total
    is_whole = not calendars.is_late
    return Page(found, _first(search, found), starts, total, exact=is_whole, given=given)


def _best(of: Candidates, which: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """The first so many of these rows, in order."""
    taken: list[NDArray[np.intp]] = [which[:0]]
    for stretch in paging.in_order(of.rows, of.places, of.numbers, which):
        taken.append(stretch)
        if sum(map(len, taken)) >= count:
            break
    return np.concatenate(taken)[:count]


def _minutes(search: Search, of: Candidates, starts: Starts) -> NDArray[np.int64]:
    """The first free starts of all rows, in minutes from the beginning of the day."""
    day = midnight(date.fromordinal(search.today))
    found = np.full(len(of.rows), ranking.MAX_MINUTES, np.int64)
    for row, who in enumerate(of.rows.who.tolist()):
        if who in starts:
            away = (starts[who] - day).total_seconds() // 60
            found[row] = min(max(int(away), 0), ranking.MAX_MINUTES)
    return found


def _found(search: Search, page: Page, *, with_facets: bool) -> Found:
    rows = page.rows[: search.limit]
    items = shown(page.of, rows, search.services, page.starts)
    before = 0 if search.after is None else search.after.shown
    following = None
    if len(page.rows) > search.limit and rows:
        last = rows[-1]
        following = Position(
            place=int(page.of.places[last]),
            joined=int(page.of.rows.joined[last]),
            instructor_id=id_at(page.of, last),
            day=search.today,
            mean=search.mean,
            relaxing=page.given,
            failed=int(page.of.rows.relaxed[last]),
            total=page.total,
            shown=before + len(rows),
        )
    given_up = {one for item in items for one in item.relaxed}
    return Found(
        items=items,
        total=page.total,
        exact=page.exact,
        relaxed=tuple(one for one in Relaxable if one in given_up),
        next=following,
        facets=facets.counted(search.index, search.plan, search.services) if with_facets else None,
        is_taught=any(len(search.index.blocks[one]) for one in search.services),
    )
