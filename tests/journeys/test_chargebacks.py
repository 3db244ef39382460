"""A bank takes a charge back: what is frozen, what it costs, and what comes back."""

from datetime import timedelta

import pytest

from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.domains.payments.errors import PayerRestricted
from tests.factories.money import Market

FEE = 420
"""What the provider keeps of 134.40 dollars."""
BANK_FEE = 1_500
LATER = "2026-06-29T16:00:00"


def taught(market: Market, *, credit: int = 0) -> BookingDetailView:
    """A lesson that took place and was paid for and paid out."""
    booked = market.confirmed(credit=credit)
    market.at(market.after(booked, hours=25))
    assert market.money(booked.id).paid_cents == 10_560
    return booked


def cancelled(market: Market, *, hours: int = 18, credit: int = 0) -> BookingDetailView:
    """A lesson that was cancelled so late that it cost something."""
    booked = market.confirmed(credit=credit)
    market.at(market.before(booked, hours=hours))
    market.cancel(booked.id)
    return booked


def locked(market: Market, *, credit: int = 0) -> BookingDetailView:
    """A lesson moved 18 hours before it, to four days later; its money is locked."""
    booked = market.confirmed(credit=credit)
    market.at(market.before(booked, hours=18))
    return market.move(booked.id, "2026-06-22T16:00:00")


class TestADisputeAfterThePayout:
    def test_takes_the_payout_back_until_the_bank_has_decided(self, market: Market) -> None:
        booked = taught(market)

        market.dispute(booked.id)

        assert market.detail(booked.id).payment_status is PaymentStatus.MANUAL_REVIEW
        assert market.money(booked.id).paid_cents == 0
        assert [made["amount_reversed"] for made in market.made("transfers")] == [10_560]
        assert market.standing() == (False, False, 0)
        assert market.ledger() == {
            "dispute_losses": 13_440 + BANK_FEE,
            "instructor_payable": -10_560,
            "platform_revenue": -2_880,
            "stripe_clearing": -FEE - BANK_FEE,
            "stripe_fees": FEE,
        }
        market.assert_at_rest()

    def test_that_is_won_pays_the_instructor_the_same_again(self, http_market: Market) -> None:
        """Scenario 47."""
        booked = taught(http_market)
        dispute = http_market.dispute(booked.id)

        http_market.close(dispute, won=True)

        row = http_market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (Outcome.DISPUTE_WON, 10_560)
        assert [
            (made["amount"], made["amount_reversed"]) for made in http_market.made("transfers")
        ] == [(10_560, 0), (10_560, 10_560)]
        assert http_market.ledger() == {
            "dispute_losses": BANK_FEE,
            "platform_revenue": -2_880,
            "stripe_clearing": 13_440 - FEE - BANK_FEE - 10_560,
            "stripe_fees": FEE,
        }
        http_market.assert_at_rest()

    def test_that_is_lost_pays_nobody_and_restricts_the_student(self, market: Market) -> None:
        """Scenario 48."""
        booked = taught(market)
        dispute = market.dispute(booked.id)

        market.close(dispute, won=False)

        row = market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND, 0)
        assert market.detail(booked.id).payment_status is PaymentStatus.SETTLED
        assert market.standing() == (False, True, 0)
        with pytest.raises(PayerRestricted):
            market.book(LATER)
        assert market.ledger() == {
            "dispute_losses": 2_880 + BANK_FEE,
            "platform_revenue": -2_880,
            "stripe_clearing": -FEE - BANK_FEE,
            "stripe_fees": FEE,
        }
        market.assert_at_rest()

    def test_heard_of_again_changes_nothing(self, market: Market) -> None:
        booked = taught(market)
        dispute = market.dispute(booked.id)
        opened = market.ledger()
        market.hear(dispute)
        assert market.ledger() == opened

        market.close(dispute, won=True)
        closed = market.ledger()
        market.hear(dispute)

        assert market.ledger() == closed
        assert len(market.made("transfers")) == 2

    def test_heard_of_only_when_it_is_lost_is_lost_all_the_same(self, market: Market) -> None:
        booked = taught(market)
        opened = market.stripe.open_dispute(market.vendor_charge(booked.id))
        market.close(str(opened["id"]), won=False)

        assert market.money(booked.id).outcome is Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND
        assert market.money(booked.id).paid_cents == 0
        market.assert_at_rest()

    def test_takes_both_parts_of_a_payout_back(self, market: Market) -> None:
        market.give_credit(8_000)
        booked = taught(market, credit=8_000)
        assert [made["amount"] for made in market.made("transfers")] == [5_120, 5_440]

        dispute = market.dispute(booked.id)

        assert [made["amount_reversed"] for made in market.made("transfers")] == [5_120, 5_440]
        market.close(dispute, won=True)
        assert market.money(booked.id).paid_cents == 10_560
        market.assert_at_rest()

    def test_gives_used_credit_back_on_its_old_expiry_when_lost(self, market: Market) -> None:
        market.give_credit(5_000, days=40)
        booked = taught(market, credit=5_000)
        assert market.wallet() == (0, 0)

        market.close(market.dispute(booked.id), won=False)

        assert market.wallet() == (5_000, 0)
        assert market.expiries() == [market.began + timedelta(days=40)]
        assert market.ledger()["dispute_losses"] == 8_440 + BANK_FEE + 5_000 - 10_560
        market.assert_at_rest()

    def test_of_the_fifth_lesson_revokes_its_milestone_when_lost(self, market: Market) -> None:
        market.completed(4)
        booked = taught(market)
        assert market.wallet() == (1_000, 0)

        dispute = market.dispute(booked.id)
        assert market.wallet() == (0, 0)
        market.close(dispute, won=False)

        assert market.wallet() == (0, 0)
        market.assert_at_rest()


