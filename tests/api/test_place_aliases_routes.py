"""Names of places that are taught, over HTTP."""

from fastapi.testclient import TestClient

from instainstru_core.domains.search import service
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, NewUser, SignIn

V1 = "/api/v1/search"
FLATBUSH = "nyc-brooklyn-flatbush"
UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


class TestPlaceAliases:
    def test_are_taught_listed_and_rejected(self, client: TestClient, admin: Headers) -> None:
        body = {"name": "The Junction!", "area_keys": [FLATBUSH]}
        made = client.post(f"{V1}/place-aliases", json=body, headers=admin)
        assert made.status_code == 201
        told = made.json()
        assert (told["name"], told["status"], told["source"]) == ("junction", "active", "manual")
        refused = client.post(f"{V1}/place-aliases", json=body, headers=admin)
        assert (refused.status_code, refused.json()["code"]) == (409, "search.alias_known")
        listed = client.get(f"{V1}/place-aliases", params={"status": "active"}, headers=admin)
        assert [one["id"] for one in listed.json()["items"]] == [told["id"]]
        gone = client.post(f"{V1}/place-aliases/{told['id']}/reject", headers=admin)
        assert gone.json()["status"] == "rejected"
        again = client.post(f"{V1}/place-aliases/{told['id']}/reject", headers=admin)
        assert (again.status_code, again.json()["code"]) == (409, "search.alias_decided")

    def test_that_wait_are_approved(
        self, client: TestClient, admin: Headers, runtime: Runtime
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            service.propose_place_alias(uow, "hollow", [FLATBUSH])
        (waiting,) = client.get(f"{V1}/place-aliases", headers=admin).json()["items"]
        assert (waiting["status"], waiting["source"], waiting["people"]) == ("pending", "model", 0)
        approved = client.post(f"{V1}/place-aliases/{waiting['id']}/approve", headers=admin)
        assert approved.json()["status"] == "active"
        unknown = client.post(f"{V1}/place-aliases/{UNKNOWN_ID}/approve", headers=admin)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "search.alias_not_found")

    def test_that_make_no_sense_are_refused(self, client: TestClient, admin: Headers) -> None:
        refused_bodies: tuple[tuple[dict[str, object], str], ...] = (
            ({"name": "hollow", "area_keys": ["nowhere"]}, "search.alias_unusable"),
            ({"name": "--", "area_keys": [FLATBUSH]}, "request.invalid"),
            ({"name": "hollow", "area_keys": []}, "request.invalid"),
        )
        for body, code in refused_bodies:
            refused = client.post(f"{V1}/place-aliases", json=body, headers=admin)
            assert (refused.status_code, refused.json()["code"]) == (422, code)

    def test_are_for_staff(self, client: TestClient, sign_in: SignIn, new_user: NewUser) -> None:
        somebody = sign_in(new_user())
        body = {"name": "hollow", "area_keys": [FLATBUSH]}
        answers = [
            client.get(f"{V1}/place-aliases", headers=somebody),
            client.post(f"{V1}/place-aliases", json=body, headers=somebody),
            client.post(f"{V1}/place-aliases/{UNKNOWN_ID}/approve", headers=somebody),
            client.post(f"{V1}/place-aliases/{UNKNOWN_ID}/reject", headers=somebody),
            client.get(f"{V1}/unresolved-places", headers=somebody),
            client.post(f"{V1}/unresolved-places/dismiss", json={"name": "xy"}, headers=somebody),
        ]
        assert [answer.status_code for answer in answers] == [403] * 6
        assert client.get(f"{V1}/place-aliases").status_code == 401


class TestUnresolvedPlaces:
    def test_are_listed_and_dismissed(self, client: TestClient, admin: Headers) -> None:
        assert client.get(f"{V1}/unresolved-places", headers=admin).json() == {"items": []}
        unknown = client.post(
            f"{V1}/unresolved-places/dismiss", json={"name": "atlantis"}, headers=admin
        )
        assert (unknown.status_code, unknown.json()["code"]) == (
            404,
            "search.unresolved_not_found",
        )
