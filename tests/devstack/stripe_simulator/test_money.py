"""Refunds, transfers, reversals, payouts and disputes add up to the cent."""

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from devstack.stripe_simulator import books
from devstack.stripe_simulator.errors import StripeRefusal
from tests.devstack.stripe_simulator.conftest import Shop, StandingClock, refused, shop_with


@pytest.mark.parametrize(
    ("amount", "fee"), [(50, 31), (10_000, 320), (1_000, 59), (5_017, 175), (8_500, 277)]
)
def test_a_card_costs_a_share_and_thirty_cents(amount: int, fee: int) -> None:
    assert books.card_fee(amount) == fee


class TestRefund:
    def test_gives_back_in_parts_but_not_the_fee(self, shop: Shop) -> None:
        paid = shop.pay(10_000)
        part = shop.stripe.v1.refunds.create(
            {
                "payment_intent": paid.id,
                "amount": 4_000,
                "reason": "requested_by_customer",
                "metadata": {"why": "late"},
            }
        )
        assert (part.status, part.amount, part.to_dict()["metadata"]) == (
            "succeeded",
            4_000,
            {"why": "late"},
        )
        rest = shop.stripe.v1.refunds.create({"charge": str(paid.latest_charge)})
        assert rest.amount == 6_000
        assert shop.charge_of(paid).refunded is True
        assert shop.books() == [
            ("charge", 10_000, 320, 9_680, "charge"),
            ("refund", -4_000, 0, -4_000, "refund"),
            ("refund", -6_000, 0, -6_000, "refund"),
        ]
        assert shop.simulator.balance() == -320
        listed = shop.stripe.v1.refunds.list({"payment_intent": paid.id})
        assert [one.id for one in listed.data] == [rest.id, part.id]
        assert shop.events()[-2:] == ["charge.refunded", "refund.created"]

    def test_never_exceeds_what_was_captured(self, shop: Shop) -> None:
        held = shop.hold(10_000)
        early = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.refunds.create({"payment_intent": held.id}),
        )
        assert "does not have a successful charge to refund" in str(early.user_message)
        shop.stripe.v1.payment_intents.capture(held.id, {"amount_to_capture": 6_000})
        more = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.refunds.create({"payment_intent": held.id, "amount": 6_001}),
        )
        assert (more.param, more.user_message) == (
            "amount",
            "Refund amount ($60.01) is greater than unrefunded amount on charge ($60.00)",
        )
        shop.stripe.v1.refunds.create({"payment_intent": held.id})
        twice = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.refunds.create({"payment_intent": held.id}),
        )
        assert twice.code == "charge_already_refunded"
        assert len(shop.stripe.v1.refunds.list().data) == 1

    def test_takes_stripes_reasons_only(self, shop: Shop) -> None:
        paid = shop.pay()
        error = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.refunds.create(
                {"payment_intent": paid.id, "reason": "rainy_day"}
            ),
        )
        assert error.param == "reason"


