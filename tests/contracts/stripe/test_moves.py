"""Giving back what was taken, paying instructors, and taking that back."""

from datetime import timedelta

import pytest

from instainstru_core.domains.payments.errors import (
    AlreadyRefunded,
    AlreadyReversed,
    BalanceInsufficient,
    CallRefused,
    PayeeNotReady,
)
from instainstru_core.domains.payments.types import RefundSeen, TransferSeen
from tests.contracts.stripe.stage import Stage


def refund(stage: Stage, name: str, intent_id: str, cents: int) -> RefundSeen:
    return stage.gateway.refund(
        key=stage.key(name),
        command_id=stage.key(name),
        intent_id=intent_id,
        cents=cents,
        reason="instructor_cancelled",
    )


def reverse(stage: Stage, name: str, transfer_id: str, cents: int) -> TransferSeen:
    return stage.gateway.reverse(
        key=stage.key(name), command_id=stage.key(name), transfer_id=transfer_id, cents=cents
    )


def transfer(stage: Stage, name: str, account_id: str, cents: int, source: str | None) -> object:
    return stage.gateway.transfer(
        key=stage.key(name),
        command_id=stage.key(name),
        reference=stage.reference,
        account_id=account_id,
        cents=cents,
        source_charge_id=source,
    )


class TestARefund:
    def test_gives_back_a_part_and_then_the_rest(self, stage: Stage) -> None:
        intent = stage.captured()
        first = refund(stage, "first", intent.id, 2_000)
        assert (first.cents, first.status) == (2_000, "succeeded")
        assert first.command_id == stage.key("first")
        assert stage.gateway.intent(intent.id).refunded_cents == 2_000
        refund(stage, "rest", intent.id, 3_000)
        assert stage.gateway.intent(intent.id).refunded_cents == 5_000

    def test_counts_what_was_given_back_and_not_what_was_let_go(self, stage: Stage) -> None:
        held = stage.held()
        stage.gateway.capture(key=stage.key("c"), intent_id=held.id, cents=3_000)
        refund(stage, "r", held.id, 1_000)
        assert stage.gateway.intent(held.id).refunded_cents == 1_000

    def test_is_made_once_for_a_key(self, stage: Stage) -> None:
        intent = stage.captured()
        first, again = (refund(stage, "r", intent.id, 2_000) for _ in range(2))
        assert again == first
        assert stage.gateway.intent(intent.id).refunded_cents == 2_000

    def test_of_what_was_given_back_already_is_refused(self, stage: Stage) -> None:
        intent = stage.captured()
        refund(stage, "all", intent.id, 5_000)
        with pytest.raises(AlreadyRefunded):
            refund(stage, "again", intent.id, 5_000)

    def test_of_more_than_is_left_is_refused(self, stage: Stage) -> None:
        intent = stage.captured()
        refund(stage, "most", intent.id, 4_000)
        with pytest.raises(CallRefused) as refused:
            refund(stage, "more", intent.id, 1_001)
        assert type(refused.value) is CallRefused
        assert stage.gateway.intent(intent.id).refunded_cents == 4_000

    def test_of_a_hold_is_refused(self, stage: Stage) -> None:
        with pytest.raises(CallRefused):
            refund(stage, "r", stage.held().id, 5_000)

    def test_of_a_disputed_charge_is_refused_with_a_code(self, stage: Stage) -> None:
        intent = stage.captured()
        stage.simulated().open_dispute(str(intent.charge_id))
        with pytest.raises(CallRefused) as refused:
            refund(stage, "r", intent.id, 5_000)
        assert refused.value.facts == {"vendor_code": "charge_disputed"}

    def test_is_found_by_its_command(self, stage: Stage) -> None:
        intent = stage.captured()
        refund(stage, "other", intent.id, 1_000)
        wanted = refund(stage, "wanted", intent.id, 1_000)
        find = stage.gateway.find_refund
        assert find(intent_id=intent.id, command_id=stage.key("wanted")) == wanted
        assert find(intent_id=intent.id, command_id=stage.key("never")) is None