class TestAPartialDispute:
    def test_takes_back_its_part_of_the_payout(self, market: Market) -> None:
        booked = taught(market)

        dispute = market.dispute(booked.id, cents=3_360)
        assert market.money(booked.id).paid_cents == 7_920
        market.close(dispute, won=False)

        row = market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (Outcome.LESSON_COMPLETED_FULL_PAYOUT, 7_920)
        assert market.ledger() == {
            "dispute_losses": 3_360 + BANK_FEE - 2_640,
            "platform_revenue": -2_880,
            "stripe_clearing": 13_440 - FEE - 7_920 - 3_360 - BANK_FEE,
            "stripe_fees": FEE,
        }
        market.assert_at_rest()

    def test_rounds_halves_up(self, market: Market) -> None:
        """One cent of 13,440 is 0.79 cents of the payout."""
        booked = taught(market)

        market.close(market.dispute(booked.id, cents=1), won=False)

        assert market.money(booked.id).paid_cents == 10_559
        market.assert_at_rest()

    def test_that_is_won_gives_it_back(self, market: Market) -> None:
        booked = taught(market)

        market.close(market.dispute(booked.id, cents=3_360), won=True)

        assert market.money(booked.id).paid_cents == 10_560
        assert [made["amount"] for made in market.made("transfers")] == [2_640, 10_560]
        market.assert_at_rest()

    def test_revokes_its_part_of_issued_credit(self, market: Market) -> None:
        booked = cancelled(market)

        market.close(market.dispute(booked.id, cents=3_360), won=False)

        assert market.wallet() == (9_000, 0)
        assert market.standing() == (False, True, 0)
        market.assert_at_rest()

    def test_that_is_won_leaves_a_full_refund_what_it_is(self, market: Market) -> None:
        booked = taught(market)
        market.refund(booked.id)

        market.close(market.dispute(booked.id, cents=3_360), won=True)

        row = market.money(booked.id)
        assert (row.outcome, row.refunded_cents, row.paid_cents) == (
            Outcome.ADMIN_REFUND,
            13_440,
            0,
        )

    def test_after_a_refund_by_staff_takes_back_exactly_the_rest(self, market: Market) -> None:
        booked = taught(market)
        market.refund(booked.id, 3_361)

        market.close(market.dispute(booked.id, cents=10_079), won=False)

        assert market.money(booked.id).paid_cents == 0
        assert market.ledger()["dispute_losses"] == 10_079 + BANK_FEE - 7_919
        market.assert_at_rest()


