"""The demo marketplace from the terminal."""

from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.factories.instructors import person

FEW = ("seed", "--instructors", "3")


class TestSeed:
    def test_replaces_what_people_wrote(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            before = person(uow)
        done = terminal(*FEW, "--yes", "--json")
        assert done.code == 0, done.err
        assert done.json["instructors"] == 3
        assert 0 < done.json["availability_days"] <= 3 * 84
        assert terminal("users", "show", before, "--json").code == 1
        assert "took" in terminal(*FEW, "--yes").out

    def test_only_says_what_it_would_do(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            before = person(uow)
        planned = terminal("seed", "--instructors", "300", "--dry-run", "--json").json
        assert planned["instructors"] == 300
        assert planned["bookings"] >= 25_000
        assert terminal("users", "show", before, "--json").code == 0

    def test_changes_nothing_until_somebody_agrees(self, terminal: Terminal) -> None:
        refused = terminal(*FEW, "--json")
        assert (refused.code, refused.problem["code"]) == (1, "cli.declined")

    def test_never_fills_a_production_database(self, terminal: Terminal) -> None:
        refused = terminal(*FEW, "--yes", "--json", INSTAINSTRU_TIER="PROD")
        assert (refused.code, refused.problem["code"]) == (1, "database.protected")

    def test_a_number_beyond_reason_is_wrong_usage(self, terminal: Terminal) -> None:
        assert terminal("seed", "--instructors", "100001").code == 2
        assert terminal("seed", "--instructors", "0").code == 2
