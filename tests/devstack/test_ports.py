"""Ports are chosen once per checkout, and again only when somebody else took one."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack import ports
from devstack.places import Places
from tests.devstack.conftest import checkout


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Another program listens there."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((ports.LOOPBACK, port))
        other.listen()
        yield


class TestChoose:
    def test_stays_the_same_from_run_to_run(self, places: Places) -> None:
        assert ports.choose(places, "redis") == ports.choose(places, "redis")
        assert ports.remembered(places) == {"redis": ports.choose(places, "redis")}

    def test_moves_on_when_another_program_took_it(self, places: Places) -> None:
        before = ports.choose(places, "redis")
        with taken(before):
            after = ports.choose(places, "redis")
        assert after != before
        assert ports.choose(places, "redis") == after

    def test_never_gives_one_port_to_two_names(self, places: Places) -> None:
        names = [f"server{number}" for number in range(50)]
        assert len({ports.choose(places, name) for name in names}) == 50

    def test_starts_elsewhere_in_another_checkout(self, places: Places, tmp_path: Path) -> None:
        other = checkout(tmp_path / "other")
        assert ports.choose(places, "redis") != ports.choose(other, "redis")

    def test_forgets_a_damaged_file(self, places: Places) -> None:
        (places.state / "ports.json").write_text("{half")
        assert ports.is_free(ports.choose(places, "redis"))