class TestADisputeBeforeThePayout:
    def test_keeps_the_instructor_waiting_until_it_is_won(self, market: Market) -> None:
        booked = market.confirmed()
        market.close_account()
        market.at(market.after(booked, hours=25))
        dispute = market.dispute(booked.id)
        market.open_account()

        market.at(market.after(booked, hours=72))
        assert market.made("transfers") == []
        market.close(dispute, won=True)
        market.at(market.after(booked, hours=120))

        assert market.money(booked.id).paid_cents == 10_560
        assert [made["amount"] for made in market.made("transfers")] == [10_560]
        market.assert_at_rest()

    def test_that_is_lost_pays_nobody_ever(self, market: Market) -> None:
        booked = market.confirmed()
        market.close_account()
        market.at(market.after(booked, hours=25))
        market.close(market.dispute(booked.id), won=False)
        market.open_account()

        market.at(market.after(booked, hours=120))

        assert market.made("transfers") == []
        assert market.ledger()["dispute_losses"] == 2_880 + BANK_FEE
        market.assert_at_rest()


class TestCreditThatADisputedLessonIssued:
    def test_is_frozen_while_it_is_unspent(self, market: Market) -> None:
        """Scenario 46, unspent."""
        booked = cancelled(market)
        assert market.wallet() == (12_000, 0)

        market.dispute(booked.id)

        assert market.wallet() == (0, 0)
        assert market.standing() == (False, False, 0)
        later = market.confirmed(LATER, credit=5_000)
        assert market.money(later.id).credit_cents == 0

    def test_may_be_spent_again_when_the_dispute_is_won(self, http_market: Market) -> None:
        """Scenario 47, with credit."""
        booked = cancelled(http_market)
        http_market.close(http_market.dispute(booked.id), won=True)

        assert http_market.wallet() == (12_000, 0)
        assert http_market.ledger() == {
            "credits_liability": -12_000,
            "dispute_losses": BANK_FEE,
            "platform_revenue": -1_440,
            "stripe_clearing": 13_440 - FEE - BANK_FEE,
            "stripe_fees": FEE,
        }
        http_market.assert_at_rest()

    def test_is_revoked_when_the_dispute_is_lost(self, market: Market) -> None:
        """Scenario 48, unspent."""
        booked = cancelled(market)
        market.close(market.dispute(booked.id), won=False)

        assert market.wallet() == (0, 0)
        assert market.standing() == (False, True, 0)
        assert market.ledger() == {
            "dispute_losses": 1_440 + BANK_FEE,
            "platform_revenue": -1_440,
            "stripe_clearing": -FEE - BANK_FEE,
            "stripe_fees": FEE,
        }
        market.assert_at_rest()

    def test_that_is_spent_restricts_at_once_and_becomes_a_debt_when_lost(
        self, market: Market
    ) -> None:
        """Scenarios 46 and 48, spent."""
        booked = cancelled(market)
        later = market.confirmed(LATER, credit=12_000)
        market.at(market.after(later, hours=25))

        dispute = market.dispute(booked.id)
        assert market.standing() == (False, True, 0)
        with pytest.raises(PayerRestricted):
            market.book("2026-07-09T16:00:00")
        market.close(dispute, won=False)

        assert market.standing() == (False, True, 12_000)
        assert market.money(booked.id).debt_cents == 12_000
        assert market.money(later.id).paid_cents == 10_560
        assert market.ledger()["student_debt"] == 12_000
        assert market.ledger()["dispute_losses"] == 1_440 + BANK_FEE
        market.assert_at_rest()

    def test_that_is_spent_no_longer_restricts_when_the_dispute_is_won(
        self, market: Market
    ) -> None:
        booked = cancelled(market)
        later = market.confirmed(LATER, credit=12_000)
        market.at(market.after(later, hours=25))

        market.close(market.dispute(booked.id), won=True)

        assert market.standing() == (False, False, 0)
        market.book("2026-07-09T16:00:00")
        market.assert_at_rest()

    def test_that_is_reserved_for_another_lesson_stays_with_it(self, market: Market) -> None:
        booked = cancelled(market)
        later = market.confirmed(LATER, credit=9_000)

        market.close(market.dispute(booked.id), won=False)

        assert market.wallet() == (0, 9_000)
        assert market.standing() == (False, True, 9_000)
        market.at(market.after(later, hours=25))
        row = market.money(later.id)
        assert (row.outcome, row.captured_cents, row.paid_cents) == (
            Outcome.LESSON_COMPLETED_FULL_PAYOUT,
            4_440,
            10_560,
        )
        market.assert_at_rest()

    def test_that_came_back_unspent_is_the_students_once_the_debt_is_paid(
        self, market: Market
    ) -> None:
        booked = cancelled(market)
        later = market.confirmed(LATER, credit=9_000)
        market.close(market.dispute(booked.id), won=False)
        market.cancel(later.id)
        assert market.wallet() == (9_000, 0)

        market.pay_debt(booked.id)

        assert market.standing() == (False, False, 0)
        assert market.wallet() == (9_000, 0)
        market.assert_at_rest()


