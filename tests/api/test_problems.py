"""How the door says no: one form, our words, nothing of what went wrong inside."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.api import probe

PROBLEM = "application/problem+json"


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    return probe.add_to(app)


class TestARefusal:
    def test_is_a_problem_with_code_facts_and_the_request_id(self, client: TestClient) -> None:
        answer = client.get(
            "/api/v1/probe/refusals/conflict",
            headers={"X-Request-ID": "01JZ8M4T6Q3V9K2X7C5B1N0D8F"},
        )
        assert answer.status_code == 409
        assert answer.headers["content-type"] == PROBLEM
        assert answer.json() == {
            "type": "urn:instainstru:problem:probe.slot_gone",
            "title": "Conflict",
            "status": 409,
            "detail": "It was just taken. Choose another.",
            "instance": "/api/v1/probe/refusals/conflict",
            "code": "probe.slot_gone",
            "request_id": "01JZ8M4T6Q3V9K2X7C5B1N0D8F",
            "facts": {"scope": "instructor"},
            "errors": [],
        }

    @pytest.mark.parametrize(("kind", "status"), [("invalid", 422), ("missing", 404)])
    def test_has_the_status_of_its_kind(self, client: TestClient, kind: str, status: int) -> None:
        assert client.get(f"/api/v1/probe/refusals/{kind}").status_code == status

    def test_says_when_to_come_back(self, client: TestClient) -> None:
        answer = client.get("/api/v1/probe/refusals/busy")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "7"

    def test_is_never_cached(self, client: TestClient) -> None:
        assert client.get("/api/v1/probe/refusals/busy").headers["cache-control"] == "no-store"


class TestAnUnknownAddress:
    def test_is_a_problem(self, client: TestClient) -> None:
        answer = client.get("/api/v1/nowhere")
        assert (answer.status_code, answer.json()["code"]) == (404, "route.not_found")
        assert answer.headers["content-type"] == PROBLEM

    def test_is_not_the_one_without_the_slash(self, client: TestClient) -> None:
        answer = client.get("/api/v1/health/")
        assert (answer.status_code, answer.json()["code"]) == (404, "route.not_found")

    def test_with_a_known_path_lists_its_methods(self, client: TestClient) -> None:
        answer = client.delete("/api/v1/probe/commands")
        assert (answer.status_code, answer.json()["code"]) == (405, "route.method_not_allowed")
        assert answer.headers["allow"] == "POST"


class TestABug:
    def test_answers_without_its_details(self, client: TestClient) -> None:
        answer = client.get("/api/v1/probe/bug")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert "1234" not in answer.text
        assert answer.json()["request_id"] == answer.headers["x-request-id"]

    def test_is_logged(self, client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
        client.get("/api/v1/probe/bug")
        printed = capsys.readouterr()
        assert "RuntimeError" in printed.out + printed.err


class TestFields:
    def test_are_explained_in_our_words_without_what_was_sent(self, client: TestClient) -> None:
        answer = client.post(
            "/api/v1/probe/commands",
            json={"name": "x", "amount": "mallory", "color": "green", "<script>": 1, "extra": 2},
        )
        assert answer.status_code == 422
        assert answer.json()["code"] == "request.invalid"
        explained = {problem["field"]: problem for problem in answer.json()["errors"]}
        assert explained["name"] == {
            "place": "body",
            "field": "name",
            "code": "string_too_short",
            "message": "Send 2 or more characters.",
        }
        assert explained["amount"]["message"] == "Send a whole number in digits, such as 45."
        assert explained["color"]["message"] == "Choose red or blue."
        assert explained["extra"]["message"] == "This field is not known here. Leave it out."
        assert explained["?"]["code"] == "extra_forbidden"
        assert "mallory" not in answer.text
        assert "green" not in answer.text
        assert "script" not in answer.text

    def test_name_their_place(self, client: TestClient) -> None:
        answer = client.get("/api/v1/probe/texts", params={"q": "toolong", "limit": "x"})
        places = {(problem["place"], problem["field"]) for problem in answer.json()["errors"]}
        assert places == {("query", "q"), ("query", "limit")}

    def test_that_are_all_missing_say_so(self, client: TestClient) -> None:
        answer = client.post("/api/v1/probe/commands")
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["message"] == "This field is required."


class TestABody:
    def test_that_is_not_json_is_unreadable(self, client: TestClient) -> None:
        answer = client.post(
            "/api/v1/probe/commands",
            content=b'{"name": ',
            headers={"Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed_json")

    @pytest.mark.parametrize(
        "body",
        [
            b"\xff\xfe\xfa",
            b'{"name": "ab", "ratio": NaN}',
            b'{"name": "ab", "ratio": -Infinity}',
            b'{"name": "a\\u0000b"}',
            b'{"name": "a\\ud800b"}',
            b'{"na\\uDFFFme": "ab"}',
            b"[" * 100_000,
            b'{"amount": ' + b"9" * 5_000 + b"}",
        ],
    )
    def test_that_cannot_be_stored_is_refused(self, client: TestClient, body: bytes) -> None:
        answer = client.post(
            "/api/v1/probe/commands", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 400
        assert answer.headers["content-type"] == PROBLEM

    @pytest.mark.parametrize("letters", ['"\\\\u0000"', '"\\ud83d\\ude00"'])
    def test_that_only_looks_so_is_taken(self, client: TestClient, letters: str) -> None:
        answer = client.post(
            "/api/v1/probe/commands",
            content=f'{{"name": {letters}, "amount": 1}}'.replace('"\\ud83d', '"x\\ud83d'),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == 200

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", ""])
    def test_of_another_media_type_is_refused(self, client: TestClient, kind: str) -> None:
        answer = client.post(
            "/api/v1/probe/commands", content=b'{"name": "ab"}', headers={"Content-Type": kind}
        )
        assert (answer.status_code, answer.json()["code"]) == (
            415,
            "request.unsupported_media_type",
        )

    def test_may_be_a_form_where_a_form_is_asked_for(self, client: TestClient) -> None:
        assert client.post("/api/v1/probe/forms", data={"name": "Zoe"}).json() == {"said": "Zoe"}

    def test_that_is_too_large_is_refused_by_its_length(self, client: TestClient) -> None:
        answer = client.post("/api/v1/probe/commands", content=b"x" * 1_000_001)
        assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
        assert answer.headers["content-type"] == PROBLEM

    def test_that_is_too_large_in_chunks_is_refused(self, client: TestClient) -> None:
        def chunks() -> Iterator[bytes]:
            for _ in range(20):
                yield b"x" * 100_000

        answer = client.post(
            "/api/v1/probe/commands",
            content=chunks(),
            headers={"Content-Type": "application/json"},
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


class TestNul:
    @pytest.mark.parametrize(
        "address", ["/api/v1/probe/texts?q=a%00b", "/api/v1/probe/things/a%00b"]
    )
    def test_in_an_address_is_refused(self, client: TestClient, address: str) -> None:
        answer = client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (400, "request.unreadable")

    def test_in_a_form_is_refused(self, client: TestClient) -> None:
        answer = client.post("/api/v1/probe/forms", data={"name": "a\x00b"})
        assert answer.status_code == 400
