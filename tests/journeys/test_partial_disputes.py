"""Parts of a charge that banks take back, in every order with the capture and with each other."""

from datetime import timedelta

import pytest

from devstack.stripe_simulator.faults import Fault
from instainstru_core.domains.bookings.errors import MoveUnderWay
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from tests.factories.money import Market

FEE = 420
"""What the provider keeps of 134.40 dollars."""
BANK_FEE = 1_500


def taken_unheard(market: Market, *, credit: int = 0) -> BookingDetailView:
    """A lesson whose amount was taken a day after its end, while the answer was lost."""
    booked = market.confirmed(credit=credit)
    market.at(market.after(booked, hours=24))
    market.stripe.faults.add(Fault("timeout_after", method="POST", path="*/capture"))
    market.run_jobs()
    assert market.intents("succeeded") == [13_440 - credit]
    assert market.money(booked.id).captured_cents == 0
    return booked


def taught(market: Market) -> BookingDetailView:
    booked = market.confirmed()
    market.at(market.after(booked, hours=25))
    assert market.money(booked.id).paid_cents == 10_560
    return booked


def contest(market: Market, booked: BookingDetailView, cents: int | None = None) -> str:
    """A dispute that nobody told us of yet."""
    return str(market.stripe.open_dispute(market.vendor_charge(booked.id), amount=cents)["id"])


def come_to_rest(market: Market) -> None:
    market.at(market.clock.now + timedelta(hours=6))


class TestAPartBeforeTheCaptureIsKnown:
    @pytest.mark.parametrize("is_closed_first", [True, False])
    def test_that_is_lost_takes_its_part_of_the_payout(
        self, http_market: Market, *, is_closed_first: bool
    ) -> None:
        market = http_market
        booked = taken_unheard(market)
        dispute = contest(market, booked, 3_360)
        if not is_closed_first:
            market.hear(dispute)
        market.close(dispute, won=False)

        come_to_rest(market)

        row = market.money(booked.id)
        assert (row.outcome, row.captured_cents, row.charged_back_cents, row.paid_cents) == (
            Outcome.LESSON_COMPLETED_FULL_PAYOUT,
            13_440,
            3_360,
            7_920,
        )
        assert market.detail(booked.id).status is BookingStatus.COMPLETED
        assert market.detail(booked.id).payment_status is PaymentStatus.SETTLED
        assert market.standing() == (False, True, 0)
        assert market.ledger() == {
            "dispute_losses": 3_360 + BANK_FEE - 2_640,
            "platform_revenue": -2_880,
            "stripe_clearing": 13_440 - FEE - 7_920 - 3_360 - BANK_FEE,
            "stripe_fees": FEE,
        }
        market.assert_at_rest()

    def test_that_is_won_pays_the_instructor_in_full(self, http_market: Market) -> None:
        market = http_market
        booked = taken_unheard(market)
        dispute = contest(market, booked, 3_360)
        market.hear(dispute)
        come_to_rest(market)
        assert (market.money(booked.id).captured_cents, market.made("transfers")) == (13_440, [])

        market.close(dispute, won=True)

        row = market.money(booked.id)
        assert (row.outcome, row.charged_back_cents, row.paid_cents) == (
            Outcome.LESSON_COMPLETED_FULL_PAYOUT,
            0,
            10_560,
        )
        assert market.ledger()["dispute_losses"] == BANK_FEE
        market.assert_at_rest()

    def test_that_is_lost_lessens_the_credit_of_a_late_cancellation(
        self, http_market: Market
    ) -> None:
        market = http_market
        booked = market.confirmed()
        market.at(market.before(booked, hours=6))
        market.stripe.faults.add(Fault("timeout_after", method="POST", path="*/capture"))
        market.cancel(booked.id)
        assert market.money(booked.id).captured_cents == 0
        market.close(contest(market, booked, 3_360), won=False)

        come_to_rest(market)

        row = market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (
            Outcome.STUDENT_CANCEL_LT12_SPLIT_50_50,
            5_280 - 1_320,
        )
        assert market.wallet() == (6_000 - 1_500, 0)
        market.assert_at_rest()

    def test_lets_a_move_go_on(self, http_market: Market) -> None:
        """A lock whose capture was not heard of: the part counts once the lesson is settled."""
        market = http_market
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.stripe.faults.add(Fault("timeout_after", method="POST", path="*/capture"))
        with pytest.raises(MoveUnderWay):
            market.move(booked.id, "2026-06-22T16:00:00")
        market.close(contest(market, booked, 3_360), won=False)
        come_to_rest(market)
        row = market.money(booked.id)
        assert (row.locked_at is not None, row.booking_id != booked.id) == (True, True)

        moved = market.detail(row.booking_id)
        assert moved.status is BookingStatus.CONFIRMED
        market.at(market.after(moved, hours=25))

        row = market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (Outcome.LESSON_COMPLETED_FULL_PAYOUT, 7_920)
        market.assert_at_rest()


