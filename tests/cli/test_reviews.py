"""Reviews, instructors and the catalog from the terminal."""

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.factories import instructors, reviews


class TestReviews:
    def test_are_listed_hidden_and_shown_again(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            maya = instructors.live_instructor(uow, open_days=0)
        review = reviews.reviewed(begin, maya, 2, "Late [bold]twice[/bold]. " + "So sad. " * 10)
        listed = terminal("reviews", "list", "--instructor", maya.id, "--json").json
        assert [(one["id"], one["stars"], one["state"]) for one in listed["items"]] == [
            (review.id, 2, "published")
        ]
        assert "Late [bold]twice[/bold]. So sad." in terminal("reviews", "list").out
        hide = ("reviews", "hide", review.id, "--reason", "off_topic")
        asked = terminal(*hide)
        assert asked.code == 1
        assert "Say --yes" in asked.err
        hidden = terminal(*hide, "--note", "About the subway.", "--yes", "--json").json
        assert (hidden["state"], hidden["hidden_reason"]) == ("hidden", "off_topic")
        again = terminal(*hide, "--yes", "--json")
        assert (again.code, again.problem["code"]) == (1, "reviews.hidden_already")
        shown = terminal("reviews", "show", review.id).out
        assert "About the subway." in shown
        assert "Okafor" not in shown
        back = terminal("reviews", "unhide", review.id, "--note", "It is about us.", "--yes")
        assert back.out == "Shown again: 2 stars of Zoe M. for Maya O.\n"
        assert terminal("reviews", "show", review.id, "--json").json["state"] == "published"

    def test_of_somebody_who_is_unknown_are_refused(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = instructors.live_instructor(uow, open_days=0)
        for side in ("--instructor", "--student"):
            refused = terminal("reviews", "list", side, "01JZ8M4T6Q3V9K2X7C5B1N0D8F", "--json")
            assert (refused.code, refused.out) == (1, "")
            assert refused.problem["code"] == "accounts.not_found"
            assert terminal("reviews", "list", side, maya.id, "--json").json["items"] == []


class TestAnOffering:
    def test_says_for_whom_it_is(self, terminal: Terminal, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = instructors.live_instructor(uow, service="piano", open_days=0)
            access.grant_role(uow, maya.id, Role.INSTRUCTOR)
        offer = ("instructors", "offer", maya.offering_id, "--yes", "--json")
        wanted = ("--level", "advanced", "--filters", "goal:hobby,competition")
        changed = terminal(*offer, *wanted).json
        assert changed["skill_levels"] == ["advanced"]
        assert changed["filters"] == {"goal": ["competition", "hobby"]}
        assert len(changed["prices"]) == 3
        for filters, code in (
            ("color:red", "catalog.filters_unusable"),
            ("medium:oil", "instructors.filter_not_allowed"),
        ):
            refused = terminal(*offer, "--filters", filters)
            assert (refused.code, refused.problem["code"]) == (1, code)
        shown = terminal("instructors", "show", maya.id)
        assert "goal: competition, hobby" in shown.out


class TestTheCatalog:
    def test_tells_what_there_is(self, terminal: Terminal) -> None:
        assert "orchestral-strings" in terminal("catalog", "tree").out
        found = terminal("catalog", "show", "dance", "ballet", "--json").json
        assert [one["key"] for one in found["filters"]] == ["skill_level", "goal", "style"]
        assert "classical, contemporary" in terminal("catalog", "show", "dance", "ballet").out
        assert "heritage_speaker" in terminal("catalog", "filters").out
        refused = terminal("catalog", "show", "dance", "piano", "--json")
        assert (refused.code, refused.problem["code"]) == (1, "catalog.subcategory_not_found")
