"""Servers under measurement: processes of their own on loopback, ended with the measurement."""

import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Call, Client, UnexpectedAnswer
from devstack.places import ROOT

READY_SECONDS = 180.0
STOP_SECONDS = 15.0
OURS = ("api", "benchmarks", "cli", "devstack", "instainstru_core", "mcp_server", "worker")
FIGURE = re.compile(r"^(\w+): +(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Server:
    """A running process and the port it listens on."""

    port: int
    process: subprocess.Popen[bytes]

    def megabytes(self) -> float:
        """Memory of the process and of its children in 10^6 bytes.

        What they share counts once. Files they map count in full, as if no other process had them.
        """
        private = sum(figures["Pss_Anon"] for figures in self._figures())
        return private * 1024 / 1e6 + self.mapped_megabytes()

    def mapped_megabytes(self) -> float:
        """The part of it that is mapped files, mostly code of libraries, in 10^6 bytes."""
        return max(one["Rss"] - one["Anonymous"] for one in self._figures()) * 1024 / 1e6

    def _figures(self) -> list[dict[str, int]]:
        return [_memory_of(pid) for pid in _family(self.process.pid)]


def compile_all() -> None:
    """Keep the bytecode of all there is, as an image does: whoever compiles while it starts holds
    3 MB more.
    """
    wanted = (sysconfig.get_path("purelib"), *OURS)
    compiling = (sys.executable, "-m", "compileall", "-q", "-j", str(os.cpu_count()), *wanted)
    subprocess.run(compiling, cwd=ROOT, check=True)


@contextmanager
def serving(
    argv: tuple[str, ...], environment: Mapping[str, str], *, ready: str | None, log: Path
) -> Generator[Server]:
    """Run `python -m argv --port N` while the block runs. `ready` is a path that answers 200."""
    port = _free_port()
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", *argv, "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
        )
        try:
            if ready is not None:
                _await(process, port, ready, log)
            yield Server(port, process)
        finally:
            _end(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _await(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        client = Client(port)
        try:
            client.send(Call("GET", path))
        except (OSError, UnexpectedAnswer):
            time.sleep(0.05)
        else:
            return
        finally:
            client.close()
    raise UnexpectedAnswer(f"A server did not start:\n{log.read_text()[-2_000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in _family(int(child)))]


def _memory_of(pid: int) -> dict[str, int]:
    found = FIGURE.findall(Path(f"/proc/{pid}/smaps_rollup").read_text())
    return {name: int(size) for name, size in found}
