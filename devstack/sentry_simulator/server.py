"""Sentry on a loopback port: the API, where the SDK sends to, and below `/_sim/` for testers."""

import socket
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self, cast

from devstack.sentry_simulator.answers import SimulatedTimeout
from devstack.sentry_simulator.simulator import Simulator

SILENCE_SECONDS = 15.0


class SimulatorServer:
    """Starts with `start`, ends with `stop`; a context manager does both."""

    def __init__(self, simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.simulator = simulator
        self._listener = _Listener((host, port), _Handler)
        self._listener.simulator = simulator
        self.url = f"http://{host}:{self._listener.server_port}"
        simulator.url = self.url
        self._thread = Thread(
            target=self._listener.serve_forever, args=(0.05,), name="sentry-api", daemon=True
        )

    def dsn(self, public_key: str, project_id: str = "1") -> str:
        """Where the SDK sends the errors of a project."""
        return f"{self.url.replace('://', f'://{public_key}@')}/{project_id}"

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
        self._listener.is_open = False
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._listener.hang_up()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    simulator: Simulator
    is_open = True

    def __init__(self, address: tuple[str, int], handler: type["_Handler"]) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for connection in list(self._connections):
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

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        listener = cast("_Listener", self.server)
        try:
            answer = listener.simulator.handle(self.command, self.path, headers, body)
        except SimulatedTimeout:
            ends = time.monotonic() + SILENCE_SECONDS
            while listener.is_open and time.monotonic() < ends:
                time.sleep(0.05)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()
