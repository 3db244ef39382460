"""The migrations make the tables the models describe, and can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from instainstru_core import runtime as composition
from tests.databases import ServerUrls, empty

EXTENSIONS = {"postgis", "btree_gist", "pg_trgm", "unaccent"}


@pytest.fixture
def database_url(servers: ServerUrls) -> Iterator[str]:
    with empty(servers) as url:
        yield url


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


class TestMigrations:
    def test_go_up_down_and_up_again_and_equal_the_models(self, database_url: str) -> None:
        config = composition.alembic_config(database_url)
        composition.load_models()

        command.upgrade(config, "head")
        first = tables(database_url)
        command.downgrade(config, "base")
        bare = tables(database_url)
        command.upgrade(config, "head")

        assert bare - {"spatial_ref_sys"} == {"alembic_version"}
        assert tables(database_url) == first
        command.check(config)

    def test_bring_their_extensions(self, database_url: str) -> None:
        composition.migrate(database_url)
        engine = create_engine(database_url)
        with engine.connect() as connection:
            names = set(connection.scalars(text("SELECT extname FROM pg_extension")))
        engine.dispose()
        assert names >= EXTENSIONS

    def test_form_one_line(self) -> None:
        script = ScriptDirectory.from_config(composition.alembic_config("postgresql:///unused"))
        assert len(script.get_heads()) == 1
        assert len(script.get_bases()) == 1

    def test_are_named_after_their_revisions(self) -> None:
        """So that a process knows the newest without Alembic."""
        script = ScriptDirectory.from_config(composition.alembic_config("postgresql:///unused"))
        for one in script.walk_revisions():
            assert Path(one.path).name.startswith(f"{one.revision}_")
        assert composition.newest_revision() == script.get_current_head()
