"""Events that come at once, workers that take at once, people who start the same thing twice."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings.flows import Cashier
from instainstru_core.domains.payments import flows
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.flows import sync
from instainstru_core.domains.payments.models import (
    ConnectAccount,
    IdentityCheck,
    PaymentCustomer,
    PaymentMethod,
    Payout,
)
from instainstru_core.domains.payments.schemas import PayoutView, SaveCard
from instainstru_core.domains.webhooks import service
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.schemas import ReceivedView
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, Actor
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock, gateway_of
from tests.factories import payments_people as people
from tests.factories.stripe import Outside
from tests.factories.webhooks import inbound, received
from tests.together import at_once
from worker.jobs import Desk, Job
from worker.tasks.webhooks import LEASE, process

WEB = "https://instainstru.example"


def nothing(_job: Job, _arguments: tuple[str, ...]) -> None:
    """Hands nothing out."""


def count(runtime: Runtime, table: type[Base]) -> int:
    with runtime.begin(SYSTEM) as uow:
        return uow.session.scalars(select(func.count()).select_from(table)).one()


def facts(runtime: Runtime) -> list[str]:
    with runtime.begin(SYSTEM) as uow:
        return list(uow.session.scalars(select(OutboxRow.name).order_by(OutboxRow.id)))


@pytest.fixture
def outside(stripe: Simulator) -> Outside:
    return Outside(stripe, gateway_of(stripe))


@pytest.fixture
def maya(committed_runtime: Runtime) -> Actor:
    with committed_runtime.begin(SYSTEM) as uow:
        return people.payee(uow)


@pytest.fixture
def jonas(committed_runtime: Runtime) -> Actor:
    with committed_runtime.begin(SYSTEM) as uow:
        return people.payer(uow)


class TestAnEvent:
    def test_that_comes_five_times_at_once_is_stored_and_processed_once(
        self, committed_runtime: Runtime, clock: SetClock
    ) -> None:
        """Scenario 49."""
        told = inbound(clock.now)
        seen: list[str] = []

        def receive() -> ReceivedView:
            with committed_runtime.begin(ANONYMOUS) as uow:
                return service.receive(uow, told)

        def handle(_cashier: Cashier, _actor: Actor, event: ClaimedEvent) -> None:
            seen.append(event.event_id)

        answers = at_once([receive] * 5)
        desk = Desk(committed_runtime, SYSTEM, {}, nothing)
        at_once([lambda: process(desk, {told.kind: handle})] * 3)

        views = [answer for answer in answers if isinstance(answer, ReceivedView)]
        assert sorted(view.is_duplicate for view in views) == [False, True, True, True, True]
        assert len({view.id for view in views}) == 1
        assert seen == [told.event_id]
        assert count(committed_runtime, WebhookEvent) == 1

    def test_is_taken_by_one_of_several_workers(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            ids = [received(uow) for _ in range(20)]

        def take() -> list[str]:
            with committed_runtime.begin(SYSTEM) as uow:
                return [event.id for event in service.claim(uow, limit=5, lease=LEASE)]

        taken = [
            event_id
            for found in at_once([take] * 4)
            if isinstance(found, list)
            for event_id in found
        ]
        with committed_runtime.begin(SYSTEM) as uow:
            taken += [event.id for event in service.claim(uow, limit=20, lease=LEASE)]

        assert Counter(taken) == Counter(ids)

    def test_of_a_worker_that_died_is_taken_over_by_one_other(
        self, committed_runtime: Runtime, clock: SetClock
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            event_id = received(uow)
            service.claim(uow, limit=1, lease=LEASE)

        def take() -> list[tuple[str, int]]:
            with committed_runtime.begin(SYSTEM) as uow:
                found = service.claim(uow, limit=1, lease=LEASE)
                return [(event.id, event.attempt) for event in found]

        assert at_once([take] * 3) == [[], [], []]
        clock.advance(LEASE)
        assert Counter(map(str, at_once([take] * 3))) == {"[]": 2, f"[('{event_id}', 2)]": 1}

    def test_told_in_pieces_at_once_leaves_the_latest_state_and_one_fact(
        self, committed_runtime: Runtime, outside: Outside, clock: SetClock, maya: Actor
    ) -> None:
        runtime = committed_runtime
        account = onboarded(runtime, outside, clock, maya)
        outside.fund(account, 700)
        payout_id = outside.simulator.pay_out(account)["id"]
        outside.simulator.settle_payout(payout_id, account)

        def ask() -> None:
            sync.sync_payout(
                runtime.begin,
                runtime.payments,
                actor=SYSTEM,
                account_vendor_id=account,
                payout_id=payout_id,
            )

        assert at_once([ask] * 5) == [None] * 5
        assert count(runtime, Payout) == 1
        assert facts(runtime) == ["PayeeReady", "PayoutSent"]


class TestPeople:
    def test_who_save_cards_twice_at_once_are_one_customer_with_one_default(
        self, committed_runtime: Runtime, outside: Outside, jonas: Actor
    ) -> None:
        runtime = committed_runtime
        loose = [outside.loose_card() for _ in range(4)]

        def saving(card: str) -> Callable[[], bool]:
            def save() -> bool:
                view = flows.save_card(
                    runtime.begin,
                    runtime.payments,
                    actor=jonas,
                    command=SaveCard(payment_method_id=card),
                )
                return view.is_default

            return save

        before = outside.customers()
        answers = at_once([saving(card) for card in (*loose, loose[0])])
        assert all(isinstance(answer, bool) for answer in answers)
        assert (outside.customers() - before, count(runtime, PaymentCustomer)) == (1, 1)
        assert count(runtime, PaymentMethod) == 4
        with runtime.begin(jonas) as uow:
            assert sum(card.is_default for card in payments.cards(uow).items) == 1

    def test_who_remove_all_cards_at_once_have_none(
        self, committed_runtime: Runtime, outside: Outside, jonas: Actor
    ) -> None:
        runtime = committed_runtime
        ids = [
            flows.save_card(
                runtime.begin,
                runtime.payments,
                actor=jonas,
                command=SaveCard(payment_method_id=outside.loose_card()),
            ).id
            for _ in range(3)
        ]

        def removing(card_id: str) -> Callable[[], None]:
            return lambda: flows.remove_card(
                runtime.begin, runtime.payments, actor=jonas, card_id=card_id
            )

        assert at_once([removing(card_id) for card_id in ids]) == [None] * 3
        with runtime.begin(jonas) as uow:
            assert payments.cards(uow).items == []

    def test_who_start_the_onboarding_twice_at_once_have_one_account(
        self, committed_runtime: Runtime, outside: Outside, maya: Actor
    ) -> None:
        runtime = committed_runtime

        def start() -> str:
            link = flows.start_onboarding(runtime.begin, runtime.payments, actor=maya, web_url=WEB)
            return link.url

        answers = at_once([start] * 4)
        assert len({str(answer) for answer in answers}) == 4
        assert (outside.accounts(), count(runtime, ConnectAccount)) == (1, 1)

    def test_who_start_the_identity_check_twice_at_once_have_one_session(
        self, committed_runtime: Runtime, outside: Outside, maya: Actor
    ) -> None:
        runtime = committed_runtime

        def start() -> str | None:
            return flows.start_identity(
                runtime.begin, runtime.payments, actor=maya, web_url=WEB
            ).url

        answers = at_once([start] * 4)
        assert len({str(answer) for answer in answers}) == 1
        assert (outside.sessions(), count(runtime, IdentityCheck)) == (1, 1)

    def test_who_are_paid_out_twice_at_once_with_one_key_are_paid_out_once(
        self, committed_runtime: Runtime, outside: Outside, clock: SetClock, maya: Actor
    ) -> None:
        runtime = committed_runtime
        account = onboarded(runtime, outside, clock, maya)
        outside.fund(account, 10_560)

        def pay_out() -> PayoutView:
            return flows.instant_payout(runtime.begin, runtime.payments, actor=maya, key="k")

        answers = at_once([pay_out] * 4)
        assert [getattr(answer, "cents", None) for answer in answers] == [10_560] * 4
        assert (count(runtime, Payout), outside.simulator.balance(account)) == (1, 0)


def onboarded(runtime: Runtime, outside: Outside, clock: SetClock, actor: Actor) -> str:
    """The instructor's account, ready to be paid."""
    flows.start_onboarding(runtime.begin, runtime.payments, actor=actor, web_url=WEB)
    with runtime.begin(SYSTEM) as uow:
        vendor_id = uow.session.get_one(ConnectAccount, actor.id).vendor_id
    outside.simulator.complete_onboarding(vendor_id)
    clock.advance(timedelta(seconds=1))
    sync.sync_account(runtime.begin, runtime.payments, actor=SYSTEM, vendor_id=vendor_id)
    return vendor_id
