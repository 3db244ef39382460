"""The catalogue and the search over HTTP."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from fastapi.testclient import TestClient

from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers
from tests.factories import instructors
from tests.factories.instructors import LiveInstructor

V1 = "/api/v1"


@pytest.fixture
def maya(runtime: Runtime) -> LiveInstructor:
    with runtime.begin(SYSTEM) as uow:
        return instructors.live_instructor(uow)


class TestTheCatalogue:
    def test_is_a_tree(self, client: TestClient) -> None:
        answer = client.get(f"{V1}/catalog/categories")
        assert [one["slug"] for one in answer.json()["items"]] == [
            "music",
            "dance",
            "arts",
            "sports",
            "tutoring",
            "languages",
            "hobbies",
        ]
        held = {"If-None-Match": answer.headers["etag"]}
        assert client.get(f"{V1}/catalog/categories", headers=held).status_code == 304

    def test_shows_a_category(self, client: TestClient) -> None:
        answer = client.get(f"{V1}/catalog/categories/music").json()
        assert answer["subcategories"][0]["services"][0]["slug"] == "piano"
        missing = client.get(f"{V1}/catalog/categories/nothing")
        assert (missing.status_code, missing.json()["code"]) == (404, "catalog.category_not_found")

    def test_pages_through_services(self, client: TestClient) -> None:
        query = {"category": "languages", "limit": "20"}
        first = client.get(f"{V1}/catalog/services", params=query).json()
        rest = client.get(
            f"{V1}/catalog/services", params=query | {"cursor": first["next_cursor"]}
        ).json()
        assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (20, 5, None)
        wrong = client.get(f"{V1}/catalog/services", params={"cursor": first["next_cursor"]})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "paging.bad_cursor")

    def test_shows_a_service_by_slug_or_id(self, client: TestClient) -> None:
        found = client.get(f"{V1}/catalog/services/piano").json()
        assert client.get(f"{V1}/catalog/services/{found['id']}").json() == found
        missing = client.get(f"{V1}/catalog/services/nothing")
        assert (missing.status_code, missing.json()["code"]) == (404, "catalog.service_not_found")

    def test_knows_what_words_mean(self, client: TestClient) -> None:
        answer = client.get(f"{V1}/catalog/lookup", params={"q": "bjj"}).json()
        best = answer["matches"][0]
        assert (best["service"]["name"], best["reason"]) == ("Jiu-Jitsu", "synonym")
        refused = client.get(f"{V1}/catalog/lookup", params={"q": "?!"})
        assert (refused.status_code, refused.json()["code"]) == (422, "catalog.query_unusable")


class TestSearch:
    def test_finds_instructors_and_hides_who_they_are(
        self, client: TestClient, maya: LiveInstructor
    ) -> None:
        answer = client.get(f"{V1}/search", params={"q": "theremin lessons"})
        assert answer.headers["cache-control"] == "private, no-cache"
        (item,) = answer.json()["items"]
        assert (item["instructor_id"], item["name"]) == (maya.id, "Maya O.")
        assert item["places"] == [
            {
                "latitude": instructors.APPROXIMATE_PLACE[0],
                "longitude": instructors.APPROXIMATE_PLACE[1],
                "area_key": None,
            }
        ]
        for secret in ("Okafor", "Evergreen", "40.4112345", "73.7912345"):
            assert secret not in answer.text

    def test_says_what_it_did_not_understand(self, client: TestClient) -> None:
        answer = client.get(f"{V1}/search", params={"q": "underwater basket weaving"}).json()
        assert (answer["total"], answer["items"]) == (0, [])
        assert answer["understood"]["not_understood"] == "underwater basket weaving"
        assert len(answer["hints"]) == 1

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({}, "search.nothing_asked"),
            ({"q": "?"}, "search.nothing_asked"),
            ({"q": "piano", "latitude": "40.7"}, "search.point_incomplete"),
            ({"q": "piano", "on": "2026-06-14"}, "search.day_out_of_reach"),
            ({"q": "piano", "on": "9999-12-31"}, "search.day_out_of_reach"),
            (
                {"q": "piano", "min_price_cents": "2", "max_price_cents": "1"},
                "search.prices_inverted",
            ),
            ({"q": "x" * 501}, "request.invalid"),
            ({"q": "piano", "minutes": "61"}, "request.invalid"),
            ({"q": "piano", "limit": "51"}, "request.invalid"),
            ({"q": "piano", "latitude": "nan", "longitude": "0"}, "request.invalid"),
            ({"q": "piano", "fromat": "online"}, "request.invalid"),
            ({"q": "piano", "cursor": "x"}, "paging.bad_cursor"),
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, client: TestClient, query: dict[str, str], code: str
    ) -> None:
        answer = client.get(f"{V1}/search", params=query)
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"service": "nothing"}, "catalog.service_not_found"),
            ({"q": "piano", "area": "atlantis"}, "regions.place_unknown"),
        ],
    )
    def test_does_not_find_what_is_not_there(
        self, client: TestClient, query: dict[str, str], code: str
    ) -> None:
        answer = client.get(f"{V1}/search", params=query)
        assert (answer.status_code, answer.json()["code"]) == (404, code)

    @pytest.mark.usefixtures("maya")
    def test_pages_on(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            instructors.live_instructor(uow)
        query = {"q": "theremin", "limit": "1"}
        first = client.get(f"{V1}/search", params=query).json()
        second = client.get(f"{V1}/search", params=query | {"cursor": first["next_cursor"]}).json()
        assert [one["items"][0]["position"] for one in (first, second)] == [1, 2]
        assert (second["search_id"], second["next_cursor"]) == (first["search_id"], None)

    def test_notes_what_was_done_with_a_result(
        self, client: TestClient, student: Headers, maya: LiveInstructor
    ) -> None:
        found = client.get(f"{V1}/search", params={"q": "theremin"}, headers=student).json()
        path = f"{V1}/search/{found['search_id']}/clicks"
        body = {"instructor_id": maya.id, "action": "view", "position": 1}
        made = client.post(path, json=body, headers=student)
        assert (made.status_code, made.json()["action"]) == (201, "view")
        assert client.post(path, json=body, headers=student).json() == made.json()
        stranger = client.post(path, json=body)
        assert (stranger.status_code, stranger.json()["code"]) == (404, "search.not_found")
        for changes, status, code in (
            ({"position": 2}, 422, "search.position_unknown"),
            ({"instructor_id": new_id()}, 404, "search.result_unknown"),
            ({"action": "stare"}, 422, "request.invalid"),
            ({"position": 0}, 422, "request.invalid"),
        ):
            answer = client.post(path, json=body | changes, headers=student)
            assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_takes_as_many_statements_for_many_as_for_one(
        self,
        client: TestClient,
        runtime: Runtime,
        maya: LiveInstructor,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        def found() -> int:
            return len(
                client.get(f"{V1}/search", params={"service": maya.service_id}).json()["items"]
            )

        assert found() == 1
        with count_statements() as for_one:
            assert found() == 1
        with runtime.begin(SYSTEM) as uow:
            for _ in range(5):
                instructors.live_instructor(uow)
        assert found() == 6
        with count_statements() as for_many:
            assert found() == 6
        assert len(for_one) == len(for_many)