class TestTheWholeBeforeTheCaptureIsKnown:
    def test_pays_nobody_and_gives_credit_back(self, http_market: Market) -> None:
        market = http_market
        market.give_credit(5_000)
        market.completed(4)
        booked = taken_unheard(market, credit=5_000)
        market.close(contest(market, booked), won=False)

        come_to_rest(market)

        row = market.money(booked.id)
        assert (row.outcome, row.owed_cents, row.paid_cents) == (
            Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND,
            0,
            0,
        )
        assert market.wallet() == (5_000, 0)
        assert market.made("transfers") == []
        assert market.ledger() == {
            "credit_expense": 5_000,
            "credits_liability": -5_000,
            "dispute_losses": BANK_FEE,
            "stripe_clearing": -275 - BANK_FEE,
            "stripe_fees": 275,
        }
        market.assert_at_rest()


class TestSeveralDisputesAboutOneCharge:
    """Of 134.40: 33.60, then 33.61, each with a fee of its own."""

    def test_keep_the_payout_back_until_the_last_is_decided(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        first = market.dispute(booked.id, cents=3_360)
        second = market.dispute(booked.id, cents=3_361)
        assert market.money(booked.id).paid_cents == 10_560 - 5_281

        market.close(first, won=True)

        row = market.money(booked.id)
        assert (row.is_disputed, row.charged_back_cents) == (True, 3_361)
        assert market.detail(booked.id).payment_status is PaymentStatus.MANUAL_REVIEW
        assert row.paid_cents == 10_560 - 5_281  # nothing is paid while one is open
        market.close(second, won=True)
        row = market.money(booked.id)
        assert (row.is_disputed, row.charged_back_cents, row.paid_cents) == (False, 0, 10_560)
        assert row.outcome is Outcome.DISPUTE_WON
        assert market.ledger()["dispute_losses"] == 2 * BANK_FEE
        market.assert_at_rest()

    @pytest.mark.parametrize("lost_first", [True, False])
    def test_of_which_one_is_lost_cost_exactly_its_part(
        self, http_market: Market, *, lost_first: bool
    ) -> None:
        """1 and 2 of 13,440 cents are 0.79 and 1.57 of the payout: 1 and 2, together 2."""
        market = http_market
        booked = taught(market)
        lost = market.dispute(booked.id, cents=1)
        won = market.dispute(booked.id, cents=2)
        for dispute in [lost, won] if lost_first else [won, lost]:
            market.close(dispute, won=dispute == won)

        row = market.money(booked.id)
        assert (row.charged_back_cents, row.paid_cents) == (1, 10_559)
        assert market.standing() == (False, True, 0)
        assert market.ledger()["dispute_losses"] == 2 * BANK_FEE + 1 - 1
        market.assert_at_rest()

    def test_that_are_lost_take_back_exactly_all(self, http_market: Market) -> None:
        market = http_market
        market.completed(4)
        booked = taught(market)
        parts = [market.dispute(booked.id, cents=cents) for cents in (3_360, 3_361, 6_719)]
        for dispute in parts:
            assert market.money(booked.id).outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
            market.close(dispute, won=False)

        row = market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND, 0)
        assert market.wallet() == (0, 0)  # the milestone of the fifth lesson is gone too
        assert market.ledger()["dispute_losses"] == 13_440 + 3 * BANK_FEE - 10_560
        market.assert_at_rest()

    def test_keep_issued_credit_frozen_until_the_last_is_decided(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.cancel(booked.id)
        first = market.dispute(booked.id, cents=3_360)
        second = market.dispute(booked.id, cents=3_360)

        market.close(first, won=True)
        assert market.wallet() == (0, 0)
        market.close(second, won=False)

        assert market.wallet() == (9_000, 0)
        market.assert_at_rest()


class TestADisputeWhoseAmountChanges:
    def test_counts_with_what_it_is_about_now(self, market: Market) -> None:
        """The bank speaks of 33.60 first, then of 67.20, and keeps that."""
        booked = taught(market)
        dispute = market.dispute(booked.id, cents=3_360)
        stored = market.stripe._world.of("dispute").get(dispute)
        stored["amount"] = 6_720
        market.hear(dispute)
        assert market.money(booked.id).paid_cents == 5_280

        stored["amount"] = 3_360
        market.close(dispute, won=False)

        row = market.money(booked.id)
        assert (row.charged_back_cents, row.paid_cents) == (3_360, 7_920)
        market.assert_at_rest()
