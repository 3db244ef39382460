"""Cities of many instructors, each with 84 days of open hours, written straight into the tables.

Services are taught by Zipf's law; people live where New Yorkers do, travel to the nearest areas and
some teach at home; a few are booked already. The same seed makes the same city.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from itertools import accumulate, islice
from random import Random
from typing import TypeAlias

import psycopg
from psycopg import sql

from instainstru_core.kernel.ids import id_of

DAYS = 84
FIRST_MOMENT = 1_700_000_000_000
BORN_BETWEEN = 30_000_000_000
"""Milliseconds over which people joined: about a year."""
DEGREES = (111.2, 84.2)
"""Kilometers to a degree of latitude and of longitude around New York."""
WEIGHTS = {"Manhattan": 5.0, "Brooklyn": 4.0, "Queens": 2.5, "Bronx": 1.5, "Staten Island": 1.0}
FORMATS = ("student_location", "instructor_location", "online")
FLOORS = {"student_location": 8_000, "instructor_location": 8_000, "online": 6_000}
FOUNDERS, REVIEWED, WITH_GOALS = 0.02, 0.6, 0.5
"""Shares of instructors and of offerings."""
LEVELS = ("beginner", "intermediate", "advanced")
GOALS = ("hobby", "performance", "competition", "enrichment", "professional")
OPENINGS = (
    ((9 * 60, 17 * 60),),
    ((15 * 60, 21 * 60),),
    ((8 * 60, 12 * 60), (16 * 60, 20 * 60)),
    ((10 * 60, 14 * 60),),
    (),
    ((7 * 60, 21 * 60),),
    ((18 * 60, 22 * 60),),
)
"""Hours that days are open; which of them depends on the person and the weekday."""

TABLES = {
    "users": (
        "id, email, password_hash, first_name, last_name, phone, zip_code, timezone, status,"
        " created_at, last_login_at, tokens_valid_after"
    ),
    "instructors": (
        "id, slug, bio, years_experience, timezone, buffer_minutes, travel_buffer_minutes,"
        " overnight_protection, is_live, first_live_at, is_founding, founding_granted_at,"
        " created_at, updated_at"
    ),
    "offerings": (
        "id, instructor_id, service_id, description, durations, age_groups, skill_levels, filters,"
        " is_active, created_at"
    ),
    "offering_prices": "offering_id, format, hourly_rate_cents",
    "service_areas": "instructor_id, area_key",
    "teaching_places": (
        "id, instructor_id, kind, label, address_line, latitude, longitude,"
        " approximate_latitude, approximate_longitude, area_key, position"
    ),
    "review_totals": (
        "instructor_id, count, star_sum, one_star, two_stars, three_stars, four_stars, five_stars,"
        " updated_at"
    ),
}
OPEN_DAYS = """
INSERT INTO availability_days (instructor_id, day, bits)
SELECT i.id, %(first)s::date + d.later, o.bits
FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM instructors) AS i
CROSS JOIN generate_series(0, %(days)s - 1) AS d (later)
JOIN unnest(%(openings)s::bytea[]) WITH ORDINALITY AS o (bits, kind)
    ON o.kind = 1 + (i.number * 7 + d.later %% 7 * 3 + i.number / 5) %% %(kinds)s
"""
TAKEN = """
INSERT INTO occupied_times (id, instructor_id, span, travels, chain_id, reference)
SELECT left(i.id, 25) || b, i.id, tstzrange(s.at, s.at + interval '1 hour'), number %% 2 = 0,
       left(i.id, 25) || b, i.id || b
FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM instructors) AS i
CROSS JOIN generate_series(1, 2) AS b
CROSS JOIN LATERAL (
    SELECT (%(first)s::date + ((number %% 6)::int + 7 * b - 6)) + interval '16 hours' AS at
) AS s
"""

Row: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A neighborhood, a point in its middle, and how many instructors live there, relatively."""

    key: str
    name: str
    latitude: float
    longitude: float
    weight: float


@dataclass(frozen=True, slots=True)
class Service:
    """Something that is taught; the first of a city are taught most."""

    id: str
    name: str
    age_groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class City:
    """What was built, and what people will ask of it."""

    instructors: int
    services: tuple[Service, ...]
    areas: tuple[Area, ...]
    first_day: date
    seconds: float


@dataclass(slots=True)
class Plan:
    """What rows are drawn from."""

    random: Random
    services: tuple[Service, ...]
    shares: list[float]
    areas: tuple[Area, ...]
    weights: list[float]
    nearest: dict[str, tuple[str, ...]]
    first: date
    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in TABLES})


def build(database_url: str, instructors: int, *, first: date, seed: int = 1) -> City:
    """Fill a database that has the catalog and the map, and nobody in it."""
    started = time.perf_counter()
    plain = database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        plan = _plan(connection, Random(seed), first)
        numbers = iter(range(instructors))
        while chunk := list(islice(numbers, 5_000)):
            _write(connection, plan, chunk)
        _open(connection, first)
        connection.execute("ANALYZE")
    seconds = time.perf_counter() - started
    return City(instructors, plan.services, plan.areas, first, seconds)


