"""The hold of a lesson that lies ahead: placed, refused, tried again, given up, replaced."""

from datetime import timedelta

import pytest

from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.domains.payments.types import Action
from tests.factories import acts
from tests.factories.money import Market


class TestAHoldThatIsRefused:
    def test_is_tried_again_twice_warned_of_once_and_dropped_twelve_hours_before(
        self, http_market: Market
    ) -> None:
        """Scenario 8."""
        http_market.give_credit(2_000)
        booked = http_market.confirmed(credit=2_000)
        http_market.change_card(decline="generic_decline")

        http_market.at(http_market.before(booked, hours=12))
        assert http_market.detail(booked.id).status is BookingStatus.CONFIRMED
        assert acts.occupied(http_market) == {f"booking:{booked.id}"}
        http_market.run_jobs()

        assert acts.attempts(http_market, Action.AUTHORIZE) == [
            http_market.before(booked, hours=hours) for hours in (24, 23, 19)
        ]
        row = http_market.money(booked.id)
        assert row.warned_at == http_market.before(booked, hours=13)
        assert row.settled_at == http_market.before(booked, hours=12)
        assert row.outcome is Outcome.PAYMENT_FAILED_NO_CHARGE
        assert http_market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        assert acts.facts(http_market, "HoldFailed", "HoldWarned", "BookingDropped") == [
            *["HoldFailed"] * 3,
            "HoldWarned",
            "BookingDropped",
        ]
        assert acts.occupied(http_market) == set()
        assert http_market.wallet() == (2_000, 0)
        assert http_market.intents("succeeded") == http_market.intents("requires_capture") == []
        acts.assert_final(http_market)

    def test_is_placed_when_the_student_adds_another_card(self, http_market: Market) -> None:
        """Scenario 9: the new attempt has a key of its own, so no old refusal is replayed."""
        booked = http_market.confirmed()
        http_market.change_card(decline="insufficient_funds")
        http_market.at(http_market.before(booked, hours=20))
        assert http_market.detail(booked.id).payment_status is PaymentStatus.PAYMENT_METHOD_REQUIRED

        tried = acts.retry(http_market, booked.id, http_market.second_card())

        assert (tried.result, tried.failure) == ("confirmed", None)
        assert tried.booking.payment_status is PaymentStatus.AUTHORIZED
        assert http_market.intents("requires_capture") == [13_440]
        http_market.at(http_market.after(booked, hours=24))
        assert acts.attempts(http_market, Action.AUTHORIZE) == [
            http_market.before(booked, hours=hours) for hours in (24, 23, 20)
        ]
        http_market.run_jobs()
        assert [made["amount"] for made in http_market.made("transfers")] == [10_560]
        acts.assert_final(http_market)

    def test_tells_the_student_that_the_other_card_is_refused_too(self, market: Market) -> None:
        booked = market.confirmed()
        market.change_card(decline="generic_decline")
        market.at(market.before(booked, hours=20))

        tried = acts.retry(market, booked.id, market.second_card("pm_card_chargeCustomerFail"))

        assert (tried.result, tried.failure) == ("declined", "payments.card_declined")
        assert market.money(booked.id).hold_failures == 3

    def test_is_good_on_a_later_try_with_the_same_card(self, market: Market) -> None:
        booked = market.confirmed()
        market.change_card(decline="generic_decline")
        market.at(market.before(booked, hours=22))
        market.change_card(like="pm_card_visa")

        market.at(market.before(booked, hours=12))

        assert market.detail(booked.id).payment_status is PaymentStatus.AUTHORIZED
        assert market.money(booked.id).authorized_at == market.before(booked, hours=19)
        assert acts.facts(market, "HoldWarned", "BookingDropped") == []


class TestAHoldThatWouldEndTooSoon:
    def test_is_replaced_two_hours_before_and_the_old_one_is_let_go(self, market: Market) -> None:
        market.change_card(hold_seconds=30 * 3_600)
        booked = market.confirmed()

        market.at(market.after(booked, hours=24))

        assert acts.attempts(market, Action.AUTHORIZE) == [
            market.before(booked, hours=24),
            market.after(booked, hours=3),
        ]
        assert market.intents("canceled") == market.intents("requires_capture") == [13_440]
        market.run_jobs()
        assert market.intents("succeeded") == [13_440]
        acts.assert_final(market)

    @pytest.mark.parametrize("with_card", [True, False])
    def test_is_let_go_and_the_lesson_dropped_where_no_card_replaces_it(
        self, market: Market, with_card: bool
    ) -> None:
        market.change_card(hold_seconds=10 * 3_600)
        booked = market.confirmed()
        market.at(market.before(booked, hours=20))
        if with_card:
            market.change_card(decline="generic_decline")
        else:
            acts.forget_card(market)

        market.at(market.before(booked, hours=12))
        market.run_jobs()

        assert market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        assert market.intents("requires_capture") == []
        assert market.money(booked.id).outcome is Outcome.PAYMENT_FAILED_NO_CHARGE
        acts.assert_final(market)


class TestALessonWithoutACard:
    def test_is_dropped_like_one_whose_hold_was_refused(self, market: Market) -> None:
        booked = market.confirmed()
        acts.forget_card(market)

        market.at(market.before(booked, hours=12) + timedelta(seconds=1))

        assert market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        assert market.made("payment_intents") == []
        acts.assert_final(market)
