"""Disputes, and the lines of Stripe's books about us."""

from datetime import timedelta

import pytest

from instainstru_core.adapters.stripe import books
from instainstru_core.domains.payments.types import BalanceChange, DisputeState
from tests.contracts.stripe.stage import Stage


def changes(stage: Stage, since_seconds: int = 0, until_seconds: int = 1) -> list[BalanceChange]:
    found: list[BalanceChange] = []
    cursor: str | None = None
    while True:
        page = stage.gateway.balance_changes(
            since=stage.now() + timedelta(seconds=since_seconds),
            until=stage.now() + timedelta(seconds=until_seconds),
            cursor=cursor,
        )
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


class TestADispute:
    def test_takes_the_money_and_a_fee(self, stage: Stage) -> None:
        simulator = stage.simulated()
        intent = stage.captured()
        opened = simulator.open_dispute(str(intent.charge_id), reason="product_not_received")
        dispute = stage.gateway.dispute(opened["id"])
        assert dispute.state is DisputeState.OPEN
        assert (dispute.charge_id, dispute.intent_id) == (intent.charge_id, intent.id)
        assert (dispute.cents, dispute.reason) == (5_000, "product_not_received")
        assert (dispute.withdrawn_cents, dispute.fee_cents) == (5_000, 1_500)

    def test_of_a_part_takes_a_part(self, stage: Stage) -> None:
        simulator = stage.simulated()
        opened = simulator.open_dispute(str(stage.captured().charge_id), amount=2_000)
        dispute = stage.gateway.dispute(opened["id"])
        assert (dispute.cents, dispute.withdrawn_cents) == (2_000, 2_000)

    def test_that_is_won_gives_the_money_back_and_keeps_the_fee(self, stage: Stage) -> None:
        simulator = stage.simulated()
        opened = simulator.open_dispute(str(stage.captured().charge_id))
        simulator.close_dispute(opened["id"], won=True)
        dispute = stage.gateway.dispute(opened["id"])
        assert dispute.state is DisputeState.WON
        assert (dispute.withdrawn_cents, dispute.fee_cents) == (0, 1_500)

    def test_that_is_lost_leaves_it_so(self, stage: Stage) -> None:
        simulator = stage.simulated()
        opened = simulator.open_dispute(str(stage.captured().charge_id))
        simulator.close_dispute(opened["id"], won=False)
        dispute = stage.gateway.dispute(opened["id"])
        assert dispute.state is DisputeState.LOST
        assert (dispute.withdrawn_cents, dispute.fee_cents) == (5_000, 1_500)


class TestTheListOfDisputes:
    def test_tells_of_those_opened_in_a_time_page_by_page(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        simulator = stage.simulated()
        stage.advance(timedelta(minutes=1))
        opened = [
            simulator.open_dispute(str(stage.captured(f"c{cents}").charge_id), amount=cents)["id"]
            for cents in (1_000, 2_000, 3_000)
        ]
        simulator.close_dispute(opened[0], won=True)
        monkeypatch.setattr(books, "PAGE", 2)
        since, until = stage.now(), stage.now() + timedelta(seconds=1)
        first = stage.gateway.disputes(since=since, until=until, cursor=None)
        second = stage.gateway.disputes(since=since, until=until, cursor=first.next_cursor)
        told = [*first.items, *second.items]
        assert (len(first.items), first.next_cursor, second.next_cursor) == (2, opened[1], None)
        assert [one.id for one in told] == opened[::-1]
        assert told[0] == stage.gateway.dispute(opened[2])
        assert [one.state for one in told] == [*[DisputeState.OPEN] * 2, DisputeState.WON]
        assert told[0].evidence_due_at is not None
        assert until < told[0].evidence_due_at < until + timedelta(days=30)
        assert stage.gateway.disputes(since=until, until=until, cursor=None).items == ()

    def test_is_there_for_those_who_have_a_key(self, stage: Stage) -> None:
        """At Stripe as well, whatever stands in it."""
        page = stage.gateway.disputes(
            since=stage.now() - timedelta(days=30), until=stage.now(), cursor=None
        )
        assert all(one.cents > 0 and one.charge_id for one in page.items)


class TestTheBooks:
    def test_tell_every_movement_with_its_source(self, stage: Stage) -> None:
        stage.simulated()
        stage.advance(timedelta(minutes=1))
        account_id = stage.payee()
        intent = stage.captured()
        refund = stage.gateway.refund(
            key=stage.key("r"),
            command_id=stage.key("r"),
            intent_id=intent.id,
            cents=1_000,
            reason="goodwill",
        )
        sent = stage.gateway.transfer(
            key=stage.key("t"),
            command_id=stage.key("t"),
            reference=stage.reference,
            account_id=account_id,
            cents=2_000,
            source_charge_id=intent.charge_id,
        )
        told = [
            (line.kind, line.cents, line.fee_cents, line.net_cents, line.source_id)
            for line in changes(stage)
        ]
        assert told == [
            ("transfer", -2_000, 0, -2_000, sent.id),
            ("refund", -1_000, 0, -1_000, refund.id),
            ("charge", 5_000, 175, 4_825, intent.charge_id),
        ]
        assert {line.at for line in changes(stage)} == {stage.now().replace(microsecond=0)}

    def test_of_a_real_charge_hold_its_fee(self, stage: Stage) -> None:
        intent = stage.captured()
        lines = [line for line in changes(stage, -300, 300) if line.source_id == intent.charge_id]
        assert [(line.cents, line.fee_cents, line.net_cents) for line in lines] == [
            (5_000, 175, 4_825)
        ]

    def test_end_before_the_end_of_the_window(self, stage: Stage) -> None:
        stage.simulated()
        stage.advance(timedelta(minutes=1))
        stage.captured()
        assert len(changes(stage, 0, 1)) == 1
        assert changes(stage, -1, 0) == []

    def test_go_on_where_a_page_ends(self, stage: Stage) -> None:
        stage.simulated()
        stage.advance(timedelta(minutes=1))
        intent = stage.captured(cents=50_000)
        for number in range(100):
            stage.gateway.refund(
                key=stage.key(f"r{number}"),
                command_id=stage.key(f"r{number}"),
                intent_id=intent.id,
                cents=1,
                reason="goodwill",
            )
        first = stage.gateway.balance_changes(
            since=stage.now(), until=stage.now() + timedelta(seconds=1), cursor=None
        )
        assert (len(first.items), first.next_cursor) == (100, first.items[-1].id)
        lines = changes(stage)
        assert len({line.id for line in lines}) == len(lines) == 101
        assert lines[-1].kind == "charge"
