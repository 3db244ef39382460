"""A lesson that took place: charged once, a day after its end, and paid out to the cent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from instainstru_core.domains.bookings.errors import AlreadyStarted, NotCompletable, NotOverYet
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.domains.instructors.models import OfferingPrice
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.payments.errors import CommandOpen
from instainstru_core.domains.payments.types import Action
from instainstru_core.domains.pricing.models import InstructorTier
from instainstru_core.domains.pricing.types import Tier
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ports import InProgress
from tests.factories import acts
from tests.factories.money import Market
from tests.together import at_once

TAKEN = {
    "stripe_clearing": 2_460,
    "stripe_fees": 420,
    "platform_revenue": -2_880,
}
"""13440 were captured, 420 were the provider's fee, 10560 went to the instructor."""


def at_price(market: Market, cents: int, tier: Tier) -> None:
    """From now on the instructor asks so much an hour, and pays the fee of this tier."""
    with market.runtime.begin(SYSTEM) as uow:
        wanted = (market.teacher.offering_id, LessonFormat.ONLINE)
        uow.session.get_one(OfferingPrice, wanted).hourly_rate_cents = cents
        uow.session.get_one(InstructorTier, market.teacher.id).tier = tier


def over(market: Market, *, credit: int = 0) -> BookingDetailView:
    """A lesson whose amount is due at this instant."""
    booked = market.confirmed(credit=credit)
    market.at(market.after(booked, hours=24))
    return booked


def transfers(market: Market) -> list[tuple[int, bool]]:
    """The amounts sent to instructors, oldest first, and whether out of the lesson's charge."""
    made = reversed(market.made("transfers"))
    return [(one["amount"], one["source_transaction"] is not None) for one in made]


