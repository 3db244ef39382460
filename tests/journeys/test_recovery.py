"""Money that got stuck, was late, or was moved by somebody else, and how it comes to rest."""

from datetime import timedelta

import pytest

from devstack.stripe_simulator.faults import Fault
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.errors import MoveUnderWay, NotRefundable
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.kernel.authority import SYSTEM
from tests.factories.money import STAFF, Market

SOON = "2026-06-16T09:00:00"


class TestACapture:
    def test_whose_answer_was_lost_is_recognized_and_settled_once(
        self, http_market: Market
    ) -> None:
        """Scenario 44."""
        booked = http_market.confirmed()
        http_market.at(http_market.after(booked, hours=24))
        http_market.stripe.faults.add(Fault("timeout_after", method="POST", path="*/capture"))

        http_market.run_jobs()
        assert http_market.money(booked.id).captured_cents == 0
        assert http_market.intents("succeeded") == [13_440]
        http_market.at(http_market.after(booked, hours=25))

        row = http_market.money(booked.id)
        assert (row.captured_cents, row.capture_failures) == (13_440, 0)
        assert row.outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
        assert [made["amount"] for made in http_market.made("transfers")] == [10_560]
        http_market.assert_at_rest()

    def test_of_an_amount_that_somebody_took_at_the_provider_is_settled_once(
        self, market: Market
    ) -> None:
        """Scenario 44, taken by hand."""
        booked = market.confirmed()
        market.at(market.after(booked, hours=24))
        market.capture_outside()

        market.run_jobs()

        assert market.money(booked.id).outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
        assert market.intents("succeeded") == [13_440]
        market.assert_at_rest()

    def test_is_settled_by_an_event_that_comes_after_the_cancellation(
        self, http_market: Market
    ) -> None:
        """Scenario 50: a cancelled lesson stays cancelled, and what was taken goes back."""
        booked = http_market.confirmed()
        http_market.at(http_market.before(booked, hours=20))
        intent_id = http_market.capture_outside()
        http_market.cancel(booked.id, actor=http_market.instructor)
        assert http_market.detail(booked.id).status is BookingStatus.CANCELLED

        flows.on_intent(http_market.cashier, actor=SYSTEM, intent_id=intent_id)
        http_market.at(http_market.clock.now + timedelta(hours=1))

        assert http_market.detail(booked.id).status is BookingStatus.CANCELLED
        assert http_market.money(booked.id).outcome is Outcome.INSTRUCTOR_CANCEL_FULL_REFUND
        assert [made["amount"] for made in http_market.made("refunds")] == [13_440]
        http_market.assert_at_rest()


class TestAHold:
    def test_that_would_end_before_it_is_captured_is_replaced_in_time(
        self, http_market: Market
    ) -> None:
        """Scenario 45: what the charge says counts, not a week."""
        booked = http_market.confirmed()
        http_market.change_card(hold_seconds=30 * 3_600)
        http_market.at(http_market.before(booked, hours=23))
        first = http_market.money(booked.id)
        assert first.capture_before == http_market.after(booked, hours=5)

        http_market.at(http_market.after(booked, hours=4))

        renewed = http_market.money(booked.id)
        assert renewed.charge_id != first.charge_id
        assert renewed.capture_before == http_market.after(booked, hours=33)
        assert http_market.intents("requires_capture") == [13_440]
        assert http_market.intents("canceled") == [13_440]
        http_market.at(http_market.after(booked, hours=25))
        assert http_market.money(booked.id).paid_cents == 10_560
        assert http_market.intents("succeeded") == [13_440]
        http_market.assert_at_rest()

    def test_that_has_ended_unnoticed_is_placed_anew_and_taken(self, market: Market) -> None:
        """Scenario 45: the jobs stood still meanwhile."""
        booked = market.confirmed()
        market.change_card(hold_seconds=30 * 3_600)
        market.at(market.before(booked, hours=23))

        market.at(market.after(booked, hours=48), run=False)
        market.run_jobs()

        assert market.intents("succeeded") == [13_440]
        row = market.money(booked.id)
        assert (row.outcome, row.capture_failures) == (Outcome.LESSON_COMPLETED_FULL_PAYOUT, 0)
        assert row.paid_cents == 10_560
        market.assert_at_rest()


