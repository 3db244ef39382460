"""Real processes of ours for tests that need to see one start, serve and stop."""

import socket
import subprocess
import time

import httpx

from tests.patience import PATIENCE_SECONDS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(process: subprocess.Popen[bytes], port: int, path: str) -> httpx.Response:
    """The answer of a process, as soon as it gives one."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE_SECONDS)
        except httpx.ConnectError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
