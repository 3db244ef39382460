"""The simulator on a loopback port: the API, the levers and the hosted pages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from urllib.parse import urlsplit

from devstack.loopback import Handler, Headers, LoopbackServer
from devstack.stripe_simulator.answers import Answer, refused
from devstack.stripe_simulator.clock import SimulatedClock
from devstack.stripe_simulator.control import PREFIX, Control
from devstack.stripe_simulator.errors import StripeRefusal, key_in_use
from devstack.stripe_simulator.sending import RETRY_AFTER_SECONDS, Endpoint, Sender
from devstack.stripe_simulator.simulator import Simulator
from devstack.stripe_simulator.values import API_VERSION
from devstack.stripe_simulator.world import Secrets

_JSON = {"Content-Type": "application/json"}


class SimulatorServer(LoopbackServer):
    """The simulated Stripe, and what sends its webhooks."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_key: str | None = None,
        endpoints: tuple[Endpoint, ...] = (),
        secrets: Secrets | None = None,
        seed: str = "stripe",
        starting_balance: int = 0,
        retry_after_seconds: tuple[float, ...] = RETRY_AFTER_SECONDS,
    ) -> None:
        super().__init__(self._answer, _Handler, name="stripe-api", host=host, port=port)
        self.clock = SimulatedClock()
        self.simulator = Simulator(
            self.clock.now,
            seed=seed,
            secrets=secrets,
            api_key=api_key,
            starting_balance=starting_balance,
            link_base=self.url,
        )
        self.sender = Sender(self.simulator, endpoints, retry_after_seconds=retry_after_seconds)
        self._desk = _Desk(self.simulator, Control(self.simulator, self.clock, self.sender))

    def start(self) -> None:
        """Listen, and send webhooks."""
        self.sender.start()
        super().start()

    def stop(self) -> None:
        """Close everything, also connections that are kept alive."""
        super().stop()
        self.sender.stop()

    def _answer(self, method: str, target: str, headers: Headers, body: bytes) -> "_Sent":
        answer = self._desk.answer(method, target, headers, body.decode())
        return _Sent(answer.status, answer.headers, answer.body.encode())


@dataclass(frozen=True, slots=True)
class _Sent:
    """An answer as it goes over the wire."""

    status: int
    headers: Headers
    body: bytes


class _Desk:
    """Who gets which request."""

    def __init__(self, simulator: Simulator, control: Control) -> None:
        self._simulator = simulator
        self._control = control
        self._lock = Lock()
        self._running: set[tuple[str, str]] = set()

    def answer(self, method: str, path: str, headers: dict[str, str], body: str) -> Answer:
        """The answer to one request; `SimulatedTimeout` if there is none."""
        if path.startswith(PREFIX):
            status, content = self._control.answer(method, urlsplit(path).path, body)
            return Answer(status, dict(_JSON), json.dumps(content))
        if method == "GET" and path.startswith(("/setup/e/", "/verify/start/")):
            return self._page(path)
        key = headers.get("idempotency-key")
        if method != "POST" or key is None:
            return self._simulator.handle(method, path, headers, body)
        slot = (headers.get("stripe-account", ""), key)
        with self._lock:
            if slot in self._running:
                return refused(key_in_use(key), "req_in_use", API_VERSION)
            self._running.add(slot)
        try:
            return self._simulator.handle(method, path, headers, body)
        finally:
            with self._lock:
                self._running.discard(slot)

    def _page(self, path: str) -> Answer:
        """A hosted page whose visitor does at once what is asked, and goes back."""
        steps = urlsplit(path).path.strip("/").split("/")
        token = steps[-1]
        try:
            if steps[0] == "setup":
                self._simulator.complete_onboarding(steps[2])
            else:
                self._simulator.verify_identity(token)
        except (StripeRefusal, IndexError) as problem:
            return Answer(HTTPStatus.NOT_FOUND, dict(_JSON), json.dumps({"error": str(problem)}))
        back = self._simulator.return_url(token)
        if back is None:
            return Answer(HTTPStatus.OK, {"Content-Type": "text/plain"}, "Done.")
        return Answer(HTTPStatus.SEE_OTHER, {"Location": back}, "")


class _Handler(Handler):
    server_version = "nginx"
    usual_headers: Mapping[str, str] = {}
