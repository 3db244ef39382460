"""What the provider tells by itself, from its signed delivery to what it does to a lesson."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from devstack.stripe_simulator.simulator import Simulator
from devstack.stripe_simulator.world import Delivery, Secrets
from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.domains.bookings.types import BookingStatus, PaymentStatus
from instainstru_core.domains.webhooks import service as webhooks
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from instainstru_core.wiring import WEBHOOK_HANDLERS
from tests.conftest import WEBHOOK_SECRET, SetClock
from tests.factories.money import Market, call, card, market
from worker.jobs import Desk, Job
from worker.tasks.webhooks import process


@pytest.fixture
def stripe(clock: SetClock) -> Simulator:

    return Simulator(
        clock,
        starting_balance=10_000_000,
        secrets=Secrets(platform=WEBHOOK_SECRET, connect=WEBHOOK_SECRET),
    )


@pytest.fixture
def desk(runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    return market(runtime, stripe, clock)


def deliver(desk: Market, deliveries: Sequence[Delivery]) -> None:
    """The door takes them in, the worker's job handles them."""
    parser = desk.runtime.webhook_parser
    for delivery in deliveries:
        headers = delivery.headers(int(desk.clock.now.timestamp()))
        inbound = parser.parse(delivery.body.encode(), headers["Stripe-Signature"])
        with desk.runtime.begin(SYSTEM) as uow:
            webhooks.receive(uow, inbound)

    def hand_out(_job: Job, _arguments: tuple[str, ...]) -> None:
        raise AssertionError("webhooks hand nothing out")

    process(Desk(desk.runtime, SYSTEM, {}, hand_out), WEBHOOK_HANDLERS)


def facts(row: LessonMoney) -> tuple[Any, ...]:
    return row.captured_cents, row.refunded_cents, row.paid_cents, row.outcome


class TestEvents:
    def test_about_a_whole_lesson_change_nothing_in_any_order_and_number(
        self, desk: Market
    ) -> None:
        lesson = desk.confirmed()
        desk.at(desk.after(lesson, hours=25))
        before = facts(desk.money(lesson.id))
        deliveries = desk.stripe.take_webhooks()
        books = desk.ledger()

        deliver(desk, [*reversed(deliveries), *deliveries])

        assert before == (13440, 0, 10560, "lesson_completed_full_payout")
        assert facts(desk.money(lesson.id)) == before
        assert desk.ledger() == books

    def test_of_a_hold_that_expired_make_the_lesson_ask_for_a_new_one(self, desk: Market) -> None:
        lesson = desk.confirmed()
        desk.at(desk.before(lesson, hours=20))
        first = desk.money(lesson.id).charge_id
        intent = desk.intent(lesson.id)
        desk.stripe.take_webhooks()
        call(desk.stripe, "POST", f"/v1/payment_intents/{intent}/cancel", {})

        deliver(desk, desk.stripe.take_webhooks())

        found = desk.money(lesson.id)
        assert found.charge_id != first
        assert found.authorized_at == desk.before(lesson, hours=20)
        assert desk.detail(lesson.id).payment_status is PaymentStatus.AUTHORIZED

    def test_of_an_amount_taken_at_the_provider_after_cancelling_give_it_back(
        self, desk: Market
    ) -> None:
        lesson = desk.confirmed("2026-06-16T09:00:00")
        assert lesson.payment_status is PaymentStatus.AUTHORIZED
        intent = desk.intent(lesson.id)
        call(desk.stripe, "POST", f"/v1/payment_intents/{intent}/capture", {})
        captured = desk.stripe.take_webhooks()
        desk.cancel(lesson.id, actor=desk.instructor)

        deliver(desk, captured)
        desk.run_jobs()

        found = desk.money(lesson.id)
        assert desk.detail(lesson.id).status is BookingStatus.CANCELLED
        assert facts(found) == (13440, 13440, 0, "instructor_cancel_full_refund")

    def test_of_a_card_confirmed_in_the_browser_confirm_the_lesson(self, desk: Market) -> None:
        with desk.runtime.begin(SYSTEM) as uow:
            strict = card(
                uow,
                desk.stripe,
                desk.student.id or "",
                kind="pm_card_authenticationRequired",
                default=False,
            )
        booked = desk.book("2026-06-16T09:00:00")
        asked = desk.pay(booked.id, card_id=strict)
        assert asked.result == "authentication_required"
        assert asked.client_secret is not None
        desk.stripe.take_webhooks()
        desk.stripe.complete_payment_intent(asked.client_secret.partition("_secret")[0])
        desk.clock.advance(timedelta(minutes=1))

        deliver(desk, desk.stripe.take_webhooks())

        found = desk.detail(booked.id)
        assert (found.status, found.payment_status) == (
            BookingStatus.CONFIRMED,
            PaymentStatus.AUTHORIZED,
        )
