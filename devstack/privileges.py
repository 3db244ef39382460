"""How to run Postgres, which refuses to run as root. Standard library only.

As root there are two ways. In a user namespace the server believes it is the `postgres` user
while its files stay root's, so it works in any folder. Where namespaces are forbidden, root
steps down to the real `postgres` user, whose data then has to live where that user may go.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from devstack.places import Places, private_folder
from devstack.trouble import StackTrouble

STEP_DOWN_FOLDER = Path("/var/tmp")  # noqa: S108 - a folder of our own is made inside
ACCOUNTS = ("postgres", "nobody")
ADVICE = "Run this as an ordinary user, or set DATABASE_URL and REDIS_URL to servers that exist."


@dataclass(frozen=True, slots=True)
class RunAs:
    """What to put before a command, where data may live, and who must own it."""

    prefix: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None

    def data_folder(self, places: Places) -> Path:
        """Where the data lives: in the project, if the account may go there."""
        places.prepare()
        inside = self._folder(places.state / "postgres")
        if self.owner is None or _works((*self.prefix, "test", "-w", str(inside))):
            return inside
        inside.rmdir()
        return self._folder(STEP_DOWN_FOLDER / places.mark)

    def socket_folder(self, places: Places) -> Path:
        """Where its socket goes."""
        private_folder(places.sockets, others_may_pass=self.owner is not None)
        return self._folder(places.sockets / "postgres")

    def own(self, path: Path) -> Path:
        """Hand a path to the account that the command runs as, where that is another one."""
        if self.owner is not None:
            os.chown(path, *self.owner)
        return path

    def _folder(self, path: Path) -> Path:
        path.mkdir(mode=0o700, exist_ok=True)
        if path.lstat().st_uid not in {os.geteuid(), (self.owner or (0, 0))[0]}:
            raise StackTrouble(
                f"{path} belongs to somebody else.", "Run `make clean`, then try again."
            )
        return self.own(path)


def remove_data(places: Places) -> None:
    """Remove the data wherever either way of running has put it."""
    for folder in (places.state / "postgres", STEP_DOWN_FOLDER / places.mark):
        shutil.rmtree(folder, ignore_errors=True)


@cache
def choose() -> RunAs:
    """How this user runs Postgres on this machine. Raises StackTrouble."""
    if os.geteuid() != 0:
        return RunAs()
    account = _account()
    namespace = (
        "unshare",
        "--user",
        f"--map-user={account.pw_uid}",
        f"--map-group={account.pw_gid}",
        "--",
    )
    if _works((*namespace, "true")):
        return RunAs(prefix=namespace)
    step_down = (
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        "--pdeathsig=keep",  # a change of user drops the signal we asked for otherwise
        "--",
    )
    if _works((*step_down, "true")):
        return RunAs(prefix=step_down, owner=(account.pw_uid, account.pw_gid))
    raise StackTrouble(
        "Postgres refuses to run as root, and neither `unshare --user` nor `setpriv` works here.",
        ADVICE,
    )


def _account() -> pwd.struct_passwd:
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackTrouble("This machine has neither a `postgres` nor a `nobody` account.", ADVICE)


def _works(command: tuple[str, ...]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0