class TestATransfer:
    def test_comes_out_of_a_charge(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        assert (sent.cents, sent.reversed_cents) == (4_000, 0)
        assert sent.command_id == stage.key("transfer")

    def test_comes_out_of_the_balance_where_no_charge_is_named(self, stage: Stage) -> None:
        stage.simulated()
        stage.captured()
        sent = transfer(stage, "top-up", stage.payee(), 1_000, None)
        assert isinstance(sent, TransferSeen)
        assert sent.cents == 1_000

    def test_is_made_once_for_a_key(self, stage: Stage) -> None:
        account_id = stage.payee()
        assert stage.transferred(account_id) == stage.transferred(account_id)

    def test_of_more_than_its_charge_is_refused(self, stage: Stage) -> None:
        account_id, source = stage.payee(), stage.captured().charge_id
        transfer(stage, "most", account_id, 4_000, source)
        with pytest.raises(CallRefused) as refused:
            transfer(stage, "more", account_id, 1_001, source)
        assert type(refused.value) is CallRefused

    def test_of_more_than_the_balance_is_refused(self, stage: Stage) -> None:
        with pytest.raises(BalanceInsufficient):
            transfer(stage, "t", stage.payee(), 99_999_999, None)

    def test_to_an_account_that_is_not_onboarded_is_refused(self, stage: Stage) -> None:
        account_id = stage.account()
        with pytest.raises(PayeeNotReady):
            transfer(stage, "t", account_id, 1_000, stage.captured().charge_id)

    def test_is_found_by_its_command(self, stage: Stage) -> None:
        account_id = stage.payee()
        source = stage.captured().charge_id
        transfer(stage, "other", account_id, 1_000, source)
        wanted = transfer(stage, "wanted", account_id, 1_000, source)
        find = stage.gateway.find_transfer
        assert find(reference=stage.reference, command_id=stage.key("wanted")) == wanted
        assert find(reference=stage.reference, command_id=stage.key("never")) is None
        assert find(reference="booking:of-nobody", command_id=stage.key("wanted")) is None


class TestAReversal:
    def test_takes_back_a_part_and_then_the_rest(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        first = reverse(stage, "first", sent.id, 1_500)
        assert (first.cents, first.reversed_cents) == (1_500, 0)
        assert first.id.startswith("trr_")
        reverse(stage, "rest", sent.id, 2_500)
        found = stage.gateway.find_transfer(
            reference=stage.reference, command_id=stage.key("transfer")
        )
        assert found is not None
        assert found.reversed_cents == 4_000

    def test_is_made_once_for_a_key(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        first, again = (reverse(stage, "r", sent.id, 1_500) for _ in range(2))
        assert again == first

    def test_of_what_was_taken_back_already_is_refused(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        reverse(stage, "all", sent.id, 4_000)
        with pytest.raises(AlreadyReversed):
            reverse(stage, "again", sent.id, 4_000)

    def test_of_more_than_is_left_is_refused(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        reverse(stage, "most", sent.id, 3_000)
        with pytest.raises(AlreadyReversed):
            reverse(stage, "more", sent.id, 1_001)

    def test_of_a_transfer_that_does_not_exist_is_refused_with_a_code(self, stage: Stage) -> None:
        with pytest.raises(CallRefused) as refused:
            reverse(stage, "r", "tr_never_made", 1_000)
        assert refused.value.facts == {"vendor_code": "resource_missing"}

    def test_that_the_account_cannot_bear_is_refused(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        stage.trouble("account_balance_low", "*/reversals")
        with pytest.raises(BalanceInsufficient):
            reverse(stage, "r", sent.id, 1_000)

    def test_is_found_by_its_command(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        reverse(stage, "other", sent.id, 1_000)
        wanted = reverse(stage, "wanted", sent.id, 1_000)
        find = stage.gateway.find_reversal
        assert find(transfer_id=sent.id, command_id=stage.key("wanted")) == wanted
        assert find(transfer_id=sent.id, command_id=stage.key("never")) is None

    def test_are_all_listed_the_newest_first(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        assert stage.gateway.reversals(sent.id) == []
        first = reverse(stage, "first", sent.id, 1_000)
        second = reverse(stage, "second", sent.id, 500)
        assert stage.gateway.reversals(sent.id) == [second, first]

    def test_is_led_to_its_transfer_by_its_line_in_the_books(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        made = reverse(stage, "r", sent.id, 1_000)
        page = stage.gateway.balance_changes(
            since=stage.now(), until=stage.now() + timedelta(seconds=1), cursor=None
        )
        lines = {line.source_id: line for line in page.items}
        assert lines[made.id].kind == "transfer_refund"
        assert stage.gateway.reversed_transfer(lines[made.id].id) == sent.id
        assert stage.gateway.reversed_transfer(lines[sent.id].id) is None
