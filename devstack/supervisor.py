"""The one process of a checkout that owns its servers: starts, watches and stops them.

Whoever uses the stack holds a connection to the supervisor's socket: a lease. The kernel closes
it however its holder ends, kill -9 included. When the last lease is gone and nobody asked to
keep the stack (`instainstru stack up` does), the supervisor stops everything and ends. If the
supervisor itself is killed, the kernel signals its children; a later start stops any survivor.

It speaks JSON, one object a line: {"do": "start" | "stop" | "list" | "keep" | "down", ...}.
Standard library only, so that it starts in an instant.
"""

import contextlib
import fcntl
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, TypeAlias

from devstack.children import Child, Running, stop_all, stop_leftovers
from devstack.places import Places, private_folder, write_private
from devstack.process_id import ProcessId

FIRST_LEASE_SECONDS = 90.0
LARGEST_LINE = 1_000_000
Reply: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class Holder:
    """One connection: a lease on the stack."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)

    @property
    def number(self) -> int:
        return self.socket.fileno()

    def say(self, what: Reply) -> None:
        """Send without waiting: a holder that does not read must not stop the others."""
        with contextlib.suppress(OSError):
            self.socket.sendall(json.dumps(what).encode() + b"\n")


class Supervisor:
    """Serves one control socket and owns the processes started through it."""

    def __init__(self, places: Places, listener: socket.socket) -> None:
        self.places = places
        self.listener = listener
        self.running: dict[str, Running] = {}
        self.dead: dict[str, Reply] = {}
        self.holders: dict[int, Holder] = {}
        self.kept = False
        self.ending = False
        self.selector = selectors.DefaultSelector()
        self.commands: dict[str, Callable[[Holder, Reply], Reply]] = {
            "start": self._start,
            "stop": self._stop,
            "list": self._list,
            "keep": self._keep,
            "down": self._down,
        }

    def serve(self) -> None:
        """Work until nobody needs the stack any more, then stop everything."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        self.selector.register(self.listener, selectors.EVENT_READ, self._accept)
        first_lease_by = time.monotonic() + FIRST_LEASE_SECONDS
        while not self.ending:
            for key, _ in self.selector.select(timeout=0.5):
                key.data()
            if self.holders:
                first_lease_by = 0.0
            elif time.monotonic() > first_lease_by and not self.kept:
                self.ending = True
        self.listener.close()
        self.places.control.unlink(missing_ok=True)
        stop_all(list(self.running.values()))

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.ending = True

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        connection.settimeout(2)
        holder = Holder(connection)
        self.holders[holder.number] = holder
        self.selector.register(connection, selectors.EVENT_READ, lambda: self._hear(holder))

    def _hear(self, holder: Holder) -> None:
        try:
            received = holder.socket.recv(65_536)
        except OSError:
            received = b""
        holder.received += received
        if not received or len(holder.received) > LARGEST_LINE:
            self._release(holder)
            return
        while b"\n" in holder.received:
            line, _, rest = bytes(holder.received).partition(b"\n")
            holder.received = bytearray(rest)
            holder.say({"reply": self._answer(holder, line)})

    def _answer(self, holder: Holder, line: bytes) -> Reply:
        try:
            asked: Reply = json.loads(line)
            return self.commands[asked["do"]](holder, asked)
        except (KeyError, TypeError, ValueError, OSError) as problem:
            return {"error": f"{type(problem).__name__}: {problem}"}

    def _release(self, holder: Holder) -> None:
        """A lease ended: what was started for it ends too."""
        number = holder.number
        del self.holders[number]
        self.selector.unregister(holder.socket)
        holder.socket.close()
        self._end([one for one in self.running.values() if one.lease == number])

    def _start(self, holder: Holder, asked: Reply) -> Reply:
        child = Child.from_json(asked["child"])
        if child.name in self.running:
            return {"error": f"{child.name} is already running"}
        one = Running(child, self.places, holder.number if child.leased else None)
        self.running[child.name] = one
        self.dead.pop(child.name, None)
        self.selector.register(one.handle, selectors.EVENT_READ, lambda: self._bury(one))
        return one.describe()

    def _stop(self, _holder: Holder, asked: Reply) -> Reply:
        found = [self.running[name] for name in asked["names"] if name in self.running]
        self._end(found)
        return {"stopped": [one.child.name for one in found]}

    def _list(self, _holder: Holder, _asked: Reply) -> Reply:
        return {
            "running": [one.describe() for one in self.running.values()],
            "dead": list(self.dead.values()),
            "kept": self.kept,
            "leases": len(self.holders),
        }

    def _keep(self, _holder: Holder, _asked: Reply) -> Reply:
        self.kept = True
        return {"kept": True}

    def _down(self, _holder: Holder, _asked: Reply) -> Reply:
        self.ending = True
        return {"kept": False}

    def _end(self, ones: list[Running]) -> None:
        for one in ones:
            self.selector.unregister(one.handle)
            del self.running[one.child.name]
        stop_all(ones)

    def _bury(self, one: Running) -> None:
        """A process ended and nobody had asked it to: tell everybody."""
        if self.running.get(one.child.name) is not one:
            return  # it was stopped on request a moment ago
        self.selector.unregister(one.handle)
        del self.running[one.child.name]
        one.process.wait()
        one.close()
        notice = one.obituary()
        self.dead[one.child.name] = notice
        print(f"{one.child.name} ended unexpectedly with code {notice['code']}", flush=True)
        for holder in list(self.holders.values()):
            holder.say({"died": notice})


def main(places: Places) -> int:
    """Start a supervisor in the background; return once it listens. 0 also if one already does."""
    places.prepare()
    private_folder(places.sockets)
    lock = (places.run / "supervisor.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 0
    places.control.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(places.control))
    listener.listen(64)
    if os.fork():
        os._exit(0)  # the child holds the lock and the socket from here on
    os.setsid()
    _redirect(places)
    for name in stop_leftovers(places):
        print(f"stopped {name}, left over from a run that was killed", flush=True)
    _remember_self(places)
    Supervisor(places, listener).serve()
    (places.run / "supervisor.json").unlink(missing_ok=True)
    shutil.rmtree(places.sockets, ignore_errors=True)
    return 0


def _redirect(places: Places) -> None:
    """Let go of the terminal."""
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    with (places.logs / "supervisor.log").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)


def _remember_self(places: Places) -> None:
    identity = ProcessId.of(os.getpid())
    if identity is not None:
        kept = {"name": "supervisor", "process": identity.as_json()}
        write_private(places.run / "supervisor.json", json.dumps(kept))


if __name__ == "__main__":
    sys.exit(main(Places(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else Places()))
