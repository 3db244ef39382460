"""Sentry on a loopback port: the API, where the SDK sends to, and below `/_sim/` for testers."""

import time

from devstack.loopback import Handler, LoopbackServer
from devstack.sentry_simulator.simulator import Simulator

SILENCE_SECONDS = 15.0


class SimulatorServer(LoopbackServer):
    """The simulated Sentry."""

    def __init__(self, simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.simulator = simulator
        super().__init__(simulator.handle, _Handler, name="sentry-api", host=host, port=port)
        simulator.url = self.url

    def dsn(self, public_key: str, project_id: str = "1") -> str:
        """Where the SDK sends the errors of a project."""
        return f"{self.url.replace('://', f'://{public_key}@')}/{project_id}"


class _Handler(Handler):
    server_version = "nginx"

    def do_PUT(self) -> None:  # noqa: N802 - the name that the standard library looks for
        self.serve()

    def keep_silent(self) -> None:
        ends = time.monotonic() + SILENCE_SECONDS
        while self.is_open and time.monotonic() < ends:
            time.sleep(0.05)