class TestTransfer:
    def test_is_paid_from_a_charge(self, shop: Shop) -> None:
        teacher, paid = shop.teacher(), shop.pay(10_000, transfer_group="lesson_1")
        sent = shop.stripe.v1.transfers.create(
            {
                "amount": 8_000,
                "currency": "usd",
                "destination": teacher,
                "source_transaction": str(paid.latest_charge),
            }
        )
        assert (sent.transfer_group, sent.source_transaction) == (
            "lesson_1",
            paid.latest_charge,
        )
        assert shop.books()[-1] == ("transfer", -8_000, 0, -8_000, "transfer")
        assert shop.books(teacher) == [("payment", 8_000, 0, 8_000, "charge")]
        error = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.transfers.create(
                {
                    "amount": 2_001,
                    "currency": "usd",
                    "destination": teacher,
                    "source_transaction": str(paid.latest_charge),
                }
            ),
        )
        assert error.user_message == (
            "Transfers using this transaction as a source must not exceed the source amount of"
            " $100.00. (There is already a transfer using this source, amounting to $80.00.)"
        )
        listed = shop.stripe.v1.transfers.list({"transfer_group": "lesson_1"})
        assert [one.id for one in listed.data] == [sent.id]

    def test_needs_money_when_it_names_no_charge(self, clock: StandingClock) -> None:
        shop = shop_with(clock, starting_balance=1_000)
        teacher = shop.teacher()
        error = refused(stripe.InvalidRequestError, lambda: _send(shop, teacher, 1_001))
        assert (error.http_status, error.code) == (400, "balance_insufficient")
        _send(shop, teacher, 1_000)
        assert (shop.simulator.balance(), shop.simulator.balance(teacher)) == (0, 1_000)

    def test_needs_an_account_that_may_receive(self, shop: Shop) -> None:
        new = shop.stripe.v1.accounts.create(
            {"type": "express", "capabilities": {"transfers": {"requested": True}}}
        )
        error = refused(stripe.InvalidRequestError, lambda: _send(shop, new.id, 100))
        assert error.code == "insufficient_capabilities_for_transfer"
        nobody = refused(stripe.InvalidRequestError, lambda: _send(shop, "acct_nobody", 100))
        assert (nobody.code, nobody.param) == ("resource_missing", "destination")

    def test_is_taken_back_in_parts(self, clock: StandingClock) -> None:
        shop = shop_with(clock, starting_balance=5_000)
        teacher = shop.teacher()
        sent = _send(shop, teacher, 5_000)
        reversals = shop.stripe.v1.transfers.reversals
        part = reversals.create(sent.id, {"amount": 2_000})
        more = refused(
            stripe.InvalidRequestError, lambda: reversals.create(sent.id, {"amount": 3_001})
        )
        assert more.param == "amount"
        reversals.create(sent.id)
        over = refused(stripe.InvalidRequestError, lambda: reversals.create(sent.id))
        assert over.user_message == f"The transfer {sent.id} is already fully reversed."
        after = shop.stripe.v1.transfers.retrieve(sent.id)
        assert (after.amount_reversed, after.reversed, len(after.reversals.data)) == (
            5_000,
            True,
            2,
        )
        assert [one.id for one in reversals.list(sent.id).data][-1] == part.id
        assert shop.books() == [
            ("topup", 5_000, 0, 5_000, "topup"),
            ("transfer", -5_000, 0, -5_000, "transfer"),
            ("transfer_refund", 2_000, 0, 2_000, "transfer_reversal"),
            ("transfer_refund", 3_000, 0, 3_000, "transfer_reversal"),
        ]
        assert shop.books(teacher)[1:] == [
            ("payment_refund", -2_000, 0, -2_000, "refund"),
            ("payment_refund", -3_000, 0, -3_000, "refund"),
        ]


class TestPayout:
    def test_empties_a_balance_at_once(self, clock: StandingClock) -> None:
        shop = shop_with(clock, starting_balance=5_000)
        teacher = shop.teacher()
        _send(shop, teacher, 5_000)
        more = refused(stripe.InvalidRequestError, lambda: _pay_out(shop, teacher, 5_001))
        assert more.code == "balance_insufficient"
        payout = _pay_out(shop, teacher, 5_000)
        assert (payout.status, payout.method) == ("pending", "instant")
        assert shop.simulator.balance(teacher) == 0
        shop.webhooks()
        clock.advance(minutes=30)
        [paid] = shop.webhooks()
        assert (paid.event["type"], paid.event["account"], paid.target) == (
            "payout.paid",
            teacher,
            "connect",
        )
        listed = shop.stripe.v1.payouts.list({}, {"stripe_account": teacher})
        assert [one.status for one in listed.data] == ["paid"]

    def test_comes_back_when_the_bank_refuses(self, clock: StandingClock) -> None:
        shop = shop_with(clock, starting_balance=5_000)
        teacher = shop.teacher()
        _send(shop, teacher, 5_000)
        payout = shop.simulator.pay_out(teacher)
        failed = shop.simulator.settle_payout(payout["id"], teacher, failure_code="account_closed")
        assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
        assert shop.simulator.balance(teacher) == 5_000
        assert shop.events()[-2:] == ["payout.created", "payout.failed"]

    def test_needs_an_account_that_is_paid(self, clock: StandingClock) -> None:
        shop = shop_with(clock, starting_balance=5_000)
        teacher = shop.teacher()
        _send(shop, teacher, 5_000)
        shop.simulator.disable_account(teacher)
        error = refused(stripe.InvalidRequestError, lambda: _pay_out(shop, teacher, 100))
        assert error.code == "payouts_not_allowed"


