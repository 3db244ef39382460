"""The small marketplace that is measured: its database, its people, and what they will ask."""

import json
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from benchmarks.client import Call, Client
from devstack import environment, seed, testing
from devstack.places import Places
from devstack.seeding.world import PASSWORD
from instainstru_core import runtime as composition
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.safety import Tier, mark
from instainstru_core.kernel.settings import Settings, load

INSTRUCTORS = 60
PATIENT_MS = 10_000
CLIENT = ("benchmark", "a-secret-of-the-benchmark-and-of-nobody-else")
LESSON_STARTS = ("08:00", "09:15", "10:30", "11:45", "13:00", "14:15", "15:30", "16:45", "18:00")
FIRST_DAY, DAYS = 100, 60

BUSY_STUDENT = """
SELECT u.id, u.email FROM bookings b JOIN users u ON u.id = b.student_id
GROUP BY u.id, u.email ORDER BY count(*) DESC, u.id LIMIT 1
"""
OTHER_STUDENT = """
SELECT u.id, u.email FROM bookings b JOIN users u ON u.id = b.student_id
GROUP BY u.id, u.email ORDER BY count(*) DESC, u.id OFFSET 5 LIMIT 1
"""
TEACHER = """
SELECT u.email, o.id FROM instructors i JOIN users u ON u.id = i.id
JOIN offerings o ON o.instructor_id = i.id AND o.is_active
JOIN offering_prices p ON p.offering_id = o.id AND p.format = 'online'
WHERE i.is_live AND 60 = ANY(o.durations) ORDER BY i.id LIMIT 1
"""
A_BOOKING = "SELECT id FROM bookings WHERE student_id = %s ORDER BY starts_at DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class World:
    """A seeded database and the settings of the processes that are measured on it."""

    database_url: str
    environment: dict[str, str]
    folder: Path
    report: seed.SeedReport
    stripe_url: str | None = None

    @property
    def settings(self) -> Settings:
        """The same settings for work in this process."""
        return load(
            DATABASE_URL=self.database_url,
            STRIPE_SECRET_KEY=self.environment.get("STRIPE_SECRET_KEY"),
            stripe_api_url=self.stripe_url,
            slow_query_ms=PATIENT_MS,
        )


@contextmanager
def built(folder: Path) -> Generator[World]:
    """Servers, a database of its own, migrated and seeded; gone when the block ends."""
    with testing.ensure_servers() as urls, database(urls.admin_database_url) as database_url:
        composition.migrate(database_url)
        runtime = composition.build(load(DATABASE_URL=database_url))
        with runtime.engine.begin() as connection:
            mark(connection, Tier.INT)
        runtime.close()
        report = seed.run(
            database_url, instructors=INSTRUCTORS, client=CLIENT, tier=Tier.INT, agreed=True
        )
        known = environment.complete(Places())
        changed = {
            **known,
            "DATABASE_URL": database_url,
            "REDIS_URL": urls.redis_url,
            "INSTAINSTRU_TIER": "INT",
            "INSTAINSTRU_LOG_LEVEL": "WARNING",
            "INSTAINSTRU_OAUTH_ISSUER": "http://127.0.0.1",
            "INSTAINSTRU_OAUTH_JWKS_URL": "",
            "INSTAINSTRU_METRICS_DIR": "",
            "INSTAINSTRU_MCP_LIMITS": '{"read": 100000000}',  # counted, and never too many
            "SENTRY_DSN": "",  # nobody else in the comparison is watched
        }
        os.environ.update(changed)  # the settings of work in this process are the same
        yield World(database_url, changed, folder, report)


@contextmanager
def database(admin_url: str) -> Generator[str]:
    name = f"bench_{new_id().lower()}"
    url = make_url(admin_url)
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            mine = url.set(drivername="postgresql+psycopg", database=name)
            yield mine.render_as_string(hide_password=False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@dataclass(frozen=True, slots=True)
class People:
    """Whose requests are measured."""

    student_id: str
    student: dict[str, str]
    booker: dict[str, str]
    teacher: dict[str, str]
    teacher_email: str
    offering_id: str
    booking_id: str


def people(world: World, api: Client) -> People:
    """Choose them, sign them in, and open the teacher's calendar for lessons to be booked."""
    plain = world.database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain) as connection:
        student_id, student_email = _row(connection, BUSY_STUDENT)
        _, booker_email = _row(connection, OTHER_STUDENT)
        teacher_email, offering_id = _row(connection, TEACHER)
        (booking_id,) = _row(connection, A_BOOKING, student_id)
    return People(
        student_id=student_id,
        student=signed_in(api, student_email),
        booker=signed_in(api, booker_email),
        teacher=signed_in(api, teacher_email),
        teacher_email=teacher_email,
        offering_id=offering_id,
        booking_id=booking_id,
    )


def _row(connection: psycopg.Connection, query: str, *values: str) -> tuple[str, ...]:
    found = connection.execute(query.encode(), values).fetchone()
    if found is None:
        raise LookupError(query)
    return tuple(str(value) for value in found)


def sign_in(email: str, password: str = PASSWORD) -> Call:
    """A request to sign in."""
    return post("/api/v1/auth/sign-in", {"email": email, "password": password})


def post(path: str, body: object, headers: dict[str, str] | None = None, expect: int = 200) -> Call:
    """A POST of JSON."""
    return _with_body("POST", path, body, headers, expect)


def put(path: str, body: object, headers: dict[str, str] | None = None) -> Call:
    """A PUT of JSON."""
    return _with_body("PUT", path, body, headers, 200)


def _with_body(
    method: str, path: str, body: object, headers: dict[str, str] | None, expect: int
) -> Call:
    kind = {"Content-Type": "application/json"}
    return Call(method, path, json.dumps(body).encode(), {**(headers or {}), **kind}, expect)


def signed_in(api: Client, email: str) -> dict[str, str]:
    """The header of somebody who signed in just now."""
    token = json.loads(api.send(sign_in(email)))["access_token"]
    return {"Authorization": f"Bearer {token}"}


def open_weeks(today: date) -> Iterator[tuple[date, list[dict[str, object]]]]:
    """Mondays, and seven long days from each, beyond all lessons that were seeded."""
    first = today + timedelta(days=FIRST_DAY)
    monday = first - timedelta(days=first.weekday())
    while monday <= first + timedelta(days=DAYS):
        hours = [{"start": "07:00", "end": "22:00"}]
        yield (
            monday,
            [
                {"day": (monday + timedelta(days=day)).isoformat(), "hours": hours}
                for day in range(7)
            ],
        )
        monday += timedelta(days=7)


def lesson_starts(today: date) -> Iterator[datetime]:
    """Starts that leave room for each other's pauses."""
    for day, start in product(range(FIRST_DAY, FIRST_DAY + DAYS), LESSON_STARTS):
        yield datetime.fromisoformat(f"{today + timedelta(days=day)}T{start}:00")
