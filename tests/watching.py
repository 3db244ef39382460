"""A Sentry of this test, and this process telling it of its errors by the real SDK."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import sentry_sdk

from devstack.sentry_simulator.server import SimulatorServer
from devstack.sentry_simulator.simulator import Simulator
from instainstru_core.adapters.sentry import sdk
from instainstru_core.kernel import log
from instainstru_core.kernel.settings import Settings

TOKEN = "sntryu_a_simulated_token"
KEY = "0123456789abcdef0123456789abcdef"


@contextmanager
def simulated() -> Generator[SimulatorServer]:
    """Sentry on a port."""
    with SimulatorServer(Simulator(TOKEN, public_key=KEY)) as server:
        yield server


@contextmanager
def told(server: SimulatorServer, process: sdk.Process = "exporter") -> Generator[None]:
    """Have this process tell it of errors while the block runs."""
    settings = Settings(SENTRY_DSN=server.dsn(KEY), SENTRY_ENVIRONMENT="production", release="v7")  # type: ignore[call-arg]
    assert sdk.start(settings, process)
    client: Any = sentry_sdk.get_client()
    pool = client.transport._pool
    try:
        yield
    finally:
        client.close(timeout=1)
        pool.clear()
        sentry_sdk.get_global_scope().set_client(None)
        log._listeners.clear()