class TestWhatTheProviderRefuses:
    def test_stops_until_staff_have_looked_at_it(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, hours=25))
        market.stripe.faults.add(Fault("account_balance_low", method="POST", path="*/reversals"))

        market.refund(booked.id)

        assert market.money(booked.id).is_blocked
        assert market.detail(booked.id).payment_status is PaymentStatus.MANUAL_REVIEW
        with pytest.raises(NotRefundable):
            market.refund(booked.id)
        market.at(market.clock.now + timedelta(days=3))
        assert [made["amount_reversed"] for made in market.made("transfers")] == [0]
        with market.runtime.begin(STAFF) as uow:
            service.release_review(uow, booked.id)
        market.run_jobs()

        assert [made["amount_reversed"] for made in market.made("transfers")] == [10_560]
        assert market.detail(booked.id).payment_status is PaymentStatus.SETTLED
        market.assert_at_rest()

    def test_a_payout_that_cannot_be_made_is_tried_again_until_it_can(self, market: Market) -> None:
        booked = market.confirmed()
        market.close_account()
        market.at(market.after(booked, hours=24 + 2))
        row = market.money(booked.id)
        assert (row.transfer_failures, row.review_since) == (2, None)
        market.at(market.after(booked, hours=24 + 2, minutes=1))
        row = market.money(booked.id)
        assert (row.transfer_failures, row.review_reason) == (3, "instructor_cannot_be_paid")
        market.open_account()

        market.at(market.after(booked, hours=24 + 27))

        assert market.money(booked.id).paid_cents == 10_560
        assert [made["amount"] for made in market.made("transfers")] == [10_560]
        market.assert_at_rest()

    def test_a_payout_waits_for_our_balance(self, market: Market) -> None:
        """Credit pays the price: most of the payout comes from our own balance."""
        market.give_credit(12_000)
        booked = market.confirmed(credit=12_000)
        market.empty_balance()

        market.at(market.after(booked, hours=24, minutes=30))
        assert market.money(booked.id).paid_cents == 1_440
        market.fill_balance()
        market.at(market.after(booked, hours=26))

        assert market.money(booked.id).paid_cents == 10_560
        assert [made["amount"] for made in market.made("transfers")] == [9_120, 1_440]
        market.assert_at_rest()


class TestAMoveWhoseMoneyIsInDoubt:
    def test_is_said_to_be_under_way_and_is_done_once_the_provider_answers(
        self, market: Market
    ) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.stripe.faults.add(Fault("timeout_after", method="POST", path="*/capture"))

        with pytest.raises(MoveUnderWay):
            market.move(booked.id, "2026-06-22T16:00:00")
        assert market.detail(booked.id).status is BookingStatus.CONFIRMED
        market.at(market.clock.now + timedelta(minutes=2))

        moved = market.detail(booked.id).moved_to_id
        assert moved is not None
        assert market.detail(moved).payment_status is PaymentStatus.LOCKED
        assert market.intents("succeeded") == [13_440]


class TestJobsThatStoodStill:
    @pytest.mark.parametrize("hours", [-12, -1, 0, 10, 100])
    def test_leave_nothing_behind_when_they_go_on(self, market: Market, hours: int) -> None:
        """Nothing ran since the checkout; so many hours after the end the jobs go on."""
        booked = market.confirmed()
        market.at(booked.ends_at + timedelta(hours=hours), run=False)

        market.run_jobs()
        market.at(market.after(booked, hours=200))

        row = market.money(booked.id)
        assert row.outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
        assert market.intents("succeeded") == [13_440]
        assert row.paid_cents == 10_560
        market.assert_at_rest()

    def test_expire_a_checkout_long_after_its_lesson(self, market: Market) -> None:
        market.give_credit(5_000)
        booked = market.book(SOON)
        broken = market.second_card("pm_card_chargeCustomerFail")
        market.pay(booked.id, card_id=broken, credit=5_000)

        market.at(market.after(booked, hours=50), run=False)
        market.run_jobs()

        assert market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        assert market.money(booked.id).outcome is Outcome.PAYMENT_FAILED_NO_CHARGE
        assert market.wallet() == (5_000, 0)
        assert market.intents("succeeded") == []
        market.assert_at_rest()
