"""A simulator that is told what the database knows, and where to post what happens."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from devstack import provider, seed, simulators, vendors
from devstack.checkr_simulator import simulator as checkr
from devstack.checkr_simulator.server import SimulatorServer as CheckrServer
from devstack.stripe_simulator.sending import Endpoint
from devstack.stripe_simulator.server import SimulatorServer
from devstack.trouble import StackTrouble
from tests.databases import ServerUrls, clone
from tests.patience import wait_until
from tests.processes import free_port


@pytest.fixture(scope="module")
def database_url(servers: ServerUrls) -> Iterator[str]:
    with clone(servers) as url:
        seed.run(url, instructors=8, today=date(2026, 6, 15))
        yield url


@pytest.fixture
def simulator() -> Iterator[SimulatorServer]:
    with SimulatorServer(endpoints=(Endpoint("http://127.0.0.1:1/nowhere"),)) as server:
        yield server


class TestRemind:
    def test_twice_is_as_good_as_once(self, database_url: str, simulator: SimulatorServer) -> None:
        told = provider.remind(database_url, simulator.url)
        balance = simulator.simulator.balance()
        assert told["payment_intent"] > 100
        assert provider.remind(database_url, simulator.url) == told
        assert simulator.simulator.balance() == balance > 0

    def test_what_was_there_before_is_forgotten(
        self, database_url: str, simulator: SimulatorServer
    ) -> None:
        simulator.simulator.load([json.dumps({"object": "customer", "id": "cus_stranger"})])
        provider.remind(database_url, simulator.url)
        assert simulator.simulator.find("cus_stranger") is None

    def test_the_same_past_makes_the_same_books(
        self, database_url: str, simulator: SimulatorServer
    ) -> None:
        provider.remind(database_url, simulator.url)
        lines = {
            line["id"]: line["net"] for line in simulator.simulator._world.of("balance_transaction")
        }
        with SimulatorServer(seed="another") as other:
            provider.remind(database_url, other.url)
            again = {
                line["id"]: line["net"] for line in other.simulator._world.of("balance_transaction")
            }
        assert lines == again

    def test_an_empty_or_absent_database_knows_nothing(
        self, servers: ServerUrls, simulator: SimulatorServer
    ) -> None:
        assert provider.remind(servers.admin_url, simulator.url) == {}
        assert provider.remind("postgresql://nobody@127.0.0.1:1/none", simulator.url) == {}

    def test_a_simulator_that_is_not_there_is_named(self, database_url: str) -> None:
        nobody = f"http://127.0.0.1:{free_port()}"
        assert not provider.is_up(nobody)
        with pytest.raises(StackTrouble, match="does not answer"):
            provider.remind(database_url, nobody)


class TestListen:
    def test_events_go_to_the_new_address(self, simulator: SimulatorServer) -> None:
        with listening("type") as (address, heard):
            provider.listen(simulator.url, f"{address}/hook")
            simulator.simulator.load([json.dumps({"object": "account", "id": "acct_1"})])
            simulator.simulator.disable_account("acct_1")
            wait_until(lambda: heard == ["account.updated"])

    def test_events_of_checks_go_to_the_new_address_also_those_that_wait(self) -> None:
        checks = checkr.Simulator("key")
        nobody = f"http://127.0.0.1:{free_port()}/hook"
        with CheckrServer(checks, webhook_url=nobody) as server, listening("type") as (to, heard):
            checks.load([{"candidate_id": "c", "invitation_id": "i"}])
            checks.end_invitation("i", "expired")
            known = {
                "INSTAINSTRU_API_URL": to,
                vendors.CHECKR_URL: server.url,
                vendors.STRIPE_URL: nobody,
            }
            simulators.listen([vendors.CHECKR.name], known)
            assert server.webhook_url == f"{to}/api/v1/webhooks/checkr"
            wait_until(lambda: heard == ["invitation.expired"])

    def test_an_address_is_asked_for(self) -> None:
        with CheckrServer(checkr.Simulator("key")) as server:
            with pytest.raises(
                StackTrouble, match=r"Checkr simulator did not take .*url is missing"
            ):
                provider._post(server.url, "webhooks", "{}", name="checkr")
            assert server.webhook_url is None

    def test_the_address_is_that_of_the_api(self) -> None:
        assert simulators.webhook_address({}) == "http://127.0.0.1:8000/api/v1/webhooks/stripe"
        known = {"INSTAINSTRU_API_URL": "http://127.0.0.1:4711"}
        assert simulators.webhook_address(known) == "http://127.0.0.1:4711/api/v1/webhooks/stripe"


@contextmanager
def listening(field: str) -> Iterator[tuple[str, list[str]]]:
    """Somebody who takes events at an address, and what this field of them said."""
    heard: list[str] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))[field])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