class TestADisputeDuringALock:
    def test_suspends_the_lock_until_it_is_won(self, market: Market) -> None:
        child = locked(market)
        dispute = market.dispute(child.id)

        market.at(market.after(child, hours=30))
        assert market.money(child.id).settled_at is None
        assert market.made("transfers") == []
        market.close(dispute, won=True)

        row = market.money(child.id)
        assert (row.outcome, row.paid_cents) == (Outcome.LESSON_COMPLETED_FULL_PAYOUT, 10_560)
        market.assert_at_rest()

    def test_that_is_lost_cancels_the_lesson_and_gives_credit_back(self, market: Market) -> None:
        market.give_credit(5_000)
        child = locked(market, credit=5_000)
        assert market.wallet() == (0, 5_000)

        market.close(market.dispute(child.id), won=False)

        row = market.money(child.id)
        assert row.outcome is Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND
        assert (row.owed_cents, row.paid_cents) == (0, 0)
        assert market.detail(child.id).status is BookingStatus.CANCELLED
        assert market.wallet() == (5_000, 0)
        assert market.standing() == (False, True, 0)
        assert market.ledger() == {
            "credit_expense": 5_000,
            "credits_liability": -5_000,
            "dispute_losses": BANK_FEE,
            "stripe_clearing": -275 - BANK_FEE,
            "stripe_fees": 275,
        }
        market.assert_at_rest()

    def test_that_is_lost_after_the_lesson_pays_nobody(self, market: Market) -> None:
        market.completed(4)
        child = locked(market)
        market.at(market.after(child, hours=1))
        market.complete(child.id)
        assert market.wallet() == (1_000, 0)

        market.close(market.dispute(child.id), won=False)
        market.at(market.after(child, hours=30))

        assert market.detail(child.id).status is BookingStatus.COMPLETED
        assert market.made("transfers") == []
        assert market.wallet() == (0, 0)
        market.assert_at_rest()

    def test_cancelled_meanwhile_is_settled_when_it_is_won(self, market: Market) -> None:
        child = locked(market)
        dispute = market.dispute(child.id)
        market.at(market.before(child, hours=6))
        market.cancel(child.id)
        assert market.money(child.id).settled_at is None

        market.close(dispute, won=True)

        assert market.money(child.id).outcome is Outcome.LOCKED_CANCEL_LT12_SPLIT_50_50
        assert market.wallet() == (6_000, 0)
        assert market.money(child.id).paid_cents == 5_280
        market.assert_at_rest()

    def test_about_a_part_lets_the_lesson_take_place_for_the_rest(self, market: Market) -> None:
        child = locked(market)
        market.close(market.dispute(child.id, cents=3_360), won=False)
        assert market.detail(child.id).status is BookingStatus.CONFIRMED

        market.at(market.after(child, hours=25))

        row = market.money(child.id)
        assert (row.outcome, row.paid_cents) == (Outcome.LESSON_COMPLETED_FULL_PAYOUT, 7_920)
        assert market.ledger()["dispute_losses"] == 3_360 + BANK_FEE - 2_640
        market.assert_at_rest()

    def test_about_a_part_lessens_what_a_cancellation_issues(self, market: Market) -> None:
        child = locked(market)
        market.close(market.dispute(child.id, cents=3_360), won=False)
        market.at(market.before(child, hours=6))

        market.cancel(child.id)

        assert market.wallet() == (4_500, 0)
        assert market.money(child.id).paid_cents == 3_960
        market.assert_at_rest()


class TestARestriction:
    def test_by_a_lost_dispute_outlives_another_one_that_is_won(self, market: Market) -> None:
        lost = taught(market)
        market.clock.now += timedelta(days=1)
        won = market.confirmed("2026-06-25T16:00:00")
        market.at(market.after(won, hours=25))
        second = market.dispute(won.id)
        market.close(market.dispute(lost.id), won=False)

        market.close(second, won=True)

        assert market.standing() == (False, True, 0)
