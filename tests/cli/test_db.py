"""The tables from the terminal."""

import json
import os
import subprocess
import sys

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.cli.conftest import Terminal
from tests.databases import ROOT


def plain(terminal: Terminal) -> str:
    url = make_url(terminal.settings.database_url.get_secret_value()).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def set_back(terminal: Terminal, revision: str = "0001") -> str:
    """Let the database say that its tables are at this revision; answers with what it said."""
    with psycopg.connect(plain(terminal)) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = %s", [revision])
    assert found is not None
    return str(found[0])


class TestStatus:
    def test_tells_what_is_missing_without_tables(self, bare_terminal: Terminal) -> None:
        found = bare_terminal("db", "status", "--json").json
        assert found["revision"] is None
        assert found["pending"][-1] == found["latest"]
        assert (found["tables"], found["marked_as"], found["tier"]) == (0, None, "INT")

    def test_never_prints_the_address(self, bare_terminal: Terminal) -> None:
        printed = bare_terminal("db", "status").out
        assert "this machine" in printed
        assert "host=" not in printed


class TestUpgrade:
    def test_makes_the_tables_and_loads_map_and_catalogue(self, bare_terminal: Terminal) -> None:
        done = bare_terminal("db", "upgrade", "--json")
        assert done.code == 0, done.err
        assert done.json["before"] is None
        assert done.json["pending"] == []
        assert bare_terminal("db", "check", "--json").json == {"ok": True, "faults": []}
        with psycopg.connect(plain(bare_terminal)) as connection:
            tier = connection.execute("SELECT tier FROM environment_marker").fetchone()
        assert tier == ("INT",)

    def test_again_changes_nothing(self, terminal: Terminal) -> None:
        done = terminal("db", "upgrade", "--json").json
        assert done["before"] == done["revision"]

    def test_brings_map_and_catalogue_to_this_release(self, terminal: Terminal) -> None:
        with psycopg.connect(plain(terminal)) as connection:
            connection.execute("UPDATE services SET name = 'Clavier' WHERE slug = 'piano'")
            connection.execute(
                "UPDATE services SET is_active = true, slug = 'lute' WHERE slug = 'harp'"
            )
            connection.execute("UPDATE regions SET name = 'Breuckelen' WHERE code = 'BK0101'")
        found = terminal("db", "check", "--json")
        assert found.code == 1
        (fault,) = found.json["faults"]
        assert fault.startswith("3 rows of the map and the catalogue are not those of this")
        assert "instainstru db upgrade" in fault
        with psycopg.connect(plain(terminal)) as connection:
            named = connection.execute("SELECT name FROM services WHERE slug = 'piano'").fetchone()
        assert named == ("Clavier",)
        done = terminal("db", "upgrade", "--json").json
        assert done["reference_rows_changed"] == 3
        assert terminal("db", "check", "--json").json == {"ok": True, "faults": []}

    def test_says_which_texts_have_no_vector_yet(self, terminal: Terminal) -> None:
        kinds = terminal("search", "embeddings", "status", "--json").json["kinds"]
        wanted = sum(kind["wanted"] for kind in kinds)
        done = terminal("db", "upgrade", "--json").json
        assert done["texts_without_fresh_vector"] == wanted > 1000
        assert "`instainstru search embeddings rebuild`" in terminal("db", "upgrade").out

    def test_refuses_a_revision_that_is_not_there(self, terminal: Terminal) -> None:
        refused = terminal("db", "upgrade", "9999", "--json")
        assert refused.code == 1
        assert refused.problem["code"] == "database.unknown_revision"


class TestCheck:
    def test_fails_without_tables(self, bare_terminal: Terminal) -> None:
        found = bare_terminal("db", "check", "--json")
        assert found.code == 1
        assert "instainstru db upgrade" in found.json["faults"][0]

    def test_fails_where_a_column_is_missing(self, terminal: Terminal) -> None:
        with psycopg.connect(plain(terminal)) as connection:
            connection.execute("ALTER TABLE search_queries DROP COLUMN took_ms")
        found = terminal("db", "check", "--json")
        assert found.code == 1
        assert "took_ms" in found.json["faults"][0]

    def test_finds_no_fault_with_a_map_of_tables_that_are_behind(self, terminal: Terminal) -> None:
        set_back(terminal)
        (fault,) = terminal("db", "check", "--json").json["faults"]
        assert fault.startswith("Migrations are missing: 0002, 0003, ")
        assert fault.endswith(". Run `instainstru db upgrade`.")


