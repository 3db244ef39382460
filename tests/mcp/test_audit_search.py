"""Who did what: found by actor, action, subject and outcome, with figures."""

from typing import Any

import pytest

from instainstru_core.domains.reporting import service as reporting
from tests.mcp.market_world import MarketWorld, statements
from tests.mcp.world import Copilot


@pytest.fixture
def asked_for(desk: Copilot) -> Any:
    """What a search answers, of lessons only: the copilot's own questions are left out."""

    def ask(**given: Any) -> dict[str, Any]:
        return desk.ask("audit_search", **({"action": "bookings.*"} | given))

    return ask


class TestAuditSearch:
    def test_finds_what_somebody_did(self, asked_for: Any, lived: MarketWorld) -> None:
        answer = asked_for(actor="Ada Quist")
        (entry,) = answer["data"]["entries"]
        assert (entry["action"], entry["actor"], entry["actor_id"]) == (
            "bookings.order_refund",
            "Ada Q.",
            lived.ada,
        )
        assert (entry["subject_kind"], entry["subject_id"]) == ("booking", lived.booked["taken"])
        assert entry["details"] == {"cents": 4_000, "reason": "goodwill", "instructor_cents": 3_143}
        assert answer["data"]["by_actor"] == {f"{lived.ada} (Ada Q.)": 1}
        assert answer["next_actions"][0]["arguments"] == {"booking": lived.booked["taken"]}

    def test_finds_what_was_done_to_a_booking(self, asked_for: Any, lived: MarketWorld) -> None:
        answer = asked_for(subject=lived.booked["cancelled"], action="bookings.cancel")
        (entry,) = answer["data"]["entries"]
        assert (entry["actor"], entry["at"]) == ("Jonas L.", "2026-06-19T05:00:00Z")

    def test_counts_all_that_fit_and_pages_through_them(self, asked_for: Any) -> None:
        whole = asked_for(limit=100)
        number = len(whole["data"]["entries"])
        assert whole["total"] == number == sum(whole["data"]["by_action"].values())
        assert whole["data"]["by_outcome"] == {"success": number}
        first = asked_for(limit=2)
        assert (first["total"], first["truncated"]) == (number, True)
        second = asked_for(limit=2, cursor=first["next_cursor"])
        assert first["data"]["entries"] + second["data"]["entries"] == whole["data"]["entries"][:4]

    def test_looks_at_the_window_by_the_instant(self, asked_for: Any) -> None:
        """The cancellation was at 05:00:00 UTC: a window is without its end."""
        with_it = asked_for(
            action="bookings.cancel", window="2026-06-19T05:00:00Z/2026-06-19T05:00:01Z"
        )
        assert with_it["total"] == 1
        before = asked_for(
            action="bookings.cancel", window="2026-06-19T04:00:00Z/2026-06-19T05:00:00Z"
        )
        assert (before["total"], before["data"]["entries"]) == (0, [])
        assert before["warnings"] == ["No entry fits. Take a longer window, or fewer conditions."]

    def test_finds_its_own_questions_and_refusals(self, desk: Copilot) -> None:
        desk.refused("booking_story", booking="nothing")
        answer = desk.ask("audit_search", actor="copilot", outcome="refused", door="mcp")
        newest = answer["data"]["entries"][0]
        assert (newest["action"], newest["code"]) == (
            "mcp.booking_story",
            "reporting.lesson_unknown",
        )
        assert newest["details"]["arguments"] == {"booking": "7 characters"}

    def test_finds_one_entry_by_its_id_whenever_it_was(self, desk: Copilot, asked_for: Any) -> None:
        entry = asked_for()["data"]["entries"][-1]
        found = desk.ask("audit_search", entry=entry["id"], window="2h")
        assert (found["data"]["entries"], found["window"]) == ([entry], None)

    def test_asks_a_few_statements_however_many_entries(self, lived: MarketWorld) -> None:
        for limit in (1, 100):
            asked = statements(lived, lambda uow, n=limit: reporting.audit_search(uow, limit=n))
            assert len(asked) == 3
