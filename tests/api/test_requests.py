"""What surrounds every request: its id, its headers, its caching."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import middleware
from tests.api import probe
from tests.api.conftest import Headers

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    return probe.add_to(app)


class TestRequestId:
    @pytest.mark.parametrize(
        "given", ["01JZ8M4T6Q3V9K2X7C5B1N0D8F", "0f8fad5b-d9cb-469f-a165-70867728950e"]
    )
    def test_is_taken_over(self, client: TestClient, given: str) -> None:
        answer = client.get("/api/v1/health", headers={"X-Request-ID": given})
        assert answer.headers["x-request-id"] == given

    @pytest.mark.parametrize("given", ["", "1; DROP TABLE users", "x" * 5_000, "é" * 26])
    def test_is_made_where_none_fits(self, client: TestClient, given: str) -> None:
        answer = client.get("/api/v1/health", headers={"X-Request-ID": given.encode("latin-1")})
        assert ULID.fullmatch(answer.headers["x-request-id"])

    def test_reaches_the_actor(self, client: TestClient, student: Headers) -> None:
        given = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"
        answer = client.get("/api/v1/probe/signed-in", headers={**student, "X-Request-ID": given})
        assert answer.json() == {"said": given}


class TestHeaders:
    def test_protect_every_response(self, client: TestClient) -> None:
        headers = client.get("/api/v1/nowhere").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"

    def test_keep_signed_in_answers_private(self, client: TestClient, student: Headers) -> None:
        answer = client.get("/api/v1/probe/mine", headers=student)
        assert answer.headers["cache-control"] == "private, no-store"

    def test_leave_a_route_its_own_caching(self, client: TestClient, student: Headers) -> None:
        answer = client.get("/api/v1/probe/versions", headers=student)
        assert answer.headers["cache-control"] == "public, max-age=60"

    def test_say_when_a_large_answer_is_compressed(self, client: TestClient) -> None:
        answer = client.get("/api/v1/probe/large")
        assert answer.headers["content-encoding"] == "gzip"
        assert len(answer.json()["said"]) == 5_000


class TestConditions:
    def test_answer_304_without_a_body(self, client: TestClient) -> None:
        answer = client.get("/api/v1/probe/versions", headers={"If-None-Match": '"6", W/"7"'})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == '"7"'
        assert answer.headers["cache-control"] == "public, max-age=60"

    def test_answer_in_full_when_another_version_is_held(self, client: TestClient) -> None:
        answer = client.get("/api/v1/probe/versions", headers={"If-None-Match": '"6"'})
        assert (answer.status_code, answer.json()) == (200, {"said": "seven"})

    @pytest.mark.parametrize(
        ("given", "version"), [('"12"', "12"), ('W/"12"', "12"), ("12", "12"), ("*", "None")]
    )
    def test_read_the_expected_version(self, client: TestClient, given: str, version: str) -> None:
        answer = client.put("/api/v1/probe/versions", headers={"If-Match": given})
        assert answer.json() == {"said": version}

    @pytest.mark.parametrize("given", ['"a"', '"1", "2"', '"' + "9" * 30 + '"', "-1"])
    def test_refuse_what_is_no_version(self, client: TestClient, given: str) -> None:
        answer = client.put("/api/v1/probe/versions", headers={"If-Match": given})
        assert (answer.status_code, answer.json()["code"]) == (422, "request.bad_if_match")


class TestCors:
    def test_refuses_to_start_with_a_wildcard(self) -> None:
        with pytest.raises(ValueError, match="each origin in full"):
            middleware.cors(["https://*.example.com"])
