"""What somebody asks for after a crash is done, once what the crash left is finished."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.types import BookingStatus, PaymentStatus
from instainstru_core.domains.payments.errors import CommandOpen
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories.money import Market, market


class Crashed(BaseException):
    """The process is gone."""


class DiesAfter:
    """The gateway of a process that dies once its call has had its effect."""

    def __init__(self, gateway: Any, method: str) -> None:
        self.gateway, self.method = gateway, method

    def __getattr__(self, name: str) -> Any:
        made = getattr(self.gateway, name)
        if name != self.method:
            return made

        def call(**asked: Any) -> None:
            made(**asked)
            raise Crashed

        return call


@pytest.fixture
def desk(runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    return market(runtime, stripe, clock)


def hold_and_die(desk: Market, booking_id: str) -> None:
    """The hold is placed at the provider, and nobody lives to write it down."""
    dying = replace(desk.cashier, gateway=DiesAfter(desk.runtime.payments, "authorize"))
    chain_id = desk.money(booking_id).chain_id
    with pytest.raises(Crashed):
        flows.drive(dying, actor=SYSTEM, chain_id=chain_id)


class TestCancelling:
    def test_waits_for_whoever_may_still_be_at_it(self, desk: Market) -> None:
        lesson = desk.confirmed()
        desk.clock.now = desk.before(lesson, hours=24)
        hold_and_die(desk, lesson.id)

        with pytest.raises(CommandOpen):
            desk.cancel(lesson.id)

        assert desk.detail(lesson.id).status is BookingStatus.CONFIRMED

    def test_finishes_the_hold_then_cancels_by_the_rules(self, desk: Market) -> None:
        lesson = desk.confirmed()
        desk.clock.now = desk.before(lesson, hours=24)
        hold_and_die(desk, lesson.id)
        desk.clock.advance(timedelta(minutes=2))

        cancelled = desk.cancel(lesson.id)

        assert (cancelled.status, cancelled.payment_status) == (
            BookingStatus.CANCELLED,
            PaymentStatus.SETTLED,
        )
        assert desk.money(lesson.id).outcome == "student_cancel_12_24_full_credit"
        assert desk.wallet() == (12000, 0)
        assert desk.stripe.balance() == 10_000_000 + 13440 - 420
