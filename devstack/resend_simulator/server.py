"""The carrier on a loopback port: the API, and below `/_sim/` what testers ask."""

import socket
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self, cast

from devstack.resend_simulator import answers
from devstack.resend_simulator.answers import Answer, SimulatedTimeout
from devstack.resend_simulator.simulator import Simulator


class SimulatorServer:
    """Starts with `start`, ends with `stop`; a context manager does both."""

    def __init__(self, simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.simulator = simulator
        self._listener = _Listener((host, port), _Handler)
        self._listener.desk = _Desk(simulator)
        self.url = f"http://{host}:{self._listener.server_port}"
        self._thread = Thread(
            target=self._listener.serve_forever, args=(0.05,), name="resend-api", daemon=True
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen."""
        self._thread.start()

    def stop(self) -> None:
        """Close everything, also connections that are kept alive."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._listener.hang_up()


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


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
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
    server_version = "cloudflare"
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
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            desk = cast("_Listener", self.server).desk
            answer = desk.answer(self.command, self.path, headers, body)
        except SimulatedTimeout:
            self.close_connection = True  # the caller never learns what happened
            return
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()
