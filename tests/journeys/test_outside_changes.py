"""What else is done in the provider's dashboard: it is found, told, and never silently wrong."""

from instainstru_core.domains.bookings.types import BookingStatus, Outcome
from tests.factories.money import Market, call


class TestAHoldTakenThere:
    def test_of_a_lesson_ahead_counts_and_is_paid_out_once(self, http_market: Market) -> None:
        market = http_market
        booked = market.confirmed()
        market.at(market.before(booked, hours=20))
        intent = market.capture_outside()
        market.hear_of_intent(intent)
        assert market.money(booked.id).captured_cents == 13_440

        market.at(market.after(booked, hours=25))

        row = market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (Outcome.LESSON_COMPLETED_FULL_PAYOUT, 10_560)
        assert row.review_since is None
        market.assert_at_rest()

    def test_and_cancelled_early_goes_back_to_the_card(self, market: Market) -> None:
        """At exactly 24 hours the hold is placed, and cancelling is still early."""
        booked = market.confirmed()
        market.at(market.before(booked, hours=24))
        market.run_jobs()
        market.hear_of_intent(market.capture_outside())

        market.cancel(booked.id)

        row = market.money(booked.id)
        assert (row.outcome, row.refunded_cents) == (
            Outcome.STUDENT_CANCEL_GT24_NO_CHARGE,
            13_440,
        )
        assert market.detail(booked.id).status is BookingStatus.CANCELLED
        market.assert_at_rest()

    def test_for_less_than_its_price_is_looked_at_by_people(self, http_market: Market) -> None:
        market = http_market
        booked = market.confirmed()
        market.at(market.before(booked, hours=20))
        intent = market.intent(booked.id)
        path = f"/v1/payment_intents/{intent}/capture"
        call(market.stripe, "POST", path, {"amount_to_capture": "5000"})

        market.hear_of_intent(intent)
        market.at(market.after(booked, hours=25))

        row = market.money(booked.id)
        assert row.review_reason == "captured_in_part_at_the_provider"
        assert (row.captured_cents, row.paid_cents) == (5_000, 10_560)
        assert market.ledger()["platform_revenue"] == 10_560 - 5_000
        market.assert_at_rest()


class TestAHoldLetGoThere:
    def test_of_which_nobody_told_is_placed_anew_when_it_is_to_be_taken(
        self, http_market: Market
    ) -> None:
        market = http_market
        booked = market.confirmed()
        market.at(market.before(booked, hours=20))
        call(market.stripe, "POST", f"/v1/payment_intents/{market.intent(booked.id)}/cancel", {})

        market.at(market.after(booked, hours=25))

        row = market.money(booked.id)
        assert (row.outcome, row.captured_cents, row.paid_cents) == (
            Outcome.LESSON_COMPLETED_FULL_PAYOUT,
            13_440,
            10_560,
        )
        market.assert_at_rest()
