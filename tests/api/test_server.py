"""The real server process: it starts, serves, finishes what it began, and stops."""

import signal

from instainstru_core.kernel.settings import Settings
from tests.patience import PATIENCE_SECONDS
from tests.processes import free_port, get, running


class TestRun:
    def test_serves_until_it_is_told_to_stop(self, settings: Settings) -> None:
        port = free_port()
        with running("api.server", settings, port) as process:
            assert get(process, port, "/api/v1/ready").json() == {"status": "ready"}
            answer = get(process, port, "/metrics")
            assert "process_resident_memory_bytes" in answer.text
            assert "server" not in answer.headers
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE_SECONDS) == 0
