"""A simulated vendor on a loopback port: what listening takes, whoever answers."""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Protocol, Self, TypeAlias, cast

Headers: TypeAlias = dict[str, str]


class Unanswered(Exception):
    """The caller never learns what happened."""


class Reply(Protocol):
    """What goes back to a caller."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


Answering: TypeAlias = Callable[[str, str, Headers, bytes], Reply]
"""Takes method, target, headers with names in lower case, body. Raises Unanswered for silence."""


class Handler(BaseHTTPRequestHandler):
    """Has each request answered; a subclass says how its vendor's server differs."""

    protocol_version = "HTTP/1.1"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together
    usual_headers: Mapping[str, str] = {"Content-Type": "application/json"}

    def do_GET(self) -> None:
        self.serve()

    def do_POST(self) -> None:
        self.serve()

    def do_DELETE(self) -> None:
        self.serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def serve(self) -> None:
        """Answer one request."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            answering = cast("_Listener", self.server).answering
            reply = answering(self.command, self.path, headers, body)
        except Unanswered:
            self.keep_silent()
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in {**self.usual_headers, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
        self.wfile.flush()

    def keep_silent(self) -> None:
        """Wait before the connection is closed without an answer; not at all unless overridden."""

    @property
    def is_open(self) -> bool:
        """Whether the server has not been told to stop."""
        return cast("_Listener", self.server).is_open


class LoopbackServer:
    """Starts with `start`, ends with `stop`; a context manager does both."""

    def __init__(
        self, answering: Answering, handler: type[Handler], *, name: str, host: str, port: int
    ) -> None:
        self._listener = _Listener((host, port), handler)
        self._listener.answering = answering
        self.url = f"http://{host}:{self._listener.server_port}"
        self._thread = Thread(
            target=self._listener.serve_forever, args=(0.05,), name=name, daemon=True
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
        self._listener.is_open = False
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._listener.hang_up()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    answering: Answering
    is_open = True

    def __init__(self, address: tuple[str, int], handler: type[Handler]) -> None:
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
