"""The simulated model on a loopback port."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self, cast

from devstack.llm_simulator.script import Script

COMPLETIONS = "/v1/chat/completions"


class LlmServer:
    """Answers while the block runs. `url` is what OPENAI_BASE_URL has to be."""

    def __init__(self, script: Script, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.script = script
        self._listener = _Listener((host, port), _Handler)
        self._listener.script = script
        self.url = f"http://{host}:{self._listener.server_port}/v1"
        self._thread = Thread(
            target=self._listener.serve_forever, args=(0.05,), name="llm", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    script: Script


class _Handler(BaseHTTPRequestHandler):
    """One connection for each question."""

    sys_version = ""
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path == COMPLETIONS:
            status, content = cast("_Listener", self.server).script.answer(headers, body)
        else:
            status, content = 404, {"error": {"message": "Unknown path."}}
        sent = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