class TestALessonThatWasCompleted:
    def test_is_charged_exactly_a_day_after_its_end(self, market: Market) -> None:
        """Scenario 10."""
        booked = market.confirmed()
        market.at(market.after(booked, hours=1))
        acts.complete(market, booked.id)

        market.at(market.after(booked, hours=24))
        assert market.intents("requires_capture") == [13_440]
        assert market.ledger() == {}
        market.run_jobs()

        row = market.money(booked.id)
        assert (row.captured_cents, row.owed_cents, row.paid_cents) == (13_440, 10_560, 10_560)
        assert row.outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
        assert market.detail(booked.id).completed_at == market.after(booked, hours=1)
        assert market.detail(booked.id).payment_status is PaymentStatus.SETTLED
        assert transfers(market) == [(10_560, True)]
        assert market.ledger() == TAKEN
        acts.assert_final(market)

    def test_is_completed_by_nobody_before_its_end_nor_by_its_student(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, seconds=-1))

        with acts.nothing_changes(market), pytest.raises(NotOverYet):
            acts.complete(market, booked.id)
        as_student = replace(market.instructor, id=market.student.id)
        market.clock.now = booked.ends_at
        with acts.nothing_changes(market), pytest.raises(NotCompletable, match="the student"):
            acts.complete(market, booked.id, actor=as_student)

    def test_is_completed_once(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(booked.ends_at)
        acts.complete(market, booked.id)

        with acts.nothing_changes(market):
            acts.complete(market, booked.id)


class TestALessonThatNobodySpokeOf:
    def test_is_completed_as_of_its_end_and_charged_once(self, market: Market) -> None:
        """Scenario 11."""
        booked = over(market)

        market.run_jobs()
        market.run_jobs()

        seen = market.detail(booked.id)
        assert seen.status is BookingStatus.COMPLETED
        assert seen.completed_at == booked.ends_at
        assert acts.attempts(market, Action.CAPTURE) == [market.after(booked, hours=24)]
        assert market.ledger() == TAKEN
        acts.assert_final(market)

    def test_is_charged_when_the_jobs_come_late(self, market: Market) -> None:
        booked = market.confirmed()

        market.clock.now = market.after(booked, days=3)
        market.run_jobs()

        assert market.detail(booked.id).completed_at == booked.ends_at
        assert transfers(market) == [(10_560, True)]
        acts.assert_final(market)

    def test_is_charged_once_while_its_student_cancels_in_vain(self, racing_market: Market) -> None:
        """Scenario 12: whoever finds somebody else at it leaves it to the next run."""
        booked = over(racing_market)

        charged, charged_too, cancelled = at_once(
            [
                racing_market.run_jobs,
                racing_market.run_jobs,
                lambda: racing_market.cancel(booked.id),
            ]
        )

        assert (charged, charged_too) == (None, None)
        assert isinstance(cancelled, AlreadyStarted | InProgress | CommandOpen)
        racing_market.run_jobs()
        assert acts.attempts(racing_market, Action.CAPTURE) == [racing_market.clock.now]
        assert racing_market.ledger() == TAKEN
        acts.assert_final(racing_market)


class TestACharge:
    def test_of_less_than_the_payout_is_made_up_for_from_the_balance(self, market: Market) -> None:
        """Scenario 37."""
        at_price(market, 10_000, Tier.ENTRY)
        market.give_credit(2_701)
        booked = over(market, credit=2_701)

        market.run_jobs()

        assert market.money(booked.id).captured_cents == 8_499
        assert transfers(market) == [(8_499, True), (1, False)]
        assert market.money(booked.id).paid_cents == 8_500
        assert market.ledger() == {
            "stripe_clearing": -277,
            "stripe_fees": 276,
            "credit_expense": 2_701,
            "platform_revenue": -2_700,
        }
        acts.assert_final(market)

    def test_of_the_fee_alone_is_made_up_for_once(self, http_market: Market) -> None:
        """Scenario 38."""
        at_price(http_market, 10_000, Tier.ENTRY)
        http_market.give_credit(30_000)
        booked = over(http_market, credit=30_000)

        http_market.run_jobs()
        http_market.run_jobs()

        row = http_market.money(booked.id)
        assert (row.credit_cents, row.captured_cents) == (10_000, 1_200)
        assert transfers(http_market) == [(1_200, True), (7_300, False)]
        assert http_market.wallet() == (20_000, 0)
        acts.assert_final(http_market)

    def test_keeps_to_the_price_the_lesson_was_booked_at(self, http_market: Market) -> None:
        """Scenario 39."""
        booked = http_market.confirmed()
        http_market.at(http_market.before(booked, hours=20))
        at_price(http_market, 20_000, Tier.ENTRY)

        http_market.at(http_market.after(booked, hours=25))

        row = http_market.money(booked.id)
        assert (row.captured_cents, row.owed_cents) == (13_440, 10_560)
        assert http_market.ledger() == TAKEN
        acts.assert_final(http_market)

    def test_follows_a_hold_that_ended_while_nobody_looked(self, market: Market) -> None:
        market.change_card(hold_seconds=30 * 3_600)
        booked = market.confirmed()
        market.at(market.before(booked, hours=23))

        market.clock.now = market.after(booked, days=3)
        market.run_jobs()

        assert market.intents("succeeded") == [13_440]
        assert market.ledger() == TAKEN
        acts.assert_final(market)


class TestAPayoutThatIsRefused:
    def test_is_tried_again_until_the_account_can_be_paid(self, market: Market) -> None:
        booked = over(market)
        market.close_account()

        market.at(market.after(booked, hours=27))
        row = market.money(booked.id)
        assert (row.transfer_failures, row.review_reason) == (3, "instructor_cannot_be_paid")
        assert market.ledger() == TAKEN | {
            "stripe_clearing": 2_460 + 10_560,
            "instructor_payable": -10_560,
        }
        market.open_account()
        market.at(market.after(booked, hours=24 + 2 + 24) + timedelta(seconds=1))

        assert transfers(market) == [(10_560, True)]
        assert market.ledger() == TAKEN
        acts.assert_final(market)
