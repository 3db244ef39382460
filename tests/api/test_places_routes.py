"""The map and one's own addresses over HTTP."""

import pytest
from fastapi.testclient import TestClient

from instainstru_core.domains.access.types import Role
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, NewUser, SignIn
from tests.factories import instructors

V1 = "/api/v1"
HOME = {"label": "home", "line1": "9 Fillmore Street", "postal_code": "11215"}


class TestTheMap:
    def test_has_five_boroughs(self, client: TestClient) -> None:
        answer = client.get(f"{V1}/regions/boroughs")
        assert [one["name"] for one in answer.json()["items"]] == [
            "Manhattan",
            "Brooklyn",
            "Queens",
            "Bronx",
            "Staten Island",
        ]

    def test_is_kept_by_whoever_asks(self, client: TestClient) -> None:
        path = f"{V1}/regions/areas"
        first = client.get(path, params={"borough": "Staten Island"})
        assert len(first.json()["items"]) == 16
        assert first.headers["cache-control"] == "public, max-age=3600"
        held = {"If-None-Match": first.headers["etag"]}
        again = client.get(path, params={"borough": "Staten Island"}, headers=held)
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, headers=held).status_code == 200

    def test_shows_an_area_with_its_outline(self, client: TestClient) -> None:
        answer = client.get(f"{V1}/regions/areas/nyc-brooklyn-park-slope").json()
        assert (answer["name"], answer["borough"]) == ("Park Slope", "Brooklyn")
        assert answer["outline"]["type"] == "MultiPolygon"

    def test_does_not_know_every_key(self, client: TestClient) -> None:
        answer = client.get(f"{V1}/regions/areas/atlantis")
        assert (answer.status_code, answer.json()["code"]) == (404, "regions.area_not_found")

    def test_finds_the_area_of_a_point(self, client: TestClient) -> None:
        inside = client.get(
            f"{V1}/regions/at", params={"latitude": 40.74844, "longitude": -73.98566}
        )
        assert inside.json()["area"]["name"] == "Flatiron / NoMad / Union Square"
        outside = client.get(f"{V1}/regions/at", params={"latitude": 0, "longitude": 0})
        assert outside.json() == {"area": None}

    @pytest.mark.parametrize("point", [{"latitude": 91, "longitude": 0}, {"latitude": 40}, {}])
    def test_refuses_what_is_no_point(self, client: TestClient, point: dict[str, float]) -> None:
        assert client.get(f"{V1}/regions/at", params=point).status_code == 422

    def test_finds_the_place_of_a_name(self, client: TestClient) -> None:
        found = client.get(f"{V1}/regions/find", params={"q": "UWS"}).json()
        assert found["place"]["area_keys"] == ["nyc-manhattan-upper-west-side"]
        assert client.get(f"{V1}/regions/find", params={"q": "atlantis"}).json() == {
            "query": "atlantis",
            "place": None,
        }


class TestAddresses:
    def test_are_saved_changed_and_removed(self, client: TestClient, student: Headers) -> None:
        made = client.post(f"{V1}/addresses", json=HOME, headers=student)
        assert made.status_code == 201
        path = f"{V1}/addresses/{made.json()['id']}"
        assert made.json()["is_default"] is True
        changed = client.patch(path, json={"line2": "Apt 5"}, headers=student)
        assert changed.json() == made.json() | {"line2": "Apt 5"}
        assert client.get(path, headers=student).json() == changed.json()
        second = client.post(f"{V1}/addresses", json=HOME, headers=student).json()
        default = client.post(f"{V1}/addresses/{second['id']}/make-default", headers=student)
        assert default.json()["is_default"] is True
        listed = client.get(f"{V1}/addresses", headers=student).json()["items"]
        assert [(one["id"], one["is_default"]) for one in listed] == [
            (second["id"], True),
            (made.json()["id"], False),
        ]
        gone = client.delete(path, headers=student)
        assert (gone.status_code, gone.content) == (204, b"")
        assert client.get(path, headers=student).status_code == 404

    def test_know_their_neighborhood(
        self, client: TestClient, student: Headers, runtime: Runtime
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            instructors.area(uow)
        point = {"latitude": instructors.INSIDE[0], "longitude": instructors.INSIDE[1]}
        made = client.post(f"{V1}/addresses", json=HOME | point, headers=student).json()
        assert (made["area_key"], made["borough"]) == ("test-square", "Brooklyn")

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"label": "other"}, 422, "addresses.custom_label_missing"),
            ({"latitude": 40.7}, 422, "addresses.point_incomplete"),
            ({"postal_code": "123"}, 422, "addresses.postal_code_unusable"),
            ({"label": "castle"}, 422, "request.invalid"),
            ({"line1": ""}, 422, "request.invalid"),
            ({"line1": "x" * 201}, 422, "request.invalid"),
            ({"country": "usa"}, 422, "request.invalid"),
            ({"owner": "me"}, 422, "request.invalid"),
            ({"latitude": 400}, 422, "request.invalid"),
        ],
    )
    def test_are_refused_when_they_make_no_sense(
        self,
        client: TestClient,
        student: Headers,
        *,
        changes: dict[str, object],
        status: int,
        code: str,
    ) -> None:
        answer = client.post(f"{V1}/addresses", json=HOME | changes, headers=student)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert client.get(f"{V1}/addresses", headers=student).json() == {"items": []}

    def test_of_others_are_not_found(
        self, client: TestClient, student: Headers, new_user: NewUser, sign_in: SignIn
    ) -> None:
        made = client.post(f"{V1}/addresses", json=HOME, headers=student).json()
        stranger = sign_in(new_user(Role.STUDENT, Role.ADMIN))
        for address_id in (made["id"], new_id(), "x"):
            path = f"{V1}/addresses/{address_id}"
            answers = [
                client.get(path, headers=stranger),
                client.patch(path, json={"line2": None}, headers=stranger),
                client.post(f"{path}/make-default", headers=stranger),
                client.delete(path, headers=stranger),
            ]
            assert {answer.status_code for answer in answers} == {404}
            assert {answer.json()["code"] for answer in answers} == {"addresses.not_found"}

    def test_need_somebody_who_is_signed_in(self, client: TestClient) -> None:
        answer = client.get(f"{V1}/addresses")
        assert (answer.status_code, answer.json()["code"]) == (401, "auth.required")
