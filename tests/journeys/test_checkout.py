"""Paying for a lesson: at once, later, never, or too late."""

from datetime import timedelta

import pytest

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.availability.errors import SlotTaken
from instainstru_core.domains.bookings.errors import CheckoutOver, InstructorNotReady, NotPayable
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.domains.payments.models import ConnectAccount, IdentityCheck
from instainstru_core.domains.payments.types import Action
from instainstru_core.kernel.authority import SYSTEM
from tests.factories import acts
from tests.factories.money import Market, moment

TODAY_AT_FOUR = "2026-06-15T16:00:00"
"""20:00 of UTC."""

TOMORROW_AT_TEN = "2026-06-16T10:00:00"
"""24 hours after the clock of the tests begins."""

DECLINED = "pm_card_chargeCustomerFail"


class TestACheckout:
    def test_two_days_ahead_plans_the_hold_and_places_none(self, market: Market) -> None:
        """Scenario 1."""
        paid = market.pay(market.book("2026-06-17T10:00:00").id)

        assert (paid.result, paid.failure) == ("confirmed", None)
        assert paid.booking.status is BookingStatus.CONFIRMED
        assert paid.booking.payment_status is PaymentStatus.SCHEDULED
        row = market.money(paid.booking.id)
        assert row.hold_due_at == row.due_at == moment("2026-06-16T14:00")
        assert market.made("payment_intents") == []
        assert market.ledger() == {}

    def test_exactly_a_day_ahead_is_early_and_its_hold_is_due_at_once(
        self, http_market: Market
    ) -> None:
        """Scenario 2."""
        booked = http_market.confirmed(TOMORROW_AT_TEN)

        assert booked.payment_status is PaymentStatus.SCHEDULED
        assert http_market.money(booked.id).hold_due_at == http_market.clock.now
        assert http_market.made("payment_intents") == []

        http_market.run_jobs()

        assert http_market.detail(booked.id).payment_status is PaymentStatus.AUTHORIZED
        assert http_market.intents("requires_capture") == [13_440]

    def test_a_second_less_than_a_day_ahead_holds_the_amount_before_it_confirms(
        self, market: Market
    ) -> None:
        """Scenario 3."""
        market.clock.advance(timedelta(seconds=1))

        booked = market.confirmed(TOMORROW_AT_TEN)

        assert booked.status is BookingStatus.CONFIRMED
        assert booked.payment_status is PaymentStatus.AUTHORIZED
        assert market.intents("requires_capture") == [13_440]
        assert market.money(booked.id).authorized_at == market.clock.now
        assert market.ledger() == {}


