"""When instructors of the demo teach, and the COPY that lays out their days.

Some keep evenings for lessons online, some do not travel before noon, and some are away for a few
days. Where a lesson is booked already, nothing of that is said.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from random import Random

import psycopg

from devstack.seeding.copying import copy_rows
from devstack.seeding.world import AHEAD_DAYS, DAY_OFF_SQL, Instructor, Lesson, World
from instainstru_core.domains.availability.policy import (
    DAY_MINUTES,
    stored_tags,
    stretch,
    to_bytes,
)
from instainstru_core.domains.availability.types import OpenDay
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.kernel.time import monday_of

HABITS: tuple[tuple[int, dict[int, tuple[tuple[int, int], ...]]], ...] = (
    (30, {**dict.fromkeys(range(5), ((15, 20),)), 5: ((9, 14),)}),
    (22, {**dict.fromkeys(range(5), ((17, 21),)), 6: ((10, 15),)}),
    (18, {**dict.fromkeys(range(5), ((9, 13), (14, 19)))}),
    (16, {5: ((8, 18),), 6: ((9, 18),), 2: ((18, 21),)}),
    (8, {**dict.fromkeys(range(4), ((7, 12),)), 5: ((8, 12),)}),
    (6, {**dict.fromkeys(range(7), ((10, 14), (16, 20)))}),
)
"""Weight, then windows in hours by weekday (Monday is 0)."""

ONLINE_EVENINGS, HOME_MORNINGS, AWAY = 0.12, 0.08, 0.12
EVENING, NOON = 18 * 60, 12 * 60
REASONS = ("Concert tour", "Holiday", "Family visit", "A course of my own")

LAY_OUT = f"""
INSERT INTO availability_days (instructor_id, day, bits, tags)
SELECT h.instructor_id, d.day, h.bits, CASE WHEN k.day IS NULL THEN h.tags END
FROM seed_habits h
JOIN (SELECT day::date AS day, extract(isodow FROM day)::int - 1 AS weekday
      FROM generate_series(%(first)s::date, %(last)s::date, '1 day') AS day) d
  ON d.weekday = h.weekday
LEFT JOIN seed_taken k ON k.instructor_id = h.instructor_id AND k.day = d.day
WHERE NOT ({DAY_OFF_SQL})
"""  # noqa: S608
LAY_OUT_WEEKS = """
INSERT INTO availability_weeks (instructor_id, monday, version, saved_at)
SELECT h.instructor_id, m.day::date, 1, %(now)s
FROM (SELECT DISTINCT instructor_id FROM seed_habits) h,
     generate_series(%(first)s::date, %(last)s::date, '7 days') AS m(day)
"""


def weekly_habit(dice: Random) -> tuple[int, ...]:
    """Seven bitmaps, Monday first, shifted a little so that no two habits look printed."""
    weights = [weight for weight, _ in HABITS]
    windows = dice.choices([habit for _, habit in HABITS], weights)[0]
    shift = dice.choice((-60, -30, 0, 0, 30, 60))
    days: list[int] = []
    for weekday in range(7):
        bits = 0
        for start, end in windows.get(weekday, ()):
            first, last = start * 60 + shift, end * 60 + shift
            bits |= ((1 << (last - first)) - 1) << first
        days.append(bits)
    return tuple(days)


def lay_out(connection: psycopg.Connection, world: World, people: Iterable[Instructor]) -> None:
    """Write the availability of these instructors from today on."""
    teaching = [person for person in people if person.offerings]
    taken = {
        (lesson.instructor.id, day)
        for lesson in (world.lessons if people is world.instructors else ())
        if lesson.ends_at > world.now
        for day in _days_of(lesson)
    }
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS seed_habits"
        " (instructor_id text, weekday int, bits bytea, tags bytea) ON COMMIT DROP"
    )
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS seed_taken (instructor_id text, day date) ON COMMIT DROP"
    )
    connection.execute("TRUNCATE seed_habits, seed_taken")
    copy_rows(
        connection,
        "seed_habits",
        ("instructor_id", "weekday", "bits", "tags"),
        (
            (person.id, weekday, to_bytes(bits), stored_tags(tagged(person, bits)))
            for person in teaching
            for weekday, bits in enumerate(person.habit)
            if bits
        ),
    )
    copy_rows(connection, "seed_taken", ("instructor_id", "day"), sorted(taken))
    last = world.today + timedelta(days=AHEAD_DAYS - 1)
    connection.execute(LAY_OUT, {"first": world.today, "last": last})
    weeks = {"first": monday_of(world.today), "last": last, "now": world.now}
    connection.execute(LAY_OUT_WEEKS, weeks)
    copy_rows(
        connection,
        "availability_blackouts",
        ("instructor_id", "day", "reason", "created_at"),
        (
            (person.id, day, reason, world.now)
            for person in teaching
            for day, reason in days_away(person, world.today)
            if (person.id, day) not in taken
        ),
    )


def tagged(person: Instructor, bits: int) -> OpenDay:
    """A day of this person with the tags that are their habit, for one in five."""
    formats = {kind for offering in person.offerings for kind in offering.rates}
    dice = _own_dice(person)
    if LessonFormat.ONLINE in formats and len(formats) > 1 and dice < ONLINE_EVENINGS:
        return OpenDay(bits, low=bits & stretch(EVENING, DAY_MINUTES))
    if LessonFormat.STUDENT_LOCATION in formats and dice >= 1 - HOME_MORNINGS:
        return OpenDay(bits, high=bits & stretch(0, NOON))
    return OpenDay(bits)


def days_away(person: Instructor, today: date) -> Iterator[tuple[date, str]]:
    """A few days in a row in the weeks to come, for one in eight."""
    dice = Random(f"away:{person.id}")  # noqa: S311 - demo data
    if dice.random() < AWAY:
        first = today + timedelta(days=dice.randint(10, 60))
        reason = dice.choice(REASONS)
        for offset in range(dice.randint(1, 6)):
            yield first + timedelta(days=offset), reason


def _own_dice(person: Instructor) -> float:
    return Random(f"tags:{person.id}").random()  # noqa: S311 - demo data


def _days_of(lesson: Lesson) -> Iterator[date]:
    """The local days that a lesson touches."""
    start: datetime = lesson.starts_local
    yield start.date()
    end = start + timedelta(minutes=lesson.minutes)
    if end.date() != start.date():
        yield end.date()
