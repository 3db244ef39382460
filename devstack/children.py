"""One supervised process: what to run, how to stop it, and what is said when it dies.

Standard library only.
"""

import ctypes
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from devstack.places import Places, write_private
from devstack.process_id import ProcessId

PR_SET_PDEATHSIG = 1
TAIL_LINES = 15
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Child:
    """A process to run. Lower ranks start first and stop last; leased ones end with their lease."""

    name: str
    argv: tuple[str, ...]
    environment: dict[str, str]
    rank: int = 1
    leased: bool = False
    stop_signal: int = signal.SIGTERM
    grace: float = 10.0
    cwd: str = "/"

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Child":
        argv = tuple(found.pop("argv"))
        return cls(argv=argv, **found)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Running:
    """A child that was started. `lease` is whom it belongs to; None is the stack itself."""

    def __init__(self, child: Child, places: Places, lease: int | None) -> None:
        self.child = child
        self.lease = lease
        self.log = places.logs / f"{child.name}.log"
        self._record = places.run / f"{child.name}.json"
        self._keep_previous_log()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                child.argv,
                env=child.environment,
                cwd=child.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent(signal.Signals(child.stop_signal)),  # noqa: PLW1509 - one thread
            )
        self.handle = os.pidfd_open(self.process.pid)
        identity = ProcessId.of(self.process.pid)
        self.identity = identity or ProcessId(self.process.pid, 0, "")
        self._remember()

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(self.child.stop_signal)

    def await_end(self, deadline: float) -> None:
        """Wait for the end; past the deadline, kill it and whatever it started."""
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def close(self) -> None:
        """Forget a process that has ended."""
        os.close(self.handle)
        self._record.unlink(missing_ok=True)

    def describe(self) -> dict[str, Any]:
        return {
            "name": self.child.name,
            "process": self.identity.as_json(),
            "leased": self.child.leased,
            "log": str(self.log),
        }

    def obituary(self) -> dict[str, Any]:
        """What is said when it ended and nobody had asked it to."""
        return {
            "name": self.child.name,
            "code": self.process.returncode,
            "log": str(self.log),
            "tail": tail(self.log),
        }

    def _remember(self) -> None:
        kept = {"process": self.identity.as_json(), "stop_signal": int(self.child.stop_signal)}
        write_private(self._record, json.dumps({"name": self.child.name, **kept}))

    def _keep_previous_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size:
            self.log.replace(self.log.with_suffix(".previous.log"))


def tail(log: Path, lines: int = TAIL_LINES) -> list[str]:
    """The last lines of a log."""
    try:
        return log.read_text(errors="replace").splitlines()[-lines:]
    except OSError:
        return []


def stop_all(running: list[Running]) -> None:
    """Stop these, the highest rank first, those of one rank together."""
    for rank in sorted({one.child.rank for one in running}, reverse=True):
        together = [one for one in running if one.child.rank == rank]
        for one in together:
            one.ask_to_stop()
        started = time.monotonic()
        for one in together:
            one.await_end(started + one.child.grace)
            one.close()


def stop_leftovers(places: Places) -> list[str]:
    """Stop what a killed supervisor left behind, known by pid and start time."""
    stopped: list[str] = []
    for record in sorted(places.run.glob("*.json")):
        process = ProcessId.read(record)
        if process is not None and process.alive():
            process.stop(_recorded_signal(record), grace=5)
            stopped.append(record.stem)
        record.unlink(missing_ok=True)
    return stopped


def _recorded_signal(record: Path) -> signal.Signals:
    try:
        return signal.Signals(json.loads(record.read_text())["stop_signal"])
    except (OSError, ValueError, KeyError):
        return signal.SIGTERM


def _die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """Have the kernel send this signal to the child when the supervisor itself is killed."""
    parent = os.getpid()

    def arrange() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange
