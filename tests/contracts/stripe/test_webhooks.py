"""Events as the simulator signs and sends them, read by our parser."""

from datetime import timedelta

import pytest

from devstack.stripe_simulator.world import Delivery, Secrets
from instainstru_core.adapters.stripe.webhooks import StripeWebhookParser
from instainstru_core.domains.webhooks.errors import SignatureRefused
from tests.contracts.stripe.stage import Stage, in_process

PLATFORM, CONNECT = Secrets().platform, Secrets().connect


def signed(stage: Stage, delivery: Delivery) -> tuple[bytes, str]:
    headers = delivery.headers(int(stage.now().timestamp()))
    return delivery.body.encode(), headers["Stripe-Signature"]


class TestAnEventOfTheSimulator:
    def test_is_read_whole(self) -> None:
        with in_process() as stage:
            parser = StripeWebhookParser([PLATFORM], stage.now)
            intent = stage.held()
            delivery = next(
                one
                for one in stage.simulated().take_webhooks()
                if one.event["type"] == "payment_intent.amount_capturable_updated"
            )
            inbound = parser.parse(*signed(stage, delivery))
            assert inbound.source == "stripe"
            assert inbound.event_id == delivery.event["id"]
            assert inbound.kind == "payment_intent.amount_capturable_updated"
            assert inbound.account_id is None
            assert inbound.happened_at == stage.now()
            assert inbound.payload == delivery.event
            assert inbound.payload["data"]["object"]["id"] == intent.id

    def test_of_a_connected_account_has_the_other_secret_and_names_the_account(self) -> None:
        with in_process() as stage:
            account_id = stage.payee()
            delivery = next(
                one
                for one in stage.simulated().take_webhooks()
                if one.event["type"] == "account.updated"
            )
            body, signature = signed(stage, delivery)
            both = StripeWebhookParser([PLATFORM, CONNECT], stage.now)
            assert both.parse(body, signature).account_id == account_id
            with pytest.raises(SignatureRefused):
                StripeWebhookParser([PLATFORM], stage.now).parse(body, signature)

    def test_is_refused_when_it_comes_too_late(self) -> None:
        with in_process() as stage:
            stage.customer()
            body, signature = signed(stage, stage.simulated().take_webhooks()[0])
            parser = StripeWebhookParser([PLATFORM], stage.now)
            stage.advance(timedelta(seconds=300))
            assert parser.parse(body, signature).kind == "customer.created"
            stage.advance(timedelta(seconds=1))
            with pytest.raises(SignatureRefused):
                parser.parse(body, signature)
