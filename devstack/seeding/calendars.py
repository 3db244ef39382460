"""When instructors of the demo teach, and the COPY that lays out their days."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random

import psycopg

from devstack.seeding.copying import copy_rows
from devstack.seeding.world import AHEAD_DAYS, DAY_OFF_SQL, Instructor, World
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

LAY_OUT = f"""
INSERT INTO availability_days (instructor_id, day, bits)
SELECT h.instructor_id, d.day, h.bits
FROM seed_habits h
JOIN (SELECT day::date AS day, extract(isodow FROM day)::int - 1 AS weekday
      FROM generate_series(%(first)s::date, %(last)s::date, '1 day') AS day) d
  ON d.weekday = h.weekday
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
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS seed_habits"
        " (instructor_id text, weekday int, bits bytea) ON COMMIT DROP"
    )
    connection.execute("TRUNCATE seed_habits")
    copy_rows(
        connection,
        "seed_habits",
        ("instructor_id", "weekday", "bits"),
        (
            (person.id, weekday, bits.to_bytes(180, "little"))
            for person in people
            for weekday, bits in enumerate(person.habit)
            if bits and person.offerings
        ),
    )
    last = world.today + timedelta(days=AHEAD_DAYS - 1)
    connection.execute(LAY_OUT, {"first": world.today, "last": last})
    weeks = {"first": monday_of(world.today), "last": last, "now": world.now}
    connection.execute(LAY_OUT_WEEKS, weeks)
