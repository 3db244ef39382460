"""Our own processes begin on ports that are free when they begin, whoever takes one meanwhile."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import pytest

from devstack import environment, ports, processes
from devstack.lease import Lease
from devstack.places import Places
from devstack.trouble import StackTrouble
from tests.devstack.conftest import program
from tests.devstack.test_ports import taken
from tests.patience import wait_until

SERVER = """
import socket, time
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", {port}))
listener.listen()
print("open")
time.sleep(600)
"""
NAMES = {role.name for role in processes.ROLES if role.scraped}


@pytest.fixture
def others() -> Iterator[ExitStack]:
    """Programs of somebody else."""
    with ExitStack() as stack:
        yield stack


def start_all(lease: Lease, chosen: Mapping[str, int]) -> None:
    """A server for each role; it fails like the real ones when one of them ends."""
    for name in sorted(NAMES):
        lease.start(program(SERVER.format(port=chosen[name]), name=name))
    wait_until(lambda: all(is_open(lease, name) or name not in lease.running() for name in NAMES))
    if ended := NAMES - set(lease.running()):
        raise StackTrouble(f"The {min(ended)} process did not start.", "Look at its log.")


def is_open(lease: Lease, name: str) -> bool:
    return (lease.places.logs / f"{name}.log").read_text() == "open\n"


class TestStarting:
    def test_goes_on_where_the_ports_of_last_time_are_free(
        self, lease: Lease, places: Places
    ) -> None:
        before = processes.choose_ports(places)
        processes.on_free_ports(lease, lambda chosen: start_all(lease, chosen))
        assert ports.remembered(places) == before
        assert set(lease.running()) == NAMES

    def test_takes_another_port_where_one_was_taken_after_it_was_chosen(
        self, lease: Lease, places: Places, others: ExitStack
    ) -> None:
        before = processes.choose_ports(places)
        others.enter_context(taken(before["api"]))
        processes.on_free_ports(lease, lambda chosen: start_all(lease, chosen))
        after = ports.remembered(places)
        assert after["api"] != before["api"]
        assert {name for name in after if after[name] != before[name]} == {"api"}

    def test_begins_again_where_one_is_taken_at_the_last_moment(
        self, lease: Lease, places: Places, others: ExitStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried: list[Mapping[str, int]] = []

        def snatched(chosen: Mapping[str, int]) -> None:
            if not tried:
                others.enter_context(taken(chosen["mcp"]))
            tried.append(chosen)
            start_all(lease, chosen)

        monkeypatch.setenv("INSTAINSTRU_API_URL", "http://127.0.0.1:4711")
        processes.choose_ports(places)
        url = environment.read(places)["INSTAINSTRU_MCP_URL"]
        monkeypatch.setenv("INSTAINSTRU_MCP_URL", url)
        processes.on_free_ports(lease, snatched)
        first, second = tried
        assert second["mcp"] != first["mcp"]
        assert set(lease.running()) == NAMES
        assert lease.death(0) is None
        known = environment.for_processes(places)
        assert known["INSTAINSTRU_MCP_URL"] == f"http://127.0.0.1:{second['mcp']}"
        assert os.environ["INSTAINSTRU_API_URL"] == "http://127.0.0.1:4711"
        targets = (places.state / "prometheus/targets.json").read_text()
        assert f'127.0.0.1:{second["mcp"]}"' in targets
        assert f'127.0.0.1:{first["mcp"]}"' not in targets

    def test_that_fails_for_another_reason_is_not_tried_again(
        self, lease: Lease, places: Places
    ) -> None:
        tried: list[Mapping[str, int]] = []

        def broken(chosen: Mapping[str, int]) -> None:
            tried.append(chosen)
            raise StackTrouble("The mcp process did not start.", "Look at its log.")

        with pytest.raises(StackTrouble, match="mcp process did not start"):
            processes.on_free_ports(lease, broken)
        assert len(tried) == 1

    def test_ends_where_every_port_is_taken_at_once(
        self, lease: Lease, places: Places, others: ExitStack
    ) -> None:
        tried: list[int] = []

        def snatched(chosen: Mapping[str, int]) -> None:
            others.enter_context(taken(chosen["exporter"]))
            tried.append(chosen["exporter"])
            start_all(lease, chosen)

        with pytest.raises(StackTrouble, match="exporter process did not start"):
            processes.on_free_ports(lease, snatched)
        assert len(set(tried)) == processes.ATTEMPTS
