"""What was earned before its number was kept with it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from instainstru_core import runtime as composition
from instainstru_core.kernel.ids import new_id
from tests.databases import ServerUrls, empty

PERSON = """
INSERT INTO users (id, email, password_hash, first_name, last_name, status, created_at)
VALUES (:id, :email, '', 'Zoe', 'Moss', 'active', now())
"""
LOT = """
INSERT INTO credit_lots (id, key, user_id, source, reference, issued_cents, available_cents,
    revoked_cents, issued_at)
VALUES (:id, :key, :person, :source, :key, 1000, :left, :revoked, :at)
"""
LONG_AGO = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def database_url(servers: ServerUrls) -> Iterator[str]:
    with empty(servers) as url:
        yield url


def test_milestones_are_numbered_in_their_order(database_url: str) -> None:
    config = composition.alembic_config(database_url)
    command.upgrade(config, "0026")
    zoe, otto = new_id(), new_id()
    lots = [
        (zoe, "milestone_5", "credits.milestone:a", 0),
        (zoe, "milestone_5", "credits.milestone:b", 1_000),
        (zoe, "milestone_11", "credits.milestone:c", 0),
        (zoe, "milestone_5", "credits.milestone:d", 0),
        (zoe, "milestone_11", "credits.milestone:e", 0),
        (zoe, "adjustment", "credits.adjust:f", 0),
        (otto, "milestone_5", "credits.milestone:g", 0),
    ]
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for person in (zoe, otto):
            connection.execute(text(PERSON), {"id": person, "email": f"{person}@old.example"})
        for day, (person, source, key, revoked) in enumerate(lots):
            made = {"person": person, "source": source, "key": key, "revoked": revoked}
            made["left"] = 1_000 - revoked
            at = LONG_AGO + timedelta(days=day)
            connection.execute(text(LOT), made | {"id": new_id(), "at": at})

    command.upgrade(config, "0027")

    with engine.connect() as connection:
        found = connection.execute(text("SELECT key, milestone FROM credit_lots ORDER BY key"))
        numbers = {key.rpartition(":")[2]: number for key, number in found}
    engine.dispose()
    assert numbers == {"a": 5, "b": None, "c": 11, "d": 16, "e": 22, "f": None, "g": 5}