class TestByHand:
    """What somebody does in the dashboard carries no metadata, and is told like everything else."""

    def test_a_refund_goes_back_in_parts_up_to_the_charge(self, shop: Shop) -> None:
        charge = str(shop.pay(10_000).latest_charge)
        part = shop.simulator.refund_by_hand(charge, 4_000, reason="duplicate")
        rest = shop.simulator.refund_by_hand(charge)

        assert [(one["amount"], one["reason"]) for one in (part, rest)] == [
            (4_000, "duplicate"),
            (6_000, None),
        ]
        assert part["metadata"] == {}
        assert shop.books()[1:] == [
            ("refund", -4_000, 0, -4_000, "refund"),
            ("refund", -6_000, 0, -6_000, "refund"),
        ]
        assert shop.events()[-2:] == ["charge.refunded", "refund.created"]
        with pytest.raises(StripeRefusal, match="already been refunded"):
            shop.simulator.refund_by_hand(charge)

    def test_a_refund_that_fails_brings_its_money_back(self, shop: Shop) -> None:
        paid = shop.pay(10_000)
        made = shop.stripe.v1.refunds.create({"payment_intent": paid.id, "amount": 4_000})

        shop.simulator.fail_refund(made.id)

        found = shop.stripe.v1.refunds.retrieve(made.id)
        assert (found.status, found.amount) == ("failed", 4_000)
        charge = shop.stripe.v1.charges.retrieve(str(paid.latest_charge))
        assert (charge.amount_refunded, charge.refunded) == (0, False)
        assert shop.simulator.balance() == 10_000 - 320
        assert [row[:2] for row in shop.books()[1:]] == [
            ("refund", -4_000),
            ("refund_failure", 4_000),
        ]
        assert shop.events()[-3:] == ["refund.failed", "charge.refund.updated", "refund.updated"]
        with pytest.raises(StripeRefusal, match="has failed already"):
            shop.simulator.fail_refund(made.id)

    def test_a_transfer_comes_back_up_to_its_amount(self, shop: Shop) -> None:
        shop.pay(10_000)
        teacher = shop.teacher()
        sent = _send(shop, teacher, 5_000)

        shop.simulator.reverse_by_hand(sent.id, 2_000)

        assert shop.stripe.v1.transfers.retrieve(sent.id).amount_reversed == 2_000
        assert shop.simulator.balance(teacher) == 3_000
        assert shop.events()[-1] == "transfer.reversed"
        with pytest.raises(StripeRefusal, match="only 3000 left"):
            shop.simulator.reverse_by_hand(sent.id, 3_001)


