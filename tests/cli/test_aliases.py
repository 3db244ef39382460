"""Names of places from the terminal: taught, tried first, and learned as the daily job does."""

from sqlalchemy import func

from instainstru_core.domains.search import service
from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal

FLATBUSH, KENSINGTON = "nyc-brooklyn-flatbush", "nyc-brooklyn-kensington"
ALIASES = ("search", "aliases")


class TestAliases:
    def test_are_tried_taught_listed_and_rejected(self, terminal: Terminal) -> None:
        add = (*ALIASES, "add", "the junction", FLATBUSH, KENSINGTON)
        tried = terminal(*add, "--dry-run")
        assert '"junction" would be active: ' in tried.out
        assert "one of them" in tried.out
        assert terminal(*ALIASES, "list", "--json").json["items"] == []
        made = terminal(*add, "--json").json
        assert (made["is_ambiguous"], made["status"]) == (True, "active")
        assert "junction" in terminal(*ALIASES, "list", "--status", "active").out
        refused = terminal(*add, "--json")
        assert (refused.code, refused.problem["code"]) == (1, "search.alias_known")
        assert terminal(*ALIASES, "reject", made["id"], "--dry-run").code == 0
        assert terminal(*ALIASES, "reject", made["id"], "--json").json["status"] == "rejected"

    def test_that_wait_are_approved(self, terminal: Terminal, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            service.propose_place_alias(uow, "hollow", [FLATBUSH])
        (waiting,) = terminal(*ALIASES, "list", "--json").json["items"]
        assert "would be active" in terminal(*ALIASES, "approve", waiting["id"], "--dry-run").out
        assert terminal(*ALIASES, "approve", waiting["id"], "--json").json["status"] == "active"

    def test_of_nothing_are_refused(self, terminal: Terminal) -> None:
        refused = terminal(*ALIASES, "add", "?", FLATBUSH, "--json")
        assert (refused.code, refused.problem["code"]) == (1, "search.alias_refused")
        unknown = terminal(*ALIASES, "dismiss", "atlantis", "--yes", "--json")
        assert unknown.problem["code"] == "search.unresolved_not_found"


class TestLearning:
    def test_notes_what_nobody_knew(self, terminal: Terminal, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            for person in ("g1", "g2", "g2"):
                uow.session.add(_search(person))
        tried = terminal(*ALIASES, "learn", "--dry-run")
        assert "Looked at 1 names that nobody knew." in tried.out
        assert terminal(*ALIASES, "unresolved", "--json").json["items"] == []
        assert terminal(*ALIASES, "learn", "--json").json["looked_at"] == 1
        (noted,) = terminal(*ALIASES, "unresolved", "--json").json["items"]
        assert (noted["name"], noted["searches"], noted["people"]) == ("hollow", 3, 2)
        assert "hollow" in terminal(*ALIASES, "unresolved").out
        assert "hollow is dismissed." in terminal(*ALIASES, "dismiss", "Hollow", "--yes").out


def _search(person: str) -> SearchQuery:
    return SearchQuery(
        id=new_id(),
        at=func.now(),
        person=person,
        text="piano in hollow",
        normalized_text="piano in hollow",
        unresolved_place="hollow",
        result_count=1,
        took_ms=5,
    )
