"""Cancelling before the start: who, how early, and where every cent goes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from instainstru_core.adapters.mutex import RedisMutex
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.errors import (
    AlreadyCancelled,
    AlreadyStarted,
    BookingNotFound,
    NotCancellable,
)
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.domains.payments.errors import CommandOpen
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.ports import InProgress
from tests.factories import acts
from tests.factories.money import STAFF, Market
from tests.together import at_once

SECOND = timedelta(seconds=1)
MIDDLE = {
    "stripe_clearing": 13_020,
    "stripe_fees": 420,
    "credits_liability": -12_000,
    "platform_revenue": -1_440,
}
LATE = {
    "stripe_clearing": 7_740,
    "stripe_fees": 420,
    "credits_liability": -6_000,
    "platform_revenue": -2_160,
}
UNTOUCHED = {"credit_expense": 5_000, "credits_liability": -5_000}


class TestAStudent:
    def test_who_cancels_exactly_a_day_ahead_pays_nothing_and_gets_credit_back_as_it_was(
        self, market: Market
    ) -> None:
        """Scenario 13."""
        market.give_credit(5_000, days=30)
        before = acts.lots(market)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=24))

        seen = market.cancel(booked.id)

        assert seen.status is BookingStatus.CANCELLED
        assert seen.payment_status is PaymentStatus.SETTLED
        assert market.money(booked.id).outcome is Outcome.STUDENT_CANCEL_GT24_NO_CHARGE
        assert acts.lots(market) == before
        assert market.made("payment_intents") == []
        assert acts.occupied(market) == set()
        assert market.ledger() == UNTOUCHED
        acts.assert_final(market)

    def test_whose_hold_was_placed_that_instant_has_it_let_go(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=24))
        market.run_jobs()

        market.cancel(booked.id)

        assert market.intents("canceled") == [13_440]
        assert market.money(booked.id).outcome is Outcome.STUDENT_CANCEL_GT24_NO_CHARGE
        assert market.ledger() == {}
        acts.assert_final(market)

    @pytest.mark.parametrize("notice", [timedelta(hours=24) - SECOND, timedelta(hours=12)])
    def test_who_cancels_in_the_middle_gets_the_lesson_price_as_credit(
        self, market: Market, notice: timedelta
    ) -> None:
        """Scenarios 14 and 15: no transfer was made, so none is reversed."""
        booked = market.confirmed()
        market.at(booked.starts_at - notice)

        market.cancel(booked.id)

        row = market.money(booked.id)
        assert row.outcome is Outcome.STUDENT_CANCEL_12_24_FULL_CREDIT
        assert (row.captured_cents, row.owed_cents, row.credit_back_cents) == (13_440, 0, 12_000)
        assert market.wallet() == (12_000, 0)
        assert market.made("transfers") == market.made("refunds") == []
        assert market.ledger() == MIDDLE
        acts.assert_final(market)

    def test_who_cancels_a_second_later_shares_the_loss(self, market: Market) -> None:
        """Scenario 16."""
        booked = market.confirmed()
        market.at(booked.starts_at - timedelta(hours=12) + SECOND)

        market.cancel(booked.id)

        row = market.money(booked.id)
        assert row.outcome is Outcome.STUDENT_CANCEL_LT12_SPLIT_50_50
        assert (row.owed_cents, row.paid_cents) == (5_280, 5_280)
        assert market.wallet() == (6_000, 0)
        assert market.ledger() == LATE
        acts.assert_final(market)

    def test_late_with_much_credit_forfeits_what_exceeds_half_the_price(
        self, http_market: Market
    ) -> None:
        """Scenario 17."""
        http_market.give_credit(8_000, days=30)
        expires_at = acts.lots(http_market)[0][3]
        booked = http_market.confirmed(credit=8_000)
        http_market.at(http_market.before(booked, hours=6))

        http_market.cancel(booked.id)

        row = http_market.money(booked.id)
        assert (row.captured_cents, row.paid_cents) == (5_440, 5_280)
        assert acts.lots(http_market) == [(6_000, 0, 0, expires_at)]
        assert http_market.ledger() == {
            "stripe_clearing": -28,
            "stripe_fees": 188,
            "credit_expense": 8_000,
            "credits_liability": -6_000,
            "platform_revenue": -2_160,
        }
        acts.assert_final(http_market)

    def test_in_the_middle_with_some_credit_gets_it_back_as_it_was_and_new_credit_for_the_rest(
        self, http_market: Market
    ) -> None:
        """Scenario 18."""
        http_market.give_credit(5_000, days=30)
        expires_at = acts.lots(http_market)[0][3]
        booked = http_market.confirmed(credit=5_000)
        http_market.at(http_market.before(booked, hours=18))

        http_market.cancel(booked.id)

        a_year_on = http_market.clock.now + timedelta(days=365)
        assert acts.lots(http_market) == [(5_000, 0, 0, expires_at), (7_000, 0, 0, a_year_on)]
        assert http_market.money(booked.id).captured_cents == 8_440
        assert http_market.made("transfers") == []
        acts.assert_final(http_market)

    def test_cannot_make_credit_live_longer_by_booking_and_cancelling(
        self, http_market: Market
    ) -> None:
        """Scenario 19."""
        http_market.give_credit(12_000, days=4)
        before = acts.lots(http_market)

        for day in (16, 17):
            booked = http_market.confirmed(f"2026-06-{day}T16:00:00", credit=12_000)
            http_market.at(http_market.before(booked, hours=18))
            http_market.cancel(booked.id)

        assert acts.lots(http_market) == before
        assert http_market.ledger()["platform_revenue"] == -2 * 1_440
        acts.assert_final(http_market)

    def test_who_cancels_an_unpaid_checkout_pays_nothing(self, market: Market) -> None:
        booked = market.book()

        market.cancel(booked.id)

        assert market.money(booked.id).outcome is Outcome.STUDENT_CANCEL_GT24_NO_CHARGE
        assert acts.occupied(market) == set()
        acts.assert_final(market)

    def test_whose_hold_is_refused_only_now_pays_nothing(self, market: Market) -> None:
        market.give_credit(5_000)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=23), run=False)
        market.change_card(decline="generic_decline")

        market.cancel(booked.id)

        assert market.money(booked.id).outcome is Outcome.STUDENT_CANCEL_GT24_NO_CHARGE
        assert market.wallet() == (5_000, 0)
        assert market.ledger() == UNTOUCHED
        acts.assert_final(market)

    def test_cannot_cancel_once_the_lesson_began(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(booked.starts_at)

        with acts.nothing_changes(market), pytest.raises(AlreadyStarted):
            market.cancel(booked.id)

    def test_cannot_cancel_what_was_never_paid_for(self, market: Market) -> None:
        booked = market.book()
        market.at(market.clock.now + timedelta(minutes=31))

        with acts.nothing_changes(market), pytest.raises(NotCancellable, match="PAYMENT_FAILED"):
            market.cancel(booked.id)

    def test_cannot_cancel_somebody_elses_lesson(self, market: Market) -> None:
        booked = market.confirmed()
        stranger = acts.another_student(market)

        with acts.nothing_changes(market), pytest.raises(BookingNotFound):
            stranger.cancel(booked.id)


class TestAnInstructor:
    @pytest.mark.parametrize("hours", [48, 18, 1])
    def test_who_cancels_costs_the_student_nothing_however_late(
        self, market: Market, hours: int
    ) -> None:
        market.give_credit(5_000)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=hours))

        market.cancel(booked.id, actor=market.instructor)

        row = market.money(booked.id)
        assert row.outcome is Outcome.INSTRUCTOR_CANCEL_FULL_REFUND
        assert (row.captured_cents, row.refunded_cents, row.owed_cents) == (0, 0, 0)
        assert market.intents("requires_capture") == []
        assert market.wallet() == (5_000, 0)
        assert market.ledger() == UNTOUCHED
        acts.assert_final(market)

    def test_who_cancels_what_was_taken_already_has_all_of_it_refunded(
        self, market: Market
    ) -> None:
        """Scenario 20: before its start only a lock takes the amount."""
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        moved = acts.move(market, booked.id, "2026-06-22T16:00:00")

        market.cancel(moved.id, actor=market.instructor)

        row = market.money(moved.id)
        assert row.outcome is Outcome.INSTRUCTOR_CANCEL_FULL_REFUND
        assert (row.captured_cents, row.refunded_cents, row.owed_cents) == (13_440, 13_440, 0)
        assert [made["amount"] for made in market.made("refunds")] == [13_440]
        assert market.ledger() == {"stripe_clearing": -420, "stripe_fees": 420}
        acts.assert_final(market)

    def test_cannot_cancel_after_the_student_did(self, market: Market) -> None:
        booked = market.confirmed()
        market.cancel(booked.id)

        with acts.nothing_changes(market), pytest.raises(AlreadyCancelled, match="student"):
            market.cancel(booked.id, actor=market.instructor)


class TestStaff:
    def test_who_cancel_give_everything_back(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=6))

        market.cancel(booked.id, actor=STAFF)

        assert market.money(booked.id).outcome is Outcome.ADMIN_REFUND
        assert market.intents("canceled") == [13_440]
        assert market.ledger() == {}
        acts.assert_final(market)

    @pytest.mark.parametrize("hours", [48, 6])
    def test_who_keep_the_payment_pay_the_instructor_in_full(
        self, market: Market, hours: int
    ) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=hours))

        market.cancel(booked.id, actor=STAFF, keep=True)

        assert market.money(booked.id).outcome is Outcome.ADMIN_NO_REFUND
        assert market.money(booked.id).paid_cents == 10_560
        assert market.intents("requires_capture") == []
        acts.assert_final(market)


class TestACancellationThatIsRepeated:
    def test_at_the_same_instant_gives_its_credit_once(self, racing_market: Market) -> None:
        """Scenario 21."""
        booked = racing_market.confirmed()
        racing_market.at(racing_market.before(booked, hours=18))

        answers = at_once([lambda: racing_market.cancel(booked.id)] * 4)

        refused = {type(one) for one in answers if isinstance(one, Refusal)}
        assert refused <= {CommandOpen, InProgress}
        assert any(not isinstance(one, Refusal) for one in answers)
        assert [lot[0] for lot in acts.lots(racing_market)] == [12_000]
        assert racing_market.ledger() == MIDDLE
        acts.assert_final(racing_market)

    def test_changes_nothing(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.cancel(booked.id)

        with acts.nothing_changes(market):
            seen = market.cancel(booked.id)

        assert seen.status is BookingStatus.CANCELLED
        assert market.wallet() == (12_000, 0)


class TestOverASocket:
    """The two starred races that are elsewhere run with the provider in the same process."""

    def test_an_instructor_who_cancels_while_the_card_is_asked_is_refused_once(
        self, http_market: Market
    ) -> None:
        """Scenario 51: the checkout wins; the instructor may come again, and the hold is let go."""
        market = http_market
        booked = market.book("2026-06-16T09:00:00")
        refused: list[type[Refusal]] = []

        def cancel() -> None:
            with pytest.raises(Refusal) as refusal:
                market.cancel(booked.id, actor=market.instructor)
            refused.append(type(refusal.value))

        market.troubled().after("authorize", cancel)

        assert market.pay(booked.id).result == "confirmed"
        assert refused in ([CommandOpen], [InProgress])
        market.cancel(booked.id, actor=market.instructor)
        assert (market.intents("requires_capture"), market.intents("canceled")) == ([], [13_440])
        acts.assert_final(market)

    def test_without_redis_the_rows_leave_one_outcome(self, racing_market: Market) -> None:
        """Scenario 66: a cancellation and the taking of the same amount, with nobody between."""
        nowhere = RedisMutex("redis://127.0.0.1:1/0")
        market = replace(racing_market, runtime=replace(racing_market.runtime, mutex=nowhere))
        booked = market.confirmed()
        market.at(market.before(booked, hours=6))
        chain_id = market.detail(booked.id).chain_id

        def drive() -> bool:
            return flows.drive_quietly(market.cashier, actor=SYSTEM, chain_id=chain_id)

        at_once([lambda: market.cancel(booked.id), drive, drive])
        market.at(market.clock.now + timedelta(minutes=20))
        market.run_jobs()

        row = market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (Outcome.STUDENT_CANCEL_LT12_SPLIT_50_50, 5_280)
        assert market.intents("succeeded") == [13_440]
        assert market.ledger() == LATE
        acts.assert_final(market)
