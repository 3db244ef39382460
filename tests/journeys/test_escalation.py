"""What is due cannot be taken: tried for three days, then the platform stands in."""

from datetime import timedelta

import pytest

from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.errors import PaymentRefused
from instainstru_core.domains.bookings.schemas import BookingDetailView, RetryPayment
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.domains.payments.errors import NothingOwed, PayerLocked
from tests.factories.gateways import Troubled, decline
from tests.factories.money import Market

THREE_DAYS = timedelta(hours=72)


def refused_from_now_on(market: Market) -> Troubled:
    """No hold can be captured any more."""
    gateway = market.troubled()
    gateway.before("capture", decline, times=1_000)
    return gateway


def escalated(market: Market, *, credit: int = 0) -> BookingDetailView:
    """A lesson that took place and could not be charged for three days."""
    booked = market.confirmed(credit=credit)
    refused_from_now_on(market)
    market.at(market.after(booked, hours=24) + THREE_DAYS)
    market.run_jobs()
    return booked


def cancelled_and_refused(market: Market, *, hours: int, credit: int = 0) -> BookingDetailView:
    """A lesson cancelled so long before its start, whose hold could not be captured."""
    booked = market.confirmed(credit=credit)
    market.at(market.before(booked, hours=hours))
    refused_from_now_on(market)
    market.cancel(booked.id)
    return booked


class TestALessonThatCannotBeCharged:
    def test_is_tried_every_4_hours_until_72_hours_after_the_first_failure(
        self, http_market: Market
    ) -> None:
        """Scenario 43."""
        booked = http_market.confirmed()
        gateway = refused_from_now_on(http_market)
        first = http_market.after(booked, hours=24)

        http_market.at(first + THREE_DAYS)

        row = http_market.money(booked.id)
        assert (gateway.calls["capture"], gateway.calls["transfer"]) == (18, 0)
        assert row.capture_first_failed_at == first
        assert row.capture_last_failed_at == first + timedelta(hours=68)
        assert (row.outcome, http_market.standing()) == (None, (False, False, 0))
        http_market.run_jobs()
        assert gateway.calls["capture"] == 18
        assert [made["amount"] for made in http_market.made("transfers")] == [10_560]
        seen = http_market.detail(booked.id)
        assert seen.status is BookingStatus.COMPLETED
        assert seen.payment_status is PaymentStatus.MANUAL_REVIEW
        assert http_market.money(booked.id).outcome is Outcome.CAPTURE_FAILURE_INSTRUCTOR_PAID
        assert http_market.standing() == (True, False, 13_440)
        assert http_market.ledger() == {
            "escalation_losses": 10_560,
            "stripe_clearing": -10_560,
            "student_debt": 13_440,
            "debt_allowance": -13_440,
        }
        http_market.assert_at_rest()

    def test_uses_up_the_credit_that_was_set_aside(self, market: Market) -> None:
        market.give_credit(5_000)
        booked = escalated(market, credit=5_000)

        assert market.wallet() == (0, 0)
        assert market.standing() == (True, False, 8_440)
        assert market.money(booked.id).paid_cents == 10_560
        assert market.ledger() == {
            "credit_expense": 5_000,
            "escalation_losses": 5_560,
            "stripe_clearing": -10_560,
            "student_debt": 8_440,
            "debt_allowance": -8_440,
        }
        market.assert_at_rest()

    def test_lets_the_hold_go_that_could_not_be_captured(self, market: Market) -> None:
        mastercard = market.second_card()
        booked = market.book()
        market.pay(booked.id, card_id=mastercard)
        refused_from_now_on(market)

        market.at(market.after(booked, hours=24) + THREE_DAYS)
        assert market.intents("requires_capture") == [13_440]
        market.run_jobs()

        assert market.intents("requires_capture") == []
        assert market.intents("canceled") == [13_440]
        market.assert_at_rest()

    def test_is_settled_like_any_other_when_a_retry_succeeds(self, market: Market) -> None:
        booked = market.confirmed()
        gateway = market.troubled()
        gateway.before("capture", decline, times=3)

        market.at(market.after(booked, hours=24 + 12))
        assert market.money(booked.id).outcome is None
        assert market.detail(booked.id).payment_status is PaymentStatus.PAYMENT_METHOD_REQUIRED
        market.run_jobs()

        assert gateway.calls["capture"] == 4
        assert market.money(booked.id).outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
        assert market.standing() == (False, False, 0)
        assert market.money(booked.id).paid_cents == 10_560
        market.assert_at_rest()

    def test_is_paid_at_once_with_another_card(self, market: Market) -> None:
        booked = market.confirmed()
        refused = market.troubled()
        refused.before("capture", decline)
        market.at(market.after(booked, hours=25))

        told = flows.retry_payment(
            market.cashier,
            actor=market.student,
            booking_id=booked.id,
            command=RetryPayment(payment_method_id=market.second_card()),
        )

        assert told.result == "confirmed"
        assert market.intents("succeeded") == [13_440]
        assert market.intents("canceled") == [13_440]
        assert market.money(booked.id).outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
        market.assert_at_rest()

    def test_pays_nobody_when_the_instructor_cannot_be_paid(self, market: Market) -> None:
        booked = market.confirmed()
        refused_from_now_on(market)
        market.close_account()

        market.at(market.after(booked, hours=24) + THREE_DAYS)
        market.run_jobs()

        row = market.money(booked.id)
        assert row.outcome is Outcome.CAPTURE_FAILURE_ESCALATED
        assert (row.owed_cents, row.paid_cents) == (0, 0)
        assert row.review_reason == "capture_failed_for_72_hours"
        assert market.standing() == (True, False, 13_440)
        assert market.ledger() == {"student_debt": 13_440, "debt_allowance": -13_440}
        market.assert_at_rest()


