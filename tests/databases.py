"""Databases for tests: one template per content of the migrations, cloned per worker or test."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Generator
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
        _ensure_template(servers, template)
        with _admin(servers) as admin:
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(known), sql.Identifier(template)
                )
            )
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


@cache
def _template_name() -> str:
    """One name per content of what shapes the template."""
    digest = hashlib.sha256()
    for pattern in SHAPING:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return f"it_template_{digest.hexdigest()[:16]}"


def _ensure_template(servers: ServerUrls, name: str) -> None:
    """Migrate and load the template, unless it is there."""
    lock = Path(tempfile.gettempdir()) / f"{name}_{os.getuid()}.lock"
    with lock.open("w") as held, _admin(servers) as admin:
        fcntl.flock(held, fcntl.LOCK_EX)
        ready = admin.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]
        ).fetchone()
        if not ready:
            _build(servers, admin, name)


def _build(servers: ServerUrls, admin: psycopg.Connection, name: str) -> None:
    old = admin.execute(
        r"SELECT datname, datistemplate FROM pg_database WHERE datname LIKE 'it\_template\_%'"
    )
    for stale, is_template in old.fetchall():
        if is_template:
            admin.execute(
                sql.SQL("ALTER DATABASE {} IS_TEMPLATE false").format(sql.Identifier(stale))
            )
        admin.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(stale))
        )
    admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = _url_of(servers, name)
    composition.migrate(url)
    runtime = composition.build(Settings(DATABASE_URL=url))
    with runtime.engine.begin() as connection:
        mark(connection, Tier.INT)
    with runtime.begin(SYSTEM) as uow:
        composition.load_reference_data(uow)
    runtime.close()
    admin.execute(
        sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false").format(
            sql.Identifier(name)
        )
    )


def _admin(servers: ServerUrls) -> psycopg.Connection:
    plain = make_url(servers.admin_url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)


def _plain_url_of(servers: ServerUrls, name: str) -> str:
    url = make_url(servers.admin_url).set(drivername="postgresql", database=name)
    return url.render_as_string(hide_password=False)


def _url_of(servers: ServerUrls, name: str) -> str:
    url = make_url(servers.admin_url).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)
