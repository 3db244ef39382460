"""A server that gives the next answer of its script, whatever it is asked."""

import json
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Told:
    """One answer: its body as it is, or as JSON. A status of 0 hangs up instead."""

    status: int
    body: object = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    after_seconds: float = 0.0

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(slots=True)
class Peer:
    """Its script and what it was asked. The last answer of the script is given again and again."""

    url: str = ""
    script: list[Told] = field(default_factory=list[Told])
    asked: list[str] = field(default_factory=list[str])
    authorizations: list[str | None] = field(default_factory=list[str | None])
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, question: str, authorization: str | None) -> Told:
        with self.lock:
            self.asked.append(question)
            self.authorizations.append(authorization)
            return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def count(self, change: int) -> None:
        with self.lock:
            self.at_once += change
            self.most_at_once = max(self.most_at_once, self.at_once)


@contextmanager
def listening() -> Generator[Peer]:
    """A peer on a port of its own."""
    peer = Peer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.serve()

        def do_POST(self) -> None:
            self.serve()

        def do_DELETE(self) -> None:
            self.serve()

        def serve(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            told = peer.next(f"{self.command} {self.path}", self.headers["Authorization"])
            peer.count(1)
            time.sleep(told.after_seconds)
            peer.count(-1)
            if not told.status:
                self.close_connection = True
                return
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.content)))
            self.end_headers()
            self.wfile.write(told.content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
