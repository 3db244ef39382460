"""When instructors can be booked."""

from collections.abc import Sequence
from datetime import date, timedelta

from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.availability.errors import CalendarNotFound
from instainstru_core.domains.availability.schemas import (
    Detail,
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
from instainstru_core.domains.availability.types import Calendar, FreeWindow
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
    if latest < earliest or latest - earliest > policy.MAX_DAYS * ONE_DAY:
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
    starts = policy.free_minutes(
        calendar,
        first=first,
        last=last,
        minutes=query.minutes,
        lesson_format=query.format or policy.STRICTEST,
        now=uow.now,
    )
    days = [first + offset * ONE_DAY for offset in range(len(starts))]
    soonest = next(((day, each[0]) for day, each in zip(days, starts, strict=True) if each), None)
    return FreeTimesView(
        instructor_id=instructor_id,
        timezone=calendar.timezone,
        minutes=query.minutes,
        format=query.format,
        detail=query.detail,
        earliest_at=soonest and policy.at_wall(*soonest, calendar.timezone),
        days=_day_views(uow, calendar, days, starts, query),
    )


def _day_views(
    uow: Uow,
    calendar: Calendar,
    days: Sequence[date],
    starts: Sequence[Sequence[int]],
    query: FreeTimesQuery,
) -> list[FreeDayView]:
    """Days with as much as the query wants to know of them."""
    windows: Sequence[Sequence[FreeWindow] | None] = [None] * len(days)
    if query.detail is Detail.FULL:
        windows = policy.free_windows(
            calendar,
            first=days[0],
            last=days[-1],
            lesson_format=query.format or policy.STRICTEST,
            now=uow.now,
        )
    return [
        FreeDayView.model_construct(
            day=day,
            blackout=day in calendar.blackouts,
            free=bool(minutes),
            parts=None if query.detail is Detail.MINIMAL else list(policy.parts_of(minutes)),
            windows=None if free is None else _window_views(free),
            starts=None if free is None else [policy.clock_text(minute) for minute in minutes],
        )
        for day, minutes, free in zip(days, starts, windows, strict=True)
    ]


def _window_views(windows: Sequence[FreeWindow]) -> list[FreeWindowView]:
    return [
        FreeWindowView.model_construct(
            start=policy.clock_text(window.start),
            end=policy.clock_text(window.end),
            starts_at=window.starts_at,
            ends_at=window.ends_at,
        )
        for window in windows
    ]
