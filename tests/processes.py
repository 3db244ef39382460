"""Real processes of ours for tests that need to see one start, serve and stop."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager

import httpx

from instainstru_core.kernel.settings import Settings
from tests.databases import ROOT
from tests.patience import PATIENCE_SECONDS

START = """
from {module} import run
from instainstru_core.kernel import settings
run(settings.load(), host="127.0.0.1", port={port})
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(module: str, settings: Settings, port: int) -> Generator[subprocess.Popen[bytes]]:
    """A process that serves, on these settings. It is gone afterwards, whatever happens."""
    known = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "INSTAINSTRU_JWT_SECRET": settings.jwt_secret.get_secret_value(),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", START.format(module=module, port=port)],
        env={**os.environ, **known},
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


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
