"""What Stripe's answers are to us."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from instainstru_core.adapters.stripe import reading
from instainstru_core.domains.payments.errors import (
    AuthenticationRequired,
    CardDeclined,
    CardFundsInsufficient,
)
from instainstru_core.domains.payments.types import DisputeState, IntentStatus


def charge(**changes: Any) -> dict[str, Any]:
    return {
        "id": "ch_1",
        "amount": 5_000,
        "amount_captured": 5_000,
        "amount_refunded": 0,
        "captured": True,
        "balance_transaction": None,
        "payment_method_details": {"card": {"brand": "visa"}, "type": "card"},
        **changes,
    }


def intent(**changes: Any) -> dict[str, Any]:
    return {
        "id": "pi_1",
        "status": "succeeded",
        "amount": 5_000,
        "amount_received": 5_000,
        "latest_charge": charge(),
        "client_secret": "pi_1_secret",
        "last_payment_error": None,
        "metadata": {"command_id": "01A", "reference": "booking:1"},
        **changes,
    }


def line(amount: int, fee: int) -> dict[str, Any]:
    return {
        "id": "txn_1",
        "type": "adjustment",
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "created": 1_781_532_000,
        "source": "dp_1",
    }


def dispute(status: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "dp_1",
        "amount": 5_000,
        "reason": "fraudulent",
        "status": status,
        "charge": "ch_1",
        "payment_intent": {"id": "pi_1"},
        "balance_transactions": list(lines),
    }


class TestAnIntent:
    @pytest.mark.parametrize(
        ("taken", "counted", "given_back"),
        [
            (5_000, 0, 0),
            (5_000, 1_000, 1_000),
            (3_000, 2_000, 0),
            (3_000, 3_000, 1_000),
            (3_000, 0, 0),
        ],
    )
    def test_counts_as_given_back_what_was_not_just_let_go(
        self, taken: int, counted: int, given_back: int
    ) -> None:
        seen = reading.intent(
            intent(latest_charge=charge(amount_captured=taken, amount_refunded=counted))
        )
        assert seen.refunded_cents == given_back

    def test_that_was_let_go_gave_nothing_back(self) -> None:
        gone = charge(captured=False, amount_captured=0, amount_refunded=5_000)
        seen = reading.intent(intent(status="canceled", amount_received=0, latest_charge=gone))
        assert (seen.status, seen.refunded_cents) == (IntentStatus.CANCELED, 0)

    def test_has_no_charge_before_it_is_confirmed(self) -> None:
        seen = reading.intent(intent(status="requires_confirmation", latest_charge=None))
        assert (seen.charge_id, seen.capture_before, seen.fee_cents) == (None, None, None)
        assert seen.command_id == "01A"

    def test_of_somebody_else_has_no_command(self) -> None:
        assert reading.intent(intent(metadata=None)).command_id is None

    def test_can_be_captured_until_its_charge_says(self) -> None:
        details = {"card": {"capture_before": 1_781_532_000}}
        seen = reading.intent(intent(latest_charge=charge(payment_method_details=details)))
        assert seen.capture_before == datetime(2026, 6, 15, 14, 0, tzinfo=UTC)

    def test_has_a_fee_once_its_balance_line_is_there(self) -> None:
        told = charge(balance_transaction=line(5_000, 175))
        assert reading.intent(intent(latest_charge=told)).fee_cents == 175
        bare = charge(balance_transaction="txn_1")
        assert reading.intent(intent(latest_charge=bare)).fee_cents is None

    def test_in_a_state_that_nobody_knows_is_no_answer(self) -> None:
        with pytest.raises(ValidationError):
            reading.intent(intent(status="asleep"))


class TestAnIntentThatWasToBeConfirmed:
    def test_is_fine_when_it_holds(self) -> None:
        assert reading.authorized(intent(status="requires_capture")).id == "pi_1"

    def test_needs_the_holder_when_it_asks(self) -> None:
        with pytest.raises(AuthenticationRequired) as refused:
            reading.authorized(intent(status="requires_action"))
        assert refused.value.facts == {"intent_id": "pi_1"}

    @pytest.mark.parametrize(
        ("last_error", "kind", "reason"),
        [
            (None, CardDeclined, "declined"),
            ({"code": "card_declined", "decline_code": "do_not_honor"}, CardDeclined, "declined"),
            (
                {"code": "card_declined", "decline_code": "insufficient_funds"},
                CardFundsInsufficient,
                "funds",
            ),
        ],
    )
    def test_is_declined_when_it_wants_another_card(
        self, last_error: dict[str, str] | None, kind: type[CardDeclined], reason: str
    ) -> None:
        with pytest.raises(kind) as refused:
            reading.authorized(
                intent(status="requires_payment_method", last_payment_error=last_error)
            )
        assert type(refused.value) is kind
        assert refused.value.facts == {"intent_id": "pi_1", "reason": reason}


class TestADispute:
    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("warning_needs_response", DisputeState.OPEN),
            ("warning_under_review", DisputeState.OPEN),
            ("needs_response", DisputeState.OPEN),
            ("under_review", DisputeState.OPEN),
            ("appeal_under_review", DisputeState.OPEN),
            ("something_new", DisputeState.OPEN),
            ("warning_closed", DisputeState.WON),
            ("prevented", DisputeState.WON),
            ("won", DisputeState.WON),
            ("lost", DisputeState.LOST),
        ],
    )
    def test_is_open_until_it_is_over(self, status: str, state: DisputeState) -> None:
        assert reading.dispute(dispute(status)).state is state

    @pytest.mark.parametrize(
        ("lines", "withdrawn", "fee"),
        [
            ([], 0, 0),
            ([line(-5_000, 1_500)], 5_000, 1_500),
            ([line(-5_000, 1_500), line(5_000, 0)], 0, 1_500),
            ([line(-5_000, 1_500), line(5_000, -1_500)], 0, 0),
            ([line(-5_000, 1_500), line(2_000, 0)], 3_000, 1_500),
        ],
    )
    def test_withdraws_what_was_not_given_back(
        self, lines: list[dict[str, Any]], withdrawn: int, fee: int
    ) -> None:
        seen = reading.dispute(dispute("won", *lines))
        assert (seen.withdrawn_cents, seen.fee_cents) == (withdrawn, fee)
        assert (seen.charge_id, seen.intent_id) == ("ch_1", "pi_1")


class TestABalance:
    def test_counts_dollars_and_nothing_else(self) -> None:
        funds = [("usd", 700), ("cad", 900), ("usd", 50)]
        parts = [{"currency": currency, "amount": amount} for currency, amount in funds]
        assert reading.available({"available": parts}) == 750


class TestBalanceChanges:
    def test_go_on_after_the_last_line_while_there_are_more(self) -> None:
        page = reading.balance_changes({"data": [line(5, 1)], "has_more": True})
        assert page.next_cursor == "txn_1"
        assert page.items[0].net_cents == 4

    def test_end_when_stripe_has_no_more(self) -> None:
        page = reading.balance_changes({"data": [line(5, 1)], "has_more": False})
        assert page.next_cursor is None
        assert reading.balance_changes({"data": [], "has_more": False}).items == ()
