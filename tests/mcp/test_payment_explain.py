"""What was charged and why, in words that support can read out."""

from typing import Any

from instainstru_core.domains.reporting import service as reporting
from tests.mcp.market_world import MarketWorld, statements
from tests.mcp.world import Copilot


def payment(desk: Copilot, lived: MarketWorld, name: str) -> dict[str, Any]:
    answer = desk.ask("payment_explain", subject=lived.booked[name])
    (one,) = answer["data"]["payments"]
    found: dict[str, Any] = one
    return found


class TestOneBooking:
    def test_that_was_charged_and_partly_refunded(self, desk: Copilot, lived: MarketWorld) -> None:
        found = payment(desk, lived, "taken")
        assert found["why"] == "The lesson took place and was charged in full."
        assert (found["outcome"], found["card_cents"]) == ("lesson_completed_full_payout", 13_440)
        assert (found["money"]["charged_cents"], found["money"]["refunded_cents"]) == (
            13_440,
            4_000,
        )
        (refund,) = found["refunds"]
        assert (refund["cents"], refund["at"]) == (4_000, "2026-06-20T14:00:00Z")
        assert refund["provider_id"].startswith("re_")
        assert refund["where"] == (
            "$40.00 went back to the card on 2026-06-20 10:00. Banks show it within 5 to 10"
            " business days."
        )
        assert (found["failures"], found["hold_at"], found["charge_at"]) == ([], None, None)

    def test_that_is_pending_at_the_bank(self, desk: Copilot, lived: MarketWorld) -> None:
        found = payment(desk, lived, "held")
        assert found["why"] == (
            "Pending at the bank since 2026-06-20 10:00: it is on hold, nothing was taken yet."
        )
        assert (found["hold_at"], found["charge_at"]) == (None, "2026-06-22T15:00:00Z")
        assert found["money"]["held_cents"] == 13_440

    def test_that_lies_ahead_says_when_it_is_held_and_charged(
        self, desk: Copilot, lived: MarketWorld
    ) -> None:
        found = payment(desk, lived, "upcoming")
        assert found["why"] == "Not charged yet."
        assert found["hold_at"] == "2026-06-21T19:00:00Z"
        assert found["charge_at"] == "2026-06-23T20:00:00Z"

    def test_that_was_refused_says_so_in_our_own_words(
        self, desk: Copilot, lived: MarketWorld
    ) -> None:
        found = payment(desk, lived, "dropped")
        assert found["why"] == (
            "The card could not be held in time: the lesson was dropped and nothing was charged."
        )
        assert [one["why"] for one in found["failures"]] == [
            "There is not enough money on the card."
        ] * 3
        assert [one["at"] for one in found["failures"]] == [
            f"2026-06-17T{hour}:00:00Z" for hour in (13, 14, 18)
        ]

    def test_that_was_cancelled_late_became_credit(self, desk: Copilot, lived: MarketWorld) -> None:
        found = payment(desk, lived, "cancelled")
        assert found["why"].startswith("Cancelled by the student 12 to 24 hours before")
        assert found["money"]["credit_new_cents"] == 12_000
        assert found["refunds"] == []


class TestOnePerson:
    def test_has_the_latest_lessons_first(self, desk: Copilot, lived: MarketWorld) -> None:
        answer = desk.ask("payment_explain", subject=lived.jonas)
        names = ("upcoming", "held", "cancelled", "taken")
        assert [one["booking_id"] for one in answer["data"]["payments"]] == [
            lived.booked[name] for name in names
        ]
        assert (answer["total"], answer["truncated"]) == (4, False)
        assert (answer["data"]["debt_cents"], answer["data"]["double_charges"]) == (0, [])
        short = desk.ask("payment_explain", subject=lived.jonas, limit=1)
        assert (len(short["data"]["payments"]), short["total"], short["truncated"]) == (1, 4, True)

    def test_that_may_be_one_of_several_is_asked_about(
        self, desk: Copilot, lived: MarketWorld
    ) -> None:
        """Two people are called Jonas Lind in this market."""
        answer = desk.ask("payment_explain", subject="jonas lind")
        assert (answer["data"]["user_id"], answer["data"]["payments"]) == (None, [])
        assert lived.jonas in {one["user_id"] for one in answer["data"]["candidates"]}
        assert answer["warnings"][0].startswith("More than one person fits: ask which")

    def test_asks_as_many_statements_for_four_lessons_as_for_one(self, lived: MarketWorld) -> None:
        asked = {
            limit: len(
                statements(
                    lived, lambda uow, n=limit: reporting.payment_explain(uow, lived.jonas, limit=n)
                )
            )
            for limit in (1, 4)
        }
        assert asked[1] == asked[4] <= 17


class TestWhatPeoplePaidAndEarned:
    def test_is_what_the_ledger_says(self, desk: Copilot, lived: MarketWorld) -> None:
        """Two charges of 13,440 less a refund of 4,000; 10,560 less 3,143 of it."""
        (jonas,) = desk.ask("users_lookup", identifier=lived.jonas)["data"]["people"]
        assert jonas["as_student"]["spent_cents"] == 22_880
        assert jonas["as_student"]["bookings"] == 4
        (mia,) = desk.ask("users_lookup", identifier=lived.mia)["data"]["people"]
        assert mia["as_student"]["spent_cents"] == 0
        maya = desk.ask("users_lookup", identifier=lived.maya)
        (teacher,) = maya["data"]["people"]
        assert teacher["as_instructor"]["earned_cents"] == 7_417
        assert maya["warnings"][-1].startswith("Some of their lessons are from before payments")
        detail = desk.ask("instructors_detail", instructor=lived.maya)["data"]["instructor"]
        assert detail["figures"]["earned_cents"] == 7_417


class TestEveryCallThatIsSuggested:
    def test_can_be_made(self, desk: Copilot, lived: MarketWorld) -> None:
        questions: list[tuple[str, dict[str, Any]]] = [
            ("payment_explain", {"subject": lived.booked["taken"]}),
            ("payment_explain", {"subject": "lind"}),
            ("booking_story", {"booking": lived.booked["held"]}),
            ("audit_search", {"action": "bookings.*"}),
            ("webhooks_list", {"window": "today"}),
            ("webhook_detail", {"event": lived.webhook}),
            *[("find", {"text": text}) for text in (lived.intents["taken"], lived.ada, "lind")],
        ]
        for tool, given in questions:
            answer = desk.ask(tool, **given)
            assert answer["next_actions"], tool
            assert len(answer["next_actions"]) <= 3
            for action in answer["next_actions"]:
                assert not desk.call(action["tool"], action["arguments"]).is_error, action
