"""People from the terminal."""

from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.factories.instructors import person


class TestFind:
    def test_lists_those_who_fit_best_first(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = person(uow, first_name="Maya", last_name="Okafor", email="maya@example.org")
            person(uow, first_name="Zoe", last_name="Marsh")
        found = terminal("users", "find", "maya@example.org", "--json")
        assert found.code == 0
        assert [(one["id"], one["matched_by"]) for one in found.json] == [(maya, "email")]
        assert "maya@example.org" in terminal("users", "find", "Okafor").out

    def test_says_so_when_nobody_fits(self, terminal: Terminal) -> None:
        found = terminal("users", "find", "nobody@example.org", "--json")
        assert (found.code, found.json) == (0, [])


class TestShow:
    def test_shows_one_by_name(self, terminal: Terminal, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = person(uow, first_name="Maya", last_name="Okafor")
        assert terminal("users", "show", "Maya Okafor", "--json").json["id"] == maya
        assert terminal("users", "show", maya, "--json").json["public_name"] == "Maya O."

    def test_refuses_to_guess_between_two(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            both = {person(uow, first_name="Maya", last_name="Okafor") for _ in range(2)}
        refused = terminal("users", "show", "Maya Okafor", "--json")
        assert (refused.code, refused.out) == (1, "")
        assert refused.problem["code"] == "users.several_fit"
        assert set(refused.problem["facts"]["candidates"]) == both

    def test_refuses_an_id_that_nobody_has(self, terminal: Terminal) -> None:
        refused = terminal("users", "show", "01JZ8M4T6Q3V9K2X7C5B1N0D8F", "--json")
        assert refused.code == 1
        assert refused.problem["title"] == "Not found"

    def test_prints_a_refusal_in_words_without_json(self, terminal: Terminal) -> None:
        refused = terminal("users", "show", "nobody")
        assert refused.code == 1
        assert refused.err == (
            "Not found: Nobody fits 'nobody'. Try another spelling, an e-mail or an id."
            " [users.nobody_fits]\n"
        )


class TestSuspending:
    def test_shows_first_then_does_it_and_undoes_it(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = person(uow, first_name="Maya", last_name="Okafor")
        suspend = ("users", "suspend", "Maya Okafor", "--reason", "fraud")
        before = terminal("users", "standing", maya, "--json").json
        assert (before["status"], before["suspension"]) == ("active", None)
        assert terminal(*suspend, "--dry-run", "--json").json == before
        unasked = terminal(*suspend, "--json")
        assert (unasked.code, unasked.problem["code"]) == (1, "cli.declined")
        assert terminal("users", "standing", maya, "--json").json == before

        done = terminal(*suspend, "--note", "Stolen cards.", "--yes", "--json").json
        assert done["status"] == "suspended"
        assert (done["suspension"]["reason"], done["suspension"]["note"]) == (
            "fraud",
            "Stolen cards.",
        )
        again = terminal(*suspend, "--yes", "--json")
        assert (again.code, again.problem["code"]) == (1, "accounts.already_suspended")
        assert "fraud" in terminal("users", "standing", maya).out

        restore = ("users", "restore", maya, "--reason", "mistake")
        assert terminal(*restore, "--dry-run", "--json").json["status"] == "suspended"
        assert terminal(*restore, "--yes", "--json").json == before

    def test_needs_a_reason_that_there_is(self, terminal: Terminal) -> None:
        for reason in ((), ("--reason", "dislike")):
            assert terminal("users", "suspend", "x", *reason, "--yes").code == 2


class TestErasingSearches:
    def test_counts_asks_and_does_it(self, terminal: Terminal, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = person(uow, first_name="Maya", last_name="Okafor")
            uow.session.add(
                SearchQuery(
                    id=new_id(),
                    at=uow.now,
                    user_id=maya,
                    text="oboe",
                    normalized_text="oboe",
                    result_count=1,
                    took_ms=1,
                )
            )
        erase = ("search", "erase", "Maya Okafor")
        assert terminal(*erase, "--dry-run", "--json").json == {
            "histories": 0,
            "searches": 1,
            "is_done": False,
        }
        assert terminal(*erase, "--json").code == 1
        assert terminal(*erase, "--yes", "--json").json["is_done"] is True
        assert "0 searches would be" in terminal(*erase, "--dry-run").out
