"""Real Postgres and Redis for every test that asks; each test undone or on its own database."""

import gc
import inspect
import logging
import ssl
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import httpx._transports.default
import httpx2
import httpx2._transports.default
import hypothesis
import pytest
import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import sessionmaker

from devstack.stripe_simulator.in_process import InProcessClient
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core import runtime as composition
from instainstru_core.adapters import broker, health_pages, limiter, mutex, search_cache
from instainstru_core.adapters.broker import RedisBroker
from instainstru_core.adapters.mutex import RedisMutex
from instainstru_core.adapters.resend import UnconfiguredMailer
from instainstru_core.adapters.sentry.reading import UnconfiguredSentry
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.adapters.stripe.webhooks import StripeWebhookParser
from instainstru_core.kernel import measure
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Begin, Uow, begin_with
from instainstru_core.runtime import Runtime
from tests.databases import ServerUrls, clone, database_for, ensure_servers
from tests.dialects import OneDialect
from tests.patience import PATIENCE_MS, PATIENCE_SECONDS

WEBHOOK_SECRET = "whsec_test"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody, so that nothing but plain HTTP works."""

LIMITS = (
    (broker, "TIMEOUT_SECONDS"),
    (health_pages, "TIMEOUT_SECONDS"),
    (limiter, "TIMEOUT_SECONDS"),
    (mutex, "TIMEOUT_SECONDS"),
    (search_cache, "LOOK_SECONDS"),
    (search_cache, "TOUCH_SECONDS"),
)
"""After so long our adapters do without a server of this machine."""

UNHURRIED = hypothesis.settings(
    deadline=None, database=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
# The same examples everywhere: what fails is what was changed. The nightly run tries others.
hypothesis.settings.register_profile("reliable", UNHURRIED, derandomize=True)
hypothesis.settings.register_profile("exploring", UNHURRIED, max_examples=1_000)
hypothesis.settings.load_profile("reliable")


class SetClock:
    """A clock that stands still until a test moves it. It starts on a Monday, 10:00 in New York."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


def pytest_configure() -> None:
    """Nothing here is in a hurry but the tests of deadlines: the machine may be slow or busy."""
    for library in (httpx, httpx2):
        usual = inspect.signature(library.get).parameters["timeout"].default
        for part in usual.as_dict():
            setattr(usual, part, PATIENCE_SECONDS)
    for module, name in LIMITS:
        setattr(module, name, PATIENCE_SECONDS)
    for transport in (httpx._transports.default, httpx2._transports.default):
        transport.create_ssl_context = partial(_ssl_context, transport.create_ssl_context)  # type: ignore[attr-defined]
    composition.engine_for = OneDialect(composition.engine_for)


def _ssl_context(
    usual: Callable[..., ssl.SSLContext], verify: ssl.SSLContext | str | bool = True, **more: Any
) -> ssl.SSLContext:
    """All speak plain HTTP here. To read the certificates of the system for each of the clients,
    which are as many as the requests of `httpx.get`, would take 20 ms of processor time each.
    """
    return NO_TLS if verify is True else usual(verify=verify, **more)


def pytest_sessionstart() -> None:
    """Nothing is thrown away while tests are collected: there is nothing for the collector."""
    gc.disable()


def pytest_collection_finish() -> None:
    """All that was collected stays to the end: the collector need not look at it again and again.

    It takes a seventh of the suite's time otherwise.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Undo what a command run in this process does to logging."""
    configured, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    if structlog.get_config() != configured:
        structlog.configure(**configured)
        root.handlers[:] = handlers
        root.setLevel(level)


@pytest.fixture(scope="session")
def servers() -> Iterator[ServerUrls]:
    with ensure_servers() as urls:
        yield urls


@pytest.fixture(scope="session")
def settings(servers: ServerUrls, worker_id: str) -> Iterator[Settings]:
    with database_for(servers, worker_id) as database_url:
        yield settings_for(database_url, servers)


