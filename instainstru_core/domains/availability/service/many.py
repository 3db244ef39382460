"""When each of many instructors can first be booked: what the search asks."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeAlias

import numpy as np

from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.availability.policy.many import Asked, first_starts, when
from instainstru_core.domains.availability.types import Calendar
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span, local_day, midnight
from instainstru_core.kernel.uow import Uow

ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

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
    is not asked. Nobody has room on a day more than a year away. One statement, and one more where
    instructors live in other zones.
    """
    wanted = sorted({day for day in days if abs(day - uow.now.date()) <= policy.REACH})
    if not instructor_ids or not wanted:
        return {}
    ids = sorted(set(instructor_ids))
    asked = Asked(wanted, after, before, uow.now)
    wishes = [_wish(each, minutes, formats) for each in ids]
    last = wanted[-1] if before is not None else wanted[-1] + ONE_DAY
    loaded = repository.load_many(uow.session, ids, first=wanted[0], last=last, now=uow.now)
    columns = loaded.columns
    kinds = [wishes[row][0] for row in loaded.rows.tolist()]
    lengths = np.array([wishes[row][1] for row in loaded.rows.tolist()], dtype=np.int64)
    starts = first_starts(columns, asked, kinds, lengths).tolist()
    begins_at = midnight(wanted[0])
    free = {
        ids[row]: begins_at + start * MINUTE
        for row, start in zip(loaded.rows.tolist(), starts, strict=True)
        if start >= 0
    }
    if loaded.elsewhere:
        elsewhere = {each: _wish(each, minutes, formats) for each in loaded.elsewhere}
        free |= _elsewhere(uow, elsewhere, asked)
    return free


def _wish(
    instructor_id: str, minutes: Minutes, formats: Formats
) -> tuple[LessonFormat | None, int]:
    """The easiest format that will do, and the length of the lesson."""
    length = minutes if isinstance(minutes, int) else minutes[instructor_id]
    if formats is None:
        return policy.STRICTEST, length
    accepted = formats.get(instructor_id, ()) if isinstance(formats, Mapping) else formats
    return policy.easiest(frozenset(accepted)), length


def _elsewhere(
    uow: Uow, wishes: Mapping[str, tuple[LessonFormat | None, int]], asked: Asked
) -> dict[str, datetime]:
    """The same for instructors of other zones, one after the other. One statement."""
    days = sorted(asked.days)
    found = repository.calendars(
        uow.session,
        sorted(wishes),
        first=days[0] - ONE_DAY,
        last=days[-1] + 2 * ONE_DAY,
        within=Span(midnight(days[0]) - ONE_DAY, midnight(days[-1]) + 3 * ONE_DAY),
        now=uow.now,
    )
    free: dict[str, datetime] = {}
    for instructor_id, calendar in found.items():
        lesson_format, length = wishes[instructor_id]
        if lesson_format is not None:
            spans = list(when(asked, length))
            starts = _starts(calendar, days, length, lesson_format, uow.now)
            first = next((at for at in starts if any(span.contains(at) for span in spans)), None)
            if first is not None:
                free[instructor_id] = first
    return free


def _starts(
    calendar: Calendar, days: list[date], minutes: int, lesson_format: LessonFormat, now: datetime
) -> Iterable[datetime]:
    """All starts of a calendar around New York days."""
    first = local_day(midnight(days[0]), calendar.timezone)
    last = local_day(midnight(days[-1] + ONE_DAY), calendar.timezone)
    for day in policy.free_days(
        calendar, first=first, last=last, minutes=minutes, lesson_format=lesson_format, now=now
    ):
        yield from (start.at for start in day.starts)
