"""Databases for tests: one template per content of the migrations, cloned per worker or test."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from instainstru_core import runtime as composition
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.safety import Tier, mark
from instainstru_core.kernel.settings import Settings
from tests.pools import Pool

ROOT = Path(__file__).parents[1]
POOL = Pool()
SHAPING = (
    "migrations/versions/*.py",
    "instainstru_core/domains/*/*.yaml",
    "instainstru_core/domains/regions/repository.py",
    "instainstru_core/domains/catalog/repository.py",
)


@dataclass(frozen=True, slots=True)
class ServerUrls:
    """Where the servers of this test run are. `admin_url` may create databases."""

    admin_url: str
    redis_url: str
    prometheus_url: str


@contextmanager
def ensure_servers() -> Generator[ServerUrls]:
    """The servers the environment names, else the private ones, started if they are not up."""
    from devstack import testing  # noqa: PLC0415

    database, redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not (database and redis):
        with testing.ensure_servers(monitors=True) as urls:
            admin, redis = urls.admin_database_url, urls.redis_url
            yield from _used(ServerUrls(admin, redis, urls.prometheus_url or ""))
    elif prometheus := os.environ.get("PROMETHEUS_URL"):
        yield from _used(ServerUrls(database, redis, prometheus))
    else:
        with testing.ensure_monitors() as prometheus:
            yield from _used(ServerUrls(database, redis, prometheus))


def _used(servers: ServerUrls) -> Generator[ServerUrls]:
    """These servers, left without the databases that wait to be used again."""
    try:
        yield servers
    finally:
        for name in POOL.drain():
            _drop(servers, name)


@contextmanager
def database_for(servers: ServerUrls, worker: str) -> Generator[str]:
    """A database for one test process, dropped at the end."""
    with clone(servers, f"it_{worker}_{new_id().lower()[-10:]}") as url:
        yield url


@contextmanager
def clone(servers: ServerUrls, name: str | None = None) -> Generator[str]:
    """A copy of the template as fresh as new; without a name, one that was used before may do."""
    template = _template_name()
    used = None if name else POOL.take(template)
    known = used or name or f"it_{new_id().lower()}"
    if used is None:
        _ensure_template(servers, template, _migrate)
        _copy(servers, template, known)
        POOL.learn(template, _plain_url_of(servers, known))
    try:
        yield _url_of(servers, known)
    finally:
        if name or not POOL.give_back(template, known, _plain_url_of(servers, known)):
            _drop(servers, known)


@contextmanager
def empty(servers: ServerUrls) -> Generator[str]:
    """A database without any table."""
    name = f"it_{new_id().lower()}"
    with _admin(servers) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    try:
        yield _url_of(servers, name)
    finally:
        _drop(servers, name)


def _drop(servers: ServerUrls, name: str) -> None:
    with _admin(servers) as admin:
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def _template_name() -> str:
    """One name per content of what shapes the template."""
    return f"it_template_{_digest(SHAPING)}"


@cache
def _digest(shaping: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for pattern in shaping:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def clone_of(
    servers: ServerUrls, kind: str, shaping: Sequence[str], build: Callable[[str], object]
) -> Generator[str]:
    """A copy of a database that is built once, on one of ours, for each content of these files."""
    base, template = _template_name(), f"it_{kind}_{_digest((*SHAPING, *shaping))}"
    _ensure_template(servers, base, _migrate)
    _ensure_template(servers, template, build, base)
    name = f"it_{new_id().lower()}"
    _copy(servers, template, name)
    try:
        yield _url_of(servers, name)
    finally:
        _drop(servers, name)


def _copy(servers: ServerUrls, template: str, name: str) -> None:
    with _admin(servers) as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


def _ensure_template(
    servers: ServerUrls, name: str, build: Callable[[str], object], base: str = "template1"
) -> None:
    """Build the template, unless it is there."""
    lock = Path(tempfile.gettempdir()) / f"{name}_{os.getuid()}.lock"
    with lock.open("w") as held, _admin(servers) as admin:
        fcntl.flock(held, fcntl.LOCK_EX)
        ready = admin.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]
        ).fetchone()
        if not ready:
            _drop_templates(admin, name.rpartition("_")[0])
            _copy(servers, base, name)
            build(_url_of(servers, name))
            admin.execute(
                sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false").format(
                    sql.Identifier(name)
                )
            )


def _drop_templates(admin: psycopg.Connection, kind: str) -> None:
    """Drop those that were built of other files."""
    old = admin.execute(
        "SELECT datname, datistemplate FROM pg_database WHERE starts_with(datname, %s)",
        [f"{kind}_"],
    )
    for stale, is_template in old.fetchall():
        if is_template:
            admin.execute(
                sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(stale))
            )
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(stale))
        )


def _migrate(url: str) -> None:
    """Migrate and load what every database needs."""
    composition.migrate(url)
    runtime = composition.build(Settings(DATABASE_URL=url))
    with runtime.engine.begin() as connection:
        mark(connection, Tier.INT)
    with runtime.begin(SYSTEM) as uow:
        composition.load_reference_data(uow)
    runtime.close()


def _admin(servers: ServerUrls) -> psycopg.Connection:
    plain = make_url(servers.admin_url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)


def _plain_url_of(servers: ServerUrls, name: str) -> str:
    url = make_url(servers.admin_url).set(drivername="postgresql", database=name)
    return url.render_as_string(hide_password=False)


def _url_of(servers: ServerUrls, name: str) -> str:
    url = make_url(servers.admin_url).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)
