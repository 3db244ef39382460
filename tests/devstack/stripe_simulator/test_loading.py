"""A past is loaded in bulk, in silence, and goes on from there."""

import json

import pytest
import stripe

from devstack.stripe_simulator.errors import StripeRefusal
from tests.devstack.stripe_simulator.conftest import Shop, StandingClock, refused

DAY = 86_400


def lines(*things: dict[str, object]) -> list[str]:
    return [json.dumps(thing) for thing in things]


def people(created: int) -> list[str]:
    return lines(
        {"object": "account", "id": "acct_teacher", "created": created},
        {"object": "customer", "id": "cus_sam", "email": "sam@example.com", "created": created},
        {"object": "payment_method", "id": "pm_sam", "customer": "cus_sam", "created": created},
    )


def test_a_past_adds_up(shop: Shop, clock: StandingClock) -> None:
    past = clock.timestamp - 30 * DAY
    paid = {
        "object": "payment_intent",
        "id": "pi_paid",
        "charge": "ch_paid",
        "amount": 10_000,
        "payment_method": "pm_sam",
        "created": past + DAY,
        "captured_at": past + 2 * DAY,
        "metadata": {"lesson": "1"},
        "transfers": [{"id": "tr_paid", "destination": "acct_teacher", "amount": 8_000}],
        "refunds": [{"id": "re_paid", "amount": 500, "created": past + 3 * DAY}],
    }
    held = {
        "object": "payment_intent",
        "id": "pi_held",
        "amount": 5_000,
        "payment_method": "pm_sam",
        "status": "requires_capture",
        "created": clock.timestamp - DAY,
        "capture_before": clock.timestamp + DAY,
    }
    loaded = shop.simulator.load([*people(past), *lines(paid, held)])
    assert loaded == {"account": 1, "customer": 1, "payment_method": 1, "payment_intent": 2}
    assert shop.webhooks() == []
    assert shop.books() == [
        ("charge", 10_000, 320, 9_680, "charge"),
        ("transfer", -8_000, 0, -8_000, "transfer"),
        ("refund", -500, 0, -500, "refund"),
    ]
    recent = shop.stripe.v1.balance_transactions.list({"created": {"gte": past + 3 * DAY}})
    assert [(one.type, one.source) for one in recent.data] == [("refund", "re_paid")]
    assert shop.simulator.balance("acct_teacher") == 8_000
    taken = shop.stripe.v1.payment_intents.capture("pi_held")
    assert (taken.status, taken.amount_received) == ("succeeded", 5_000)
    error = refused(
        stripe.InvalidRequestError,
        lambda: shop.stripe.v1.transfers.create(
            {
                "amount": 2_001,
                "currency": "usd",
                "destination": "acct_teacher",
                "source_transaction": "ch_paid",
            }
        ),
    )
    assert error.param == "amount"


def test_a_hold_of_the_past_ends_when_its_time_came(shop: Shop, clock: StandingClock) -> None:
    past = clock.timestamp - 30 * DAY
    held = {
        "object": "payment_intent",
        "id": "pi_held",
        "amount": 5_000,
        "payment_method": "pm_sam",
        "status": "requires_capture",
        "created": past,
    }
    shop.simulator.load([*people(past), *lines(held)])
    ended = shop.stripe.v1.payment_intents.retrieve("pi_held")
    assert (ended.status, ended.canceled_at) == ("canceled", past + 410_400)


def test_a_bad_line_is_named(shop: Shop, clock: StandingClock) -> None:
    with pytest.raises(StripeRefusal, match=r"Line 4: .*cus_sam is there already"):
        shop.simulator.load(
            [*people(clock.timestamp), *lines({"object": "customer", "id": "cus_sam"})]
        )
