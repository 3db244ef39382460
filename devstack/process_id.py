"""Which process is meant, safely: a pid alone is recycled. Standard library only."""

import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path

PROC = Path("/proc")
START_TIME = 19  # field 22 of /proc/<pid>/stat, counted after the name in parentheses


@dataclass(frozen=True, slots=True)
class ProcessId:
    """A process told apart from any later one with the same pid."""

    pid: int
    started: int
    boot: str

    @classmethod
    def of(cls, pid: int) -> "ProcessId | None":
        """The process that has this pid now, if it lives."""
        fields = _stat(pid)
        if fields is None or fields[0] in {"Z", "X"}:
            return None
        return cls(pid=pid, started=int(fields[START_TIME]), boot=_boot())

    @classmethod
    def read(cls, path: Path) -> "ProcessId | None":
        """The process that a file names; None when the file says nothing usable."""
        try:
            found = json.loads(path.read_text())["process"]
            return cls(pid=int(found["pid"]), started=int(found["started"]), boot=found["boot"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def as_json(self) -> dict[str, int | str]:
        return asdict(self)

    def alive(self) -> bool:
        return ProcessId.of(self.pid) == self

    def send(self, number: signal.Signals) -> bool:
        """Signal this very process. False when it is gone, whoever has its pid now."""
        try:
            handle = os.pidfd_open(self.pid)
        except OSError:
            return False
        try:
            if not self.alive():
                return False
            signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            return False
        finally:
            os.close(handle)
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until it is gone. False when it is still there after that time."""
        deadline = time.monotonic() + seconds
        while self.alive():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def stop(self, number: signal.Signals, grace: float) -> None:
        """Ask it to stop; after the grace, kill it."""
        if self.send(number) and not self.wait(grace):
            self.send(signal.SIGKILL)
            self.wait(5)


def _stat(pid: int) -> list[str] | None:
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _boot() -> str:
    return (PROC / "sys/kernel/random/boot_id").read_text().strip()
