"""What is counted, and who may read it."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from pydantic import SecretStr

from instainstru_core.kernel.exposition import may_read
from tests.api import probe


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    return probe.add_to(app)


def count(endpoint: str, status: str = "200") -> float:
    labels = {"method": "GET", "endpoint": endpoint, "status_code": status}
    return REGISTRY.get_sample_value("instainstru_http_requests_total", labels) or 0.0


def series() -> set[str]:
    return {
        sample.labels["endpoint"]
        for metric in REGISTRY.collect()
        if metric.name.startswith("instainstru_http_")
        for sample in metric.samples
    }


class TestLabels:
    def test_are_route_templates_however_many_ids_come(self, client: TestClient) -> None:
        template = "/api/v1/probe/things/{thing_id}"
        before = count(template)
        for number in range(500):
            client.get(f"/api/v1/probe/things/01JZ8M4T6Q3V9K2X7C5B1N{number:04d}")
        assert count(template) == before + 500
        assert not [label for label in series() if "01JZ8M" in label]

    def test_gather_what_matches_no_route(self, client: TestClient) -> None:
        before = count("unmatched", "404")
        for number in range(3):
            client.get(f"/wp-admin/{number}")
        assert count("unmatched", "404") == before + 3
        assert not [label for label in series() if "wp-admin" in label]

    def test_name_the_status_of_a_bug(self, client: TestClient) -> None:
        before = count("/api/v1/probe/bug", "500")
        client.get("/api/v1/probe/bug")
        assert count("/api/v1/probe/bug", "500") == before + 1


class TestThePage:
    def test_is_there_for_a_neighbor(self, client: TestClient) -> None:
        client.get("/api/v1/health")
        answer = client.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain")
        assert 'instainstru_http_requests_in_progress{endpoint="/metrics",method="GET"} 1.0' in (
            answer.text
        )
        assert "process_start_time_seconds" in answer.text

    def test_is_not_there_through_a_proxy(self, client: TestClient) -> None:
        answer = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
        assert (answer.status_code, answer.json()["code"]) == (404, "route.not_found")


class TestMayRead:
    @pytest.mark.parametrize(
        ("client", "may"),
        [
            ("127.0.0.1", True),
            ("::1", True),
            ("10.1.2.3", True),
            ("203.0.114.9", False),
            ("", False),
        ],
    )
    def test_follows_the_address(self, client: str, *, may: bool) -> None:
        assert may_read(None, client, {}) is may

    def test_is_no_business_of_a_proxy(self) -> None:
        assert not may_read(None, "127.0.0.1", {"x-forwarded-for": "10.1.2.3"})

    def test_follows_the_token_where_one_is_set(self) -> None:
        token = SecretStr("let-me-in")
        assert not may_read(token, "127.0.0.1", {})
        assert may_read(token, "203.0.114.9", {"authorization": "Bearer let-me-in"})
        assert not may_read(token, "203.0.114.9", {"authorization": "Bearer let-me-im"})
