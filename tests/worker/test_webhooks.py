"""Events of vendors, processed by the worker's job with the real handlers and the simulator."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from devstack.stripe_simulator.faults import Fault
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings.flows import Cashier
from instainstru_core.domains.payments import flows
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.errors import ProviderUnreachable
from instainstru_core.domains.payments.models import ConnectAccount, IdentityCheck, Payout
from instainstru_core.domains.payments.types import IdentityStatus, PayoutStatus
from instainstru_core.domains.webhooks import policy, service
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from instainstru_core.wiring import WebhookHandler
from tests.conftest import WEBHOOK_SECRET, SetClock, gateway_of
from tests.factories import payments_people as people
from tests.factories.stripe import Outside
from tests.factories.webhooks import received
from worker.jobs import Desk, Job
from worker.tasks.webhooks import FORGET_WEBHOOKS, LEASE, PROCESS_WEBHOOKS, process


@pytest.fixture
def desk(runtime: Runtime) -> Desk:
    return Desk(runtime, SYSTEM, {}, _hand_out_nothing)


@pytest.fixture
def outside(stripe: Simulator) -> Outside:
    return Outside(stripe, gateway_of(stripe))


def _hand_out_nothing(_job: Job, _arguments: tuple[str, ...]) -> None:
    """These jobs hand nothing out."""


def deliver(runtime: Runtime, stripe: Simulator) -> list[str]:
    """Take in all that the provider has to tell, through the real parser. Returns the kinds."""
    kinds: list[str] = []
    for sent in stripe.take_webhooks():
        headers = replace(sent, secret=WEBHOOK_SECRET).headers(int(runtime.clock().timestamp()))
        inbound = runtime.webhook_parser.parse(sent.body.encode(), headers["Stripe-Signature"])
        with runtime.begin(SYSTEM) as uow:
            service.receive(uow, inbound)
        kinds.append(inbound.kind)
    return kinds


def states(desk: Desk) -> dict[str, str]:
    """How each kind of event ended."""
    with desk.begin() as uow:
        rows = uow.session.scalars(select(WebhookEvent)).all()
        return {row.kind: "ignored" if row.was_ignored else row.state.value for row in rows}


def noting(seen: list[str]) -> WebhookHandler:
    """A handler that notes what it was given and fails as the event's kind says."""

    def handle(_cashier: object, _actor: Actor, event: ClaimedEvent) -> None:
        seen.append(event.event_id)
        if event.kind == "bad":
            raise KeyError(event.kind)
        if event.kind == "away":
            raise ProviderUnreachable("away")

    return handle


