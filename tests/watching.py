"""A Sentry of this test, and this process telling it of its errors by the real SDK."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import sentry_sdk

from devstack.sentry_simulator.server import SimulatorServer
from devstack.sentry_simulator.simulator import Simulator
from devstack.sentry_simulator.store import Kept
from instainstru_core.adapters.sentry import sdk
from instainstru_core.kernel import log
from instainstru_core.kernel.settings import Settings
from tests.patience import PATIENCE_SECONDS

TOKEN = "sntryu_a_simulated_token"
KEY = "0123456789abcdef0123456789abcdef"
SECRET = "hunter2-and-jonas"


@contextmanager
def simulated() -> Generator[SimulatorServer]:
    """Sentry on a port."""
    with SimulatorServer(Simulator(TOKEN, public_key=KEY)) as server:
        yield server


@contextmanager
def told(
    server: SimulatorServer, process: sdk.Process = "exporter", **changes: Any
) -> Generator[None]:
    """Have this process tell it of errors while the block runs."""
    known: dict[str, Any] = {
        "SENTRY_DSN": server.dsn(KEY),
        "SENTRY_ENVIRONMENT": "production",
        "release": "v7",
    }
    settings = Settings(**known, **changes)
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


def only_event(server: SimulatorServer) -> Kept:
    """The one event that it was told of."""
    sentry_sdk.flush(PATIENCE_SECONDS)
    (issue,) = server.simulator.store.issues()
    (event,) = issue.events
    return event
