"""What changing days comes to: which days are to be written, and what became of each wish."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from instainstru_core.domains.availability.policy.bits import BadWindow
from instainstru_core.domains.availability.policy.days import (
    MAX_WINDOWS,
    NOTHING,
    check_apart,
    closed,
    opened,
    rewritten,
    split,
    windows,
)
from instainstru_core.domains.availability.policy.line import ONE_DAY
from instainstru_core.domains.availability.types import (
    Done,
    Edit,
    OpenDay,
    Opening,
    Outcome,
    Why,
)

EDITABLE_FOR = timedelta(days=30)
REACH = timedelta(days=365)
MAX_DAYS = 90
"""How many days one public answer may hold."""
MAX_EDITS = 200


class BadDay(BadWindow):
    """Hours of one day that cannot be stored; `day` says which."""

    def __init__(self, day: date, problem: str) -> None:
        super().__init__(problem)
        self.day = day


@dataclass(frozen=True, slots=True)
class Change:
    """The days to write, and what became of each wish."""

    changed: Mapping[date, OpenDay]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The hours that a week is to have: of each day that is listed, all of them.

    `spilled` are hours of a listed day that lie on the next one, after midnight.
    """

    listed: Mapping[date, Sequence[Opening]] = field(default_factory=dict[date, list[Opening]])
    spilled: Mapping[date, Sequence[Opening]] = field(default_factory=dict[date, list[Opening]])


def week_days(monday: date) -> list[date]:
    """The seven days from a Monday on."""
    return [monday + offset * ONE_DAY for offset in range(7)]


def wanted_week(hours: Mapping[date, Sequence[Opening]]) -> Wanted:
    """The hours of each day, cut at midnight. Raises BadDay for hours that make no sense."""
    listed: dict[date, list[Opening]] = {}
    spilled: dict[date, list[Opening]] = {}
    for day, openings in hours.items():
        try:
            listed[day], spill = split(openings)
        except BadWindow as problem:
            raise BadDay(day, str(problem)) from problem
        if spill:
            spilled[day + ONE_DAY] = spill
    for day, spill in spilled.items():
        try:
            check_apart([*listed.get(day, ()), *spill])
        except BadWindow as problem:
            raise BadDay(day, f"With the hours of the night before, {problem}") from problem
    return Wanted(listed, spilled)


def week_change(
    stored: Mapping[date, OpenDay],
    wanted: Wanted,
    *,
    days: Sequence[date],
    clear_existing: bool,
    today: date,
) -> Change:
    """Compare a week with what it shall be. Days not listed are closed, or left as they are.

    Hours after midnight are added to a day that is not listed, also to the Monday after the week.
    A day that was exactly 30 days ago can still be changed. Raises BadDay for too many windows.
    """
    shall = {
        day: wanted.listed.get(day, ()) for day in days if day in wanted.listed or clear_existing
    }
    after: dict[date, OpenDay] = {}
    for day, openings in shall.items():
        whole = (*openings, *wanted.spilled.get(day, ()))
        after[day] = rewritten(stored.get(day, NOTHING), whole)
    for day, openings in wanted.spilled.items():
        if day not in shall:
            after[day] = _with(stored.get(day, NOTHING), openings)
    differs = {day: new for day, new in after.items() if new != stored.get(day, NOTHING)}
    oldest = today - EDITABLE_FOR
    changed = _storable({day: new for day, new in differs.items() if day >= oldest})
    return Change(
        changed,
        tuple(
            Outcome(day, Done.APPLIED)
            if day in changed
            else Outcome(day, Done.SKIPPED, Why.TOO_OLD)
            for day in sorted(differs)
        ),
    )


def filled(
    pattern: Sequence[OpenDay],
    days: Iterable[date],
    *,
    stored: Mapping[date, OpenDay],
    today: date,
) -> Change:
    """Lay a week, Monday first, over these days. Days that are over stay as they were."""
    changed: dict[date, OpenDay] = {}
    outcomes: list[Outcome] = []
    for day in days:
        wanted = pattern[day.weekday()]
        if day < today:
            outcomes.append(Outcome(day, Done.SKIPPED, Why.OVER))
        elif wanted == stored.get(day, NOTHING):
            outcomes.append(Outcome(day, Done.UNCHANGED))
        else:
            changed[day] = wanted
            outcomes.append(Outcome(day, Done.APPLIED))
    return Change(changed, tuple(outcomes))


def edited(edits: Sequence[Edit], *, stored: Mapping[date, OpenDay], today: date) -> Change:
    """Open and close stretches one after the other, each on what those before it left.

    A day that was exactly 30 days ago can still be changed. Raises BadDay.
    """
    now: dict[date, OpenDay] = dict(stored)
    outcomes: list[Outcome] = []
    oldest = today - EDITABLE_FOR
    for edit in edits:
        try:
            pieces = split([edit.opening])
        except BadWindow as problem:
            raise BadDay(edit.day, str(problem)) from problem
        if edit.day < oldest:
            outcomes.append(Outcome(edit.day, Done.SKIPPED, Why.TOO_OLD))
            continue
        change = _with if edit.opens else _without
        after = {
            day: change(now.get(day, NOTHING), openings)
            for day, openings in zip((edit.day, edit.day + ONE_DAY), pieces, strict=True)
        }
        same = all(new == now.get(day, NOTHING) for day, new in after.items())
        outcomes.append(Outcome(edit.day, Done.UNCHANGED if same else Done.APPLIED))
        now |= after
    differs = {day: new for day, new in now.items() if new != stored.get(day, NOTHING)}
    return Change(_storable(differs), tuple(outcomes))


def minutes_changed(
    stored: Mapping[date, OpenDay], changed: Mapping[date, OpenDay]
) -> tuple[int, int, int]:
    """How many minutes a change opens, closes, and gives another tag."""
    opens = closes = retags = 0
    for day, new in changed.items():
        old = stored.get(day, NOTHING)
        opens += (new.bits & ~old.bits).bit_count()
        closes += (old.bits & ~new.bits).bit_count()
        other_tag = (new.low ^ old.low) | (new.high ^ old.high)
        retags += (other_tag & new.bits & old.bits).bit_count()
    return opens, closes, retags


def _with(day: OpenDay, openings: Iterable[Opening]) -> OpenDay:
    for each in openings:
        day = opened(day, each.start, each.end, each.tag)
    return day


def _without(day: OpenDay, openings: Iterable[Opening]) -> OpenDay:
    for each in openings:
        day = closed(day, each.start, each.end)
    return day


def _storable(changed: dict[date, OpenDay]) -> dict[date, OpenDay]:
    for day, new in changed.items():
        if sum(1 for _ in windows(new)) > MAX_WINDOWS:
            raise BadDay(
                day,
                f"A day has at most {MAX_WINDOWS} windows, counting those whose formats differ:"
                " merge some.",
            )
    return dict(sorted(changed.items()))
