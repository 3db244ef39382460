"""Instructors over HTTP: from an empty profile to a public one."""

from itertools import count

import pytest
from fastapi.testclient import TestClient

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import id_of, made_by
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, SignIn
from tests.factories import checks, instructors, payments_people

BASE = "/api/v1/instructors"
EXACT = {"latitude": 40.4112345, "longitude": -73.7912345}


@pytest.fixture
def maya_id(runtime: Runtime) -> str:
    """An instructor with an empty profile, whose places are shown where they always are: by
    chance the point of another may share a coordinate with its own.
    """
    numbers = count(1)
    with runtime.begin(SYSTEM) as uow, made_by(lambda: id_of(0, next(numbers))):
        instructor_id = instructors.profile(uow, last_name="Vandersteen", bio=None)
        access.grant_role(uow, instructor_id, Role.INSTRUCTOR)
    return instructor_id


@pytest.fixture
def maya(maya_id: str, sign_in: SignIn) -> Headers:
    return sign_in(maya_id)


class TestOwnProfile:
    def test_grows_until_it_is_public(
        self, client: TestClient, runtime: Runtime, maya: Headers, maya_id: str
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            service_id = instructors.catalog_service(uow).id
            area = instructors.area(uow)
        offering = {
            "service_id": service_id,
            "durations": [60],
            "age_groups": ["adults"],
            "prices": [
                {"format": "student_location", "hourly_rate_cents": 12_000},
                {"format": "instructor_location", "hourly_rate_cents": 9_000},
            ],
        }
        place = {"label": "Studio", "address_line": "742 Evergreen Terrace", **EXACT}
        early = client.post(f"{BASE}/me/go-live", headers=maya)
        assert (early.status_code, early.json()["code"]) == (409, "instructors.not_ready")
        unproven = ["background_check", "identity", "payouts"]
        assert early.json()["facts"] == {"missing": ["bio", "offering", *unproven]}
        made = client.post(f"{BASE}/me/offerings", json=offering, headers=maya)
        assert made.status_code == 201
        assert made.json()["missing"] == ["bio", "service_area", "teaching_place"]
        steps = [
            client.patch(f"{BASE}/me", json={"bio": "I teach with patience."}, headers=maya),
            client.put(f"{BASE}/me/areas", json={"area_keys": [area]}, headers=maya),
            client.put(f"{BASE}/me/places/teaching", json={"places": [place]}, headers=maya),
        ]
        assert [step.status_code for step in steps] == [200] * 3
        assert client.get(f"{BASE}/me/onboarding", headers=maya).json() == {
            "is_live": False,
            "missing": unproven,
            "background_check": {
                "status": None,
                "is_clear": False,
                "ordered_at": None,
                "completed_at": None,
                "valid_until": None,
                "url": None,
            },
            "identity_verified": False,
            "can_be_paid": False,
        }
        refused = client.post(f"{BASE}/me/go-live", headers=maya)
        assert (refused.status_code, refused.json()["facts"]) == (409, {"missing": unproven})
        with runtime.begin(SYSTEM) as uow:
            checks.check(uow, maya_id)
            payments_people.identity(uow, maya_id, IdentityStatus.VERIFIED)
            payments_people.account(uow, maya_id)
        steps = [client.post(f"{BASE}/me/go-live", headers=maya)]
        assert steps[0].status_code == 200
        assert (steps[-1].json()["status"], steps[-1].json()["missing"]) == ("live", [])
        public = client.get(f"{BASE}/{maya_id}")
        assert (public.status_code, public.json()["name"]) == (200, "Maya V.")
        for secret in ("Evergreen", "40.4112", "73.7912", "Vandersteen"):
            assert secret not in public.text
        assert client.post(f"{BASE}/me/pause", headers=maya).json()["status"] == "paused"
        assert client.get(f"{BASE}/{maya_id}").status_code == 404

    def test_has_a_tag(self, client: TestClient, maya: Headers) -> None:
        answer = client.get(f"{BASE}/me", headers=maya)
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(f"{BASE}/me", headers={**maya, **tag}).status_code == 304

    def test_is_not_a_student_s(self, client: TestClient, student: Headers) -> None:
        assert client.get(f"{BASE}/me", headers=student).status_code == 403

    @pytest.mark.parametrize(
        "body",
        [
            {"bio": "too short"},
            {"bio": "x" * 1001},
            {"years_experience": 0},
            {"years_experience": 51},
            {"buffer_minutes": 9},
            {"travel_buffer_minutes": 29},
            {"is_live": True},
        ],
    )
    def test_refuses_what_breaks_a_rule(
        self, client: TestClient, maya: Headers, body: dict[str, object]
    ) -> None:
        assert client.patch(f"{BASE}/me", json=body, headers=maya).status_code == 422

    def test_does_not_reach_the_offerings_of_others(
        self, client: TestClient, runtime: Runtime, maya: Headers
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            other = instructors.live_instructor(uow)
        answer = client.delete(f"{BASE}/me/offerings/{other.offering_id}", headers=maya)
        assert (answer.status_code, answer.json()["code"]) == (
            404,
            "instructors.offering_not_found",
        )


class TestPublicProfile:
    def test_is_found_by_id_and_by_slug(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow)
        by_id = client.get(f"{BASE}/{teacher.id}")
        by_slug = client.get(f"{BASE}/{teacher.slug}")
        assert by_id.json() == by_slug.json()
        assert by_id.headers["ETag"] == by_slug.headers["ETag"]

    @pytest.mark.parametrize(
        "name", ["nobody", "x" * 500, "01JZ8M4T6Q3V9K2X7C5B1N0D8F", "%F0%9F%8E%B9"]
    )
    def test_is_not_there_for_a_stranger(self, client: TestClient, name: str) -> None:
        answer = client.get(f"{BASE}/{name}")
        assert (answer.status_code, answer.json()["code"]) == (404, "instructors.not_found")


class TestList:
    def test_goes_page_by_page(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            ids = sorted(instructors.live_instructor(uow, open_days=0).id for _ in range(3))
        first = client.get(BASE, params={"limit": 2, "format": "online"}).json()
        query = {"limit": 2, "format": "online", "cursor": first["next_cursor"]}
        last = client.get(BASE, params=query).json()
        assert [card["id"] for card in first["items"] + last["items"]] == ids
        assert last["next_cursor"] is None
        refused = client.get(BASE, params={"cursor": first["next_cursor"]})
        assert (refused.status_code, refused.json()["code"]) == (422, "paging.bad_cursor")


class TestStaffProfile:
    def test_is_for_staff(
        self, client: TestClient, admin: Headers, maya: Headers, maya_id: str
    ) -> None:
        seen = client.get(f"{BASE}/{maya_id}/staff", headers=admin)
        assert (seen.status_code, seen.json()["last_name"]) == (200, "Vandersteen")
        assert client.get(f"{BASE}/{maya_id}/staff", headers=maya).status_code == 403