class TestDispute:
    def test_takes_the_amount_and_a_fee_and_gives_the_amount_back(self, shop: Shop) -> None:
        paid = shop.pay(10_000)
        opened = shop.simulator.open_dispute(str(paid.latest_charge), reason="fraudulent")
        assert shop.books()[1:] == [("adjustment", -10_000, 1_500, -11_500, "dispute")]
        error = refused(
            stripe.InvalidRequestError,
            lambda: shop.stripe.v1.refunds.create({"payment_intent": paid.id}),
        )
        assert error.code == "charge_disputed"
        answered = shop.stripe.v1.disputes.update(
            opened["id"], {"evidence": {"uncategorized_text": "They were there."}}
        )
        assert answered.status == "under_review"
        won = shop.stripe.v1.disputes.update(
            opened["id"], {"evidence": {"uncategorized_text": "winning_evidence"}}
        )
        assert won.status == "won"
        assert shop.books()[2:] == [("adjustment", 10_000, 0, 10_000, "dispute_reversal")]
        assert shop.simulator.balance() == 10_000 - 320 - 1_500
        assert shop.events()[-6:] == [
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "charge.dispute.updated",
            "charge.dispute.updated",
            "charge.dispute.closed",
            "charge.dispute.funds_reinstated",
        ]

    def test_may_be_about_a_part_and_another_part_and_no_more(self, shop: Shop) -> None:
        charge = str(shop.pay(10_000).latest_charge)
        first = shop.simulator.open_dispute(charge, amount=4_000)
        second = shop.simulator.open_dispute(charge, amount=6_000)
        for amount in (None, 1):
            with pytest.raises(StripeRefusal, match="cannot be disputed"):
                shop.simulator.open_dispute(charge, amount=amount)
        assert shop.simulator.balance() == -320 - 2 * 1_500

        shop.simulator.close_dispute(first["id"], won=True)
        shop.simulator.close_dispute(second["id"], won=False)

        assert shop.simulator.balance() == 4_000 - 320 - 2 * 1_500
        assert shop.simulator.open_dispute(charge, amount=4_000)["status"] == "needs_response"

    def test_follows_some_cards_and_can_be_given_up(self, shop: Shop) -> None:
        held = shop.hold(card="pm_card_createDispute")
        assert shop.stripe.v1.disputes.list().data == []
        shop.stripe.v1.payment_intents.capture(held.id)
        [dispute] = shop.stripe.v1.disputes.list({"payment_intent": held.id}).data
        assert (dispute.status, dispute.amount) == ("needs_response", 10_000)
        assert shop.stripe.v1.disputes.close(dispute.id).status == "lost"
        error = refused(
            stripe.InvalidRequestError, lambda: shop.stripe.v1.disputes.close(dispute.id)
        )
        assert error.code == "dispute_already_closed"


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["pay", "refund", "send", "reverse", "payout", "dispute", "win"]),
            st.integers(min_value=50, max_value=20_000),
        ),
        max_size=25,
    )
)
def test_balances_are_what_their_transactions_add_up_to(steps: list[tuple[str, int]]) -> None:
    shop = shop_with(StandingClock(), starting_balance=10_000)
    teacher = shop.teacher()
    for action, amount in steps:
        try:
            _act(shop, teacher, action, amount)
        except stripe.InvalidRequestError:
            continue
    for account in (None, teacher):
        assert shop.simulator.balance(account) == sum(row[3] for row in shop.books(account))


def _act(shop: Shop, teacher: str, action: str, amount: int) -> None:
    charges = shop.stripe.v1.charges.list({"limit": 1}).data
    transfers = shop.stripe.v1.transfers.list({"limit": 1}).data
    disputes = shop.stripe.v1.disputes.list({"limit": 1}).data
    if action == "pay":
        shop.pay(amount)
    elif action == "refund" and charges:
        shop.stripe.v1.refunds.create({"charge": charges[0].id, "amount": amount})
    elif action == "send":
        _send(shop, teacher, amount)
    elif action == "reverse" and transfers:
        shop.stripe.v1.transfers.reversals.create(transfers[0].id, {"amount": amount})
    elif action == "payout":
        _pay_out(shop, teacher, amount)
    elif action == "dispute" and charges and not charges[0].disputed:
        shop.simulator.open_dispute(charges[0].id)
    elif action == "win" and disputes and disputes[0].status == "needs_response":
        shop.simulator.close_dispute(disputes[0].id, won=True)


def _send(shop: Shop, destination: str, amount: int) -> stripe.Transfer:
    return shop.stripe.v1.transfers.create(
        {"amount": amount, "currency": "usd", "destination": destination}
    )


def _pay_out(shop: Shop, account: str, amount: int) -> stripe.Payout:
    return shop.stripe.v1.payouts.create(
        {"amount": amount, "currency": "usd", "method": "instant"}, {"stripe_account": account}
    )
