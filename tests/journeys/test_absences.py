"""Somebody did not come: reported, objected to, decided, and paid accordingly."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.bookings.errors import (
    BookingNotFound,
    NotDisputable,
    NothingToResolve,
    NotReportable,
    ReportedBefore,
)
from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.domains.bookings.schemas import BookingDetailView
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    NoShowResolution,
    Outcome,
    PaymentStatus,
)
from instainstru_core.domains.credits.models import CreditLot
from instainstru_core.kernel.authority import SYSTEM
from tests.factories import acts
from tests.factories.money import Market

SECOND = timedelta(seconds=1)
PAID = {"stripe_clearing": 2_460, "stripe_fees": 420, "platform_revenue": -2_880}


def ended(market: Market, *, hours: float = 2, credit: int = 0) -> BookingDetailView:
    """A lesson that ended so many hours ago."""
    booked = market.confirmed(credit=credit)
    market.at(market.after(booked, hours=hours))
    return booked


def disputed(market: Market) -> BookingDetailView:
    """A lesson whose student says that nobody came, and whose instructor objects."""
    booked = ended(market)
    acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)
    market.clock.advance(timedelta(hours=23))
    acts.object_to(market, booked.id, actor=market.instructor)
    return booked


class TestAnInstructorWhoDidNotCome:
    def test_is_paid_nothing_after_a_day_of_silence_and_the_hold_is_let_go(
        self, market: Market
    ) -> None:
        """Scenario 33."""
        market.give_credit(5_000, days=30)
        before = acts.lots(market)
        booked = ended(market, credit=5_000)

        reported = acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)
        assert reported.status is BookingStatus.NO_SHOW
        assert reported.payment_status is PaymentStatus.MANUAL_REVIEW
        market.at(market.after(booked, hours=26))
        assert market.money(booked.id).outcome is None
        market.run_jobs()

        row = market.money(booked.id)
        assert row.outcome is Outcome.INSTRUCTOR_NO_SHOW_FULL_REFUND
        assert (row.captured_cents, row.owed_cents) == (0, 0)
        assert market.detail(booked.id).payment_status is PaymentStatus.SETTLED
        assert market.intents("canceled") == [8_440]
        assert acts.lots(market) == before
        assert market.ledger() == {"credit_expense": 5_000, "credits_liability": -5_000}
        acts.assert_final(market)

    def test_is_reported_even_after_they_marked_the_lesson_completed(
        self, http_market: Market
    ) -> None:
        """Scenario 34."""
        booked = ended(http_market, hours=0)
        acts.complete(http_market, booked.id)
        http_market.at(http_market.after(booked, hours=1))

        acts.report(http_market, booked.id, Absent.INSTRUCTOR, actor=http_market.student)

        http_market.at(http_market.after(booked, hours=25))
        assert http_market.intents("requires_capture") == [13_440]
        http_market.run_jobs()
        assert http_market.intents("canceled") == [13_440]
        assert http_market.ledger() == {}
        acts.assert_final(http_market)

    def test_has_the_locked_amount_of_a_moved_lesson_refunded(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        moved = acts.move(market, booked.id, "2026-06-22T16:00:00")
        market.at(moved.ends_at)

        acts.report(market, moved.id, Absent.INSTRUCTOR, actor=market.student)
        market.at(market.after(moved, hours=25))

        assert [made["amount"] for made in market.made("refunds")] == [13_440]
        assert market.money(moved.id).outcome is Outcome.INSTRUCTOR_NO_SHOW_FULL_REFUND
        acts.assert_final(market)


class TestAStudentWhoDidNotCome:
    def test_pays_in_full_and_the_credit_is_used_up(self, market: Market) -> None:
        """Scenario 36."""
        market.give_credit(8_000)
        booked = ended(market, credit=8_000)
        acts.report(market, booked.id, Absent.STUDENT, actor=market.instructor)

        market.at(market.after(booked, hours=27))

        row = market.money(booked.id)
        assert row.outcome is Outcome.STUDENT_NO_SHOW_FULL_PAYOUT
        assert (row.captured_cents, row.paid_cents) == (5_440, 10_560)
        assert [made["amount"] for made in market.made("transfers")] == [5_120, 5_440]
        assert market.wallet() == (0, 0)
        assert market.ledger() == {
            "stripe_clearing": -5_308,
            "stripe_fees": 188,
            "credit_expense": 8_000,
            "platform_revenue": -2_880,
        }
        acts.assert_final(market)


class TestNobodyWhoCame:
    def test_costs_nobody_anything(self, market: Market) -> None:
        booked = ended(market)
        acts.report(market, booked.id, Absent.MUTUAL, actor=acts.staff(market))

        market.at(market.after(booked, hours=27))

        assert market.money(booked.id).outcome is Outcome.MUTUAL_NO_SHOW_FULL_REFUND
        assert market.ledger() == {}
        acts.assert_final(market)


class TestAReport:
    def test_at_the_last_instant_freezes_the_capture_that_is_due(self, market: Market) -> None:
        booked = ended(market, hours=24)

        acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)
        market.run_jobs()

        assert market.intents("requires_capture") == [13_440]
        assert market.money(booked.id).due_at == market.after(booked, hours=48)

    def test_a_second_too_late_is_refused(self, market: Market) -> None:
        booked = ended(market, hours=24)
        market.clock.advance(SECOND)

        with acts.nothing_changes(market), pytest.raises(NotReportable, match="24 hours"):
            acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)

    def test_before_the_start_is_refused(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(booked.starts_at - SECOND)

        with acts.nothing_changes(market), pytest.raises(NotReportable, match="from its start"):
            acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)

    def test_about_oneself_or_by_a_stranger_is_refused(self, market: Market) -> None:
        booked = ended(market)
        stranger = acts.another_student(market)

        with acts.nothing_changes(market), pytest.raises(NotReportable, match="other side"):
            acts.report(market, booked.id, Absent.STUDENT, actor=market.student)
        with acts.nothing_changes(market), pytest.raises(BookingNotFound):
            acts.report(market, booked.id, Absent.INSTRUCTOR, actor=stranger.student)

    def test_is_taken_once(self, market: Market) -> None:
        booked = ended(market)
        acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)

        with acts.nothing_changes(market), pytest.raises(ReportedBefore):
            acts.report(market, booked.id, Absent.STUDENT, actor=market.instructor)

    def test_about_a_lesson_that_is_shared_out_is_refused(self, market: Market) -> None:
        booked = ended(market, hours=24)
        market.run_jobs()

        with acts.nothing_changes(market), pytest.raises(NotReportable, match="not settled"):
            acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)


class TestAnObjection:
    def test_leaves_the_decision_to_staff_however_long_it_takes(self, market: Market) -> None:
        """Scenario 35."""
        booked = disputed(market)

        market.at(market.after(booked, days=9))

        row = market.money(booked.id)
        assert (row.outcome, row.due_at, row.review_reason) == (None, None, "no_show_disputed")
        assert market.ledger() == {}
        acts.resolve(market, booked.id, NoShowResolution.DISPUTE_UPHELD)
        seen = market.detail(booked.id)
        assert seen.status is BookingStatus.COMPLETED
        assert market.money(booked.id).outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
        assert market.money(booked.id).review_since is None
        assert market.ledger() == PAID
        acts.assert_final(market)

    def test_after_exactly_a_day_comes_too_late(self, market: Market) -> None:
        booked = ended(market)
        acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)
        market.at(market.after(booked, hours=26))

        with acts.nothing_changes(market), pytest.raises(NotDisputable):
            acts.object_to(market, booked.id, actor=market.instructor)

    def test_is_made_once_and_by_whom_it_is_about(self, market: Market) -> None:
        booked = disputed(market)

        with acts.nothing_changes(market), pytest.raises(NotDisputable):
            acts.object_to(market, booked.id, actor=market.instructor)
        with acts.nothing_changes(market), pytest.raises(NotDisputable):
            acts.object_to(market, booked.id, actor=market.student)


class TestADecisionOfStaff:
    @pytest.mark.parametrize(
        ("resolution", "status", "outcome", "canceled"),
        [
            (
                NoShowResolution.CONFIRMED_AFTER_REVIEW,
                BookingStatus.NO_SHOW,
                Outcome.INSTRUCTOR_NO_SHOW_FULL_REFUND,
                [13_440],
            ),
            (
                NoShowResolution.CANCELLED,
                BookingStatus.CANCELLED,
                Outcome.ADMIN_REFUND,
                [13_440],
            ),
            (
                NoShowResolution.DISMISSED,
                BookingStatus.COMPLETED,
                Outcome.LESSON_COMPLETED_FULL_PAYOUT,
                [],
            ),
        ],
    )
    def test_settles_the_lesson_accordingly(
        self,
        market: Market,
        resolution: NoShowResolution,
        status: BookingStatus,
        outcome: Outcome,
        canceled: list[int],
    ) -> None:
        booked = disputed(market)

        acts.resolve(market, booked.id, resolution)

        assert market.detail(booked.id).status is status
        assert market.money(booked.id).outcome is outcome
        assert market.intents("canceled") == canceled
        assert market.ledger() == ({} if canceled else PAID)
        acts.assert_final(market)

    def test_that_dismisses_a_report_in_time_lets_the_lesson_go_on_as_it_was(
        self, market: Market
    ) -> None:
        booked = ended(market)
        acts.report(market, booked.id, Absent.INSTRUCTOR, actor=market.student)

        seen = acts.resolve(market, booked.id, NoShowResolution.DISMISSED)

        assert seen.status is BookingStatus.CONFIRMED
        assert seen.payment_status is PaymentStatus.AUTHORIZED
        market.at(market.after(booked, hours=25))
        assert market.ledger() == PAID
        acts.assert_final(market)

    def test_is_made_once(self, market: Market) -> None:
        booked = disputed(market)
        acts.resolve(market, booked.id, NoShowResolution.DISPUTE_UPHELD)

        with acts.nothing_changes(market), pytest.raises(NothingToResolve):
            acts.resolve(market, booked.id, NoShowResolution.CANCELLED)


class TestTheMilestoneOfALesson:
    """Scenario 61: what turns out not to have taken place has earned nothing."""

    @pytest.fixture
    def fifth(self, market: Market) -> BookingDetailView:
        """The student's fifth lesson, which the instructor says took place."""
        market.completed(4)
        booked = ended(market, hours=1)
        market.complete(booked.id)
        assert market.wallet() == (1_000, 0)
        return booked

    @pytest.mark.parametrize("absent", Absent)
    def test_is_revoked_when_a_report_is_confirmed(
        self, market: Market, fifth: BookingDetailView, absent: Absent
    ) -> None:
        acts.report(market, fifth.id, absent, actor=acts.staff(market))
        assert market.wallet() == (1_000, 0)

        market.at(market.after(fifth, hours=26))

        assert market.detail(fifth.id).status is BookingStatus.NO_SHOW
        assert market.wallet() == (0, 0)
        assert "credit_expense" not in market.ledger()
        market.assert_at_rest()

    def test_goes_to_the_next_lesson_then(self, market: Market, fifth: BookingDetailView) -> None:
        acts.report(market, fifth.id, Absent.INSTRUCTOR, actor=market.student)
        market.at(market.after(fifth, hours=26))

        later = market.confirmed("2026-06-25T16:00:00")
        market.at(market.after(later, hours=25))

        assert market.wallet() == (1_000, 0)
        market.assert_at_rest()

    def test_stays_when_an_objection_is_upheld(
        self, market: Market, fifth: BookingDetailView
    ) -> None:
        acts.report(market, fifth.id, Absent.INSTRUCTOR, actor=market.student)
        acts.object_to(market, fifth.id, actor=market.instructor)

        acts.resolve(market, fifth.id, NoShowResolution.DISPUTE_UPHELD)

        assert market.wallet() == (1_000, 0)
        market.assert_at_rest()

    def test_is_revoked_when_staff_let_the_hold_go(
        self, market: Market, fifth: BookingDetailView
    ) -> None:
        market.refund(fifth.id)

        assert market.detail(fifth.id).status is BookingStatus.CANCELLED
        assert market.wallet() == (0, 0)
        market.assert_at_rest()

    def test_is_earned_once_while_a_report_is_open(
        self, market: Market, fifth: BookingDetailView
    ) -> None:
        objected(market, fifth)

        another(market)

        assert market.wallet() == (1_000, 0)
        assert earners(market) == [(fifth.id, 5)]

    @pytest.mark.parametrize(
        "resolution", [NoShowResolution.DISMISSED, NoShowResolution.DISPUTE_UPHELD]
    )
    def test_stays_with_the_first_when_its_report_comes_to_nothing(
        self, market: Market, fifth: BookingDetailView, resolution: NoShowResolution
    ) -> None:
        objected(market, fifth)
        another(market)

        acts.resolve(market, fifth.id, resolution)

        assert market.detail(fifth.id).status is BookingStatus.COMPLETED
        assert market.wallet() == (1_000, 0)
        assert earners(market) == [(fifth.id, 5)]
        market.assert_at_rest()

    @pytest.mark.parametrize(
        "resolution", [NoShowResolution.CONFIRMED_AFTER_REVIEW, NoShowResolution.CANCELLED]
    )
    def test_is_the_others_who_counted_as_fifth_when_the_report_stands(
        self, market: Market, fifth: BookingDetailView, resolution: NoShowResolution
    ) -> None:
        objected(market, fifth)
        other = another(market)

        acts.resolve(market, fifth.id, resolution)

        assert market.wallet() == (1_000, 0)
        assert earners(market) == [(fifth.id, None), (other.id, 5)]
        market.assert_at_rest()

    def test_is_not_earned_again_when_an_earlier_lesson_stops_counting(
        self, market: Market
    ) -> None:
        market.completed(3)
        fourth, fifth = market.confirmed("2026-06-18T13:00:00"), market.confirmed()
        for booked in (fourth, fifth):
            market.at(market.after(booked, hours=0.25))
            market.complete(booked.id)
        objected(market, fourth)
        another(market)
        assert earners(market) == [(fifth.id, 5)]

        acts.resolve(market, fourth.id, NoShowResolution.CONFIRMED_AFTER_REVIEW)

        assert market.wallet() == (1_000, 0)
        assert earners(market) == [(fifth.id, 5)]
        market.assert_at_rest()

    def test_comes_with_the_number_that_a_dismissed_report_gives_back(self, market: Market) -> None:
        """The tenth is reported, another one is the tenth meanwhile: together they are eleven."""
        market.completed(9)
        tenth = ended(market, hours=1)
        market.complete(tenth.id)
        objected(market, tenth)
        another(market)
        assert market.wallet() == (0, 0)

        acts.resolve(market, tenth.id, NoShowResolution.DISMISSED)

        assert market.wallet() == (2_000, 0)
        assert earners(market) == [(tenth.id, 11)]
        market.assert_at_rest()


def objected(market: Market, lesson: BookingDetailView) -> None:
    """A report that staff have to decide about."""
    acts.report(market, lesson.id, Absent.INSTRUCTOR, actor=market.student)
    acts.object_to(market, lesson.id, actor=market.instructor)


def another(market: Market) -> BookingDetailView:
    """A lesson of the student a week later that took place."""
    other = market.confirmed("2026-06-25T16:00:00")
    market.at(market.after(other, hours=25))
    return other


def earners(market: Market) -> list[tuple[str, int | None]]:
    """The bookings that earned milestones, and the numbers that those have, in order."""
    with market.runtime.begin(SYSTEM) as uow:
        query = (
            select(LessonMoney.booking_id, CreditLot.milestone)
            .join(CreditLot, CreditLot.reference == "booking:" + LessonMoney.chain_id)
            .where(CreditLot.key.like("credits.milestone:%"))
            .order_by(CreditLot.id)
        )
        return [(booking_id, number) for booking_id, number in uow.session.execute(query)]
