"""From what a text says and what was given beside it to one wish. What was given wins. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.search.types.asked import Given
from instainstru_core.domains.search.types.meaning import Meant
from instainstru_core.domains.search.types.parsed import (
    DateWish,
    LessonType,
    Parsed,
    TimeWish,
    Urgency,
)
from instainstru_core.domains.search.types.wanted import Wanted, When, Where

MAX_DAYS_AHEAD = 180
ONE_DAY = timedelta(days=1)
ONE_WEEK = 7
"""Days that are meant where only a time of day is asked for, or how urgent it is."""

FORMATS: Mapping[LessonType, frozenset[LessonFormat]] = {
    LessonType.ONLINE: frozenset({LessonFormat.ONLINE}),
    LessonType.IN_PERSON: frozenset(
        {LessonFormat.STUDENT_LOCATION, LessonFormat.INSTRUCTOR_LOCATION}
    ),
    LessonType.TRAVELS: frozenset({LessonFormat.STUDENT_LOCATION}),
    LessonType.STUDIO: frozenset({LessonFormat.INSTRUCTOR_LOCATION}),
}
NO_TIME = TimeWish()


@dataclass(frozen=True, slots=True)
class Prices:
    """What an hour may cost, in cents."""

    min_cents: int | None = None
    max_cents: int | None = None


def wanted(
    given: Given,
    parsed: Parsed,
    meant: Meant,
    *,
    where: Where,
    prices: Prices,
    today: date,
    instructors: frozenset[str] | None = None,
) -> Wanted:
    """The wish as a whole."""
    return Wanted(
        services=services(given, meant),
        excluded=meant.excluded,
        where=where,
        when=when(given, parsed, today),
        formats=formats(given, parsed),
        min_cents=prices.min_cents,
        max_cents=prices.max_cents,
        minutes=given.minutes if given.minutes is not None else parsed.minutes,
        age_group=given.age_group,
        skills=given.skills,
        filters=given.filters,
        min_rating=given.min_rating,
        instructors=instructors,
        audience=parsed.audience,
        skill=parsed.skill,
        urgent=parsed.urgency is Urgency.HIGH,
        sort=given.sort,
    )


def services(given: Given, meant: Meant) -> Mapping[str, float] | None:
    """The relevance of each service. The text chooses among those that were given, if it can."""
    said = meant.services
    if given.services is None:
        return said
    chosen = {one: score for one, score in (said or {}).items() if one in given.services}
    return chosen or dict.fromkeys(given.services - meant.excluded, 1.0)


def formats(given: Given, parsed: Parsed) -> frozenset[LessonFormat] | None:
    """How the lesson may be; None is any way."""
    if given.formats is not None:
        return given.formats
    return None if parsed.lesson_type is None else FORMATS[parsed.lesson_type]


def prices(given: Given, said: Prices) -> Prices:
    """The bounds. One that is given keeps the text's other one only where they make sense."""
    least, most = given.min_cents, given.max_cents
    if least is None and most is None:
        return said
    if least is None:
        least = said.min_cents if said.min_cents is None or said.min_cents <= (most or 0) else None
    elif most is None:
        most = said.max_cents if said.max_cents is None or said.max_cents >= least else None
    return Prices(least, most)


def when(given: Given, parsed: Parsed, today: date) -> When | None:
    """The days and hours that a lesson has to fit; None where neither is asked for. Who wants it
    as soon as possible wants it within a week.
    """
    said = parsed.time or NO_TIME
    after = given.after if given.after is not None else said.after
    before = given.before if given.before is not None else said.before
    if after is not None and before is not None and before <= after:
        # One was given and the text's other one is on its wrong side.
        after = given.after if given.after is not None else None
        before = given.before if given.before is not None else None
    if given.first is not None or given.last is not None:
        first = given.first or today
        last = given.last or first + (ONE_WEEK - 1) * ONE_DAY
        return When(_days(first, last, frozenset(), today), after, before)
    if parsed.dates is not None:
        days = days_of(parsed.dates, today)
        return When(days, after, before) if days else None
    if after is None and before is None and parsed.urgency is not Urgency.HIGH:
        return None
    return When(_days(today, today + (ONE_WEEK - 1) * ONE_DAY, frozenset(), today), after, before)


def days_of(wish: DateWish, today: date) -> tuple[date, ...]:
    """The days that a text means, none of them over, none of them too far away; maybe none."""
    days = _days(wish.first, wish.last, wish.weekdays, today)
    return tuple(day for day in days if day in wish.days) if wish.days else days


def is_within_reach(day: date, today: date) -> bool:
    """Whether a day can be searched for: today and so many days after it."""
    return today <= day <= today + MAX_DAYS_AHEAD * ONE_DAY


def _days(first: date, last: date, weekdays: frozenset[int], today: date) -> tuple[date, ...]:
    first, last = max(first, today), min(last, today + MAX_DAYS_AHEAD * ONE_DAY)
    count = (last - first).days + 1
    days = (first + at * ONE_DAY for at in range(max(count, 0)))
    return tuple(day for day in days if not weekdays or day.weekday() in weekdays)
