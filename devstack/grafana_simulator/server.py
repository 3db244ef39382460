"""Grafana on a loopback port."""

from devstack.grafana_simulator.simulator import Simulator
from devstack.loopback import Handler, LoopbackServer


class SimulatorServer(LoopbackServer):
    """The simulated Grafana."""

    def __init__(self, simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.simulator = simulator
        super().__init__(simulator.handle, _Handler, name="grafana", host=host, port=port)

    def stop(self) -> None:
        """Close everything, also what the simulator asked."""
        super().stop()
        self.simulator.close()


class _Handler(Handler):
    protocol_version = "HTTP/1.0"
    server_version = "Grafana"
