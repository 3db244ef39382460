"""Every object has the fields that Stripe publishes, and no others."""

import inspect
import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import stripe

from tests.databases import ROOT
from tests.devstack.stripe_simulator.conftest import Shop

FIXTURES = ROOT.parent / "shared" / "data" / "stripe_fixtures3.json"
NOT_ALWAYS = {
    ("balance", "connect_reserved"),  # the platform's only
    ("charge", "refunds"),  # on request only
}
CLASSES: dict[str, type[stripe.StripeObject]] = {
    "account": stripe.Account,
    "account_link": stripe.AccountLink,
    "balance": stripe.Balance,
    "balance_transaction": stripe.BalanceTransaction,
    "charge": stripe.Charge,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "identity.verification_session": stripe.identity.VerificationSession,
    "payment_intent": stripe.PaymentIntent,
    "payment_method": stripe.PaymentMethod,
    "payout": stripe.Payout,
    "refund": stripe.Refund,
    "setup_intent": stripe.SetupIntent,
    "transfer": stripe.Transfer,
    "transfer_reversal": stripe.TransferReversal,
}


def everything(shop: Shop) -> Iterator[stripe.StripeObject]:
    """At least one object of each kind, in several states."""
    api, teacher = shop.stripe.v1, shop.teacher()
    customer = shop.customer()
    yield api.customers.retrieve(customer)
    yield api.payment_methods.retrieve(shop.card(customer))
    setup = api.setup_intents.create(
        {
            "customer": customer,
            "payment_method": "pm_card_visa",
            "confirm": True,
            "return_url": "https://shop.test",
        }
    )
    yield setup
    yield shop.pay(card="pm_card_authenticationRequired", return_url="https://shop.test/back")
    held, paid = shop.hold(), shop.pay()
    yield from (held, paid, shop.charge_of(held), shop.charge_of(paid))
    sent = api.transfers.create(
        {
            "amount": 5_000,
            "currency": "usd",
            "destination": teacher,
            "source_transaction": str(paid.latest_charge),
        }
    )
    yield sent
    yield api.transfers.reversals.create(sent.id, {"amount": 1_000})
    yield api.transfers.retrieve(sent.id)
    theirs: Any = {"stripe_account": teacher}
    yield api.charges.retrieve(str(sent.destination_payment), {}, theirs)
    yield api.payouts.create({"amount": 100, "currency": "usd"}, theirs)
    yield api.refunds.create({"payment_intent": paid.id, "amount": 1_000})
    yield from (api.balance.retrieve(), api.balance.retrieve({}, theirs))
    yield api.accounts.retrieve(teacher)
    yield api.account_links.create(
        {
            "account": teacher,
            "type": "account_onboarding",
            "refresh_url": "https://shop.test/again",
            "return_url": "https://shop.test/done",
        }
    )
    dispute = shop.simulator.open_dispute(str(shop.pay().latest_charge))
    yield api.disputes.retrieve(dispute["id"])
    session = api.identity.verification_sessions.create({"type": "document"})
    shop.simulator.fail_identity(session.id)
    yield from (session, api.identity.verification_sessions.retrieve(session.id))
    yield from api.balance_transactions.list({"limit": 100}).data
    yield from api.events.list({"limit": 100}).data
    yield from api.events.list({"limit": 100}, theirs).data


def test_objects_are_as_published(shop: Shop) -> None:
    if not FIXTURES.exists():
        pytest.skip("Stripe's published examples are not here")
    published: dict[str, dict[str, Any]] = json.loads(FIXTURES.read_text())["resources"]
    seen: set[str] = set()
    for thing in everything(shop):
        plain = thing.to_dict()
        kind = str(plain["object"])
        seen.add(kind)
        kinds_of_fields = _fields(CLASSES[kind])
        example = published[kind]
        for name in plain:
            assert name in example or name in kinds_of_fields, f"{kind}.{name} is ours alone"
        for name, value in example.items():
            if (kind, name) in NOT_ALWAYS:
                continue
            assert name in plain, f"{kind}.{name} is missing"
            if plain[name] is None:
                may_be_none = type(None) in get_args(kinds_of_fields.get(name)) or value is None
                assert may_be_none, f"{kind}.{name} may not be null"
            elif value is not None:
                assert type(plain[name]) is type(value), f"{kind}.{name} is of another type"
    assert seen == set(CLASSES)


def test_objects_are_what_the_sdk_takes_them_for(shop: Shop) -> None:
    for thing in everything(shop):
        kind = str(thing.to_dict()["object"])
        assert type(thing) is CLASSES[kind]
        _check(thing, kind)


def _check(thing: stripe.StripeObject, path: str) -> None:
    """Each nested object too has only fields that the SDK knows, and all that are never null."""
    hints = _fields(type(thing))
    if not hints:
        return
    plain = thing.to_dict(recursive=False)
    for name, value in plain.items():
        assert name in {*hints, "object"}, f"{path}.{name} is not in the SDK"
        if isinstance(value, stripe.StripeObject):
            _check(value, f"{path}.{name}")
    for name, hint in hints.items():
        optional = type(None) in get_args(hint)
        if not optional:
            assert plain.get(name) is not None, f"{path}.{name} is missing"


def _fields(kind: type[stripe.StripeObject]) -> dict[str, Any]:
    """The fields that the SDK declares; none for hashes of free form."""
    return {
        name: hint
        for name, hint in inspect.get_annotations(kind).items()
        if not name.startswith("_") and name != "OBJECT_NAME"
    }
