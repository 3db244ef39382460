"""Free loopback ports, chosen once per checkout and remembered. Standard library only."""

import hashlib
import json
import socket
from pathlib import Path

from devstack.places import Places, write_private

LOOPBACK = "127.0.0.1"
FIRST, COUNT = 20_000, 12_000  # below the range that outgoing connections use


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def remembered(places: Places) -> dict[str, int]:
    """The ports of the last run, by name."""
    try:
        found = json.loads(_file(places).read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): int(port) for name, port in found.items()}


def choose(places: Places, name: str) -> int:
    """A free port for this name: last time's if it is still free, else a new one."""
    known = remembered(places)
    last = known.get(name)
    if last is not None and is_free(last):
        return last
    taken = {port for other, port in known.items() if other != name}
    port = next(port for port in _candidates(places, name) if port not in taken and is_free(port))
    known[name] = port
    write_private(_file(places), json.dumps(known, indent=1, sort_keys=True) + "\n")
    return port


def _candidates(places: Places, name: str) -> list[int]:
    """Every port, from a start that differs between checkouts and names."""
    digest = hashlib.sha256(f"{places.mark}/{name}".encode()).digest()
    start = int.from_bytes(digest[:4], "big") % COUNT
    return [FIRST + (start + step) % COUNT for step in range(COUNT)]


def _file(places: Places) -> Path:
    return places.state / "ports.json"
