"""When each of many instructors can first be booked: what the search asks."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import TypeAlias

from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span, local_day, midnight
from instainstru_core.kernel.uow import Uow

ONE_DAY = timedelta(days=1)

Formats: TypeAlias = Collection[LessonFormat] | Mapping[str, Collection[LessonFormat]] | None
"""The formats that will do: the same for everybody, or for each instructor those they offer."""
Minutes: TypeAlias = int | Mapping[str, int]
"""The length of the lesson: the same for everybody, or for each instructor another."""


@operation("availability.free_for_many")
def free_for_many(
    uow: Uow,
    instructor_ids: Collection[str],
    days: Collection[date],
    *,
    after: int | None = None,
    before: int | None = None,
    minutes: Minutes = 60,
    formats: Formats = None,
) -> dict[str, datetime]:
    """Who of these has room for a lesson on one of the days, and its earliest start.

    Days, and `after` and `before` in minutes from midnight, are New York's. The lesson starts on
    one of the days at or after `after`, and ends by `before` on that same day. Any one of the
    formats is enough; None asks for a time that suits every format. Whether instructors are live
    is not asked. Nobody has room on a day more than a year away.
    """
    wanted = sorted({day for day in days if abs(day - uow.now.date()) <= policy.REACH})
    if not instructor_ids or not wanted:
        return {}
    found = repository.calendars(
        uow.session,
        sorted(set(instructor_ids)),
        first=wanted[0] - ONE_DAY,
        last=wanted[-1] + 2 * ONE_DAY,
        within=Span(midnight(wanted[0]) - ONE_DAY, midnight(wanted[-1]) + 3 * ONE_DAY),
        now=uow.now,
    )
    free: dict[str, datetime] = {}
    for instructor_id, calendar in found.items():
        length = minutes if isinstance(minutes, int) else minutes[instructor_id]
        starts = sorted(
            start.at
            for lesson_format in _formats_of(instructor_id, formats)
            for each in policy.free_days(
                calendar,
                first=local_day(midnight(wanted[0]), calendar.timezone),
                last=local_day(midnight(wanted[-1]) + ONE_DAY, calendar.timezone),
                minutes=length,
                lesson_format=lesson_format,
                now=uow.now,
            )
            for start in each.starts
        )
        for at in starts:
            day = local_day(at)
            first = midnight(day) + timedelta(minutes=after or 0)
            last = None if before is None else midnight(day) + timedelta(minutes=before - length)
            if day in wanted and at >= first and (last is None or at <= last):
                free[instructor_id] = at
                break
    return free


def _formats_of(instructor_id: str, formats: Formats) -> Collection[LessonFormat]:
    if formats is None:
        return (policy.STRICTEST,)
    return formats.get(instructor_id, ()) if isinstance(formats, Mapping) else formats
