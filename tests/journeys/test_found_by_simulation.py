"""What simulated marketplaces found, told by hand."""

from datetime import timedelta

from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    NoShowResolution,
    PaymentStatus,
)
from tests.factories import acts
from tests.factories.money import Market


class TestALessonThatStaffCancelAfterAReport:
    def test_gives_its_time_back(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, hours=1))
        acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)
        before = acts.occupied(market)

        resolved = acts.resolve(market, booked.id, NoShowResolution.CANCELLED)

        assert resolved.status is BookingStatus.CANCELLED
        assert before - acts.occupied(market) == {f"booking:{booked.id}"}


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
