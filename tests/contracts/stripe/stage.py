"""Where a contract with Stripe is played: a simulator in this process, one over HTTP, or Stripe.

The first two move their clocks and break on demand. In Stripe's test mode, which is asked only
when STRIPE_SECRET_KEY holds a test key, what nobody can bring about is skipped.
"""

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from devstack.stripe_simulator.faults import CallTrouble, Fault
from devstack.stripe_simulator.in_process import InProcessClient
from devstack.stripe_simulator.server import SimulatorServer
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.domains.payments.types import CardSeen, Intent, TransferSeen
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.ids import new_id
from tests.patience import PATIENCE_SECONDS

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
SIMULATED_KEY = "sk_test_contract"
STRIPE_KEY = os.environ.get("STRIPE_SECRET_KEY", "")
READY_ACCOUNT = os.environ.get("STRIPE_TEST_ACCOUNT", "")
IS_TEST_KEY = STRIPE_KEY.startswith(("sk_test_", "rk_test_"))


@dataclass
class Stage:
    """A gateway, and what tests need around it. Several tests may share what is behind it."""

    gateway: StripeGateway
    now: Callable[[], datetime]
    with_key: Callable[[str], StripeGateway]
    simulator: Simulator | None = None
    advance: Callable[[timedelta], None] = lambda _: pytest.skip("Nobody moves Stripe's clock.")
    mark: str = field(default_factory=new_id)

    @property
    def reference(self) -> str:
        return f"booking:{self.mark}"

    def key(self, name: str) -> str:
        """A key, or the id of a command, that no other test has used."""
        return f"{self.mark}-{name}"

    def simulated(self) -> Simulator:
        """The simulator, for what only happens there on demand."""
        if self.simulator is None:
            pytest.skip("Stripe does this only when it wants to.")
        return self.simulator

    def trouble(self, trouble: CallTrouble, path: str, *, times: int = 1) -> None:
        self.simulated().faults.add(Fault(trouble, method="POST", path=path, times=times))

    def customer(self, name: str = "customer") -> str:
        return self.gateway.create_customer(
            key=self.key(name), user_id=self.mark, email="maya.chen@learn.example", name="Maya Chen"
        )

    def card(self, customer_id: str, like: str = "pm_card_visa") -> CardSeen:
        return self.gateway.attach_card(
            key=self.key(f"attach-{like}-{customer_id}"),
            customer_id=customer_id,
            payment_method_id=like,
        )

    def authorize(
        self,
        name: str,
        customer_id: str,
        card: str,
        *,
        cents: int = 5_000,
        off_session: bool = True,
        capture: bool = False,
    ) -> Intent:
        return self.gateway.authorize(
            key=self.key(name),
            command_id=self.key(name),
            reference=self.reference,
            cents=cents,
            customer_id=customer_id,
            payment_method_id=card,
            off_session=off_session,
            capture=capture,
        )

    def held(self, name: str = "hold", *, cents: int = 5_000) -> Intent:
        """A hold on a good card of a new customer."""
        customer_id = self.customer(f"customer-of-{name}")
        return self.authorize(name, customer_id, self.card(customer_id).id, cents=cents)

    def captured(self, name: str = "hold", *, cents: int = 5_000) -> Intent:
        intent = self.held(name, cents=cents)
        return self.gateway.capture(
            key=self.key(f"capture-{name}"), intent_id=intent.id, cents=cents
        )

    def account(self) -> str:
        """An account that nobody has onboarded."""
        return self.gateway.create_account(
            key=self.key("account"), instructor_id=self.mark, email="ines@teach.example"
        ).id

    def payee(self) -> str:
        """An account that can be paid."""
        if self.simulator is None:
            return READY_ACCOUNT or pytest.skip("STRIPE_TEST_ACCOUNT names no onboarded account.")
        account_id = self.account()
        self.simulator.complete_onboarding(account_id)
        return account_id

    def transferred(self, account_id: str, *, cents: int = 4_000) -> TransferSeen:
        """A transfer out of a charge of 5,000."""
        return self.gateway.transfer(
            key=self.key("transfer"),
            command_id=self.key("transfer"),
            reference=self.reference,
            account_id=account_id,
            cents=cents,
            source_charge_id=self.captured("source").charge_id,
        )


class StandingClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        self.moment += by


@contextmanager
def in_process() -> Generator[Stage]:
    clock = StandingClock()
    simulator = Simulator(clock.now)

    def gateway(key: str) -> StripeGateway:
        return StripeGateway(secret_key=key, http_client=InProcessClient(simulator))

    yield Stage(gateway(SIMULATED_KEY), clock.now, gateway, simulator, clock.advance)


@contextmanager
def over_http(server: SimulatorServer) -> Generator[Stage]:
    opened: list[StripeGateway] = []

    def gateway(key: str) -> StripeGateway:
        opened.append(
            StripeGateway(secret_key=key, api_url=server.url, timeout_seconds=PATIENCE_SECONDS)
        )
        return opened[-1]

    server.clock.set(server.clock.now())
    yield Stage(
        gateway(SIMULATED_KEY),
        server.clock.now,
        gateway,
        server.simulator,
        server.clock.advance,
    )
    server.simulator.faults.clear()
    for one in opened:
        one.close()


@contextmanager
def at_stripe() -> Generator[Stage]:
    opened: list[StripeGateway] = []

    def gateway(key: str) -> StripeGateway:
        opened.append(StripeGateway(secret_key=key))
        return opened[-1]

    yield Stage(gateway(STRIPE_KEY), utc_now, gateway)
    for one in opened:
        one.close()
