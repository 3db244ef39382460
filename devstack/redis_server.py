"""The private Redis: memory only, on a loopback port with a password."""

import contextlib
import json
import socket

from devstack import programs
from devstack.children import Child
from devstack.places import Places, private_folder, write_private
from devstack.ports import LOOPBACK
from devstack.trouble import StackTrouble

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
protected-mode yes
daemonize no
save ""
appendonly no
databases 16
dir {folder}
"""


def child(places: Places, port: int, password: str) -> Child:
    """The server to start. Raises StackTrouble when there is no program for it."""
    found = programs.redis(places)
    if found is None:
        raise StackTrouble(
            "There is no Redis server on this machine or in the project's environment.",
            "Run `make setup`, or set DATABASE_URL and REDIS_URL to servers that exist.",
        )
    folder = private_folder(places.state / "redis")
    configuration = folder / "redis.conf"
    quoted = json.dumps(str(folder), ensure_ascii=False)
    write_private(configuration, CONFIGURATION.format(port=port, password=password, folder=quoted))
    return Child(
        name="redis",
        argv=(str(found.path), str(configuration)),
        environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **found.environment},
        rank=0,  # the others talk to it to the end
        grace=5,
    )


def answers(port: int, password: str) -> bool:
    """Whether it answers a PING."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), 1) as connection:
        connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        received = b""
        while b"PONG" not in received and (more := connection.recv(256)):
            received += more
        return b"+PONG" in received
    return False


def url(port: int, password: str, database: int = 0) -> str:
    return f"redis://:{password}@{LOOPBACK}:{port}/{database}"
