"""Banks that take back what was not for a lesson: bought credit, a tip."""

from datetime import timedelta

import pytest

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.schemas import GiveTip
from instainstru_core.domains.credits import flows as credit_flows
from instainstru_core.domains.credits.schemas import BuyCredit
from instainstru_core.domains.payments.errors import PayerRestricted
from instainstru_core.domains.payments.models import Charge
from instainstru_core.domains.payments.types import Purpose
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories.money import Market, market


@pytest.fixture
def desk(runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    return market(runtime, stripe, clock)


def charge_for(desk: Market, purpose: Purpose) -> str:
    with desk.runtime.begin(SYSTEM) as uow:
        found = uow.session.query(Charge).filter_by(purpose=purpose).one()
        assert found.vendor_charge_id is not None
        return found.vendor_charge_id


def top_up(desk: Market, cents: int) -> None:
    bought = credit_flows.top_up(
        desk.runtime.begin,
        desk.runtime.payments,
        actor=desk.student,
        command=BuyCredit(cents=cents),
    )
    assert bought.issued_at is not None


def dispute(desk: Market, charge_id: str) -> str:
    opened = desk.stripe.open_dispute(charge_id)
    flows.on_dispute(desk.cashier, actor=SYSTEM, dispute_id=opened["id"])
    dispute_id: str = opened["id"]
    return dispute_id


def close(desk: Market, dispute_id: str, *, won: bool) -> None:
    desk.clock.advance(timedelta(days=1))
    desk.stripe.close_dispute(dispute_id, won=won)
    for _ in range(2):
        flows.on_dispute(desk.cashier, actor=SYSTEM, dispute_id=dispute_id)


class TestBoughtCredit:
    def test_is_frozen_while_the_bank_looks_and_comes_back_when_it_is_ours(
        self, desk: Market
    ) -> None:
        top_up(desk, 5000)
        opened = dispute(desk, charge_for(desk, Purpose.TOP_UP))
        booked = desk.book("2026-06-20T10:00:00")
        frozen = desk.pay(booked.id, credit=5000)
        close(desk, opened, won=True)

        assert frozen.booking.money is not None
        assert frozen.booking.money.credit_cents == 0
        assert desk.wallet() == (5000, 0)
        assert desk.ledger()["dispute_losses"] == 1500

    def test_is_revoked_when_the_dispute_is_lost(self, desk: Market) -> None:
        top_up(desk, 5000)
        close(desk, dispute(desk, charge_for(desk, Purpose.TOP_UP)), won=False)

        assert desk.wallet() == (0, 0)
        books = desk.ledger()
        assert "credits_liability" not in books
        assert "student_debt" not in books
        assert books["dispute_losses"] == 1500

    def test_that_is_spent_becomes_a_debt_and_nothing_more_is_booked(self, desk: Market) -> None:
        top_up(desk, 5000)
        desk.confirmed("2026-06-20T10:00:00", credit=5000)
        close(desk, dispute(desk, charge_for(desk, Purpose.TOP_UP)), won=False)

        assert desk.ledger()["student_debt"] == 5000
        with pytest.raises(PayerRestricted):
            desk.book("2026-06-21T10:00:00")


class TestATip:
    def test_stays_with_the_instructor_whatever_the_bank_says(self, desk: Market) -> None:
        lesson = desk.confirmed("2026-06-16T10:00:00")
        desk.at(desk.after(lesson, hours=25))
        given = flows.tip(
            desk.cashier, actor=desk.student, booking_id=lesson.id, command=GiveTip(cents=1000)
        )
        close(desk, dispute(desk, charge_for(desk, Purpose.TIP)), won=False)

        books = desk.ledger()
        assert given.state == "succeeded"
        assert "tips_payable" not in books
        assert books["dispute_losses"] == 1000 + 1500
