"""Grafana on a loopback port."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self, cast

from devstack.grafana_simulator.simulator import Simulator


class SimulatorServer:
    """Starts with `start`, ends with `stop`; a context manager does both."""

    def __init__(self, simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.simulator = simulator
        self._listener = _Listener((host, port), _Handler)
        self._listener.simulator = simulator
        self.url = f"http://{host}:{self._listener.server_port}"
        self._thread = Thread(
            target=self._listener.serve_forever, args=(0.05,), name="grafana", daemon=True
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
        """Close everything."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self.simulator.close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    simulator: Simulator


class _Handler(BaseHTTPRequestHandler):
    server_version = "Grafana"
    sys_version = ""

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
        simulator = cast("_Listener", self.server).simulator
        answer = simulator.handle(self.command, self.path, headers, body)
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)
