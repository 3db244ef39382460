"""Searching from the terminal."""

from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.factories.instructors import live_instructor


class TestFind:
    def test_lists_who_teaches_it(self, terminal: Terminal, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = live_instructor(uow)
        found = terminal("search", "find", maya.service_name, "--json")
        assert found.code == 0, found.err
        assert [one["instructor_id"] for one in found.json["items"]] == [maya.id]
        printed = terminal("search", "find", maya.service_name)
        assert "1 instructors found." in printed.out

    def test_is_written_down_as_a_search(self, terminal: Terminal) -> None:
        for _ in range(2):
            terminal("search", "find", "bagpipes")
        top = terminal("search", "top", "--json").json["data"]
        assert [(one["query"], one["searches"]) for one in top["queries"]] == [("bagpipes", 2)]
        vain = terminal("search", "zero-results", "--json").json["data"]
        assert [one["query"] for one in vain["queries"]] == ["bagpipes"]
        assert "bagpipes" in terminal("search", "top").out
        assert "bagpipes" in terminal("search", "zero-results").out

    def test_nothing_to_look_for_is_refused(self, terminal: Terminal) -> None:
        refused = terminal("search", "find", "--json")
        assert (refused.code, refused.problem["title"]) == (1, "Invalid")

    def test_a_day_that_is_none_is_wrong_usage(self, terminal: Terminal) -> None:
        refused = terminal("search", "find", "piano", "--on", "someday", "--json")
        assert (refused.code, refused.problem["code"]) == (2, "input.invalid")
