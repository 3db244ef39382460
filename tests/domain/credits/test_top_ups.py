"""Credit that is bought with a card, with the provider in this process."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from devstack.stripe_simulator.faults import Fault
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.credits import flows, service
from instainstru_core.domains.credits.errors import TopUpNotFound
from instainstru_core.domains.credits.models import TopUp
from instainstru_core.domains.credits.schemas import BuyCredit, TopUpView
from instainstru_core.domains.credits.types import CreditSource, TopUpState
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments import flows as payments
from instainstru_core.domains.payments.errors import (
    CardNotReady,
    CommandOpen,
    PayerInDebt,
)
from instainstru_core.domains.payments.flows import commands
from instainstru_core.domains.payments.schemas import SaveCard
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock, gateway_of
from tests.factories import payments_people as people
from tests.factories.credits import lots_of, owed
from tests.factories.ledger import standing
from tests.factories.stripe import Outside

AFTER_THE_WAIT = timedelta(minutes=1)
ASKING = "pm_card_authenticationRequired"
UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


class Till:
    """Where a student buys credit, each time as a door would."""

    def __init__(self, begin: Begin, stripe: Simulator) -> None:
        self.begin = begin
        self.stripe = stripe
        self.gateway = gateway_of(stripe)

    def save_card(self, actor: Actor, card: str = "pm_card_visa") -> None:
        setup = payments.start_card_setup(self.begin, self.gateway, actor=actor)
        Outside(self.stripe, self.gateway).confirm_setup(setup.setup_id, card)
        if card == ASKING:
            self.stripe.complete_setup_intent(setup.setup_id)
        payments.save_card(
            self.begin, self.gateway, actor=actor, command=SaveCard(setup_id=setup.setup_id)
        )

    def buy(self, actor: Actor, cents: int = 5_000, *, key: str | None = None) -> TopUpView:
        return flows.top_up(
            self.begin,
            self.gateway,
            actor=actor,
            command=BuyCredit(cents=cents),
            idempotency_key=key,
        )

    def resume(self, top_up_id: str, *, at_once: bool = False) -> bool:
        return flows.resume_top_up(
            self.begin,
            self.gateway,
            actor=SYSTEM,
            reference=f"topup:{top_up_id}",
            at_once=at_once,
        )

    def look(self, actor: Actor, top_up_id: str) -> TopUpView:
        with self.begin(actor) as uow:
            return service.top_up(uow, top_up_id)

    def charges(self) -> int:
        counts: dict[str, int] = self.stripe.summary()["counts"]
        return counts.get("charge", 0)


@pytest.fixture
def till(begin: Begin, stripe: Simulator) -> Till:
    return Till(begin, stripe)


@pytest.fixture
def jonas(uow: Uow) -> Actor:
    return people.payer(uow)


def bought(uow: Uow) -> int:
    return uow.session.scalar(select(func.count()).select_from(TopUp)) or 0


class TestTopUp:
    def test_charges_the_card_and_issues_the_credit(
        self, till: Till, uow: Uow, jonas: Actor, clock: SetClock
    ) -> None:
        till.save_card(jonas)

        done = till.buy(jonas)

        assert (done.cents, done.state, done.failure) == (5_000, TopUpState.ISSUED, None)
        assert done.issued_at == clock.now
        assert jonas.id is not None
        (lot,) = lots_of(uow, jonas.id)
        assert (lot.source, lot.available_cents) == (CreditSource.TOP_UP, 5_000)
        assert lot.reference == f"topup:{done.id}"
        assert owed(uow, jonas.id) == 5_000
        assert standing(uow, AccountKind.HELD, done.id) == 0
        told = ledger.explain(uow, f"topup:{done.id}")
        assert [(one.fact, one.pot_cents) for one in told.journals] == [
            ("captured", 5_000),
            ("credit_issued", 0),
        ]

    def test_happens_once_for_each_key(self, till: Till, uow: Uow, jonas: Actor) -> None:
        till.save_card(jonas)
        done = till.buy(jonas, key="k1")

        assert till.buy(jonas, key="k1") == done
        assert (bought(uow), till.charges()) == (1, 1)

    def test_tells_that_the_card_was_refused_and_issues_nothing(
        self, till: Till, uow: Uow, jonas: Actor
    ) -> None:
        till.save_card(jonas, "pm_card_chargeCustomerFail")

        done = till.buy(jonas)

        assert (done.state, done.failure) == (TopUpState.FAILED, "payments.card_declined")
        assert lots_of(uow, jonas.id or "") == []
        assert standing(uow, AccountKind.STRIPE_CLEARING) == 0

    def test_waits_for_the_cards_holder_where_the_bank_wants_that(
        self, till: Till, uow: Uow, jonas: Actor
    ) -> None:
        till.save_card(jonas, ASKING)

        waiting = till.buy(jonas)

        assert waiting.state is TopUpState.PENDING
        assert waiting.client_secret is not None
        assert till.look(jonas, waiting.id).client_secret is None
        assert not till.resume(waiting.id)
        till.stripe.complete_payment_intent(waiting.client_secret.partition("_secret")[0])
        assert till.resume(waiting.id, at_once=True)
        assert till.look(jonas, waiting.id).state is TopUpState.ISSUED
        assert owed(uow, jonas.id or "") == 5_000

    def test_is_finished_after_an_answer_was_lost(
        self, till: Till, uow: Uow, jonas: Actor, clock: SetClock
    ) -> None:
        till.save_card(jonas)
        till.stripe.faults.add(Fault("timeout_after", path="/v1/payment_intents", times=10))

        lost = till.buy(jonas, key="k1")

        assert lost.state is TopUpState.PENDING
        till.stripe.faults.clear()
        with pytest.raises(CommandOpen):
            till.buy(jonas, key="k1")
        clock.advance(AFTER_THE_WAIT)
        assert till.resume(lost.id)
        assert till.look(jonas, lost.id).state is TopUpState.ISSUED
        assert till.buy(jonas, key="k1").state is TopUpState.ISSUED
        assert (bought(uow), till.charges()) == (1, 1)
        assert owed(uow, jonas.id or "") == 5_000

    def test_that_is_over_has_nothing_to_resume(self, till: Till, uow: Uow, jonas: Actor) -> None:
        till.save_card(jonas)
        done = till.buy(jonas)

        assert till.resume(done.id)
        assert owed(uow, jonas.id or "") == 5_000

    def test_is_issued_once_when_two_learn_of_the_charge(
        self, till: Till, uow: Uow, jonas: Actor, clock: SetClock
    ) -> None:
        till.save_card(jonas)
        with till.begin(jonas) as hers:
            _, call = service.start_top_up(hers, BuyCredit(cents=5_000))
        assert call is not None
        outcome = commands.call(till.gateway, call, now=clock.now)
        for _ in range(2):
            with till.begin(SYSTEM) as worker:
                assert service.absorb_top_up(worker, call, outcome) is None

        assert owed(uow, jonas.id or "") == 5_000

    def test_leaves_other_references_alone(self, till: Till) -> None:
        assert not flows.resume_top_up(
            till.begin, till.gateway, actor=SYSTEM, reference=f"tip:{UNKNOWN_ID}"
        )


class TestRefusals:
    def test_without_a_card(self, till: Till, uow: Uow, jonas: Actor) -> None:
        with pytest.raises(CardNotReady):
            till.buy(jonas)
        assert bought(uow) == 0

    def test_in_debt(self, till: Till, uow: Uow, jonas: Actor) -> None:
        till.save_card(jonas)
        people.debt(uow, jonas.id or "", 1_000)

        with pytest.raises(PayerInDebt):
            till.buy(jonas)
        assert (bought(uow), till.charges()) == (0, 0)

    def test_without_the_right(self, till: Till, jonas: Actor) -> None:
        with pytest.raises(PermissionMissing):
            till.buy(replace(jonas, permissions=frozenset()))

    def test_of_looking_at_somebody_elses(self, till: Till, uow: Uow, jonas: Actor) -> None:
        till.save_card(jonas)
        done = till.buy(jonas)
        zoe = people.payer(uow, first_name="Zoe", last_name="Moss")

        for actor, top_up_id in ((zoe, done.id), (jonas, UNKNOWN_ID)):
            with pytest.raises(TopUpNotFound):
                till.look(actor, top_up_id)
