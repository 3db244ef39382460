"""What simulated marketplaces found, told by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.bookings.errors import NotRefundable
from instainstru_core.domains.bookings.models import Booking, NoShowReport
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    Ending,
    NoShowResolution,
    PaymentStatus,
)
from instainstru_core.domains.credits import flows as wallets
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.credits.schemas import BuyCredit
from instainstru_core.domains.credits.types import TopUpState
from instainstru_core.kernel.authority import SYSTEM
from tests.factories import acts
from tests.factories.gateways import Crash
from tests.factories.money import Market


def crash() -> None:
    raise Crash


class TestALessonThatStaffCancelAfterAReport:
    def test_gives_its_time_back(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, hours=1))
        acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)
        before = acts.occupied(market)

        resolved = acts.resolve(market, booked.id, NoShowResolution.CANCELLED)

        assert resolved.status is BookingStatus.CANCELLED
        assert before - acts.occupied(market) == {f"booking:{booked.id}"}


class TestALessonThatIsReportedAndObjectedTo:
    def test_is_not_cancelled_by_a_refund_before_staff_have_decided(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, hours=1))
        acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)

        with pytest.raises(NotRefundable):
            market.refund(booked.id)

        assert market.detail(booked.id).status is BookingStatus.NO_SHOW
        assert market.money(booked.id).ending is None

    def test_stays_ended_as_the_bank_ended_it_whatever_staff_decide(self, market: Market) -> None:
        booked = market.confirmed("2026-06-18T16:00:00")
        market.at(market.before(booked, hours=20))
        moved = acts.move(market, booked.id, "2026-06-19T16:00:00")
        dispute_id = market.dispute(moved.id)
        market.at(market.after(moved, hours=1))
        acts.report(market, moved.id, Absent.INSTRUCTOR, actor=market.student)
        acts.object_to(market, moved.id, actor=market.instructor)
        market.close(dispute_id, won=False)
        ended = market.money(moved.id)
        assert ended.ending is Ending.CHARGED_BACK

        acts.resolve(market, moved.id, NoShowResolution.DISPUTE_UPHELD)

        row = market.money(moved.id)
        assert (row.ending, row.outcome) == (ended.ending, ended.outcome)
        market.assert_at_rest()


class TestALessonThatIsReportedAndEndedByTheBank:
    @pytest.mark.parametrize("hours", [23, 300])
    def test_has_its_report_confirmed_by_silence_after_24_hours(
        self, market: Market, hours: int
    ) -> None:
        booked = market.confirmed("2026-06-18T16:00:00")
        market.at(market.before(booked, hours=20))
        moved = acts.move(market, booked.id, "2026-06-19T16:00:00")
        dispute_id = market.dispute(moved.id)
        reported_at = market.after(moved, hours=0)
        market.at(reported_at)
        acts.report(market, moved.id, Absent.INSTRUCTOR, actor=market.student)
        market.at(reported_at + timedelta(hours=hours))
        market.close(dispute_id, won=False)
        ended = market.money(moved.id)
        assert ended.settled_at == market.clock.now

        market.at(reported_at + timedelta(hours=hours + 2))

        with market.runtime.begin(SYSTEM) as uow:
            report = uow.session.get_one(NoShowReport, moved.id)
        assert report.resolution is NoShowResolution.CONFIRMED_NO_DISPUTE
        row = market.money(moved.id)
        assert (row.ending, row.outcome, row.due_at) == (Ending.CHARGED_BACK, ended.outcome, None)
        market.assert_at_rest()


class TestALessonThatABankEndsWhileItIsMoved:
    def test_is_not_moved_and_gives_both_times_back(self, market: Market) -> None:
        """The whole amount is taken first, and the bank's last word comes before the answer."""
        booked = market.confirmed("2026-06-18T16:00:00")
        market.at(market.before(booked, hours=20))
        gateway = market.troubled()
        gateway.after("capture", crash)
        with pytest.raises(Crash):
            acts.move(market, booked.id, "2026-06-19T16:00:00")
        assert market.money(booked.id).moving_to_id is not None
        market.close(market.dispute(booked.id), won=False)

        market.at(market.after(booked, hours=30))

        assert gateway.is_untroubled
        row = market.money(booked.id)
        assert (row.ending, row.moving_to_id) == (Ending.CHARGED_BACK, None)
        assert market.detail(booked.id).status is BookingStatus.CANCELLED
        assert acts.occupied(market) == set()
        with market.runtime.begin(SYSTEM) as uow:
            unpaid = select(Booking.id).where(Booking.status == BookingStatus.PENDING)
            assert uow.session.scalars(unpaid).all() == []
        market.assert_at_rest()


class TestAnInstructorWhoCouldNotBePaid:
    def test_is_no_longer_looked_at_once_they_are(self, market: Market) -> None:
        booked = market.confirmed()
        market.close_account()
        market.at(market.after(booked, hours=30))
        row = market.money(booked.id)
        assert (row.review_reason, row.paid_cents) == ("instructor_cannot_be_paid", 0)

        market.open_account()
        market.at(market.clock.now + timedelta(days=2))

        row = market.money(booked.id)
        assert (row.review_reason, row.review_since, row.paid_cents) == (None, None, 10_560)

    def test_is_no_longer_looked_at_once_all_is_refunded(self, market: Market) -> None:
        booked = market.confirmed()
        market.close_account()
        market.at(market.after(booked, hours=30))

        market.refund(booked.id)

        row = market.money(booked.id)
        assert (row.review_reason, row.review_since, row.paid_cents) == (None, None, 0)
        assert market.detail(booked.id).payment_status is PaymentStatus.SETTLED


class TestATopUpThatIsConfirmedWhileItIsGivenUp:
    def test_is_charged_and_issued(self, market: Market) -> None:
        gateway = market.troubled()
        wish = BuyCredit(
            cents=10_000, payment_method_id=market.second_card("pm_card_authenticationRequired")
        )
        runtime = market.runtime
        waiting = wallets.top_up(
            runtime.begin, runtime.payments, actor=market.student, command=wish
        )
        assert waiting.client_secret is not None
        intent_id = waiting.client_secret.partition("_secret")[0]
        gateway.before("void", lambda: market.stripe.complete_payment_intent(intent_id))

        market.at(market.clock.now + timedelta(minutes=31))

        assert gateway.is_untroubled
        with runtime.begin(market.student) as uow:
            told = credits.top_up(uow, waiting.id)
        assert (told.state, told.failure) == (TopUpState.ISSUED, None)
        assert market.wallet() == (10_000, 0)
        market.assert_at_rest()
