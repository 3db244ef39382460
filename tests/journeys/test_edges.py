"""Odd cents, odd instants and odd times, over HTTP where the instant matters at the provider."""

import pytest

from instainstru_core.domains.availability.errors import SlotTaken
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.runtime import Runtime
from tests.factories import money
from tests.factories.instructors import live_instructor
from tests.factories.money import Market

SOON = "2026-06-16T09:00:00"


def priced(market: Market, hourly_cents: int) -> Market:
    """The market of an instructor who asks so much an hour online."""
    return money.market(
        market.runtime, market.stripe, market.clock, prices={LessonFormat.ONLINE: hourly_cents}
    )


def cancelled(market: Market, *, hours: int) -> BookingDetailView:
    booked = market.confirmed()
    market.at(market.before(booked, hours=hours))
    return market.cancel(booked.id)


class TestOddCents:
    def test_a_price_is_never_a_cent_short(self, http_market: Market) -> None:
        """Scenario 62."""
        odd = priced(http_market, 6_019)
        cancelled(odd, hours=18)

        assert odd.wallet() == (6_019, 0)
        assert odd.intents("succeeded") == [6_019 + 722]
        odd.assert_at_rest()

    def test_a_half_of_an_odd_price_is_rounded_up(self, http_market: Market) -> None:
        """Scenario 63."""
        odd = priced(http_market, 12_345)
        booked = cancelled(odd, hours=6)

        assert odd.wallet() == (6_173, 0)
        assert odd.money(booked.id).paid_cents == 5_432
        assert odd.intents("succeeded") == [13_826]
        assert odd.ledger()["platform_revenue"] == -(13_826 - 6_173 - 5_432)
        odd.assert_at_rest()


class TestAnAbandonedCheckout:
    def test_gives_time_and_credit_back_after_30_minutes(self, http_market: Market) -> None:
        """Scenario 65."""
        http_market.give_credit(5_000)
        broken = http_market.second_card("pm_card_chargeCustomerFail")
        booked = http_market.book(SOON)
        http_market.pay(booked.id, card_id=broken, credit=5_000)
        idle = http_market.book("2026-06-18T16:00:00")
        other = http_market.with_another_student()
        with pytest.raises(SlotTaken):
            other.book("2026-06-18T16:00:00")

        http_market.at(http_market.clock.now.replace(minute=30))
        assert other.confirmed("2026-06-18T16:00:00").status is BookingStatus.CONFIRMED
        http_market.run_jobs()

        for one in (booked, idle):
            assert http_market.detail(one.id).status is BookingStatus.PAYMENT_FAILED
        assert http_market.wallet() == (5_000, 0)
        assert http_market.intents("requires_capture") == []
        http_market.assert_at_rest()


class TestACancellationBeforeTheHold:
    def test_places_and_takes_it_on_the_spot(self, http_market: Market) -> None:
        """Scenario 67: the job is two minutes late."""
        booked = http_market.confirmed()
        http_market.at(http_market.before(booked, hours=23, minutes=58), run=False)

        http_market.cancel(booked.id)

        assert http_market.money(booked.id).outcome is Outcome.STUDENT_CANCEL_12_24_FULL_CREDIT
        assert http_market.intents("succeeded") == [13_440]
        assert http_market.wallet() == (12_000, 0)
        http_market.assert_at_rest()

    def test_costs_nothing_when_the_card_is_declined(self, http_market: Market) -> None:
        """Scenario 67, with a declined card."""
        http_market.give_credit(5_000)
        booked = http_market.confirmed(credit=5_000)
        http_market.change_card(decline="generic_decline")
        http_market.at(http_market.before(booked, hours=23, minutes=58), run=False)

        http_market.cancel(booked.id)

        assert http_market.money(booked.id).outcome is Outcome.STUDENT_CANCEL_GT24_NO_CHARGE
        assert http_market.detail(booked.id).payment_status is PaymentStatus.SETTLED
        assert http_market.wallet() == (5_000, 0)
        assert http_market.ledger() == {"credit_expense": 5_000, "credits_liability": -5_000}
        http_market.assert_at_rest()

    def test_after_a_declined_hold_costs_nothing_and_tries_no_more(
        self, http_market: Market
    ) -> None:
        """Scenario 70."""
        http_market.give_credit(5_000)
        booked = http_market.confirmed(credit=5_000)
        http_market.change_card(decline="generic_decline")
        http_market.at(http_market.before(booked, hours=20))
        tried = len(http_market.made("payment_intents"))
        assert tried == 2

        http_market.cancel(booked.id)
        http_market.at(http_market.after(booked, hours=100))

        assert http_market.money(booked.id).outcome is Outcome.STUDENT_CANCEL_GT24_NO_CHARGE
        assert http_market.wallet() == (5_000, 0)
        assert len(http_market.made("payment_intents")) == tried
        assert http_market.intents("succeeded") == []
        http_market.assert_at_rest()


class TestACheckoutFarAhead:
    def test_with_a_new_card_holds_nothing_until_the_day_before(self, http_market: Market) -> None:
        """Scenario 69."""
        new = http_market.second_card()
        booked = http_market.book("2026-07-05T10:00:00")

        assert http_market.pay(booked.id, card_id=new).result == "confirmed"
        http_market.at(http_market.before(booked, hours=24))
        assert http_market.made("payment_intents") == []
        http_market.run_jobs()

        assert http_market.intents("requires_capture") == [13_440]
        assert http_market.money(booked.id).capture_before > http_market.after(booked, hours=24)


class TestTimes:
    def test_in_another_zone_overlap_as_instants(self, http_market: Market) -> None:
        """Scenario 53: 13:30 in Los Angeles is 16:30 in New York."""
        http_market.confirmed("2026-06-18T16:00:00")
        with http_market.runtime.begin(money.SYSTEM) as uow:
            west = live_instructor(uow, timezone="America/Los_Angeles")
            money.payee(uow, http_market.stripe, west.id)
        elsewhere = money.replace(http_market, teacher=west)

        with pytest.raises(SlotTaken) as refusal:
            elsewhere.book("2026-06-18T13:30:00")

        assert refusal.value.facts["scope"] == "student"
        assert elsewhere.book("2026-06-18T14:00:00").status is BookingStatus.PENDING

    def test_at_midnight_belong_to_the_day_they_begin_on(
        self, runtime: Runtime, market: Market
    ) -> None:
        """Scenario 54."""
        late = money.market(runtime, market.stripe, market.clock, hours=("00:00-24:00",))
        booked = late.confirmed("2026-06-18T23:00:00")

        assert booked.duration_minutes == 60
        with pytest.raises(SlotTaken):
            late.with_another_student().book("2026-06-18T23:30:00")
        assert late.book("2026-06-19T00:15:00").status is BookingStatus.PENDING
