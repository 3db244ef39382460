"""Install Debian packages as root without starting or touching any system service.

Runs in this process as root, or by itself under sudo:
    sudo -n python3 -B -m devstack.setup.system_packages PACKAGE...
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from devstack.setup.console import finished_first, report, run
from devstack.trouble import StackTrouble

NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/zz-private.conf")
NO_SERVICES = Path("/usr/sbin/policy-rc.d")
LISTS = Path("/var/lib/apt/lists")
LOCK = Path("/run/instainstru-packages.lock")
PATIENT = ("-o", "DPkg::Lock::Timeout=300")  # while others install something
MARK = "# Written for the duration of an installation by the instainstru set-up."
ADVICE = (
    "Check that the machine reaches its package registry (`apt-get update`), then try again."
    " Or set DATABASE_URL and REDIS_URL to servers that exist."
)


def may_become_root() -> bool:
    """Whether we are root, or sudo works without a password."""
    return os.geteuid() == 0 or _sudo_works()


def ensure(packages: Sequence[str], root: Path) -> None:
    """Install these packages, by sudo where this is not root. Raises StackTrouble.

    It is never broken off: the system's own records of its packages would be left half written.
    """
    with finished_first():
        if os.geteuid() == 0:
            install(packages)
            return
        run(
            ["sudo", "-n", sys.executable, "-B", "-m", __name__, *packages],
            advice=ADVICE,
            cwd=root,
            apart=True,
        )


def install(packages: Sequence[str]) -> None:
    """Install these packages as root, fetching the package lists first if that is needed."""
    with _alone(), _no_cluster(), _no_services():
        if has_lists():
            try:
                _install(packages)
            except StackTrouble:
                refresh()
                _install(packages)
        else:
            refresh()
            _install(packages)


def has_lists() -> bool:
    return any(LISTS.glob("*_Packages*"))


def refresh() -> None:
    """Fetch the package lists."""
    run(["apt-get", "update", "-qq"], advice=ADVICE, environment=_environment(), apart=True)


def _install(packages: Sequence[str]) -> None:
    run(
        ["apt-get", *PATIENT, "install", "-y", "-qq", "--no-install-recommends", *packages],
        advice=ADVICE,
        environment=_environment(),
        apart=True,
    )


@contextmanager
def _alone() -> Generator[None]:
    """One checkout of this machine at a time, so that none removes the files another needs."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _no_cluster() -> Generator[None]:
    """Have Postgres's packages make no cluster of their own."""
    with temporary(NO_CLUSTER, f"{MARK}\ncreate_main_cluster = false\n", mode=0o644):
        yield


@contextmanager
def _no_services() -> Generator[None]:
    """Have packages start, stop and restart nothing. A policy of the machine's own stays."""
    with temporary(NO_SERVICES, f"#!/bin/sh\n{MARK}\nexit 101\n", mode=0o755):
        yield


@contextmanager
def temporary(path: Path, text: str, *, mode: int) -> Generator[None]:
    """A file that is there only meanwhile. Another's file of that name stays as it is."""
    if path.exists() and MARK not in path.read_text(errors="replace"):
        yield
        return
    made = [folder for folder in (path.parent, path.parent.parent) if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        for folder in made:
            if folder.exists() and not any(folder.iterdir()):
                folder.rmdir()


def _environment() -> dict[str, str]:
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1", "LC_ALL": "C.UTF-8"}
    return {**os.environ, **quiet}


def _sudo_works() -> bool:
    if shutil.which("sudo") is None:
        return False
    tried = subprocess.run(
        ["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    return tried.returncode == 0


if __name__ == "__main__":
    try:
        install(sys.argv[1:])
    except StackTrouble as failure:
        report(failure)
        sys.exit(1)
