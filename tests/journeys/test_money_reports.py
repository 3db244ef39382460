"""What staff read about money: the ledger's figures, what waits, and whether the work keeps up."""

from datetime import timedelta

import pytest

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.observability import service as observability
from instainstru_core.domains.observability.types import Severity
from instainstru_core.domains.payments.models import ConnectAccount
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.kernel.authority import Actor
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories.money import STAFF, Market, market


@pytest.fixture
def desk(runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    return market(runtime, stripe, clock)


class TestPaymentsPipeline:
    def test_adds_up_a_lesson_that_was_taken_and_one_that_was_cancelled_late(
        self, desk: Market
    ) -> None:
        taken = desk.confirmed("2026-06-16T10:00:00")
        late = desk.confirmed("2026-06-16T16:00:00")
        desk.at(desk.before(late, hours=6))
        desk.cancel(late.id)
        desk.at(desk.after(taken, hours=25))

        with desk.runtime.begin(STAFF) as uow:
            report = reporting.payments_pipeline(uow, "last 7 days")

        figures = report.data
        assert (figures.captured_cents, figures.captures) == (26880, 2)
        assert (figures.refunded_cents, figures.refunds) == (0, 0)
        assert (figures.instructor_owed_cents, figures.transferred_cents) == (15840, 15840)
        assert figures.transfers == 2
        assert figures.platform_revenue_cents == 2880 + 2160
        assert figures.stripe_fees_cents == 840
        assert figures.net_revenue_cents == 5040 - 840
        assert (figures.standing, figures.overdue, figures.in_review) == ([], {}, 0)
        assert report.window is not None
        assert report.window.timezone == "America/New_York"

    def test_counts_only_what_happened_in_the_window(self, desk: Market) -> None:
        taken = desk.confirmed("2026-06-16T10:00:00")
        desk.at(desk.after(taken, hours=25))
        desk.clock.advance(timedelta(days=10))

        with desk.runtime.begin(STAFF) as uow:
            report = reporting.payments_pipeline(uow, "today")

        assert (report.data.captured_cents, report.data.transferred_cents) == (0, 0)
        assert report.data.records_since is not None

    def test_says_how_open_lessons_stand_and_that_nothing_was_ever_recorded(
        self, desk: Market
    ) -> None:
        desk.confirmed("2026-06-20T10:00:00")
        near = desk.confirmed("2026-06-16T09:00:00")
        assert near.payment_status == "authorized"

        with desk.runtime.begin(STAFF) as uow:
            report = reporting.payments_pipeline(uow, "last 7 days")

        standing = {one.payment_status: one.lessons for one in report.data.standing}
        assert (standing["scheduled"], standing["authorized"]) == (1, 1)
        assert "There is no money fact on record yet" in report.warnings[-1]

    def test_is_for_staff(self, desk: Market) -> None:
        with desk.runtime.begin(desk.student) as uow, pytest.raises(Forbidden):
            reporting.payments_pipeline(uow)


class TestPendingPayouts:
    def test_shows_what_an_account_that_is_not_ready_keeps_waiting(self, desk: Market) -> None:
        taken = desk.confirmed("2026-06-16T10:00:00")
        with desk.runtime.begin(STAFF) as uow:
            account = uow.session.get_one(ConnectAccount, desk.teacher.id)
            account.payouts_enabled = False
        desk.at(desk.after(taken, hours=25))

        with desk.runtime.begin(STAFF) as uow:
            report = reporting.payments_pending_payouts(uow)

        (payout,) = report.data.payouts
        assert (payout.instructor_id, payout.pending_cents) == (desk.teacher.id, 10560)
        assert (payout.is_connected, payout.is_ready, payout.lessons) == (True, False, 1)
        assert payout.instructor == "Maya O."
        assert payout.oldest_at == desk.after(taken, hours=24)
        assert (report.total, report.data.total_pending_cents) == (1, 10560)
        assert report.warnings == ["1 of the shown cannot be paid: their accounts are not ready."]

    @pytest.mark.parametrize("refund", [1, 4_000, 6_719, 13_440])
    def test_counts_no_lesson_whose_instructor_has_all_that_is_left(
        self, desk: Market, refund: int
    ) -> None:
        """Refunds by staff took their part of the payout back: nothing waits for that lesson."""
        refunded = desk.confirmed("2026-06-16T10:00:00")
        waits = desk.confirmed("2026-06-18T10:00:00")
        desk.at(desk.after(refunded, hours=25))
        desk.refund(refunded.id, refund)
        desk.close_account()
        desk.at(desk.after(waits, hours=25))

        with desk.runtime.begin(STAFF) as uow:
            (payout,) = reporting.payments_pending_payouts(uow).data.payouts

        assert (payout.pending_cents, payout.lessons) == (10560, 1)
        assert payout.oldest_at == desk.after(waits, hours=24)

    def test_counts_a_lesson_that_a_refund_left_a_cent_to_pay_for(self, desk: Market) -> None:
        waits = desk.confirmed("2026-06-16T10:00:00")
        desk.close_account()
        desk.at(desk.after(waits, hours=25))
        desk.refund(waits.id, 13_439)

        with desk.runtime.begin(STAFF) as uow:
            (payout,) = reporting.payments_pending_payouts(uow).data.payouts

        assert (payout.pending_cents, payout.lessons) == (1, 1)

    def test_is_empty_once_everybody_is_paid_and_tells_what_will_be_due(self, desk: Market) -> None:
        taken = desk.confirmed("2026-06-16T10:00:00")
        desk.at(desk.after(taken, hours=2))

        with desk.runtime.begin(STAFF) as uow:
            before = reporting.payments_pending_payouts(uow).data
        desk.at(desk.after(taken, hours=25))
        with desk.runtime.begin(STAFF) as uow:
            after = reporting.payments_pending_payouts(uow).data

        assert (before.payouts, before.expected_cents, before.expected_lessons) == ([], 10560, 1)
        assert (after.payouts, after.total_pending_cents, after.expected_lessons) == ([], 0, 0)


class TestPaymentHealth:
    def test_is_unknown_when_all_work_is_done_and_no_job_has_run(self, desk: Market) -> None:
        desk.confirmed("2026-06-20T10:00:00")

        with desk.runtime.begin(STAFF) as uow:
            report = observability.payment_health(uow)

        assert (report.data.is_healthy, report.data.issues) == (None, [])
        assert report.data.figures.pending_holds == 1
        assert "No job on payments has run" in report.warnings[0]

    def test_counts_what_nobody_worked_on(self, desk: Market) -> None:
        lesson = desk.confirmed("2026-06-20T10:00:00")
        desk.clock.now = desk.before(lesson, hours=23)

        with desk.runtime.begin(STAFF) as uow:
            report = observability.payment_health(uow)

        (issue,) = report.data.issues
        assert (issue.severity, issue.message, issue.count) == (
            Severity.CRITICAL,
            "Lessons overdue for hold.",
            1,
        )
        assert (report.data.is_healthy, report.data.figures.overdue) == (False, 1)

    def test_needs_the_right_to_read_payments(self, desk: Market) -> None:
        reader = Actor(id=STAFF.id, permissions=desk.student.permissions)
        with desk.runtime.begin(reader) as uow, pytest.raises(Forbidden):
            observability.payment_health(uow)
