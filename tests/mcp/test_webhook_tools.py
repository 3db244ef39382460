"""What vendors told us: listed, shown without private data, and processed once more."""

from typing import Any

import pytest

from instainstru_core.domains.reporting.policy import redacting
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.authority import SYSTEM
from tests.factories.webhooks import received
from tests.mcp import market_world
from tests.mcp import world as worlds
from tests.mcp.market_world import MarketWorld
from tests.mcp.world import Copilot


@pytest.fixture(scope="module")
def dead(lived: MarketWorld) -> str:
    """A payout event that was given up."""
    with lived.runtime.begin(SYSTEM) as uow:
        event_id = received(uow)
        row = uow.session.get_one(WebhookEvent, event_id)
        row.state, row.attempts, row.failures = WebhookState.DEAD, 3, 3
        row.error = "payments.provider_failed"
    return event_id


class TestTheList:
    def test_has_the_last_received_first_and_counts_by_state(
        self, desk: Copilot, lived: MarketWorld, dead: str
    ) -> None:
        answer = desk.ask("webhooks_list", window="today")
        assert [one["id"] for one in answer["data"]["events"]] == [dead, lived.webhook]
        assert answer["data"]["by_state"] == {
            "received": 1,
            "processing": 0,
            "processed": 0,
            "failed": 0,
            "dead_letter": 1,
        }
        assert answer["warnings"] == ["1 of them were given up and wait for a replay."]
        assert answer["next_actions"][0]["arguments"] == {"event": dead}

    def test_has_only_what_was_asked_for(self, desk: Copilot, lived: MarketWorld) -> None:
        answer = desk.ask("webhooks_list", window="today", kind="payment_intent.*", source="stripe")
        assert [one["id"] for one in answer["data"]["events"]] == [lived.webhook]
        nothing = desk.ask("webhooks_list", source="checkr")
        assert (nothing["total"], nothing["data"]["events"]) == (0, [])
        assert nothing["warnings"] == [
            "No event that fits was received in this window (last 24 hours)."
        ]


class TestTheDetail:
    def test_shows_what_was_said_without_people_and_secrets(
        self, desk: Copilot, lived: MarketWorld
    ) -> None:
        data = desk.ask("webhook_detail", event=lived.webhook)["data"]
        assert data["booking_id"] == lived.booked["taken"]
        assert data["object_id"] == lived.intents["taken"]
        assert data["payload"] == {
            "data": {
                "object": {
                    "id": lived.intents["taken"],
                    "object": "payment_intent",
                    "amount": 13_440,
                    "status": "succeeded",
                    "receipt_email": "[hidden]",
                    "description": "[hidden]",
                    "client_secret": "[hidden]",
                    "billing_details": "[hidden]",
                    "last_payment_error": {"code": "card_declined", "message": "[hidden]"},
                }
            }
        }

    def test_knows_an_event_by_the_name_of_its_source(
        self, desk: Copilot, lived: MarketWorld
    ) -> None:
        known = desk.ask("webhook_detail", event=lived.webhook)["data"]
        assert desk.ask("webhook_detail", event=known["event_id"])["data"] == known
        refusal = desk.refused("webhook_detail", event="evt_none")
        assert refusal["code"] == "reporting.webhook_unknown"

    @pytest.mark.parametrize(
        ("told", "shown"),
        [
            ("free text", "[hidden]"),
            ("pi_3MtwBwLkdIwHu7ix28a3tqPa", "pi_3MtwBwLkdIwHu7ix28a3tqPa"),
            (["a", "b"], ["[hidden]", "[hidden]"]),
            ({"status": "paid", "ssn_last_4": 1234}, {"status": "paid", "ssn_last_4": "[hidden]"}),
            (
                {"email": None, "name": "", "livemode": True},
                {"email": None, "name": "", "livemode": True},
            ),
            (12, 12),
        ],
    )
    def test_hides_whatever_it_does_not_know(self, told: Any, shown: Any) -> None:
        assert redacting.shown(told) == shown

    def test_ends_where_it_gets_too_deep(self) -> None:
        deep: Any = 1
        for _ in range(20):
            deep = {"data": deep}
        assert "[deeper than shown]" in str(redacting.shown(deep))


class TestAReplay:
    @pytest.fixture
    def writer(self, lived: MarketWorld, desk: Copilot) -> Copilot:
        scopes = "mcp:read mcp:write"
        return Copilot(desk.url, market_world.token(worlds.signing_key(), scope=scopes))

    def test_is_shown_first_and_then_done_once(
        self, writer: Copilot, lived: MarketWorld, dead: str
    ) -> None:
        shown = writer.ask("webhook_replay_preview", event=dead)["data"]
        assert shown["preview"]["state"] == "dead_letter"
        assert "(payout.paid) once more" in shown["summary"]
        made = writer.ask("webhook_replay_execute", confirm_token=shown["confirm_token"])["data"]
        assert (made["replayed"], made["result"]["state"]) == (False, "received")
        assert made["result"]["replays"] == 1
        again = writer.ask("webhook_replay_execute", confirm_token=shown["confirm_token"])["data"]
        assert again["replayed"] is True
        with lived.runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(WebhookEvent, dead)
            assert (row.state, row.replays) == (WebhookState.RECEIVED, 1)
            row.state, row.error = WebhookState.DEAD, "payments.provider_failed"

    def test_is_refused_where_the_event_moved_meanwhile(
        self, writer: Copilot, lived: MarketWorld, dead: str
    ) -> None:
        shown = writer.ask("webhook_replay_preview", event=dead)["data"]
        with lived.runtime.begin(SYSTEM) as uow:
            uow.session.get_one(WebhookEvent, dead).attempts += 1
        refusal = writer.refused("webhook_replay_execute", confirm_token=shown["confirm_token"])
        assert refusal["code"].startswith("confirmation.")

    def test_of_what_is_being_taken_care_of_is_refused(
        self, writer: Copilot, lived: MarketWorld
    ) -> None:
        refusal = writer.refused("webhook_replay_preview", event=lived.webhook)
        assert refusal["code"] == "webhooks.not_replayable"

    def test_needs_more_than_reading(self, desk: Copilot, dead: str) -> None:
        refusal = desk.refused("webhook_replay_preview", event=dead)
        assert refusal["code"] == "access.scope_missing"
