"""The provider on a loopback port: the API, levers below `/_sim/`, and webhooks that leave."""

from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Self, cast

import httpx

from devstack.checkr_simulator.answers import SimulatedTimeout
from devstack.checkr_simulator.simulator import Simulator, Webhook

PAUSE_SECONDS = 0.05
RETRY_SECONDS = 1.0
TRIES = 60
ANSWER_WITHIN_SECONDS = 10.0


class SimulatorServer:
    """Starts with `start`, ends with `stop`; a context manager does both."""

    def __init__(
        self,
        simulator: Simulator,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        webhook_url: str | None = None,
    ) -> None:
        self.simulator = simulator
        self._listener = _Listener((host, port), _Handler)
        self._listener.simulator = simulator
        self.url = f"http://{host}:{self._listener.server_port}"
        self.webhook_url = webhook_url
        self._stopped = Event()
        self._threads = (
            Thread(target=self._listener.serve_forever, args=(0.05,), daemon=True),
            Thread(target=self._send, name="checkr-webhooks", daemon=True),
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, and send."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Close everything."""
        self._stopped.set()
        self._listener.shutdown()
        for thread in self._threads:
            thread.join()
        self._listener.server_close()

    def _send(self) -> None:
        """Events leave in order; one that nobody takes is tried again for a while."""
        with httpx.Client(timeout=ANSWER_WITHIN_SECONDS, trust_env=False) as client:
            while not self._stopped.wait(PAUSE_SECONDS):
                if self.webhook_url is None:
                    continue
                for webhook in self.simulator.take_webhooks():
                    self._deliver(client, self.webhook_url, webhook)

    def _deliver(self, client: httpx.Client, url: str, webhook: Webhook) -> None:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Checkr-Webhook/1.0",
            "X-Checkr-Signature": webhook.signature,
        }
        for _ in range(TRIES):
            with suppress(httpx.HTTPError):
                if client.post(url, content=webhook.body, headers=headers).is_success:
                    return
            if self._stopped.wait(RETRY_SECONDS):
                return


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    simulator: Simulator


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            simulator = cast("_Listener", self.server).simulator
            answer = simulator.handle(self.command, self.path, headers, body)
        except SimulatedTimeout:
            self.close_connection = True  # the caller never learns what happened
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
