"""Where the private stack of one checkout keeps its files. Standard library only."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from devstack.trouble import StackTrouble

APP = "instainstru"
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of one checkout. Two checkouts never share one."""

    root: Path = ROOT

    @property
    def state(self) -> Path:
        """Everything the stack writes; ignored by git."""
        return self.root / ".devstack"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def run(self) -> Path:
        """Who is running: one small file per process, and the locks."""
        return self.state / "run"

    @property
    def opt(self) -> Path:
        """Programs unpacked here because the system does not have them."""
        return self.state / "opt"

    @property
    def keys(self) -> Path:
        return self.state / "keys"

    @property
    def tmp(self) -> Path:
        """Where tools put what they need for a while; the Makefile points TMPDIR here."""
        return self.state / "tmp"

    @property
    def metrics(self) -> Path:
        """One folder per process role for the metrics of several processes."""
        return self.state / "metrics"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def mark(self) -> str:
        """A short name for this checkout and this user."""
        digest = hashlib.sha256(str(self.root).encode()).hexdigest()[:10]
        return f"{APP}-{os.geteuid()}-{digest}"

    @property
    def sockets(self) -> Path:
        """A short folder, because a socket's path may have 107 bytes at most."""
        return Path("/tmp") / self.mark  # noqa: S108 - checked by `private_folder`

    @property
    def control(self) -> Path:
        """The supervisor's socket."""
        return self.sockets / "control"

    def prepare(self) -> None:
        """Make the folders. What is inside them is for this user alone."""
        private_folder(self.state, others_may_pass=True)
        for folder in (self.logs, self.run, self.tmp):
            private_folder(folder)


def private_folder(path: Path, *, others_may_pass: bool = False) -> Path:
    """Make a folder that only this user may enter. Raises StackTrouble if it is another's.

    Others may at most pass through it, to a folder inside whose name they know.
    """
    mode = 0o711 if others_may_pass else 0o700
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StackTrouble(
            f"{path} belongs to somebody else.", "Remove it, or ask its owner to, then try again."
        )
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user may read, all of it or nothing."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.replace(path)
