"""A checkout's stack of its own for each test; nothing of it may be left afterwards."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack import privileges
from devstack.children import Child
from devstack.lease import Lease
from devstack.places import Places
from devstack.process_id import ProcessId
from tests.databases import ROOT
from tests.patience import wait_until


def checkout(root: Path) -> Places:
    """A place like a checkout that is set up: with the programs of this one."""
    root.mkdir(parents=True, exist_ok=True)
    places = Places(root)
    (root / ".venv").symlink_to(ROOT / ".venv")
    places.prepare()
    places.opt.symlink_to(Places().opt)
    return places


def supervisor_of(places: Places) -> ProcessId | None:
    return ProcessId.read(places.run / "supervisor.json")


def nothing_runs(places: Places) -> bool:
    """Whether no process of this checkout is left, by what the kernel says of every process."""
    marks = (str(places.root).encode(), places.mark.encode())
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(entry.name) != os.getpid() and any(mark in command for mark in marks):
            return False
    return True


def program(code: str, *, name: str = "program", **changes: object) -> Child:
    """A process that runs these lines of Python."""
    return Child(
        name=name,
        argv=(sys.executable, "-u", "-c", code),
        environment={"PATH": "/usr/bin:/bin"},
        **changes,  # type: ignore[arg-type]
    )


def sleeper(name: str = "sleeper", **changes: object) -> Child:
    return Child(
        name=name,
        argv=("sleep", "600"),
        environment={"PATH": "/usr/bin:/bin"},
        **changes,  # type: ignore[arg-type]
    )


def cluster(places: Places) -> Path:
    """Where the files of its Postgres are: elsewhere if root had to step down."""
    return privileges.choose().data_folder(places) / "data"


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    made = checkout(tmp_path / "checkout")
    yield made
    lease = Lease.join(made)
    if lease is not None:
        lease.down()
    wait_until(lambda: nothing_runs(made))
    privileges.remove_data(made)
    assert not made.sockets.exists()


@pytest.fixture
def lease(places: Places) -> Iterator[Lease]:
    with Lease.take(places) as lease:
        yield lease
