"""A database for simulations: migrated once, cloned for a run, emptied for each seed."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from devstack import environment, testing
from devstack.places import ROOT
from instainstru_core import runtime as composition
from instainstru_core.kernel import settings
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.safety import Tier, mark
from instainstru_core.kernel.settings import Settings

TEMPLATES = "simulation_template_"
SEVERAL = 2_000
"""More statements than there are: none is forgotten and planned anew."""
STAYS = frozenset(
    {
        "categories",
        "display_areas",
        "environment_marker",
        "place_versions",
        "regions",
        "search_feed",
        "services",
        "subcategories",
    }
)


@contextmanager
def fresh() -> Generator[str]:
    """The address of a migrated database that is dropped at the end.

    It lives on the private server, or on the throw-away one that the environment names.
    """
    with _server() as admin_url:
        template = _template(admin_url)
        name = f"simulation_{new_id().lower()}"
        _run(admin_url, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        try:
            yield _url_of(admin_url, name)
        finally:
            _run(admin_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def settings_for(database_url: str) -> Settings:
    """Settings of a process that works on this database."""
    return settings.load(
        DATABASE_URL=database_url, tier=Tier.INT, pool_size=4, slow_query_ms=60_000
    )


def plan_once(engine: Engine) -> None:
    """Have each statement planned once for a connection: they are always the same few."""

    def prepare(connection: psycopg.Connection, _: object) -> None:
        connection.prepare_threshold = 2
        connection.prepared_max = SEVERAL
        connection.autocommit = True
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.autocommit = False

    event.listen(engine, "connect", prepare)


def eyes(database_url: str) -> psycopg.Connection:
    """A connection that sees what is committed, for whoever looks often: nothing in between."""
    return _connected(database_url)


def empty(engine: Engine) -> None:
    """Forget everybody and everything they did."""
    names = [table.name for table in Base.metadata.sorted_tables if table.name not in STAYS]
    with engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(names)}")


@contextmanager
def _server() -> Generator[str]:
    given = environment.given_servers()
    if given is not None and Settings().tier is Tier.INT:
        yield given[0]
        return
    with testing.ensure_servers() as urls:
        yield urls.admin_database_url


def _template(admin_url: str) -> str:
    digest = hashlib.sha256()
    for path in sorted((ROOT / "migrations" / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    name = f"{TEMPLATES}{digest.hexdigest()[:16]}"
    lock = Path(tempfile.gettempdir()) / f"{TEMPLATES}{os.getuid()}.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with _connected(admin_url) as admin:
            found = admin.execute("SELECT datname FROM pg_database WHERE datistemplate")
            known = [row[0] for row in found.fetchall() if row[0].startswith(TEMPLATES)]
        if name not in known:
            _build(admin_url, name, known)
    return name


def _build(admin_url: str, name: str, stale: list[str]) -> None:
    for old in stale:
        _run(admin_url, "ALTER DATABASE {} IS_TEMPLATE false", old)
        _run(admin_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
    _run(admin_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    _run(admin_url, "CREATE DATABASE {}", name)
    url = _url_of(admin_url, name)
    composition.migrate(url)
    runtime = composition.build(settings_for(url))
    with runtime.engine.begin() as connection:
        mark(connection, Tier.INT)
    runtime.close()
    _run(admin_url, "ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false", name)


def _run(admin_url: str, statement: LiteralString, *names: str) -> None:
    with _connected(admin_url) as admin:
        admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _connected(url: str) -> psycopg.Connection:
    plain = make_url(url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)


def _url_of(admin_url: str, name: str) -> str:
    url = make_url(admin_url).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)
