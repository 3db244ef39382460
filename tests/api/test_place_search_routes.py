"""What a search over HTTP says of the place that it was understood to ask for."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Headers

SEARCH = "/api/v1/search"


def understood(client: TestClient, q: str, headers: Headers | None = None, **more: Any) -> Any:
    answer = client.get(SEARCH, params={"q": q, **more}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["understood"]


class TestThePlace:
    def test_is_all_that_an_unclear_name_may_mean(self, client: TestClient) -> None:
        place = understood(client, "piano in murray hill")["place"]
        assert (place["ambiguous"], place["tier"]) == (True, "exact")
        assert [one["name"] for one in place["candidates"]] == [
            "Murray Hill / Kips Bay",
            "Murray Hill (Queens)",
        ]

    @pytest.mark.parametrize(
        ("q", "name", "tier"),
        [
            ("piano near barclays center", "Barclays Center", "alias"),
            ("guitar 11215", "11215", "alias"),
            ("piano in ft greene", "Fort Greene", "exact"),
            ("violin in wiliamsburg", "Williamsburg", "exact"),
        ],
    )
    def test_says_how_it_was_found(self, client: TestClient, q: str, name: str, tier: str) -> None:
        place = understood(client, q)["place"]
        assert (place["name"], place["tier"]) == (name, tier)

    def test_elsewhere_is_named_and_nothing_is_guessed(self, client: TestClient) -> None:
        said = understood(client, "piano in hoboken")
        assert (said["place"], said["place_elsewhere"]) == (None, "Hoboken")

    def test_that_nobody_knows_is_said(self, client: TestClient) -> None:
        said = understood(client, "violin lessons in Georgetown")
        assert (said["place"], said["place_not_found"]) == (None, "georgetown")

    def test_that_was_typed_beats_the_device(self, client: TestClient) -> None:
        said = understood(client, "piano in astoria", latitude=40.6716, longitude=-73.9777)
        assert said["place"]["name"] == "Astoria"


class TestNearMe:
    def test_needs_to_know_where_that_is(self, client: TestClient, student: Headers) -> None:
        guest = understood(client, "violin teacher near me")
        assert (guest["near_me"], guest["near_me_lacks"]) == (True, "sign_in")
        homeless = understood(client, "violin teacher near me", student)
        assert (homeless["near_me"], homeless["near_me_lacks"]) == (True, "address")

    def test_is_around_the_device(self, client: TestClient) -> None:
        said = understood(client, "violin teacher near me", latitude=40.6716, longitude=-73.9777)
        assert (said["near_me"], said["near_me_lacks"]) == (True, None)
        assert said["place"]["name"] == "Park Slope"

    def test_is_around_the_address_of_whoever_signed_in(
        self, client: TestClient, student: Headers
    ) -> None:
        home = {
            "label": "home",
            "line1": "350 5th Ave",
            "postal_code": "10118",
            "latitude": 40.74844,
            "longitude": -73.98566,
            "is_default": True,
        }
        assert client.post("/api/v1/addresses", json=home, headers=student).status_code == 201
        said = understood(client, "violin teacher near me", student)
        assert said["near_me_lacks"] is None
        assert said["place"]["name"] == "Flatiron / NoMad / Union Square"
