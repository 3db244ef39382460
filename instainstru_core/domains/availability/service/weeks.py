"""One's own open hours, week by week."""

from collections.abc import Mapping
from datetime import date

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.availability.errors import (
    CalendarNotFound,
    DayOutsideWeek,
    DayRepeated,
    HoursUnusable,
    NotAMonday,
    VersionRequired,
    WeekChanged,
)
from instainstru_core.domains.availability.events import AvailabilityWeekSaved
from instainstru_core.domains.availability.policy import BadWindow
from instainstru_core.domains.availability.repository import Week
from instainstru_core.domains.availability.schemas import (
    DayHours,
    Hours,
    SavedWeekView,
    SaveWeek,
    WeekView,
)
from instainstru_core.domains.availability.service.reach import require_reach
from instainstru_core.kernel.authority import ActorKind, Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import local_day, monday_of
from instainstru_core.kernel.uow import Uow


@operation("availability.week")
def week(uow: Uow, day: date) -> WeekView:
    """The week of one's own calendar that holds this day, in one statement."""
    own_id = _own_id(uow)
    require_reach(uow, day)
    monday = monday_of(day)
    stored = repository.week(uow.session, own_id, monday)
    if stored is None:
        raise _no_calendar()
    return WeekView(
        monday=monday,
        timezone=stored.timezone,
        version=stored.version,
        saved_at=stored.saved_at,
        days=_shown(monday, stored.days),
    )


@operation("availability.save_week")
def save_week(
    uow: Uow, monday: date, command: SaveWeek, *, if_match: int | None = None
) -> SavedWeekView:
    """Set the open hours of one week, unless somebody changed it since the version given.

    Two statements, and two more for event and audit. Saving what is there already writes nothing.
    """
    own_id = _own_id(uow)
    require_reach(uow, monday)
    if monday.weekday() != 0:
        raise NotAMonday("A week is named by its Monday.", monday=monday_of(monday).isoformat())
    expected = command.version if if_match is None else if_match
    if expected is None:
        raise VersionRequired(
            "Say which version this change is based on: read the week first, then send its"
            " version, in the body or as If-Match."
        )
    days = policy.week_days(monday)
    wanted = _wanted(command, days)
    stored = repository.week(uow.session, own_id, monday)
    if stored is None:
        raise _no_calendar()
    if stored.version != expected:
        raise _week_changed(stored.version)
    change = policy.week_change(
        stored.days,
        wanted,
        days=days,
        clear_existing=command.clear_existing,
        today=local_day(uow.now, stored.timezone),
    )
    if change.changed:
        stored = _saved(uow, own_id, monday, stored, change.changed)
    return SavedWeekView(
        monday=monday,
        timezone=stored.timezone,
        version=stored.version,
        saved_at=stored.saved_at,
        days=_shown(monday, stored.days),
        changed_days=list(change.changed),
        skipped_days=list(change.skipped),
    )


def _saved(uow: Uow, own_id: str, monday: date, stored: Week, changed: Mapping[date, int]) -> Week:
    version = repository.save(
        uow.session, own_id, monday, expected=stored.version, days=changed, now=uow.now
    )
    if version is None:
        meanwhile = repository.week(uow.session, own_id, monday)
        raise _week_changed(meanwhile.version if meanwhile else 0)
    if max(changed) >= local_day(uow.now, stored.timezone):
        uow.emit(AvailabilityWeekSaved(instructor_id=own_id, monday=monday, version=version))
    audit.record(
        uow,
        "availability.save_week",
        subject_kind="instructor",
        subject_id=own_id,
        details={"monday": monday.isoformat(), "version": version, "changed_days": len(changed)},
    )
    return Week(stored.timezone, version, uow.now, {**stored.days, **changed})


def _own_id(uow: Uow) -> str:
    require(uow.actor, Permission.AVAILABILITY_MANAGE_OWN)
    if uow.actor.kind is not ActorKind.USER or uow.actor.id is None:
        raise _no_calendar()
    return uow.actor.id


def _no_calendar() -> CalendarNotFound:
    return CalendarNotFound("You have no calendar. Sign up to teach with an invite.")


def _wanted(command: SaveWeek, days: list[date]) -> dict[date, int]:
    """The bits of each day that the command lists."""
    wanted: dict[date, int] = {}
    for listed in command.days:
        day = listed.day
        if day not in days:
            raise DayOutsideWeek(
                "A listed day is not in this week. Save each week by itself.", day=day.isoformat()
            )
        if day in wanted:
            raise DayRepeated("List each day once, with all its hours.", day=day.isoformat())
        windows = [
            (policy.minute_of(hours.start), policy.minute_of(hours.end)) for hours in listed.hours
        ]
        try:
            wanted[day] = policy.from_windows(windows)
        except BadWindow as problem:
            raise HoursUnusable(str(problem), day=day.isoformat()) from problem
    return wanted


def _week_changed(current: int) -> WeekChanged:
    return WeekChanged(
        "This week was changed since you read it. Read it again, then make your change anew.",
        current_version=current,
    )


def _shown(monday: date, stored: Mapping[date, int]) -> list[DayHours]:
    return [
        DayHours.model_construct(
            day=day,
            hours=[
                Hours.model_construct(start=start, end=end)
                for start, end in policy.to_windows(stored.get(day, 0))
            ],
        )
        for day in policy.week_days(monday)
    ]
