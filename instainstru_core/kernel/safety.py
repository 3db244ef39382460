"""Which database is this, and may it be hurt? Three tiers from the first day.

INT belongs to tests and is free to drop. STG keeps its data: destructive work needs the caller's
word. PROD refuses destructive work unless the host's full name is typed. A row in the database
itself says which tier it is, so that a wrong URL cannot pass for another.
"""

import os
from enum import StrEnum

from sqlalchemy import CheckConstraint, Connection, insert, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.kernel.db import Base
from instainstru_core.kernel.errors import Forbidden

LOCAL_HOSTS = frozenset({"", "localhost", "127.0.0.1", "::1"})
NAMES_A_HOST = ("host", "hostaddr", "service")
FROM_ENVIRONMENT = {
    "PGHOST": ("host",),
    "PGHOSTADDR": ("hostaddr",),
    "PGSERVICE": ("service",),
}
"""Variables that name a host to the driver, unless the URL says one of these."""


class Tier(StrEnum):
    """INT: tests. STG: a developer's or staging data. PROD: the real thing."""

    INT = "INT"
    STG = "STG"
    PROD = "PROD"


class DatabaseProtected(Forbidden):
    code = "database.protected"


class EnvironmentMarker(Base):
    """One row: the tier that this database belongs to."""

    __tablename__ = "environment_marker"
    __table_args__ = (CheckConstraint("is_marker", name="one_row"),)

    is_marker: Mapped[bool] = mapped_column(primary_key=True, default=True)
    tier: Mapped[Tier]


def host_of(database_url: str) -> str:
    """The host a URL names, or all of them that are not this machine; empty for a unix socket.

    What the query of the URL says counts as well: the driver lets it overrule the rest. So does
    what the driver takes from the environment where the URL is silent.
    """
    url = make_url(database_url)
    said = [url.host or "", *(url.query.get(word, "") for word in NAMES_A_HOST)]
    variables = [name for name, words in FROM_ENVIRONMENT.items() if not _says(url, words)]
    said += [os.environ.get(name, "") for name in variables]  # noqa: TID251 - as the driver does
    parts = ",".join(part if isinstance(part, str) else ",".join(part) for part in said)
    names = dict.fromkeys(name for name in parts.split(",") if name and not name.startswith("/"))
    away = [name for name in names if name not in LOCAL_HOSTS]
    return ",".join(away or list(names)[:1])


def _says(url: URL, words: tuple[str, ...]) -> bool:
    return any(word in url.query or (word == "host" and url.host) for word in words)


def is_local(database_url: str) -> bool:
    return host_of(database_url) in LOCAL_HOSTS


def guard(database_url: str, tier: Tier, *, typed: str | None = None, agreed: bool = False) -> None:
    """Refuse destructive work on a database that must not be hurt. Raises DatabaseProtected.

    `agreed` is the caller's explicit word (enough for STG); `typed` is the host's name as a
    person typed it (needed for PROD, and for STG on another host).
    """
    host = host_of(database_url)
    if tier is Tier.INT and not is_local(database_url):
        raise DatabaseProtected(
            f"The tier is INT but the database is on {host}. Tests only touch this machine:"
            " point DATABASE_URL at a local server.",
            host=host,
        )
    if tier is Tier.INT:
        return
    if tier is Tier.STG and is_local(database_url) and agreed:
        return
    if tier is Tier.STG and is_local(database_url):
        raise DatabaseProtected(
            "This database keeps its data. Say --yes to go ahead.", tier=tier.value
        )
    if not typed or typed != host:
        raise DatabaseProtected(
            f"This would change data on {host or 'a protected database'}. Type its full host name"
            " to go ahead.",
            tier=tier.value,
            host=host,
        )


def mark(connection: Connection, tier: Tier) -> None:
    """Write the marker into a fresh database; an existing marker stays."""
    if marked(connection) is None:
        connection.execute(insert(EnvironmentMarker).values(is_marker=True, tier=tier))


def marked(connection: Connection) -> Tier | None:
    """The tier the database says it belongs to."""
    return connection.scalar(select(EnvironmentMarker.tier))


def verify(connection: Connection, tier: Tier) -> None:
    """Refuse to work with a database of another tier. Raises DatabaseProtected."""
    found = marked(connection)
    if found is not None and found is not tier:
        raise DatabaseProtected(
            f"The settings say {tier} but the database says {found}. Check DATABASE_URL and"
            " INSTAINSTRU_TIER.",
            expected=tier.value,
            found=found.value,
        )