def settings_for(database_url: str, servers: ServerUrls) -> Settings:
    return Settings(
        DATABASE_URL=database_url,
        REDIS_URL=servers.redis_url,
        tier="INT",
        jwt_secret="a-test-secret-of-enough-length-for-hs256",
        location_secret="a-test-secret-for-jitter",
        prometheus_url=servers.prometheus_url,
        # Tests share one Redis and call faster than anybody: only those of the limits have any.
        mcp_limits=dict.fromkeys(("read", "write", "money", "comms", "refused"), 0),
        # As many answers as tests would be told again to others: those that keep them say so.
        search_cache=False,
        # Machines that run tests may be busy: only tests of the deadline are in a hurry.
        pool_wait_seconds=PATIENCE_SECONDS,
        search_budget_ms=30_000,
        statement_timeout_ms=PATIENCE_MS,
        slow_query_ms=PATIENCE_MS,
    )


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Iterator[Engine]:
    engine = composition.engine_for(settings)
    composition.load_models()
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is undone after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()


@pytest.fixture
def begin(connection: Connection, clock: SetClock) -> Begin:
    """Begin units of work as any actor; commits are savepoints, undone after the test."""
    return begin_on(connection, clock)


def begin_on(connection: Connection, clock: SetClock) -> Begin:
    """The same on any connection that has a transaction open."""
    sessions = sessionmaker(
        connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
    )
    return begin_with(sessions, clock)


@pytest.fixture
def uow(begin: Begin) -> Iterator[Uow]:
    """One unit of work of the system itself."""
    with begin(SYSTEM) as uow:
        yield uow


@pytest.fixture
def stripe(clock: SetClock) -> Simulator:
    """The payment provider of this test, on the test's clock."""
    return Simulator(clock, starting_balance=10_000_000)


@pytest.fixture
def runtime(
    settings: Settings, engine: Engine, begin: Begin, clock: SetClock, stripe: Simulator
) -> Runtime:
    """A runtime whose effects are undone after the test. One connection: no concurrency."""
    return runtime_of(settings, engine, begin, clock, stripe)


def runtime_of(
    settings: Settings, engine: Engine, begin: Begin, clock: SetClock, stripe: Simulator
) -> Runtime:
    """A runtime that begins its units of work where it is told to."""
    return Runtime(
        settings=settings,
        begin=begin,
        clock=clock,
        engine=engine,
        monitoring=composition.monitoring(settings),
        broker=RedisBroker(settings.redis_url.get_secret_value()),
        payments=gateway_of(stripe),
        webhook_parser=StripeWebhookParser([WEBHOOK_SECRET], clock),
        mailer=UnconfiguredMailer(),
        mutex=RedisMutex(settings.redis_url.get_secret_value()),
        sentry=UnconfiguredSentry(),
    )


@pytest.fixture
def committed_runtime(servers: ServerUrls, clock: SetClock, stripe: Simulator) -> Iterator[Runtime]:
    """A runtime with real commits on a database of its own."""
    with clone(servers) as database_url:
        runtime = composition.build(settings_for(database_url, servers), clock)
        yield replace(
            runtime,
            payments=gateway_of(stripe),
            webhook_parser=StripeWebhookParser([WEBHOOK_SECRET], clock),
        )
        runtime.close()


def gateway_of(stripe: Simulator) -> StripeGateway:
    """The real client, speaking to the simulator without a socket."""
    return StripeGateway(secret_key="sk_test_here", http_client=InProcessClient(stripe))


@pytest.fixture
def as_actor(begin: Begin) -> Callable[[Actor], AbstractContextManager[Uow]]:
    return begin


@pytest.fixture
def count_statements() -> Callable[[], AbstractContextManager[list[str]]]:
    """Collect the SQL statements run inside a block (BEGIN, COMMIT and savepoints left out)."""

    @contextmanager
    def counting() -> Generator[list[str]]:
        seen: list[str] = []

        def note(_connection: object, statement: str, _values: object) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                seen.append(statement)

        with measure.overheard(note):
            yield seen

    return counting
