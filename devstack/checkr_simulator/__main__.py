"""Run the simulator until it is told to stop: `python -m devstack.checkr_simulator`."""

import argparse
import os
import signal
from collections.abc import Sequence
from threading import Event

from devstack.checkr_simulator.server import SimulatorServer
from devstack.checkr_simulator.simulator import Simulator

_PORT = 12114


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="checkr-simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=_PORT)
    parser.add_argument(
        "--api-key",
        default=os.environ.get("CHECKR_API_KEY", "checkr_simulated"),
        help="the only key that is let in; CHECKR_API_KEY by default",
    )
    parser.add_argument("--webhook-url", help="where signed events are posted")
    parser.add_argument("--name", help="whose it is, for those who look at processes")
    given = parser.parse_args(argv)
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _, __: stopped.set())
    simulator = Simulator(given.api_key)
    with SimulatorServer(
        simulator, host=given.host, port=given.port, webhook_url=given.webhook_url
    ) as server:
        print(f"Checkr simulator at {server.url}", flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
