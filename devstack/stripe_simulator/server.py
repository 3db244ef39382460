"""The simulator on a loopback port: the API, the levers and the hosted pages."""

import json
import socket
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self, cast
from urllib.parse import urlsplit

from devstack.stripe_simulator.answers import Answer, refused
from devstack.stripe_simulator.clock import SimulatedClock
from devstack.stripe_simulator.control import PREFIX, Control
from devstack.stripe_simulator.errors import SimulatedTimeout, StripeRefusal, key_in_use
from devstack.stripe_simulator.sending import RETRY_AFTER_SECONDS, Endpoint, Sender
from devstack.stripe_simulator.simulator import Simulator
from devstack.stripe_simulator.values import API_VERSION
from devstack.stripe_simulator.world import Secrets

_JSON = {"Content-Type": "application/json"}


class SimulatorServer:
    """Starts with `start`, ends with `stop`; a context manager does both."""

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
        self._server = _Listener((host, port), _Handler)
        self.url = f"http://{host}:{self._server.server_port}"
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
        self._server.desk = _Desk(self.simulator, Control(self.simulator, self.clock, self.sender))
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.05,), name="stripe-api", daemon=True
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, and send webhooks."""
        self.sender.start()
        self._thread.start()

    def stop(self) -> None:
        """Close everything, also connections that are kept alive."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.hang_up()
        self.sender.stop()


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


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    desk: _Desk

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode() if length else ""
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            answer = cast("_Listener", self.server).desk.answer(
                self.command, self.path, headers, body
            )
        except SimulatedTimeout:
            self.close_connection = True  # the caller never learns what happened
            return
        content = answer.body.encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
