"""A marketplace whose money is raced for, with the mutex there and gone."""

from dataclasses import replace

import pytest

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.adapters.mutex import RedisMutex
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories import money
from tests.factories.money import Market

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(params=["redis up", "redis down"])
def market(
    request: pytest.FixtureRequest,
    committed_runtime: Runtime,
    stripe: Simulator,
    clock: SetClock,
) -> Market:
    """Correct with Redis down as well: the database's own locks are enough."""
    runtime = committed_runtime
    if request.param == "redis down":
        runtime = replace(runtime, mutex=RedisMutex(NOWHERE))
    return money.market(runtime, stripe, clock)
