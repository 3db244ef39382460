"""Run the simulator until it is told to stop: `python -m devstack.sentry_simulator`."""

import argparse
import os
import signal
from collections.abc import Sequence
from threading import Event

from devstack.sentry_simulator.server import SimulatorServer
from devstack.sentry_simulator.simulator import PROJECTS, Simulator

_PORT = 12113
PUBLIC_KEY = "0123456789abcdef0123456789abcdef"


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="sentry-simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=_PORT)
    parser.add_argument(
        "--token",
        default=os.environ.get("SENTRY_AUTH_TOKEN", "sntryu_simulated"),
        help="the only token that is let in; SENTRY_AUTH_TOKEN by default",
    )
    parser.add_argument(
        "--public-key",
        default=os.environ.get("DEVSTACK_SENTRY_PUBLIC_KEY", PUBLIC_KEY),
        help="the only one the SDK may send with",
    )
    parser.add_argument("--organization", default="instainstru")
    parser.add_argument(
        "--environment",
        action="append",
        default=[],
        help="one that it has heard from before; may be said again",
    )
    parser.add_argument("--name", help="whose it is, for those who look at processes")
    given = parser.parse_args(argv)
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _, __: stopped.set())
    simulator = Simulator(
        given.token,
        public_key=given.public_key,
        organization=given.organization,
        environments=given.environment,
    )
    with SimulatorServer(simulator, host=given.host, port=given.port) as server:
        print(f"Sentry simulator at {server.url}", flush=True)
        for project in PROJECTS:
            print(f"  {project.slug}: {server.dsn(given.public_key, project.id)}", flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
