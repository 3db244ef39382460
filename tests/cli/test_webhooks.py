"""What vendors told us, from the terminal."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from instainstru_core.domains.webhooks import service
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.conftest import SetClock
from tests.factories.webhooks import received

NOBODY = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


@pytest.fixture
def dead(committed_runtime: Runtime, clock: SetClock) -> str:
    """An event that was given up just now, by the wall clock, which the terminal reads."""
    clock.now = utc_now() - timedelta(hours=2)
    with committed_runtime.begin(SYSTEM) as uow:
        event_id = received(uow, event_id="evt_dead", kind="payout.failed")
    for _ in range(3):
        with committed_runtime.begin(SYSTEM) as uow:
            (event,) = service.claim(uow, limit=1, lease=timedelta(minutes=5))
            service.fail(uow, event, "KeyError")
        clock.advance(timedelta(minutes=6))
    return event_id


@pytest.fixture
def waiting(committed_runtime: Runtime, dead: str) -> str:
    """A younger event that waits."""
    with committed_runtime.begin(SYSTEM) as uow:
        return received(uow, event_id=f"evt_after_{dead}")


class TestList:
    def test_shows_the_newest_first_page_by_page(
        self, terminal: Terminal, dead: str, waiting: str
    ) -> None:
        found = terminal("webhooks", "list", "--limit", "1", "--json")
        assert found.code == 0, found.err
        assert [one["id"] for one in found.json["items"]] == [waiting]
        cursor = found.json["next_cursor"]
        rest = terminal("webhooks", "list", "--limit", "1", "--cursor", cursor, "--json").json
        assert ([one["id"] for one in rest["items"]], rest["next_cursor"]) == ([dead], None)
        shown = terminal("webhooks", "list").out
        assert ("evt_dead" in shown, "dead_letter" in shown) == (True, True)

    def test_narrows_by_state_kind_and_source(
        self, terminal: Terminal, dead: str, waiting: str
    ) -> None:
        def found(*options: str) -> list[str]:
            items = terminal("webhooks", "list", *options, "--json").json["items"]
            return [one["id"] for one in items]

        assert found("--state", "dead_letter") == [dead]
        assert found("--kind", "payout.*") == [waiting, dead]
        assert found("--kind", "payout.paid") == [waiting]
        assert found("--source", "resend") == []
        assert terminal("webhooks", "list", "--state", "lost").code == 2


class TestShow:
    def test_tells_all_that_was_told(self, terminal: Terminal, dead: str) -> None:
        found = terminal("webhooks", "show", "evt_dead", "--json").json
        assert (found["id"], found["state"], found["error"]) == (dead, "dead_letter", "KeyError")
        assert found["payload"]["data"]["object"]["id"] == "po_1"
        shown = terminal("webhooks", "show", dead).out
        assert ('"po_1"' in shown, "3 failed" in shown) == (True, True)

    def test_an_unknown_one_is_not_found(self, terminal: Terminal) -> None:
        refused = terminal("webhooks", "show", NOBODY, "--json")
        assert (refused.code, refused.problem["code"]) == (1, "webhooks.not_found")


class TestReplay:
    def test_lets_a_dead_letter_be_processed_once_more_and_says_so_in_the_audit_trail(
        self, terminal: Terminal, committed_runtime: Runtime, dead: str
    ) -> None:
        done = terminal("webhooks", "replay", "evt_dead", "--json")
        assert done.code == 0, done.err
        assert (done.json["state"], done.json["replays"]) == ("received", 1)
        with committed_runtime.begin(SYSTEM) as uow:
            entry = uow.session.execute(
                text("SELECT door, subject_id FROM audit_entries WHERE action = :one"),
                {"one": "webhooks.replay"},
            ).one()
        assert tuple(entry) == ("cli", dead)

    def test_is_refused_for_what_waits_anyway(self, terminal: Terminal, waiting: str) -> None:
        refused = terminal("webhooks", "replay", waiting, "--json")
        assert (refused.code, refused.problem["code"]) == (1, "webhooks.not_replayable")


class TestStats:
    def test_counts_what_is_not_over(self, terminal: Terminal, waiting: str) -> None:
        found = terminal("webhooks", "stats", "--json").json
        counts = ("waiting", "overdue", "processing", "stuck", "dead", "received_last_day")
        assert {name: found[name] for name in counts} == {
            "waiting": 1,
            "overdue": 1,
            "processing": 0,
            "stuck": 0,
            "dead": 1,
            "received_last_day": 2,
        }
        assert "1 (1 due)" in terminal("webhooks", "stats").out
        assert waiting