class TestACancellationThatCannotBeCharged:
    @pytest.mark.parametrize(("hours", "paid"), [(18, 0), (6, 5_280)])
    def test_gives_back_nothing_until_three_days_are_over(
        self, market: Market, hours: int, paid: int
    ) -> None:
        market.give_credit(3_000)
        booked = cancelled_and_refused(market, hours=hours, credit=3_000)

        seen = market.detail(booked.id)
        assert seen.status is BookingStatus.CANCELLED
        assert seen.payment_status is PaymentStatus.PAYMENT_METHOD_REQUIRED
        assert market.wallet() == (0, 3_000)
        market.at(market.clock.now + THREE_DAYS)
        assert market.wallet() == (0, 3_000)
        market.run_jobs()

        assert market.wallet() == (3_000, 0)
        assert market.money(booked.id).paid_cents == paid
        assert market.standing() == (True, False, 10_440)
        assert market.money(booked.id).review_reason == "capture_failed_for_72_hours"
        market.assert_at_rest()

    def test_forfeits_what_a_late_one_would_have(self, market: Market) -> None:
        market.give_credit(8_000)
        booked = cancelled_and_refused(market, hours=6, credit=8_000)
        market.at(market.clock.now + THREE_DAYS)
        market.run_jobs()

        assert market.wallet() == (6_000, 0)
        assert market.money(booked.id).paid_cents == 5_280
        assert market.ledger() == {
            "credit_expense": 8_000,
            "credits_liability": -6_000,
            "escalation_losses": 3_280,
            "stripe_clearing": -5_280,
            "student_debt": 5_440,
            "debt_allowance": -5_440,
        }
        market.assert_at_rest()

    def test_issues_its_credit_once_the_debt_is_paid(self, market: Market) -> None:
        market.give_credit(3_000)
        booked = cancelled_and_refused(market, hours=18, credit=3_000)
        market.at(market.clock.now + THREE_DAYS)
        market.run_jobs()

        market.pay_debt(booked.id, market.second_card())

        assert market.wallet() == (12_000, 0)
        assert market.standing() == (False, False, 0)
        assert market.ledger() == {
            "credit_expense": 3_000,
            "credits_liability": -12_000,
            "platform_revenue": -1_440,
            "stripe_clearing": 10_440 - 333,
            "stripe_fees": 333,
        }
        market.assert_at_rest()


class TestTheDebtOfAnEscalation:
    def test_keeps_its_student_from_booking(self, market: Market) -> None:
        escalated(market)

        with pytest.raises(PayerLocked):
            market.book("2026-06-29T16:00:00")

        with market.runtime.begin(market.student) as uow:
            assert [debt.cents for debt in service.debts(uow)] == [13_440]

    def test_is_paid_later_and_pays_nobody_a_second_time(self, market: Market) -> None:
        booked = escalated(market)

        market.pay_debt(booked.id, market.second_card())

        assert market.standing() == (False, False, 0)
        assert market.money(booked.id).review_since is None
        assert [made["amount"] for made in market.made("transfers")] == [10_560]
        assert market.ledger() == {
            "platform_revenue": -2_880,
            "stripe_clearing": 13_440 - 420 - 10_560,
            "stripe_fees": 420,
        }
        market.assert_at_rest()
        market.book("2026-06-29T16:00:00")

    def test_stays_when_the_card_is_declined_and_is_paid_with_the_next(
        self, market: Market
    ) -> None:
        booked = escalated(market)
        broken = market.second_card("pm_card_chargeCustomerFail")

        with pytest.raises(PaymentRefused) as refusal:
            market.pay_debt(booked.id, broken)

        assert refusal.value.facts["failure"] == "payments.card_declined"
        assert market.standing() == (True, False, 13_440)
        market.pay_debt(booked.id, market.second_card())
        assert market.standing() == (False, False, 0)
        market.assert_at_rest()

    def test_is_paid_once(self, market: Market) -> None:
        booked = escalated(market)
        market.pay_debt(booked.id)

        with pytest.raises(NothingOwed):
            market.pay_debt(booked.id)

        assert market.intents("succeeded") == [13_440]

    def test_of_two_lessons_unlocks_when_both_are_paid(self, market: Market) -> None:
        first = market.confirmed()
        second = market.confirmed("2026-06-18T13:00:00")
        refused_from_now_on(market)
        market.at(market.after(first, hours=24) + THREE_DAYS)
        market.run_jobs()
        assert market.standing() == (True, False, 26_880)

        market.pay_debt(first.id)
        assert market.standing() == (True, False, 13_440)
        market.pay_debt(second.id)

        assert market.standing() == (False, False, 0)
        market.assert_at_rest()
