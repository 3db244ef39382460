"""When each of many instructors can first be booked: what the search asks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeAlias, cast

import numpy as np

from instainstru_core.domains.availability import policy, repository
from instainstru_core.domains.availability.policy.many import Asked, first_starts, free_rows, when
from instainstru_core.domains.availability.types import Calendar
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel import direct
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span, local_day, midnight
from instainstru_core.kernel.uow import Uow

ONE_DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

Formats: TypeAlias = Collection[LessonFormat] | Mapping[str, Collection[LessonFormat]] | None
"""The formats that will do: the same for everybody, or for each instructor those they offer."""
Minutes: TypeAlias = int | Mapping[str, int]
"""The length of the lesson: the same for everybody, or for each instructor another."""


class Hours(NamedTuple):
    """On which New York days, and when on them: starts at or after, ends by, as wall minutes."""

    days: Collection[date]
    after: int | None = None
    before: int | None = None


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
    wishes = (Hours(days, after, before),)
    found = free_for_wishes(uow, instructor_ids, wishes, minutes=minutes, formats=formats)
    return {instructor_id: at for instructor_id, (_, at) in found.items()}


@operation("availability.free_for_wishes")
def free_for_wishes(
    uow: Uow,
    instructor_ids: Collection[str],
    wishes: Sequence[Hours],
    *,
    minutes: Minutes = 60,
    formats: Formats = None,
) -> dict[str, tuple[int, datetime]]:
    """The same for several wishes in turn: the number of the first that each has room for, and the
    earliest start there. Calendars are read once, from the first day of all wishes to the last.
    """
    asked = {
        number: Asked(days, wish.after, wish.before, uow.now)
        for number, wish in enumerate(wishes)
        if (days := sorted({day for day in wish.days if _is_near(day, uow.now)}))
    }
    if not instructor_ids or not asked:
        return {}
    ids = sorted(set(instructor_ids))
    kinds = [_wish(each, minutes, formats) for each in ids]
    first = min(min(one.days) for one in asked.values())
    last = max(max(one.days) for one in asked.values())
    ends_late = any(one.before is None for one in asked.values())
    loaded = repository.load_many(
        uow.session, ids, first=first, last=last + ONE_DAY if ends_late else last, now=uow.now
    )
    rows: list[int] = loaded.rows.tolist()
    lengths = np.array([kinds[row][1] for row in rows], dtype=np.int64)
    begins_at = midnight(first)
    free: dict[str, tuple[int, datetime]] = {}
    rows_free = free_rows(loaded.columns, [kinds[row][0] for row in rows])
    for number, one in asked.items():
        starts = first_starts(loaded.columns, rows_free, one, lengths)
        for row, start in zip(rows, starts.tolist(), strict=True):
            if start >= 0 and ids[row] not in free:
                free[ids[row]] = (number, begins_at + start * MINUTE)
        left = [each for each in loaded.elsewhere if each not in free]
        if left:
            others = _elsewhere(uow, {each: _wish(each, minutes, formats) for each in left}, one)
            free |= {each: (number, at) for each, at in others.items()}
    return free


def _is_near(day: date, now: datetime) -> bool:
    return abs(day - now.date()) <= policy.REACH


def _wish(
    instructor_id: str, minutes: Minutes, formats: Formats
) -> tuple[LessonFormat | None, int]:
    """The easiest format that will do, and the length of the lesson."""
    length = minutes if isinstance(minutes, int) else minutes[instructor_id]
    if formats is None:
        return policy.STRICTEST, length
    accepted = formats
    if isinstance(formats, Mapping):
        accepted = cast("Mapping[str, Collection[LessonFormat]]", formats).get(instructor_id, ())
    return policy.easiest(frozenset(cast("Collection[LessonFormat]", accepted))), length


def _elsewhere(
    uow: Uow, wishes: Mapping[str, tuple[LessonFormat | None, int]], asked: Asked
) -> dict[str, datetime]:
    """The same for instructors of other zones, one after the other. One statement."""
    days = sorted(asked.days)
    direct.release(uow.session)
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
