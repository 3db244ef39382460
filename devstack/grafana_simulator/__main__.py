"""Run the simulator until it is told to stop: `python -m devstack.grafana_simulator`."""

import argparse
import os
import signal
from collections.abc import Sequence
from threading import Event

from devstack.grafana_simulator.server import SimulatorServer
from devstack.grafana_simulator.simulator import Simulator
from devstack.places import ROOT

_PORT = 12115


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line and serve."""
    known = os.environ.get
    parser = argparse.ArgumentParser(prog="grafana-simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=_PORT)
    parser.add_argument(
        "--token",
        default=known("GRAFANA_TOKEN", "glsa_simulated"),
        help="the only token that is let in; GRAFANA_TOKEN by default",
    )
    parser.add_argument(
        "--prometheus-url", default=known("PROMETHEUS_URL", "http://127.0.0.1:9090")
    )
    parser.add_argument(
        "--alertmanager-url", default=known("ALERTMANAGER_URL", "http://127.0.0.1:9093")
    )
    given = parser.parse_args(argv)
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _, __: stopped.set())
    simulator = Simulator(
        given.token,
        prometheus_url=given.prometheus_url,
        alertmanager_url=given.alertmanager_url,
        dashboards=ROOT / "monitoring/dashboards",
    )
    with SimulatorServer(simulator, host=given.host, port=given.port) as server:
        print(f"Grafana simulator at {server.url}", flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
