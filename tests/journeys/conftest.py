"""A market for each journey, on the simulator in this process or on a socket of its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from devstack.stripe_simulator.server import SimulatorServer
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories import money
from tests.factories.money import FUNDS, Market


class ToldClock(SetClock):
    """A clock of tests that sets the simulator's clock as well, wherever that runs."""

    server: SimulatorServer | None = None

    @property
    def now(self) -> datetime:  # type: ignore[override]
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._now = moment
        if self.server is not None:
            self.server.clock.set(moment)


@pytest.fixture
def clock() -> ToldClock:
    return ToldClock()


@pytest.fixture
def market(runtime: Runtime, stripe: Simulator, clock: ToldClock) -> Market:
    """One student and one instructor, and the provider in this process."""
    return money.market(runtime, stripe, clock)


@pytest.fixture
def http_market(runtime: Runtime, clock: ToldClock) -> Iterator[Market]:
    """The same, with the provider behind HTTP: every byte goes over a socket."""
    with SimulatorServer(starting_balance=FUNDS) as server:
        clock.server = server
        server.clock.set(clock.now)
        gateway = StripeGateway(secret_key="sk_test_here", api_url=server.url)
        yield money.market(replace(runtime, payments=gateway), server.simulator, clock)
        gateway.close()
        clock.server = None


@pytest.fixture
def racing_market(committed_runtime: Runtime, clock: ToldClock) -> Iterator[Market]:
    """The same with real commits on a database of its own, for several at one instant."""
    with SimulatorServer(starting_balance=FUNDS) as server:
        clock.server = server
        server.clock.set(clock.now)
        gateway = StripeGateway(secret_key="sk_test_here", api_url=server.url)
        runtime = replace(committed_runtime, payments=gateway)
        yield money.market(runtime, server.simulator, clock)
        gateway.close()
        clock.server = None
