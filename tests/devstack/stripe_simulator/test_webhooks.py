"""Webhooks are signed, told to whom they concern, and go astray on demand."""

import pytest
import stripe

from devstack.stripe_simulator.faults import Fault
from devstack.stripe_simulator.world import Secrets
from tests.devstack.stripe_simulator.conftest import Shop, StandingClock, shop_with

SECRETS = Secrets(platform="whsec_of_platform", connect="whsec_of_accounts")


@pytest.fixture
def shop(clock: StandingClock) -> Shop:
    return shop_with(clock, secrets=SECRETS)


def test_the_sdk_takes_the_signature(shop: Shop, clock: StandingClock) -> None:
    shop.customer()
    [sent] = shop.webhooks()
    header = sent.headers(clock.timestamp)["Stripe-Signature"]
    event = stripe.Webhook.construct_event(sent.body, header, SECRETS.platform, 10**10)
    assert (event.type, event.data.object["email"]) == ("customer.created", "sam@example.com")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(sent.body + " ", header, SECRETS.platform, 10**10)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(sent.body, header, SECRETS.connect, 10**10)


def test_events_of_accounts_go_elsewhere(shop: Shop) -> None:
    teacher = shop.teacher()
    [sent] = shop.webhooks()
    assert (sent.event["type"], sent.event["account"], sent.target, sent.secret) == (
        "account.updated",
        teacher,
        "connect",
        SECRETS.connect,
    )
    assert sent.event["data"]["object"]["payouts_enabled"] is True


def test_an_event_shows_what_was_and_who_asked(shop: Shop) -> None:
    intent = shop.stripe.v1.payment_intents.create(
        {"amount": 500, "currency": "usd"}, {"idempotency_key": "make"}
    )
    shop.stripe.v1.payment_intents.cancel(intent.id)
    created, canceled = shop.webhooks()
    assert created.event["data"]["object"]["status"] == "requires_payment_method"
    assert canceled.event["data"]["object"]["status"] == "canceled"
    assert created.event["request"]["idempotency_key"] == "make"
    assert shop.webhooks() == []


def test_missed_events_can_be_listed(shop: Shop) -> None:
    shop.simulator.faults.add(Fault("drop_webhook", event="payment_intent.*", times=None))
    shop.pay()
    assert not [kind for kind in shop.events() if kind.startswith("payment_intent.")]
    listed = shop.stripe.v1.events.list({"type": "payment_intent.*"})
    assert [event.type for event in listed.data] == [
        "payment_intent.succeeded",
        "payment_intent.created",
    ]
    several = shop.stripe.v1.events.list({"types": ["charge.succeeded", "customer.created"]})
    assert [event.type for event in several.data] == ["charge.succeeded", "customer.created"]
    one = shop.stripe.v1.events.retrieve(several.data[0].id)
    assert one.data.object["object"] == "charge"


def test_a_webhook_may_come_twice(shop: Shop) -> None:
    shop.simulator.faults.add(Fault("duplicate_webhook", event="customer.created"))
    shop.customer()
    first, second = shop.webhooks()
    assert first.event["id"] == second.event["id"]


def test_a_webhook_may_come_late(shop: Shop, clock: StandingClock) -> None:
    shop.simulator.faults.add(Fault("delay_webhook", event="customer.created", seconds=60))
    shop.customer()
    shop.teacher()
    assert shop.events() == ["account.updated"]
    clock.advance(seconds=60)
    assert shop.events() == ["customer.created"]


def test_webhooks_may_come_in_another_order(shop: Shop) -> None:
    shop.pay()
    usual = shop.events()
    shop.simulator.faults.add(Fault("reorder_webhooks", event="payment_intent.succeeded"))
    shop.pay()
    unusual = shop.events()
    assert unusual != usual
    assert sorted(unusual) == sorted(usual)
