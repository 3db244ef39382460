"""Changing many days at once: copy a week, repeat it over a range, open and close stretches."""

from collections.abc import Sequence
from datetime import date, timedelta

from instainstru_core.domains.availability import policy
from instainstru_core.domains.availability.errors import (
    DaysOutOfReach,
    NothingToCopy,
    SameWeek,
)
from instainstru_core.domains.availability.events import AvailabilityDaysChanged
from instainstru_core.domains.availability.policy import BadDay, Change
from instainstru_core.domains.availability.repository import Stored
from instainstru_core.domains.availability.schemas import (
    ApplyPattern,
    CopiedWeekView,
    CopyWeek,
    DayEdit,
    EditDays,
    EditKind,
    FilledView,
    WeekVersionView,
)
from instainstru_core.domains.availability.service import own
from instainstru_core.domains.availability.service.reach import require_reach
from instainstru_core.domains.availability.types import Edit, OpenDay
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import local_day
from instainstru_core.kernel.uow import Uow

ONE_DAY = timedelta(days=1)
SIX_DAYS = timedelta(days=6)


@operation("availability.copy_week")
def copy_week(
    uow: Uow, monday: date, command: CopyWeek, *, if_match: int | None = None
) -> CopiedWeekView:
    """Give another week the hours and tags of this one, all seven days, empty ones too.

    Days before today stay as they were. Two statements, and two more for event and audit.
    """
    own_id = own.own_id(uow)
    for each in (monday, command.to):
        own.require_monday(uow, each)
    if monday == command.to:
        raise SameWeek("A week is copied to another one. Name that one's Monday.")
    first, last = sorted((monday, command.to))
    stored = own.stored(uow, own_id, first, last + SIX_DAYS)
    expected = command.version if if_match is None else if_match
    current = stored.versions.get(command.to, 0)
    if expected is not None and expected != current:
        raise own.week_changed(command.to, current)
    days = policy.week_days(command.to)
    change = _filled(uow, stored, monday, days)
    about = {"source": monday.isoformat(), "monday": command.to.isoformat()}
    versions = _written(uow, own_id, stored, change, action="availability.copy_week", about=about)
    return CopiedWeekView(
        monday=command.to,
        timezone=stored.timezone,
        version=versions.get(command.to, current),
        saved_at=uow.now if versions else stored.saved_at.get(command.to),
        days=own.shown(days, {**stored.days, **change.changed}, stored.blackouts),
        items=[own.outcome_view(outcome) for outcome in change.outcomes],
    )


@operation("availability.apply_pattern")
def apply_pattern(uow: Uow, command: ApplyPattern) -> FilledView:
    """Give every day of a range the hours that its weekday has in one week.

    All or nothing; days before today stay as they were, and each day is reported. Two statements
    however long the range, and two more for event and audit.
    """
    own_id = own.own_id(uow)
    own.require_monday(uow, command.monday)
    for each in (command.first, command.last):
        require_reach(uow, each)
    if not timedelta(0) <= command.last - command.first <= policy.REACH:
        raise DaysOutOfReach(
            "The last day lies on or after the first, and at most"
            f" {policy.REACH.days} days after it.",
            most=policy.REACH.days,
        )
    first = min(command.monday, command.first)
    last = max(command.monday + SIX_DAYS, command.last)
    stored = own.stored(uow, own_id, first, last)
    span = (command.last - command.first).days + 1
    days = [command.first + offset * ONE_DAY for offset in range(span)]
    change = _filled(uow, stored, command.monday, days)
    about = {
        "source": command.monday.isoformat(),
        "first": command.first.isoformat(),
        "last": command.last.isoformat(),
    }
    versions = _written(
        uow, own_id, stored, change, action="availability.apply_pattern", about=about
    )
    return _report(change, versions)


@operation("availability.edit_days")
def edit_days(uow: Uow, command: EditDays) -> FilledView:
    """Open and close stretches of many days, each on what those before it left.

    Every edit is reported. What makes no sense refuses them all, and nothing is written. Two
    statements, and two more for event and audit.
    """
    own_id = own.own_id(uow)
    for each in command.edits:
        require_reach(uow, each.day)
    first = min(each.day for each in command.edits)
    last = max(each.day for each in command.edits) + ONE_DAY
    stored = own.stored(uow, own_id, first, last)
    try:
        change = policy.edited(
            [_edit(each) for each in command.edits],
            stored=stored.days,
            today=local_day(uow.now, stored.timezone),
        )
    except BadDay as problem:
        raise own.unusable(problem) from problem
    versions: dict[date, int] = {}
    if not command.try_only:
        about = {"edits": len(command.edits)}
        versions = _written(
            uow, own_id, stored, change, action="availability.edit_days", about=about
        )
    return _report(change, versions)


def _filled(uow: Uow, stored: Stored, monday: date, days: Sequence[date]) -> Change:
    pattern = [stored.days.get(day, policy.NOTHING) for day in policy.week_days(monday)]
    if not any(day.bits for day in pattern):
        raise NothingToCopy(
            "This week has no open hours, so there is nothing to copy. To close days, edit them.",
            monday=monday.isoformat(),
        )
    today = local_day(uow.now, stored.timezone)
    return policy.filled(pattern, days, stored=stored.days, today=today)


def _written(
    uow: Uow,
    own_id: str,
    stored: Stored,
    change: Change,
    *,
    action: str,
    about: dict[str, str] | dict[str, int],
) -> dict[date, int]:
    """Write and announce what changed, if anything did; the new versions of its weeks."""
    changed: dict[date, OpenDay] = dict(change.changed)
    if not changed:
        return {}
    versions = own.write(uow, own_id, stored, changed, action=action, about=dict(about))
    if max(changed) >= local_day(uow.now, stored.timezone):
        uow.emit(
            AvailabilityDaysChanged(instructor_id=own_id, first=min(changed), last=max(changed))
        )
    return versions


def _edit(each: DayEdit) -> Edit:
    return Edit(
        each.day, own.opening(each.start, each.end, each.tag), opens=each.kind is EditKind.OPEN
    )


def _report(change: Change, versions: dict[date, int]) -> FilledView:
    return FilledView(
        items=[own.outcome_view(outcome) for outcome in change.outcomes],
        weeks=[
            WeekVersionView(monday=monday, version=version)
            for monday, version in sorted(versions.items())
        ],
        written=bool(versions),
    )
