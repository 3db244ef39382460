"""Hold the stack: a connection to its supervisor, which is started if there is none.

Standard library only.
"""

import json
import socket
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from devstack.children import Child
from devstack.places import ROOT, Places
from devstack.process_id import ProcessId
from devstack.trouble import StackTrouble

CONNECT_SECONDS = 120.0  # a stack that is just stopping has to be gone first
ANSWER_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Death:
    """A process that ended unexpectedly, with the last lines it wrote."""

    name: str
    code: int
    log: str
    tail: list[str]


class Lease:
    """A hold on the stack. While one is open, the servers stay; so does what it started."""

    def __init__(self, places: Places, connection: socket.socket) -> None:
        self.places = places
        self._connection = connection
        self._received = b""
        self._deaths: deque[Death] = deque()

    @classmethod
    def take(cls, places: Places) -> "Lease":
        """Connect to the supervisor; start one if none runs. Raises StackTrouble."""
        places.prepare()
        deadline = time.monotonic() + CONNECT_SECONDS
        while time.monotonic() < deadline:
            lease = cls.join(places)
            if lease is not None:
                return lease
            _start_supervisor(places)
            time.sleep(0.02)
        raise StackTrouble(
            "The supervisor of the private servers does not answer.",
            f"Look into {places.logs / 'supervisor.log'}, then run `make clean` and try again.",
        )

    @classmethod
    def join(cls, places: Places) -> "Lease | None":
        """Connect to the supervisor if one runs."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_SECONDS)
        try:
            connection.connect(str(places.control))
            lease = cls(places, connection)
            lease.list()
        except (OSError, StackTrouble):
            connection.close()
            return None
        return lease

    def start(self, child: Child) -> None:
        """Start this process. Raises StackTrouble when its program cannot be run.

        That an earlier one of this name died is no news any more.
        """
        self._ask({"do": "start", "child": child.as_json()})
        self._deaths = deque(death for death in self._deaths if death.name != child.name)

    def stop(self, *names: str) -> None:
        """Stop these processes and wait for their end; those that are not running do not matter."""
        self._ask({"do": "stop", "names": names})

    def list(self) -> dict[str, Any]:
        """What runs, what died, and who holds the stack."""
        return self._ask({"do": "list"})

    def running(self) -> dict[str, ProcessId]:
        """The running processes by name."""
        return {one["name"]: ProcessId(**one["process"]) for one in self.list()["running"]}

    def keep(self) -> None:
        """Have the stack stay up when the last lease ends."""
        self._ask({"do": "keep"})

    def down(self) -> None:
        """Stop the whole stack, whoever else holds it, and wait until it is gone."""
        supervisor = self._supervisor()
        self._ask({"do": "down"})
        self._connection.close()
        _await_end(supervisor)

    def close(self) -> None:
        """Let go. Returns once the stack is down, if this was the last hold on it."""
        try:
            found = self.list()
        except (StackTrouble, OSError):
            self._connection.close()
            return
        last = found["leases"] == 1 and not found["kept"]
        supervisor = self._supervisor() if last else None
        self._connection.close()
        _await_end(supervisor)

    def death(self, seconds: float) -> Death | None:
        """Wait this long for news that a process has died. Raises StackTrouble with none left."""
        if not self._deaths:
            self._connection.settimeout(max(seconds, 0.001))
            try:
                self._read_line()
            except TimeoutError:
                pass
            finally:
                self._connection.settimeout(ANSWER_SECONDS)
        return self._deaths.popleft() if self._deaths else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def _supervisor(self) -> ProcessId | None:
        return ProcessId.read(self.places.run / "supervisor.json")

    def _ask(self, what: dict[str, Any]) -> dict[str, Any]:
        try:
            self._connection.sendall(json.dumps(what).encode() + b"\n")
            while (reply := self._read_line()) is None:
                pass
        except OSError as problem:
            raise StackTrouble(
                f"The supervisor of the private servers went away ({problem}).",
                f"Look into {self.places.logs / 'supervisor.log'}, then start again.",
            ) from problem
        if "error" in reply:
            raise StackTrouble(str(reply["error"]), f"The logs are in {self.places.logs}.")
        return reply

    def _read_line(self) -> dict[str, Any] | None:
        """One line from the supervisor: an answer is returned, news of a death is kept."""
        while b"\n" not in self._received:
            received = self._connection.recv(65_536)
            if not received:
                raise ConnectionResetError("it closed the connection")
            self._received += received
        line, _, self._received = self._received.partition(b"\n")
        said: dict[str, Any] = json.loads(line)
        if "died" in said:
            self._deaths.append(Death(**said["died"]))
            return None
        reply: dict[str, Any] = said["reply"]
        return reply


def _start_supervisor(places: Places) -> None:
    started = subprocess.run(
        [sys.executable, "-m", "devstack.supervisor", str(places.root)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if started.returncode != 0:
        raise StackTrouble(
            "The supervisor of the private servers could not be started.",
            "Run `make setup` and try again.",
            tail=started.stderr.splitlines()[-5:],
        )


def _await_end(supervisor: ProcessId | None) -> None:
    if supervisor is not None:
        supervisor.wait(30)
