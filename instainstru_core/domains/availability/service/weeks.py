"""One's own open hours, week by week."""

from datetime import date, timedelta
from typing import Any

from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.availability.errors import (
    DayOutsideWeek,
    DayRepeated,
    VersionRequired,
)
from instainstru_core.domains.availability.events import AvailabilityWeekSaved
from instainstru_core.domains.availability.policy import BadDay, Wanted
from instainstru_core.domains.availability.repository import Stored
from instainstru_core.domains.availability.schemas import OwnWeekView, SavedWeekView, SaveWeek
from instainstru_core.domains.availability.service import own
from instainstru_core.domains.availability.service.reach import require_reach
from instainstru_core.domains.availability.types import Done, OpenDay, Opening
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import day_span, local_day, monday_of
from instainstru_core.kernel.uow import Uow

SIX_DAYS, ONE_WEEK = timedelta(days=6), timedelta(days=7)


@operation("availability.week")
def week(uow: Uow, day: date) -> OwnWeekView:
    """The week of one's own calendar that holds this day, beside what is booked in it.

    Two statements. Hours that are open and time that is taken never change each other.
    """
    own_id = own.own_id(uow)
    require_reach(uow, day)
    monday = monday_of(day)
    stored = own.stored(uow, own_id, monday, monday + SIX_DAYS)
    within = day_span(monday, monday + SIX_DAYS, stored.timezone)
    taken = repository.spans(uow.session, own_id, within, uow.now)
    return OwnWeekView(
        **_week_of(monday, stored), taken=[own.taken_view(span, stored.timezone) for span in taken]
    )


@operation("availability.save_week")
def save_week(
    uow: Uow,
    monday: date,
    command: SaveWeek,
    *,
    if_match: int | None = None,
    whatever: bool = False,
) -> SavedWeekView:
    """Set the open hours of one week, unless somebody changed it since the version given.

    `whatever` overwrites any version, for whoever says so. Hours of a Sunday that go on after
    midnight are added to the Monday after. Two statements, and two more for event and audit, three
    where that Monday changes. Saving what is there already writes nothing.
    """
    own_id = own.own_id(uow)
    own.require_monday(uow, monday)
    expected = command.version if if_match is None else if_match
    if expected is None and not whatever:
        raise VersionRequired(
            "Say which version this change is based on: read the week first, then send its"
            " version, in the body or as If-Match."
        )
    days = policy.week_days(monday)
    wanted = _wanted(command, days)
    stored = own.stored(uow, own_id, monday, monday + ONE_WEEK)
    current = stored.versions.get(monday, 0)
    if expected != current and not (whatever and expected is None):
        raise own.week_changed(monday, current)
    try:
        change = policy.week_change(
            stored.days,
            wanted,
            days=days,
            clear_existing=command.clear_existing,
            today=local_day(uow.now, stored.timezone),
        )
    except BadDay as problem:
        raise own.unusable(problem) from problem
    if change.changed:
        stored = _saved(uow, own_id, monday, stored, dict(change.changed))
    return SavedWeekView(
        **_week_of(monday, stored),
        changed_days=list(change.changed),
        skipped_days=[each.day for each in change.outcomes if each.done is Done.SKIPPED],
    )


def _saved(
    uow: Uow, own_id: str, monday: date, stored: Stored, changed: dict[date, OpenDay]
) -> Stored:
    versions = own.write(
        uow,
        own_id,
        stored,
        changed,
        action="availability.save_week",
        about={"monday": monday.isoformat(), "version": stored.versions.get(monday, 0) + 1},
    )
    today = local_day(uow.now, stored.timezone)
    for saved, version in versions.items():
        if any(monday_of(day) == saved and day >= today for day in changed):
            uow.emit(AvailabilityWeekSaved(instructor_id=own_id, monday=saved, version=version))
    return stored._replace(
        versions={**stored.versions, **versions},
        saved_at={**stored.saved_at, **dict.fromkeys(versions, uow.now)},
        days={**stored.days, **changed},
    )


def _wanted(command: SaveWeek, days: list[date]) -> Wanted:
    """The hours of each day that the command lists, cut at midnight."""
    listed: dict[date, list[Opening]] = {}
    for each in command.days:
        if each.day not in days:
            raise DayOutsideWeek(
                "A listed day is not in this week. Save each week by itself.",
                day=each.day.isoformat(),
            )
        if each.day in listed:
            raise DayRepeated("List each day once, with all its hours.", day=each.day.isoformat())
        listed[each.day] = [own.opening(hours.start, hours.end, hours.tag) for hours in each.hours]
    try:
        return policy.wanted_week(listed)
    except BadDay as problem:
        raise own.unusable(problem) from problem


def _week_of(monday: date, stored: Stored) -> dict[str, Any]:
    return {
        "monday": monday,
        "timezone": stored.timezone,
        "version": stored.versions.get(monday, 0),
        "saved_at": stored.saved_at.get(monday),
        "days": own.shown(policy.week_days(monday), stored.days, stored.blackouts),
    }