class TestARefusedCheckout:
    def test_leaves_the_lesson_to_pay_for_and_the_time_to_others(self, market: Market) -> None:
        """Scenario 4."""
        market.clock.now = moment("2026-06-16T00:00")
        market.give_credit(2_000)
        booked = market.book("2026-06-16T16:00:00")

        refused = market.pay(booked.id, credit=2_000, card_id=market.second_card(DECLINED))

        assert (refused.result, refused.failure) == ("declined", "payments.card_declined")
        assert refused.booking.status is BookingStatus.PENDING
        assert refused.booking.payment_status is PaymentStatus.PAYMENT_METHOD_REQUIRED
        assert market.wallet() == (2_000, 0)
        other = acts.another_student(market).confirmed("2026-06-16T16:00:00")
        assert acts.occupied(market) == {f"booking:{other.id}"}

    def test_that_is_not_repeated_is_over_after_half_an_hour(self, http_market: Market) -> None:
        """Scenario 5."""
        http_market.give_credit(2_000)
        declined = http_market.second_card(DECLINED)
        booked = http_market.book(TODAY_AT_FOUR)
        http_market.pay(booked.id, credit=2_000, card_id=declined)

        http_market.at(http_market.clock.now + timedelta(minutes=31))

        seen = http_market.detail(booked.id)
        assert seen.status is BookingStatus.PAYMENT_FAILED
        assert seen.confirmed_at is None
        assert http_market.money(booked.id).outcome is Outcome.PAYMENT_FAILED_NO_CHARGE
        assert http_market.wallet() == (2_000, 0)
        assert acts.facts(http_market, "BookingConfirmed", "BookingCancelled") == []
        assert acts.facts(http_market, "BookingDropped") == ["BookingDropped"]
        assert acts.occupied(http_market) == set()
        acts.assert_final(http_market)
        with acts.nothing_changes(http_market), pytest.raises(NotPayable, match="PAYMENT_FAILED"):
            http_market.pay(booked.id)

    def test_five_hours_ahead_has_its_half_hour_all_the_same(self, http_market: Market) -> None:
        """Scenario 6."""
        http_market.clock.now = moment("2026-06-15T15:00")
        booked = http_market.book(TODAY_AT_FOUR)
        http_market.pay(booked.id, card_id=http_market.second_card(DECLINED))

        http_market.clock.advance(timedelta(minutes=10))
        http_market.run_jobs()
        assert http_market.detail(booked.id).status is BookingStatus.PENDING
        http_market.at(moment("2026-06-15T15:30"))
        assert http_market.detail(booked.id).status is BookingStatus.PENDING
        http_market.run_jobs()

        assert http_market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        assert acts.attempts(http_market, Action.AUTHORIZE) == [moment("2026-06-15T15:00")]

    def test_can_be_repeated_until_the_lesson_starts(self, market: Market) -> None:
        market.clock.now = moment("2026-06-15T19:00")
        booked = market.book(TODAY_AT_FOUR)
        market.clock.now = moment("2026-06-15T19:29")
        market.pay(booked.id, card_id=market.second_card(DECLINED))
        market.clock.now = moment("2026-06-15T19:58")
        market.pay(booked.id, card_id=market.second_card(DECLINED))

        market.at(moment("2026-06-15T20:00"))
        market.run_jobs()

        assert market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED

    def test_is_paid_with_another_card_in_time(self, market: Market) -> None:
        booked = market.book(TODAY_AT_FOUR)
        market.pay(booked.id, card_id=market.second_card(DECLINED))
        market.clock.advance(timedelta(minutes=29))

        paid = market.pay(booked.id)

        assert paid.booking.status is BookingStatus.CONFIRMED
        assert market.intents("requires_capture") == [13_440]
        assert len(acts.attempts(market, Action.AUTHORIZE)) == 2

    def test_cannot_take_a_time_that_somebody_else_paid_for_meanwhile(
        self, http_market: Market
    ) -> None:
        """Scenario 7: the time is asked for before the card, so no hold has to be voided."""
        http_market.give_credit(2_000)
        booked = http_market.book(TODAY_AT_FOUR)
        declined = http_market.second_card(DECLINED)
        http_market.pay(booked.id, credit=2_000, card_id=declined)
        other = acts.another_student(http_market).confirmed(TODAY_AT_FOUR)

        with acts.nothing_changes(http_market), pytest.raises(SlotTaken) as refusal:
            http_market.pay(booked.id, credit=2_000)

        assert refusal.value.facts["scope"] == "instructor"
        assert http_market.intents("requires_capture") == [13_440]
        assert http_market.wallet() == (2_000, 0)
        assert acts.occupied(http_market) == {f"booking:{other.id}"}


class TestAnAbandonedCheckout:
    def test_frees_its_time_and_its_credit_after_half_an_hour(self, market: Market) -> None:
        booked = market.book(TODAY_AT_FOUR)

        market.at(market.clock.now + timedelta(minutes=30))
        with acts.nothing_changes(market), pytest.raises(CheckoutOver, match="Book it anew"):
            market.pay(booked.id)
        other = acts.another_student(market).book(TODAY_AT_FOUR)
        market.run_jobs()

        assert market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        assert acts.occupied(market) == {f"booking:{other.id}"}


class TestACheckoutThatIsRepeated:
    def test_after_it_was_confirmed_changes_nothing(self, market: Market) -> None:
        booked = market.confirmed(TODAY_AT_FOUR)

        with acts.nothing_changes(market):
            again = market.pay(booked.id)

        assert again.result == "confirmed"
        assert again.booking == market.detail(booked.id)


class TestAnInstructorWhoCannotBePaid:
    def test_whose_identity_is_not_verified_is_not_paid_for(self, market: Market) -> None:
        booked = market.book()
        with market.runtime.begin(SYSTEM) as uow:
            check = uow.session.get_one(IdentityCheck, market.teacher.id)
            check.verified_at = None
        with pytest.raises(InstructorNotReady):
            market.pay(booked.id)
        assert market.detail(booked.id).status is BookingStatus.PENDING

    @pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.DEACTIVATED])
    def test_who_was_suspended_since_is_not_paid_for_but_paid_for_what_was_taught(
        self, market: Market, status: AccountStatus
    ) -> None:
        taught = market.confirmed()
        market.at(market.after(taught, hours=1))
        booked = market.book("2026-06-22T16:00:00")
        with market.runtime.begin(SYSTEM) as uow:
            uow.session.get_one(User, market.teacher.id).status = status
        with pytest.raises(InstructorNotReady):
            market.pay(booked.id)
        market.at(market.after(taught, hours=25))
        assert market.money(taught.id).paid_cents == 10_560
        assert market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED

    def test_whose_account_is_disabled_is_not_paid_for(self, market: Market) -> None:
        booked = market.book()
        with market.runtime.begin(SYSTEM) as uow:
            account = uow.session.get_one(ConnectAccount, market.teacher.id)
            account.payouts_enabled = False
        with pytest.raises(InstructorNotReady):
            market.pay(booked.id)
        assert market.detail(booked.id).status is BookingStatus.PENDING
