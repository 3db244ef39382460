"""Searching from the terminal."""

from datetime import timedelta

from instainstru_core.domains.search.service import note
from instainstru_core.domains.search.types.recording import Noted, Searcher
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.ids import new_id
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

    def test_explains_how_the_answer_came_about(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            instructors = [live_instructor(uow) for _ in range(2)]
        wish = "theremin for beginners in test square under $150"
        found = terminal("search", "find", wish, "--explain", "--limit", "1", "--json")
        assert found.code == 0, found.err
        (item,) = found.json["items"]
        assert item["signals"]["relevance"] == 1.0
        assert next(one["name"] for one in found.json["explanation"]["stages"]) == "parse"
        printed = terminal("search", "find", wish, "--explain").out
        for words in ("relevance", "founding", "Theremin 1.00 (name)", "Test Square", "step"):
            assert words in printed
        assert "$0.00 to $150.00" in printed or "... to $150.00" in printed
        again = terminal("search", "find", wish, "--cursor", found.json["next_cursor"], "--json")
        shown = {item["instructor_id"], *(one["instructor_id"] for one in again.json["items"])}
        assert shown == {one.id for one in instructors}
        assert again.json["search_id"] == found.json["search_id"]

    def test_is_written_down_as_a_search(self, terminal: Terminal) -> None:
        for _ in range(2):
            terminal("search", "find", "bagpipes oboe")
        top = terminal("search", "top", "--json").json["data"]
        # Nobody else searched for it: what is no word of the catalog stays theirs.
        assert [(one["query"], one["searches"]) for one in top["queries"]] == [("… oboe", 2)]
        vain = terminal("search", "zero-results", "--json").json["data"]
        assert [one["query"] for one in vain["queries"]] == ["… oboe"]
        for report in ("top", "zero-results"):
            printed = terminal("search", report).out
            assert "oboe" in printed
            assert "bagpipes" not in printed

    def test_is_what_the_group_does_by_itself(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = live_instructor(uow)
        for words in ((maya.service_name, "--json"), ("--json", maya.service_name)):
            found = terminal("search", *words)
            assert [one["instructor_id"] for one in found.json["items"]] == [maya.id]

    def test_nothing_to_look_for_is_refused(self, terminal: Terminal) -> None:
        refused = terminal("search", "find", "--json")
        assert (refused.code, refused.problem["title"]) == (1, "Invalid")

    def test_a_day_that_is_none_is_wrong_usage(self, terminal: Terminal) -> None:
        refused = terminal("search", "find", "piano", "--on", "someday", "--json")
        assert (refused.code, refused.problem["code"]) == (2, "input.invalid")


class TestInsights:
    def test_say_where_supply_is_short_and_how_searches_end(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = live_instructor(uow)
            for number in range(2):
                note(
                    uow,
                    Noted(
                        search_id=new_id(),
                        at=utc_now() - timedelta(minutes=1),
                        searcher=Searcher(guest=f"g{number}", person=f"g{number}"),
                        text="theremin",
                        service_ids=(maya.service_id,),
                        area_keys=("nyc-queens-astoria",),
                        result_count=0,
                        took_ms=2.0,
                    ),
                )
        (gap,) = terminal("search", "gaps", "--json").json["data"]["gaps"]
        assert (gap["area"], gap["people"], gap["instructors"]) == ("Astoria", 2, 0)
        assert "Astoria" in terminal("search", "gaps").out
        quality = terminal("search", "quality", "--json").json["data"]
        assert (quality["searches"], quality["zero_result_rate"]) == (2, 1.0)
        assert "nobody found" in terminal("search", "quality").out
        assert "theremin" in terminal("search", "trends").out

    def test_show_and_delete_a_persons_history(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = live_instructor(uow)
            note(
                uow,
                Noted(
                    search_id=new_id(),
                    at=utc_now() - timedelta(minutes=1),
                    searcher=Searcher(user_id=maya.id, person="u1"),
                    text="zither",
                    result_count=1,
                    took_ms=2.0,
                ),
            )
        assert "zither" in terminal("search", "history", "--user", maya.id).out
        forget = ("search", "forget-history", "--user", maya.id, "--json")
        unasked = terminal(*forget)
        assert (unasked.code, unasked.problem["code"]) == (1, "cli.declined")
        assert terminal(*forget, "--yes").json == {"deleted": 1}
        assert terminal("search", "history", "--user", maya.id, "--json").json["items"] == []
        unknown = terminal("search", "history", "--user", new_id(), "--json")
        assert (unknown.code, unknown.problem["code"]) == (1, "accounts.not_found")
