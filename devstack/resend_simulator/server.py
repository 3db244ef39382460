"""The carrier on a loopback port: the API, and below `/_sim/` what testers ask."""

from threading import Lock

from devstack.loopback import Handler, LoopbackServer
from devstack.resend_simulator import answers
from devstack.resend_simulator.answers import Answer
from devstack.resend_simulator.simulator import Simulator


class SimulatorServer(LoopbackServer):
    """The simulated carrier."""

    def __init__(self, simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.simulator = simulator
        answering = _Desk(simulator).answer
        super().__init__(answering, _Handler, name="resend-api", host=host, port=port)


class _Desk:
    """Who gets which request. Of two with one key at once, the second is told to come back."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._running: set[str] = set()
        self._lock = Lock()

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        key = headers.get("idempotency-key")
        if key is None:
            return self._simulator.handle(method, target, headers, body)
        with self._lock:
            if key in self._running:
                return answers.IN_PROGRESS
            self._running.add(key)
        try:
            return self._simulator.handle(method, target, headers, body)
        finally:
            with self._lock:
                self._running.discard(key)


class _Handler(Handler):
    server_version = "cloudflare"
