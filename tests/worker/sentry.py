"""Where Sentry would listen: takes what the real SDK sends and keeps what it says."""

import gzip
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PROJECT = "42"
KEY = "0123456789abcdef0123456789abcdef"


class Receiver:
    """A server on loopback. `told` are the items of all envelopes, in order."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True

    @property
    def dsn(self) -> str:
        return f"http://{KEY}@127.0.0.1:{self.server.server_port}/{PROJECT}"

    def check_ins(self, slug: str) -> list[dict[str, Any]]:
        """What was told of one monitor."""
        return [one for one in self.told if one.get("monitor_slug") == slug]

    def statuses(self, slug: str) -> list[str]:
        return [one["status"] for one in self.check_ins(slug)]


@contextmanager
def listening() -> Generator[Receiver]:
    receiver = Receiver()
    serving = threading.Thread(target=receiver.server.serve_forever, args=(0.05,), daemon=True)
    serving.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        serving.join()


def items(envelope: bytes) -> list[dict[str, Any]]:
    """The items of an envelope: a line of headers, then for each item a header and a payload."""
    _, _, rest = envelope.partition(b"\n")
    found: list[dict[str, Any]] = []
    while rest.strip():
        header, _, rest = rest.partition(b"\n")
        length = json.loads(header).get("length")
        payload = rest.partition(b"\n")[0] if length is None else rest[:length]
        rest = rest[len(payload) :].lstrip(b"\n")
        found.append({**json.loads(payload), "item": json.loads(header)["type"]})
    return found


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Takes envelopes for one project."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            known = self.path == f"/api/{PROJECT}/envelope/"
            if known:
                receiver.keys.add(self.headers["X-Sentry-Auth"])
                receiver.told += items(body)
            self.send_response(HTTPStatus.OK if known else HTTPStatus.NOT_FOUND)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    return Handler