class TestTablesOfAnOlderRelease:
    def test_are_worked_with_by_no_command(self, terminal: Terminal) -> None:
        before = set_back(terminal)
        refused = terminal("users", "find", "maya", "--json")
        assert refused.code == 3
        assert refused.problem["code"] == "database.not_migrated"
        assert (
            f"this release needs {before}. Run `instainstru db upgrade`"
            in (refused.problem["detail"])
        )

    def test_of_a_newer_one_are_worked_with(self, terminal: Terminal) -> None:
        set_back(terminal, "9999")
        assert terminal("users", "find", "maya", "--json").code == 0

    def test_are_served_by_nobody_and_neither_are_none_or_those_away(
        self, terminal: Terminal, bare_terminal: Terminal
    ) -> None:
        set_back(terminal)
        away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
        refused = [
            terminal.serve("api"),
            bare_terminal.serve("worker"),
            terminal.serve("mcp", **away),
        ]
        assert [ran.code for ran in refused] == [3, 3, 3]
        told = [ran.err for ran in refused]
        assert "The tables are at 0001, this release needs" in told[0]
        assert "no tables of ours yet. Run `instainstru db upgrade`" in told[1]
        assert "[database.unreachable]" in told[2]
        assert "Traceback" not in "".join(told)


class TestReset:
    def test_makes_empty_tables(self, terminal: Terminal) -> None:
        with psycopg.connect(plain(terminal)) as connection:
            connection.execute("CREATE TABLE leftover (id int)")
        done = terminal("db", "reset", "--yes", "--json")
        assert done.code == 0, done.err
        assert done.json["pending"] == []
        with psycopg.connect(plain(terminal)) as connection:
            left = connection.execute("SELECT to_regclass('leftover')").fetchone()
        assert left == (None,)

    def test_changes_nothing_until_somebody_agrees(self, terminal: Terminal) -> None:
        refused = terminal("db", "reset", "--json", typed="y\n")
        assert refused.code == 1
        assert refused.problem["code"] == "cli.declined"

    @pytest.mark.parametrize(
        ("tier", "code"), [("PROD", "database.protected"), ("STG", "database.protected")]
    )
    def test_refuses_a_database_of_another_tier(
        self, terminal: Terminal, tier: str, code: str
    ) -> None:
        refused = terminal("db", "reset", "--yes", "--json", INSTAINSTRU_TIER=tier)
        assert refused.code == 1
        assert refused.problem["code"] == code
        assert terminal("db", "check", "--json").json["ok"] is True


class TestOutput:
    def test_is_nothing_but_the_answer(self, terminal: Terminal) -> None:
        known = terminal.environment | {"INSTAINSTRU_SLOW_QUERY_MS": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "cli.app", "db", "upgrade", "--json"],
            cwd=ROOT,
            env={**os.environ, **known},
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(done.stdout)["pending"] == []
        assert done.stderr == ""


class TestTrouble:
    def test_a_database_without_tables_is_unavailable(self, bare_terminal: Terminal) -> None:
        refused = bare_terminal("users", "find", "maya", "--json")
        assert refused.code == 3
        assert refused.problem["code"] == "database.not_migrated"
        assert refused.problem["exit_code"] == 3

    def test_a_server_that_is_not_there_is_unavailable(self, terminal: Terminal) -> None:
        refused = terminal(
            "users", "find", "maya", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"
        )
        assert refused.code == 3
        assert refused.problem["code"] == "database.unreachable"
        assert "instainstru stack up" in refused.problem["detail"]

    def test_an_address_that_is_none_is_refused(self, terminal: Terminal) -> None:
        refused = terminal("db", "status", "--json", DATABASE_URL="secret-word")
        assert refused.code == 1
        assert refused.problem["code"] == "settings.invalid"
        assert "secret-word" not in refused.err

    def test_a_setting_that_makes_no_sense_is_named(self, terminal: Terminal) -> None:
        refused = terminal("db", "status", "--json", INSTAINSTRU_POOL_SIZE="many")
        assert refused.problem["code"] == "settings.invalid"
        assert "pool_size" in refused.problem["detail"]
