"""The worker's page for scrapers: what its children did, added up, and whether it lives."""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from instainstru_core.kernel import exposition


class Page:
    """Serves /metrics and /healthz from a thread of its own."""

    def __init__(self, host: str, port: int, shared_dir: Path | None) -> None:
        self.server = ThreadingHTTPServer((host, port), _handler(shared_dir))
        self.server.daemon_threads = True
        self.serving = threading.Thread(target=self.server.serve_forever, daemon=True)

    def start(self) -> None:
        self.serving.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def _handler(shared_dir: Path | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers the two paths there are."""

        timeout = 10

        def do_GET(self) -> None:
            match self.path.partition("?")[0]:
                case "/metrics":
                    body, kind = exposition.page(self.headers.get("Accept", ""), shared_dir)
                    self._answer(HTTPStatus.OK, body, kind)
                case "/healthz":
                    self._answer(HTTPStatus.OK, b'{"status":"ok"}', "application/json")
                case _:
                    self._answer(HTTPStatus.NOT_FOUND, b"", "text/plain")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Scrapes are not worth a line."""

        def _answer(self, status: HTTPStatus, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
