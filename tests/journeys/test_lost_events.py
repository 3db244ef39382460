"""Events other than those of disputes that never come, and what finds what they would have told."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.bookings.types import BookingStatus, Outcome
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.flows import identity
from instainstru_core.domains.payments.models import ConnectAccount, IdentityCheck, Payout
from instainstru_core.domains.payments.types import IdentityStatus, PayoutStatus
from instainstru_core.domains.reporting.repository.wallets import wallets
from instainstru_core.kernel.authority import SYSTEM, PermissionMissing
from instainstru_core.kernel.outbox import OutboxRow
from tests.factories.money import Market
from tests.worker.workbench import Workbench
from worker.tasks.asking import ASK_IDENTITIES, ASK_STOPPED
from worker.tasks.payments import AUDIT_SCHEDULES

MOMENT = timedelta(microseconds=1)


def account_of(market: Market) -> str:
    with market.runtime.begin(SYSTEM) as uow:
        return uow.session.get_one(ConnectAccount, market.teacher.id).vendor_id


def payouts_of(market: Market) -> list[tuple[int, PayoutStatus]]:
    with market.runtime.begin(SYSTEM) as uow:
        rows = uow.session.scalars(select(Payout).order_by(Payout.id)).all()
        return [(row.cents, row.status) for row in rows]


def told(market: Market, name: str) -> int:
    with market.runtime.begin(SYSTEM) as uow:
        return len(
            uow.session.scalars(select(OutboxRow).where(OutboxRow.name.endswith(name))).all()
        )


class TestAPayoutThatNobodyTold:
    def paid_out(self, market: Market) -> str:
        booked = market.confirmed()
        market.at(market.after(booked, hours=26))
        return str(market.stripe.pay_out(account_of(market))["id"])

    def audit(self, market: Market) -> None:
        Workbench(market.runtime).find(AUDIT_SCHEDULES)

    def test_is_found_the_next_night_and_told_once(self, market: Market) -> None:
        self.paid_out(market)
        self.audit(market)
        assert payouts_of(market) == [(10_560, PayoutStatus.PENDING)]
        market.clock.advance(timedelta(days=5))
        for _ in range(2):
            self.audit(market)
        assert payouts_of(market) == [(10_560, PayoutStatus.PAID)]
        assert told(market, "PayoutSent") == 1

    def test_is_found_when_the_bank_sends_it_back(self, market: Market) -> None:
        payout = self.paid_out(market)
        self.audit(market)
        market.clock.advance(timedelta(days=13))
        market.stripe.settle_payout(payout, account_of(market), failure_code="account_closed")
        self.audit(market)
        assert payouts_of(market) == [(10_560, PayoutStatus.FAILED)]
        assert told(market, "PayoutFailed") == 1

    def test_is_looked_for_from_two_weeks_before_the_oldest_on_its_way(
        self, market: Market
    ) -> None:
        self.paid_out(market)
        self.audit(market)
        made_at = market.clock.now
        market.clock.advance(timedelta(days=60))
        with market.runtime.begin(SYSTEM) as uow:
            since = payments.payouts_from(uow, market.teacher.id)
        assert since == made_at - timedelta(days=14)


class TestAnIdentityThatNobodyTold:
    def session(self, market: Market) -> str:
        with market.runtime.begin(SYSTEM) as uow:
            uow.session.query(IdentityCheck).delete()
        identity.start_identity(
            market.runtime.begin,
            market.runtime.payments,
            actor=market.instructor,
            web_url="https://instainstru.example",
        )
        with market.runtime.begin(SYSTEM) as uow:
            return uow.session.get_one(IdentityCheck, market.teacher.id).vendor_id

    def state(self, market: Market) -> IdentityStatus:
        with market.runtime.begin(SYSTEM) as uow:
            return uow.session.get_one(IdentityCheck, market.teacher.id).status

    @pytest.mark.parametrize(
        ("status", "patience"),
        [
            (IdentityStatus.REQUIRES_INPUT, timedelta(days=1)),
            (IdentityStatus.PROCESSING, timedelta(hours=1)),
        ],
    )
    def test_is_asked_for_when_it_is_quiet_for_so_long(
        self, market: Market, status: IdentityStatus, patience: timedelta
    ) -> None:
        session = self.session(market)
        with market.runtime.begin(SYSTEM) as uow:
            uow.session.get_one(IdentityCheck, market.teacher.id).status = status
        market.stripe.verify_identity(session)
        began = market.clock.now
        market.clock.now = began + patience - MOMENT
        Workbench(market.runtime).find(ASK_IDENTITIES)
        assert self.state(market) is status
        market.clock.now = began + patience
        Workbench(market.runtime).find(ASK_IDENTITIES)
        assert self.state(market) is IdentityStatus.VERIFIED
        assert told(market, "IdentityVerified") == 1

    def test_is_not_asked_for_once_it_is_over(self, market: Market) -> None:
        session = self.session(market)
        market.stripe.verify_identity(session)
        market.clock.advance(timedelta(days=1))
        Workbench(market.runtime).find(ASK_IDENTITIES)
        market.clock.advance(timedelta(days=90))
        with market.runtime.begin(SYSTEM) as uow:
            assert payments.identities_to_ask(uow) == []
        with pytest.raises(PermissionMissing), market.runtime.begin(market.instructor) as uow:
            payments.identities_to_ask(uow)


class TestACaptureInTheDashboardThatNobodyTold:
    def test_is_found_when_the_hold_cannot_be_let_go_and_goes_back(
        self, http_market: Market
    ) -> None:
        market = http_market
        booked = market.confirmed()
        market.at(market.before(booked, hours=20))
        market.capture_outside()
        market.cancel(booked.id, actor=market.instructor)
        assert market.money(booked.id).review_reason == "void_refused"

        for _ in range(2):
            Workbench(market.runtime).find(ASK_STOPPED)

        assert market.detail(booked.id).status is BookingStatus.CANCELLED
        row = market.money(booked.id)
        assert (row.outcome, row.is_blocked) == (Outcome.INSTRUCTOR_CANCEL_FULL_REFUND, False)
        assert [made["amount"] for made in market.made("refunds")] == [13_440]
        market.assert_at_rest()


class TestWhatAStudentSpent:
    def test_leaves_out_what_banks_took_back_and_counts_it_again_when_it_is_returned(
        self, market: Market
    ) -> None:
        first = market.confirmed()
        second = market.confirmed("2026-06-19T16:00:00")
        market.at(market.after(second, hours=26))
        student = market.student.id or ""

        def spent() -> int:
            with market.runtime.begin(SYSTEM) as uow:
                return wallets(uow.session, [student]).spent[student]

        assert spent() == 2 * 13_440
        part = market.dispute(first.id, cents=4_000)
        whole = market.dispute(second.id)
        assert spent() == 13_440 - 4_000
        market.close(part, won=False)
        market.close(whole, won=True)
        assert spent() == 2 * 13_440 - 4_000
