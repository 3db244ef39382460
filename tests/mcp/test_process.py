"""The server as a process: it starts, serves, stays small and stops when told."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from instainstru_core.runtime import Runtime
from tests.databases import ROOT
from tests.mcp import world as worlds
from tests.mcp.world import Copilot, World, token
from tests.patience import PATIENCE_SECONDS
from tests.processes import free_port, get

START = """
from instainstru_core import runtime
from instainstru_core.kernel import settings
from mcp_server.server import run
run(runtime.build(settings.load()), host="127.0.0.1", port={port})
"""
MEGABYTES = 260


@pytest.fixture
def environment(asked: Runtime, world: World, signing_key_file: Path) -> dict[str, str]:
    settings = asked.settings
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "INSTAINSTRU_OAUTH_ISSUER": worlds.ISSUER,
        "INSTAINSTRU_OAUTH_SIGNING_KEY_FILE": str(signing_key_file),
    }


class TestTheProcess:
    def test_serves_and_stays_small(self, environment: dict[str, str], asked: Runtime) -> None:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-c", START.format(port=port)],
            env=environment,
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            until_it_listens(process, port)
            assert get(process, port, "/readyz").json() == {"status": "ready"}
            now = worlds.now()
            copilot = Copilot(f"http://127.0.0.1:{port}", token(worlds.signing_key(), at=now))
            answer = copilot.ask("bookings_summary", window="2026-06-15")
            assert answer["data"]["gmv_cents"] == 36_000
            copilot.refused("bookings_summary", window="soon")
            copilot.ask("services_catalog", limit=100)
            assert resident(process.pid) < MEGABYTES
            assert "instainstru_mcp_tool_calls_total{" in get(process, port, "/metrics").text
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=PATIENCE_SECONDS)
        finally:
            process.kill()
            process.wait()
        assert "Traceback" not in said
        assert all(line.startswith("{") for line in said.splitlines()), said


def until_it_listens(process: subprocess.Popen[str], port: int) -> None:
    """Wait for the start, which takes seconds where many tests share few processors."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def resident(pid: int) -> float:
    """Megabytes of memory that the process has ever held at once."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
