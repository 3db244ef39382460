"""When instructors can be booked."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.availability.errors import CalendarNotFound
from instainstru_core.domains.availability.schemas import (
    FreeDayView,
    FreeTimesQuery,
    FreeTimesView,
    FreeWindowView,
)
from instainstru_core.domains.availability.service.reach import (
    range_refused,
    require_range,
    require_reach,
)
from instainstru_core.domains.availability.types import FreeDay
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span, local_day, midnight
from instainstru_core.kernel.uow import Uow

ONE_DAY = timedelta(days=1)
ONE_WEEK = timedelta(days=6)
"""From the first to the last of seven days."""


@operation("availability.free_times")
def free_times(uow: Uow, instructor_id: str, query: FreeTimesQuery) -> FreeTimesView:
    """When a live instructor can be booked, day by day, in one statement. For everybody."""
    for day in (query.first, query.last):
        if day is not None:
            require_reach(uow, day)
    # Today is not known before the zone is: it is a day around what it is in UTC.
    earliest = query.first or uow.now.date() - ONE_DAY
    latest = query.last or max(earliest, uow.now.date() + ONE_DAY) + ONE_WEEK
    if latest < earliest or latest - earliest > (policy.MAX_DAYS_APART + 1) * ONE_DAY:
        raise range_refused()
    found = is_id(instructor_id) and repository.calendars(
        uow.session,
        [instructor_id],
        first=earliest,
        last=latest + ONE_DAY,
        within=Span(midnight(earliest) - ONE_DAY, midnight(latest) + 3 * ONE_DAY),
        now=uow.now,
        bookable_only=True,
    )
    if not found:
        raise CalendarNotFound(
            "There is no such instructor to book. Search for one, and use the id."
        )
    calendar = found[instructor_id]
    today = local_day(uow.now, calendar.timezone)
    first = query.first or today
    last = query.last or first + ONE_WEEK
    require_range(first, last, today)
    days = list(
        policy.free_days(
            calendar,
            first=first,
            last=last,
            minutes=query.minutes,
            lesson_format=query.format or policy.STRICTEST,
            now=uow.now,
        )
    )
    return FreeTimesView(
        instructor_id=instructor_id,
        timezone=calendar.timezone,
        minutes=query.minutes,
        format=query.format,
        earliest_at=next((start.at for day in days for start in day.starts), None),
        days=[_free_day_view(day) for day in days],
    )


@operation("availability.free_for")
def free_for(
    uow: Uow,
    instructor_ids: Collection[str],
    day: date,
    *,
    minutes: int = 60,
    lesson_format: LessonFormat | None = None,
) -> dict[str, datetime]:
    """Who of these has room for a lesson on a New York day, and its earliest start. One statement.

    Without a format the answer holds for every one. Whether they are live is not asked. Nobody has
    room on a day more than a year away.
    """
    if not instructor_ids or abs(day - uow.now.date()) > policy.REACH:
        return {}
    whole_day = Span(midnight(day), midnight(day + ONE_DAY))
    found = repository.calendars(
        uow.session,
        sorted(set(instructor_ids)),
        first=day - ONE_DAY,
        last=day + 2 * ONE_DAY,
        within=Span(whole_day.start - ONE_DAY, whole_day.end + 2 * ONE_DAY),
        now=uow.now,
    )
    free: dict[str, datetime] = {}
    for instructor_id, calendar in found.items():
        if not any(calendar.days.values()):
            continue
        first = local_day(whole_day.start, calendar.timezone)
        last = local_day(whole_day.end - timedelta(microseconds=1), calendar.timezone)
        days = list(
            policy.free_days(
                calendar,
                first=first,
                last=last,
                minutes=minutes,
                lesson_format=lesson_format or policy.STRICTEST,
                now=uow.now,
            )
        )
        starts = (start.at for each in days for start in each.starts)
        earliest = next((at for at in starts if whole_day.contains(at)), None)
        if earliest is not None:
            free[instructor_id] = earliest
    return free


def _free_day_view(day: FreeDay) -> FreeDayView:
    return FreeDayView(
        day=day.day,
        windows=[
            FreeWindowView(
                start=policy.clock_text(window.start),
                end=policy.clock_text(window.end),
                starts_at=window.starts_at,
                ends_at=window.ends_at,
            )
            for window in day.windows
        ],
        starts=[policy.clock_text(start.minute) for start in day.starts],
    )
