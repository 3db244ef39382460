"""The simulated Grafana answers as the documentation says, also where it refuses."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from devstack.grafana_simulator import answers
from devstack.grafana_simulator.server import SimulatorServer
from devstack.grafana_simulator.simulator import Simulator
from instainstru_core.runtime import DASHBOARDS
from tests.databases import ROOT
from tests.patience import PATIENCE_SECONDS
from tests.processes import free_port, get

TOKEN = "glsa_of_this_test"
PROXY = "/api/datasources/proxy/uid/prometheus/api/v1"
ALERTING = "/api/alertmanager/grafana/api/v2"
EVERY_PATH = ["/api/search", f"{PROXY}/query", f"{ALERTING}/alerts", "/api/nothing"]


@pytest.fixture
def simulator() -> Iterator[SimulatorServer]:
    """One with nobody behind it."""
    nobody = f"http://127.0.0.1:{free_port()}"
    simulator = Simulator(
        TOKEN, prometheus_url=nobody, alertmanager_url=nobody, dashboards=DASHBOARDS
    )
    with SimulatorServer(simulator) as server:
        yield server


@pytest.fixture
def client(simulator: SimulatorServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=simulator.url, headers=headers) as client:
        yield client


class TestItLetsIn:
    @pytest.mark.parametrize("path", EVERY_PATH)
    def test_nobody_without_the_token(self, simulator: SimulatorServer, path: str) -> None:
        for headers, message in (
            ({}, "Unauthorized"),
            ({"Authorization": "Basic YTpi"}, "Unauthorized"),
            ({"Authorization": "Bearer other"}, "Invalid API key"),
        ):
            answer = httpx.get(f"{simulator.url}{path}", headers=headers)
            assert (answer.status_code, answer.json()["message"]) == (401, message)

    def test_everybody_who_asks_how_it_is(self, simulator: SimulatorServer) -> None:
        assert httpx.get(f"{simulator.url}/api/health").json()["database"] == "ok"


class TestItShows:
    def test_dashboards_in_a_folder(self, client: httpx.Client) -> None:
        hits = client.get("/api/search", params={"type": "dash-db", "limit": "2"}).json()
        assert [(hit["title"], hit["url"], hit["type"]) for hit in hits] == [
            ("API", "/d/instainstru-api/api", "dash-db"),
            ("Copilot", "/d/instainstru-copilot/copilot", "dash-db"),
        ]
        assert {hit["folderTitle"] for hit in hits} == {"InstaInstru"}
        assert client.get("/api/search", params={"type": "dash-folder"}).json() == []

    def test_a_dashboard_with_what_is_known_of_it(self, client: httpx.Client) -> None:
        opened = client.get("/api/dashboards/uid/instainstru-money").json()
        assert opened["dashboard"]["title"] == "Money pipeline"
        assert opened["meta"]["slug"] == "money-pipeline"
        missing = client.get("/api/dashboards/uid/nobody")
        assert (missing.status_code, missing.json()["message"]) == (404, "Dashboard not found")


class TestItsProxy:
    def test_leads_to_its_one_source(self, client: httpx.Client) -> None:
        assert client.post(f"{PROXY}/query").status_code == 502
        other = client.get("/api/datasources/proxy/uid/other/api/v1/query")
        assert (other.status_code, other.json()["message"]) == (404, "Data source not found")

    @pytest.mark.parametrize(
        ("method", "what"), [("DELETE", "series"), ("POST", "rules"), ("GET", "targets")]
    )
    def test_takes_only_what_viewers_may_ask(
        self, client: httpx.Client, method: str, what: str
    ) -> None:
        assert client.request(method, f"{PROXY}/{what}").status_code == 403


class TestItsTroubles:
    @pytest.mark.parametrize("path", [f"{ALERTING}/alerts", "/api/prometheus/grafana/api/v1/rules"])
    def test_are_told_when_nobody_is_behind_it(self, client: httpx.Client, path: str) -> None:
        assert client.get(path).status_code == 502

    def test_can_be_asked_for(self, simulator: SimulatorServer, client: httpx.Client) -> None:
        simulator.simulator.troubles.append(answers.too_often(7))
        answer = client.get("/api/search")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
        assert client.get("/api/search").status_code == 200


def test_runs_as_a_program_until_it_is_told_to_stop() -> None:
    port = free_port()
    command = [sys.executable, "-m", "devstack.grafana_simulator", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        assert get(process, port, "/api/health").status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == 0