def zipf(count: int) -> list[float]:
    """Cumulative weights of so many things, the second half as likely as the first, and so on."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


def _plan(connection: psycopg.Connection, random: Random, first: date) -> Plan:
    services = [
        Service(row[0], row[1], tuple(row[2]))
        for row in connection.execute(
            "SELECT id, name, age_groups FROM services WHERE is_active ORDER BY id"
        )
    ]
    random.shuffle(services)
    areas = tuple(
        Area(row[0], row[1], row[2], row[3], WEIGHTS[row[4]])
        for row in connection.execute(
            "SELECT a.key, a.name, avg(r.latitude), avg(r.longitude), a.borough"
            " FROM display_areas a JOIN regions r ON r.area_key = a.key"
            " GROUP BY a.key ORDER BY a.key"
        )
    )
    nearest = {
        one.key: tuple(other.key for other in sorted(areas, key=partial(_away, one)))
        for one in areas
    }
    weights = list(accumulate(one.weight for one in areas))
    return Plan(random, tuple(services), zipf(len(services)), areas, weights, nearest, first)


def _away(one: Area, other: Area) -> float:
    north = (one.latitude - other.latitude) * DEGREES[0]
    east = (one.longitude - other.longitude) * DEGREES[1]
    return north * north + east * east


def _write(connection: psycopg.Connection, plan: Plan, numbers: Iterable[int]) -> None:
    for number in numbers:
        _person(plan, number)
    with connection.transaction():
        for table, columns in TABLES.items():
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, columns.split(", "))),
            )
            with connection.cursor().copy(statement) as copy:
                for row in plan.rows[table]:
                    copy.write_row(row)
            plan.rows[table].clear()


def _person(plan: Plan, number: int) -> None:
    """An instructor with everything that the search goes by."""
    random, rows = plan.random, plan.rows
    who = id_of(FIRST_MOMENT + number * BORN_BETWEEN // 1_000_000, random.getrandbits(80))
    home = random.choices(plan.areas, cum_weights=plan.weights)[0]
    joined = plan.first - timedelta(days=random.randint(1, 700))
    seen = plan.first - timedelta(days=int(random.expovariate(1 / 20)))
    name = f"{number:06d}"
    founding = random.random() < FOUNDERS
    rows["users"].append(
        (who, f"i{name}@example.org", "unusable", f"Ada{number}", "Lovelace", None, "10025",
         "America/New_York", "active", joined, seen, None)
    )  # fmt: skip
    rows["instructors"].append(
        (who, f"ada-l-{name}", "x" * random.randint(20, 300), random.randint(1, 30),
         "America/New_York", 15, 60, True, True, joined, founding, joined if founding else None,
         joined, joined)
    )  # fmt: skip
    formats = random.sample(FORMATS, random.choices((1, 2, 3), (3, 4, 3))[0])
    level = random.choice((0, 1_000, 2_500, 5_000, 9_000))
    for service in set(random.choices(plan.services, cum_weights=plan.shares, k=_few(random))):
        _offering(plan, who, service, {one: FLOORS[one] + level for one in formats})
    reach = random.randint(2, 12) if "student_location" in formats else 0
    rows["service_areas"].extend((who, key) for key in plan.nearest[home.key][:reach])
    if "instructor_location" in formats:
        north = home.latitude + random.uniform(-0.006, 0.006)
        east = home.longitude + random.uniform(-0.006, 0.006)
        place = id_of(FIRST_MOMENT + number, random.getrandbits(80))
        rows["teaching_places"].append(
            (
                place,
                who,
                "teaching",
                "Studio",
                "1 Main Street",
                north,
                east,
                north,
                east,
                home.key,
                0,
            )
        )
    if random.random() < REVIEWED:
        rows["review_totals"].append((who, *_stars(random), joined))


def _few(random: Random) -> int:
    return random.choices((1, 2, 3, 4), (4, 3, 2, 1))[0]


def _offering(plan: Plan, who: str, service: Service, prices: dict[str, int]) -> None:
    random, rows = plan.random, plan.rows
    offering = id_of(FIRST_MOMENT, random.getrandbits(80))
    ages = random.sample(service.age_groups, random.randint(1, len(service.age_groups)))
    levels = random.sample(LEVELS, random.randint(1, 3))
    goals = {"goal": random.sample(GOALS, 2)} if random.random() < WITH_GOALS else {}
    lengths = random.choice(((60,), (30, 60), (45, 60, 90), (30, 45, 60)))
    rows["offerings"].append(
        (offering, who, service.id, "x" * random.randint(0, 120), list(lengths), ages, levels,
         json.dumps(goals), True, plan.first)
    )  # fmt: skip
    for kind, cents in prices.items():
        dearer = cents + 500 * random.randint(0, 6)
        rows["offering_prices"].append((offering, kind, dearer))


def _stars(random: Random) -> tuple[int, ...]:
    """Count, sum, and how many of one to five stars."""
    drawn = random.choices((1, 2, 3, 4, 5), (1, 1, 3, 15, 40), k=1 + int(random.expovariate(0.1)))
    counts = [drawn.count(star) for star in (1, 2, 3, 4, 5)]
    return len(drawn), sum(drawn), *counts


def _open(connection: psycopg.Connection, first: date) -> None:
    """Open hours for everybody, and two lessons each."""
    openings = [_bits(one) for one in OPENINGS]
    with connection.transaction():
        connection.execute("ALTER TABLE availability_days DROP CONSTRAINT pk_availability_days")
        connection.execute(
            OPEN_DAYS,
            {"first": first, "days": DAYS, "openings": openings, "kinds": len(openings)},
        )
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        connection.execute(
            "ALTER TABLE availability_days ADD CONSTRAINT pk_availability_days"
            " PRIMARY KEY (instructor_id, day)"
        )
    connection.execute(TAKEN, {"first": first})


def _bits(windows: Sequence[tuple[int, int]]) -> bytes:
    whole = sum((1 << end) - (1 << start) for start, end in windows)
    return whole.to_bytes(180, "little")


def sample(of: Sequence[Service], random: Random) -> Iterator[Service]:
    """Services without end, by Zipf's law."""
    shares = zipf(len(of))
    while True:
        yield random.choices(of, cum_weights=shares)[0]
