"""The catalog over HTTP: from the tree down to filters, kept by whoever asks."""

import pytest
from fastapi.testclient import TestClient

from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.factories import instructors

BASE = "/api/v1/catalog"


class TestBrowsing:
    def test_goes_from_the_tree_to_a_subcategory_with_its_filters(self, client: TestClient) -> None:
        tree = client.get(f"{BASE}/categories").json()["items"]
        dance = next(top for top in tree if top["slug"] == "dance")
        ballet = next(group for group in dance["subcategories"] if group["slug"] == "ballet")
        found = client.get(f"{BASE}/categories/dance/ballet").json()
        assert found["service_count"] == ballet["service_count"] == len(found["services"])
        assert [one["key"] for one in found["filters"]] == ["skill_level", "goal", "style"]
        assert found["filters"][2]["options"] == [
            {"value": "classical", "label": "Classical"},
            {"value": "contemporary", "label": "Contemporary"},
        ]
        whole = client.get(f"{BASE}/categories/dance").json()["subcategories"]
        assert next(one for one in whole if one["slug"] == "ballet")["filters"] == found["filters"]

    def test_narrows_services_by_subcategory(self, client: TestClient) -> None:
        found = client.get(f"{BASE}/services", params={"subcategory": "guitar"}).json()["items"]
        assert {one["subcategory_slug"] for one in found} == {"guitar"}

    @pytest.mark.parametrize(
        "path",
        [
            "categories",
            "categories/dance",
            "categories/dance/ballet",
            "filters",
            "services?limit=2",
            "services/piano",
            "lookup?q=bjj",
        ],
    )
    def test_can_be_kept_and_asked_for_again(self, client: TestClient, path: str) -> None:
        answer = client.get(f"{BASE}/{path}")
        assert answer.headers["cache-control"] == "public, max-age=3600"
        held = {"If-None-Match": answer.headers["etag"]}
        assert client.get(f"{BASE}/{path}", headers=held).status_code == 304

    @pytest.mark.parametrize("path", ["categories/dance/piano", "categories/no%20slug/ballet"])
    def test_refuses_what_is_not_there(self, client: TestClient, path: str) -> None:
        answer = client.get(f"{BASE}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (
            404,
            "catalog.subcategory_not_found",
        )


class TestWhatIsTaught:
    def test_is_told_by_category_to_everybody(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            for _ in range(2):
                instructors.live_instructor(uow, service="piano", open_days=0)
            instructors.live_instructor(uow, service="guitar", open_days=0)
            instructors.live_instructor(uow, service="ballet", open_days=0)
            instructors.live_instructor(uow, service="cello", live=False, open_days=0)
        answer = client.get(f"{BASE}/taught")
        assert answer.headers["cache-control"] == "public, max-age=300"
        found = [
            (top["slug"], [(one["slug"], one["instructor_count"]) for one in top["services"]])
            for top in answer.json()["items"]
        ]
        assert found == [("music", [("piano", 2), ("guitar", 1)]), ("dance", [("ballet", 1)])]
        (music, _) = client.get(f"{BASE}/taught", params={"per_category": 1}).json()["items"]
        assert [one["from_hourly_rate_cents"] for one in music["services"]] == [8_000]
        toddlers = client.get(f"{BASE}/taught", params={"age_group": "toddler"})
        assert toddlers.json() == {"items": []}


class TestAList:
    def test_of_instructors_refuses_what_is_no_filter(self, client: TestClient) -> None:
        listed = client.get("/api/v1/instructors", params={"filters": "goal:hobby"})
        assert listed.json() == {"items": [], "next_cursor": None}
        for filters, says in (("color:red", "There is no filter color"), ("goal", "look like")):
            answer = client.get("/api/v1/instructors", params={"filters": filters})
            assert (answer.status_code, answer.json()["code"]) == (422, "catalog.filters_unusable")
            assert says in answer.json()["detail"]
