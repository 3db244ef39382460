"""Suggestions as someone types, and the vectors of search, over HTTP."""

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Headers, NewUser, SignIn

V1 = "/api/v1/search"
SUGGESTIONS = f"{V1}/suggestions"
EMBEDDINGS = f"{V1}/embeddings"


def texts(client: TestClient, typed: str, headers: Headers | None = None) -> list[tuple[str, str]]:
    answer = client.get(SUGGESTIONS, params={"q": typed}, headers=headers)
    assert answer.status_code == 200
    return [(one["kind"], one["text"]) for one in answer.json()["items"]]


class TestSuggestions:
    def test_are_services_groups_and_places(self, client: TestClient) -> None:
        answer = client.get(SUGGESTIONS, params={"q": "pia"})
        assert answer.json()["items"][0] == {
            "kind": "service",
            "text": "Piano",
            "key": "piano",
            "also": None,
            "ranges": [{"start": 0, "end": 3}],
        }
        assert texts(client, "bjj") == [("service", "Jiu-Jitsu")]
        assert ("category", "Dance") in texts(client, "danc")
        assert ("subcategory", "Coding & STEM") in texts(client, "programm")
        assert texts(client, "upper ea")[0] == ("place", "Upper East Side")
        assert texts(client, "lic")[0] == ("place", "Long Island City / Hunters Point")
        assert texts(client, "piano in park sl")[0] == ("service_in_place", "Piano in Park Slope")

    def test_of_nobody_in_particular_may_be_kept_by_anybody(self, client: TestClient) -> None:
        answer = client.get(SUGGESTIONS, params={"q": "guit"})
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert "Authorization" in answer.headers["vary"]

    def test_show_ones_own_searches_first_and_nobody_elses(
        self, client: TestClient, sign_in: SignIn, new_user: NewUser
    ) -> None:
        mine, other = sign_in(new_user()), sign_in(new_user())
        client.get(V1, params={"q": "Piano in Astoria"}, headers=mine)
        client.get(V1, params={"q": "piano in secret"}, headers=other)
        answer = client.get(SUGGESTIONS, params={"q": "ast"}, headers=mine)
        assert answer.headers["cache-control"] == "private, no-store"
        assert texts(client, "ast pia", mine)[0] == ("recent", "Piano in Astoria")
        assert not any("secret" in text for _, text in texts(client, "piano", mine))
        assert not any(kind == "recent" for kind, _ in texts(client, "piano"))

    def test_before_anything_is_typed_are_ones_own(self, client: TestClient) -> None:
        assert texts(client, "") == []

    @pytest.mark.parametrize(
        "params", [{}, {"q": "x" * 101}, {"q": "x", "limit": 0}, {"q": "x", "limit": 21}]
    )
    def test_that_make_no_sense_are_refused(
        self, client: TestClient, params: dict[str, str]
    ) -> None:
        refused = client.get(SUGGESTIONS, params=params)
        assert (refused.status_code, refused.json()["code"]) == (422, "request.invalid")


class TestEmbeddings:
    def test_are_counted_and_made_once(self, client: TestClient, admin: Headers) -> None:
        before = client.get(EMBEDDINGS, headers=admin).json()
        assert before["model"] == "wordllama-l2-supercat-256"
        assert {one["kind"]: one["coverage"] for one in before["kinds"]} == {
            "service": 0,
            "area": 0,
        }
        areas = {"kind": "area"}
        dry = areas | {"dry_run": "true"}
        would = client.post(f"{EMBEDDINGS}/rebuild", params=dry, headers=admin)
        made = client.post(f"{EMBEDDINGS}/rebuild", params=areas, headers=admin).json()
        assert made["made"] == would.json()["left"] > 200
        after = client.get(EMBEDDINGS, headers=admin).json()
        assert {one["kind"]: one["coverage"] for one in after["kinds"]} == {
            "service": 0,
            "area": 1,
        }
        again = client.post(f"{EMBEDDINGS}/rebuild", params=areas, headers=admin)
        assert again.json()["made"] == 0

    def test_are_for_staff(self, client: TestClient, sign_in: SignIn, new_user: NewUser) -> None:
        somebody = sign_in(new_user())
        assert client.get(EMBEDDINGS, headers=somebody).status_code == 403
        assert client.post(f"{EMBEDDINGS}/rebuild", headers=somebody).status_code == 403
        assert client.get(EMBEDDINGS).status_code == 401
