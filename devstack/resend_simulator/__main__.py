"""Run the simulator until it is told to stop: `python -m devstack.resend_simulator`."""

import argparse
import os
import signal
from collections.abc import Sequence
from threading import Event

from devstack.resend_simulator.server import SimulatorServer
from devstack.resend_simulator.simulator import Simulator

_PORT = 12112


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="resend-simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=_PORT)
    parser.add_argument(
        "--api-key",
        default=os.environ.get("RESEND_API_KEY", "re_simulated"),
        help="the only key that is let in; RESEND_API_KEY by default",
    )
    parser.add_argument("--name", help="whose it is, for those who look at processes")
    given = parser.parse_args(argv)
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _, __: stopped.set())
    with SimulatorServer(Simulator(given.api_key), host=given.host, port=given.port) as server:
        print(f"Resend simulator at {server.url}", flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
