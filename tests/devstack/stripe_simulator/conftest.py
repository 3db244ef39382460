"""A simulator per test, the real SDK on top of it, and a clock that stands still."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
import stripe

from devstack.stripe_simulator.in_process import InProcessClient
from devstack.stripe_simulator.simulator import Simulator
from devstack.stripe_simulator.world import Delivery

Failure = TypeVar("Failure", bound=stripe.StripeError)
NEVER_REDIRECT = {"enabled": True, "allow_redirects": "never"}


class StandingClock:
    """Shows one moment until a test moves it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **length: float) -> None:
        self.moment += timedelta(**length)

    @property
    def timestamp(self) -> int:
        return int(self.moment.timestamp())


@dataclass(frozen=True)
class Shop:
    """A platform with a customer who has a card, and what tests do most."""

    simulator: Simulator
    stripe: stripe.StripeClient
    clock: StandingClock

    def customer(self) -> str:
        return self.stripe.v1.customers.create({"email": "sam@example.com"}).id

    def card(self, customer: str, kind: str = "pm_card_visa") -> str:
        attached = self.stripe.v1.payment_methods.attach(kind, {"customer": customer})
        return attached.id

    def pay(
        self, amount: int = 10_000, card: str = "pm_card_visa", **changes: object
    ) -> stripe.PaymentIntent:
        customer = str(changes.pop("customer", None) or self.customer())
        method = card if not card.startswith("pm_card_") else self.card(customer, card)
        params: dict[str, object] = {
            "amount": amount,
            "currency": "usd",
            "customer": customer,
            "payment_method": method,
            "confirm": True,
            "automatic_payment_methods": NEVER_REDIRECT,
            **changes,
        }
        return self.stripe.v1.payment_intents.create(params)

    def hold(
        self, amount: int = 10_000, card: str = "pm_card_visa", **changes: object
    ) -> stripe.PaymentIntent:
        return self.pay(amount, card, capture_method="manual", off_session=True, **changes)

    def teacher(self) -> str:
        account = self.stripe.v1.accounts.create(
            {"type": "express", "capabilities": {"transfers": {"requested": True}}}
        )
        self.simulator.complete_onboarding(account.id)
        return account.id

    def charge_of(self, intent: stripe.PaymentIntent) -> stripe.Charge:
        latest = self.stripe.v1.payment_intents.retrieve(intent.id).latest_charge
        return self.stripe.v1.charges.retrieve(str(latest))

    def webhooks(self) -> list[Delivery]:
        return self.simulator.take_webhooks()

    def events(self) -> list[str]:
        return [str(one.event["type"]) for one in self.webhooks()]

    def books(self, account: str | None = None) -> list[tuple[str, int, int, int, str]]:
        """The balance transactions, the oldest first."""
        options = {"stripe_account": account} if account else {}
        found = self.stripe.v1.balance_transactions.list({"limit": 100}, options)
        return [
            (one.type, one.amount, one.fee, one.net, one.reporting_category)
            for one in reversed(list(found.auto_paging_iter()))
        ]


def refused(kind: type[Failure], call: Callable[[], object]) -> Failure:
    """The error of a call that must fail."""
    with pytest.raises(kind) as caught:
        call()
    return caught.value


def shop_with(clock: StandingClock, **options: object) -> Shop:
    simulator = Simulator(clock, **options)
    client = stripe.StripeClient(
        "sk_test_shop", http_client=InProcessClient(simulator), max_network_retries=0
    )
    return Shop(simulator, client, clock)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def shop(clock: StandingClock) -> Shop:
    return shop_with(clock)
