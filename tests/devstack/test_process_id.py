"""A process is known by its pid and when it started, so that a recycled pid fools nobody."""

import os
import signal
import subprocess
from dataclasses import replace

from devstack.process_id import ProcessId


class TestProcessId:
    def test_knows_a_living_process(self) -> None:
        found = ProcessId.of(os.getpid())
        assert found is not None
        assert found.alive()

    def test_is_over_when_the_process_is(self) -> None:
        with subprocess.Popen(["sleep", "600"]) as process:
            found = ProcessId.of(process.pid)
            assert found is not None
            found.stop(signal.SIGTERM, grace=5)
            assert not found.alive()
            assert ProcessId.of(process.pid) is None
        assert not found.send(signal.SIGTERM)

    def test_does_not_signal_another_with_the_same_pid(self) -> None:
        with subprocess.Popen(["sleep", "600"]) as process:
            found = ProcessId.of(process.pid)
            assert found is not None
            assert not replace(found, started=found.started - 1).send(signal.SIGKILL)
            assert not replace(found, boot="before").send(signal.SIGKILL)
            assert found.alive()
            process.kill()

    def test_kills_what_does_not_stop_in_time(self) -> None:
        deaf = "trap '' TERM; echo ready; while :; do sleep 0.05; done"
        with subprocess.Popen(["bash", "-c", deaf], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            found = ProcessId.of(process.pid)
            assert found is not None
            found.stop(signal.SIGTERM, grace=0.1)
            assert process.wait() == -signal.SIGKILL