class TestProcessing:
    def test_hands_each_event_to_the_handler_of_its_kind_oldest_first(self, desk: Desk) -> None:
        seen: list[str] = []
        with desk.begin() as uow:
            for number in range(3):
                received(uow, event_id=f"evt_{number}", kind="good")
            received(uow, event_id="evt_3", kind="of.nobody")
        process(desk, {"good": noting(seen)})
        process(desk, {"good": noting(seen)})
        assert seen == ["evt_0", "evt_1", "evt_2"]
        assert states(desk) == {"good": "processed", "of.nobody": "ignored"}

    def test_lets_a_bad_event_stop_no_other(self, desk: Desk) -> None:
        seen: list[str] = []
        with desk.begin() as uow:
            for kind in ("bad", "good"):
                received(uow, event_id=f"evt_{kind}", kind=kind)
        note = noting(seen)
        process(desk, {"bad": note, "good": note})
        assert seen == ["evt_bad", "evt_good"]
        assert states(desk) == {"bad": "failed", "good": "processed"}
        with desk.begin() as uow:
            assert service.detail(uow, "evt_bad").error == "KeyError"

    def test_keeps_a_dead_letter_after_three_failures(self, desk: Desk, clock: SetClock) -> None:
        seen: list[str] = []
        with desk.begin() as uow:
            received(uow, kind="bad")
        for _ in range(5):
            process(desk, {"bad": noting(seen)})
            clock.advance(timedelta(minutes=5))
        assert (len(seen), states(desk)) == (3, {"bad": "dead_letter"})

    def test_ends_the_run_when_somebody_cannot_be_reached(
        self, desk: Desk, clock: SetClock
    ) -> None:
        seen: list[str] = []
        with desk.begin() as uow:
            for kind in ("away", "good"):
                received(uow, event_id=f"evt_{kind}", kind=kind)
        note = noting(seen)
        handlers = {"away": note, "good": note}
        process(desk, handlers)
        assert (seen, states(desk)) == (["evt_away"], {"away": "failed", "good": "received"})
        process(desk, handlers)
        assert seen == ["evt_away", "evt_good"]
        clock.advance(timedelta(minutes=1))
        process(desk, handlers)
        with desk.begin() as uow:
            waiting = service.detail(uow, "evt_away")
        assert (waiting.attempts, waiting.failures, waiting.error) == (
            2,
            0,
            "payments.provider_unreachable",
        )

    def test_holds_no_transaction_while_the_handler_works(self, desk: Desk) -> None:
        held: list[str] = []

        def handle(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
            with cashier.begin(actor) as uow:
                held.append(service.detail(uow, event.id).state.value)

        with desk.begin() as uow:
            received(uow, kind="good")
        process(desk, {"good": handle})
        assert held == ["processing"]

    def test_takes_over_from_a_worker_that_died(self, desk: Desk, clock: SetClock) -> None:
        seen: list[str] = []
        with desk.begin() as uow:
            received(uow, event_id="evt_1", kind="good")
            service.claim(uow, limit=1, lease=LEASE)
        process(desk, {"good": noting(seen)})
        assert seen == []
        clock.advance(LEASE)
        process(desk, {"good": noting(seen)})
        assert (seen, states(desk)) == (["evt_1"], {"good": "processed"})

    def test_makes_room_for_other_work_after_half_a_minute(
        self, desk: Desk, clock: SetClock
    ) -> None:
        seen: list[str] = []
        note = noting(seen)

        def slow(cashier: Cashier, actor: Actor, event: ClaimedEvent) -> None:
            clock.advance(timedelta(seconds=10))
            note(cashier, actor, event)

        with desk.begin() as uow:
            for number in range(5):
                received(uow, event_id=f"evt_{number}", kind="good")
        process(desk, {"good": slow})
        assert seen == ["evt_0", "evt_1", "evt_2"]

    def test_takes_a_payload_without_an_object_for_a_failure(self, desk: Desk) -> None:
        payloads: list[dict[str, object]] = [
            {},
            {"data": []},
            {"data": {"object": "po_1"}},
            {"data": {"object": {"id": 7}}},
        ]
        with desk.begin() as uow:
            for payload in payloads:
                received(uow, kind="payout.paid", payload=payload)
        PROCESS_WEBHOOKS.work(desk)
        with desk.begin() as uow:
            errors = uow.session.scalars(select(WebhookEvent.error)).all()
        assert errors == ["webhooks.payload_unreadable"] * 4


class TestWhatTheProviderTells:
    def test_makes_an_instructor_ready_and_tells_of_payouts(
        self, desk: Desk, stripe: Simulator, outside: Outside, clock: SetClock
    ) -> None:
        runtime = desk.runtime
        with desk.begin() as uow:
            maya = people.payee(uow)
        flows.start_onboarding(runtime.begin, runtime.payments, actor=maya, web_url="https://x")
        with desk.begin() as uow:
            account = uow.session.get_one(ConnectAccount, maya.id).vendor_id
        clock.advance(timedelta(minutes=10))
        stripe.complete_onboarding(account)
        outside.fund(account, 10_560)
        payout_id = stripe.pay_out(account)["id"]
        clock.advance(timedelta(minutes=1))
        stripe.settle_payout(payout_id, account)
        kinds = deliver(runtime, stripe)
        assert {"account.updated", "payout.created", "payout.paid"} <= set(kinds)
        PROCESS_WEBHOOKS.work(desk)
        with desk.begin() as uow:
            assert payments.ready_payee(uow, maya.id or "") == account
            (payout,) = uow.session.scalars(select(Payout))
            assert (payout.status, payout.cents) == (PayoutStatus.PAID, 10_560)
            assert facts(uow) == ["PayeeReady", "PayoutSent"]
        ended = states(desk)
        assert (ended["account.updated"], ended["payout.paid"]) == ("processed", "processed")
        assert ended["transfer.created"] in {"ignored", "processed"}

    @pytest.mark.parametrize("backwards", [False, True])
    def test_comes_to_the_same_in_any_order_and_however_often(
        self,
        desk: Desk,
        stripe: Simulator,
        clock: SetClock,
        backwards: bool,
    ) -> None:
        runtime = desk.runtime
        with desk.begin() as uow:
            maya = people.payee(uow)
        flows.start_identity(runtime.begin, runtime.payments, actor=maya, web_url="https://x")
        with desk.begin() as uow:
            session = uow.session.get_one(IdentityCheck, maya.id).vendor_id
        stripe.fail_identity(session)
        clock.advance(timedelta(minutes=1))
        stripe.verify_identity(session)
        sent = stripe.take_webhooks()
        bodies = [delivery.body for delivery in [*sent, *sent]]
        with desk.begin() as uow:
            for one in reversed(bodies) if backwards else bodies:
                at = int(clock.now.timestamp())
                delivery = replace(sent[0], body=one, secret=WEBHOOK_SECRET)
                signature = delivery.headers(at)["Stripe-Signature"]
                service.receive(uow, runtime.webhook_parser.parse(one.encode(), signature))
        PROCESS_WEBHOOKS.work(desk)
        with desk.begin() as uow:
            row = uow.session.get_one(IdentityCheck, maya.id)
            assert (row.status, facts(uow)) == (IdentityStatus.VERIFIED, ["IdentityVerified"])
        assert set(states(desk).values()) == {"processed"}

    def test_takes_the_account_of_a_payout_from_the_event_and_never_from_its_bank(
        self, desk: Desk, outside: Outside
    ) -> None:
        """D21: `payout.destination` is a bank account, not the instructor's."""
        with desk.begin() as uow:
            maya = people.payee(uow)
        runtime = desk.runtime
        flows.start_onboarding(runtime.begin, runtime.payments, actor=maya, web_url="https://x")
        with desk.begin() as uow:
            account = uow.session.get_one(ConnectAccount, maya.id).vendor_id
        outside.simulator.complete_onboarding(account)
        outside.fund(account, 700)
        payout_id = outside.simulator.pay_out(account)["id"]
        about = {"object": {"id": payout_id, "destination": "ba_1"}}
        with desk.begin() as uow:
            received(uow, kind="payout.created", account_id=account, payload={"data": about})
            received(uow, kind="payout.created", account_id=None, payload={"data": about})
        PROCESS_WEBHOOKS.work(desk)
        with desk.begin() as uow:
            assert uow.session.scalars(select(Payout.instructor_id)).all() == [maya.id]
        assert states(desk) == {"payout.created": "processed"}

    def test_keeps_a_card_whose_browser_never_came_back_and_forgets_a_removed_one(
        self, desk: Desk, stripe: Simulator, outside: Outside
    ) -> None:
        runtime = desk.runtime
        with desk.begin() as uow:
            jonas = people.payer(uow)
        setup = flows.start_card_setup(runtime.begin, runtime.payments, actor=jonas)
        vendor_id = outside.confirm_setup(setup.setup_id)
        deliver(runtime, stripe)
        PROCESS_WEBHOOKS.work(desk)
        with runtime.begin(jonas) as uow:
            (card,) = payments.cards(uow).items
        assert (card.last4, card.is_default) == ("4242", True)
        outside.detach(vendor_id)
        deliver(runtime, stripe)
        PROCESS_WEBHOOKS.work(desk)
        with desk.begin() as uow:
            (event,) = uow.session.scalars(
                select(WebhookEvent).filter_by(kind="setup_intent.succeeded")
            )
            service.replay(uow, event.id)
        PROCESS_WEBHOOKS.work(desk)
        with runtime.begin(jonas) as uow:
            assert payments.cards(uow).items == []

    def test_waits_for_the_provider_to_come_back(
        self, desk: Desk, stripe: Simulator, outside: Outside, clock: SetClock
    ) -> None:
        runtime = desk.runtime
        with desk.begin() as uow:
            jonas = people.payer(uow)
        setup = flows.start_card_setup(runtime.begin, runtime.payments, actor=jonas)
        outside.confirm_setup(setup.setup_id)
        deliver(runtime, stripe)
        stripe.faults.add(Fault("timeout_before", method="GET", path="/v1/setup_intents/*"))
        PROCESS_WEBHOOKS.work(desk)
        assert states(desk)["setup_intent.succeeded"] == "failed"
        clock.advance(timedelta(minutes=1))
        PROCESS_WEBHOOKS.work(desk)
        assert states(desk)["setup_intent.succeeded"] == "processed"
        with runtime.begin(jonas) as uow:
            assert len(payments.cards(uow).items) == 1


class TestForgetting:
    def test_lets_go_of_what_was_processed_ninety_days_ago(
        self, desk: Desk, clock: SetClock
    ) -> None:
        with desk.begin() as uow:
            received(uow, kind="of.nobody")
        PROCESS_WEBHOOKS.work(desk)
        clock.advance(policy.KEEP)
        FORGET_WEBHOOKS.work(desk)
        assert states(desk) == {"of.nobody": "ignored"}
        clock.advance(timedelta(microseconds=1))
        FORGET_WEBHOOKS.work(desk)
        assert states(desk) == {}


def facts(uow: Uow) -> list[str]:
    return list(uow.session.scalars(select(OutboxRow.name).order_by(OutboxRow.id)))
