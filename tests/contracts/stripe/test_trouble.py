"""What is said when Stripe is busy, broken or out of reach, and what is true afterwards."""

import threading
from datetime import timedelta

import pytest

from devstack.stripe_simulator.faults import CallTrouble, Fault
from devstack.stripe_simulator.server import SimulatorServer
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.domains.payments.errors import (
    CallUncertain,
    NotConfigured,
    ProviderBusy,
    ProviderFailed,
    ProviderUnreachable,
)
from instainstru_core.domains.payments.types import IntentStatus
from tests.contracts.stripe.stage import SIMULATED_KEY, Stage
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.processes import free_port

INTENTS = "/v1/payment_intents"


class TestACallThatFails:
    @pytest.mark.parametrize(
        ("trouble", "refusal"),
        [
            ("timeout_before", ProviderUnreachable),
            ("timeout_after", ProviderUnreachable),
            ("error_before", ProviderFailed),
            ("error_after", ProviderFailed),
            ("rate_limit", ProviderBusy),
        ],
    )
    def test_is_uncertain(
        self, stage: Stage, trouble: CallTrouble, refusal: type[CallUncertain]
    ) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        stage.trouble(trouble, INTENTS)
        with pytest.raises(refusal) as failed:
            stage.authorize("hold", customer_id, card)
        assert type(failed.value) is refusal

    @pytest.mark.parametrize("trouble", ["timeout_before", "error_before", "rate_limit"])
    def test_without_effect_has_it_when_made_again(
        self, stage: Stage, trouble: CallTrouble
    ) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        stage.trouble(trouble, INTENTS)
        with pytest.raises(CallUncertain):
            stage.authorize("hold", customer_id, card)
        find = stage.gateway.find_intent
        wanted = {"customer_id": customer_id, "command_id": stage.key("hold")}
        assert find(**wanted, since=stage.now()) is None
        assert stage.authorize("hold", customer_id, card) == find(**wanted, since=stage.now())

    def test_is_not_made_again_by_itself(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        stage.trouble("timeout_before", INTENTS, times=2)
        for _ in range(2):
            with pytest.raises(ProviderUnreachable):
                stage.authorize("hold", customer_id, card)
        assert stage.authorize("hold", customer_id, card).status is IntentStatus.REQUIRES_CAPTURE


class TestALostAnswer:
    def test_is_told_again_for_the_same_key(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        stage.trouble("timeout_after", INTENTS)
        with pytest.raises(ProviderUnreachable):
            stage.authorize("hold", customer_id, card)
        found = stage.gateway.find_intent(
            customer_id=customer_id, command_id=stage.key("hold"), since=stage.now()
        )
        assert found == stage.authorize("hold", customer_id, card)

    def test_is_found_a_day_later_when_the_key_is_forgotten(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        stage.trouble("timeout_after", INTENTS)
        with pytest.raises(ProviderUnreachable):
            stage.authorize("hold", customer_id, card)
        since = stage.now()
        stage.advance(timedelta(hours=25))
        found = stage.gateway.find_intent(
            customer_id=customer_id, command_id=stage.key("hold"), since=since
        )
        assert found is not None
        assert found.status is IntentStatus.REQUIRES_CAPTURE

    def test_of_a_capture_shows_in_the_intent(self, stage: Stage) -> None:
        held = stage.held()
        stage.trouble("timeout_after", "*/capture")
        with pytest.raises(ProviderUnreachable):
            stage.gateway.capture(key=stage.key("c"), intent_id=held.id, cents=5_000)
        assert stage.gateway.intent(held.id).captured_cents == 5_000

    def test_of_a_refund_is_found(self, stage: Stage) -> None:
        intent = stage.captured()
        stage.trouble("timeout_after", "/v1/refunds")
        with pytest.raises(ProviderUnreachable):
            stage.gateway.refund(
                key=stage.key("r"),
                command_id=stage.key("r"),
                intent_id=intent.id,
                cents=2_000,
                reason="goodwill",
            )
        found = stage.gateway.find_refund(intent_id=intent.id, command_id=stage.key("r"))
        assert found is not None
        assert found.cents == 2_000

    def test_of_a_transfer_is_found(self, stage: Stage) -> None:
        account_id = stage.payee()
        stage.trouble("timeout_after", "/v1/transfers")
        with pytest.raises(ProviderUnreachable):
            stage.transferred(account_id)
        found = stage.gateway.find_transfer(
            reference=stage.reference, command_id=stage.key("transfer")
        )
        assert found == stage.transferred(account_id)

    def test_of_a_reversal_is_found(self, stage: Stage) -> None:
        sent = stage.transferred(stage.payee())
        stage.trouble("timeout_after", "*/reversals")
        with pytest.raises(ProviderUnreachable):
            stage.gateway.reverse(
                key=stage.key("v"), command_id=stage.key("v"), transfer_id=sent.id, cents=1_000
            )
        found = stage.gateway.find_reversal(transfer_id=sent.id, command_id=stage.key("v"))
        assert found is not None
        assert found.cents == 1_000


class TestAServerError:
    def test_stays_one_for_its_key_and_what_was_done_is_found(self, stage: Stage) -> None:
        customer_id = stage.customer()
        card = stage.card(customer_id).id
        stage.trouble("error_after", INTENTS)
        for _ in range(2):
            with pytest.raises(ProviderFailed):
                stage.authorize("hold", customer_id, card)
        found = stage.gateway.find_intent(
            customer_id=customer_id, command_id=stage.key("hold"), since=stage.now()
        )
        assert found is not None
        assert found.status is IntentStatus.REQUIRES_CAPTURE


class TestAKey:
    def test_that_stripe_does_not_know_means_that_payments_are_not_configured(
        self, stage: Stage
    ) -> None:
        stranger = stage.with_key("rk_live_of_nobody" if stage.simulator else "sk_test_of_nobody")
        with pytest.raises(NotConfigured) as refused:
            stranger.intent("pi_any")
        assert "STRIPE_SECRET_KEY" in refused.value.message
        assert "nobody" not in refused.value.message


class TestTheLine:
    def test_on_which_nobody_listens_is_unreachable(self) -> None:
        gateway = StripeGateway(secret_key=SIMULATED_KEY, api_url=f"http://127.0.0.1:{free_port()}")
        with pytest.raises(ProviderUnreachable) as failed:
            gateway.intent("pi_any")
        assert failed.value.facts == {"retry_after": 10}
        gateway.close()

    @pytest.fixture
    def go_on(self, server: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
        """Lets go on what a fault has slowed down."""
        go_on = threading.Event()
        monkeypatch.setattr(server.simulator, "_sleep", go_on.wait)
        return go_on

    def test_that_is_too_slow_is_unreachable_and_the_call_may_have_had_its_effect(
        self, server: SimulatorServer, go_on: threading.Event
    ) -> None:
        gateway = StripeGateway(
            secret_key=SIMULATED_KEY, api_url=f"{server.url}/", timeout_seconds=0.2
        )
        server.simulator.faults.add(Fault("slow", path="/v1/customers", seconds=PATIENCE_SECONDS))
        with pytest.raises(ProviderUnreachable):
            gateway.create_customer(key="slow", user_id="u", email="a@learn.example", name="A")
        go_on.set()
        gateway.close()

    def test_on_which_the_same_call_is_under_way_is_busy(
        self, server: SimulatorServer, go_on: threading.Event
    ) -> None:
        server.simulator.faults.add(Fault("slow", path="/v1/customers", seconds=PATIENCE_SECONDS))
        outcomes: list[object] = []

        def call() -> None:
            gateway = StripeGateway(secret_key=SIMULATED_KEY, api_url=server.url)
            try:
                outcomes.append(
                    gateway.create_customer(
                        key="twice", user_id="u", email="a@learn.example", name="A"
                    )
                )
            except ProviderBusy as busy:
                outcomes.append(busy.facts)
            finally:
                gateway.close()

        threads = [threading.Thread(target=call) for _ in range(2)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(outcomes) == 1)
        go_on.set()
        for thread in threads:
            thread.join()
        assert outcomes[0] == {"retry_after": 2}
        assert str(outcomes[1]).startswith("cus_")
