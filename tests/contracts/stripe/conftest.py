"""One suite, three stages. Only the last one leaves this machine, and only for Stripe's API."""

from collections.abc import Iterator

import pytest

from devstack.stripe_simulator.server import SimulatorServer
from tests.contracts.stripe.stage import IS_TEST_KEY, Stage, at_stripe, in_process, over_http

STAGES = [
    "in process",
    "over http",
    pytest.param(
        "at stripe",
        marks=[
            pytest.mark.skipif(not IS_TEST_KEY, reason="STRIPE_SECRET_KEY holds no test key"),
            pytest.mark.allow_hosts(["api.stripe.com"]),
            pytest.mark.filterwarnings("default"),  # notices that Stripe sends with its answers
        ],
    ),
]


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer() as server:
        yield server


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    match request.param:
        case "in process":
            with in_process() as stage:
                yield stage
        case "over http":
            with over_http(request.getfixturevalue("server")) as stage:
                yield stage
        case _:
            with at_stripe() as stage:
                yield stage
