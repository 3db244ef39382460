"""Reviews over HTTP: from a lesson that was taken to a rating that everybody sees."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, NewUser, SignIn
from tests.factories import instructors, reviews
from tests.factories.instructors import LiveInstructor

BASE = "/api/v1/reviews"
PEOPLE = "/api/v1/instructors"


@pytest.fixture
def maya(runtime: Runtime) -> LiveInstructor:
    with runtime.begin(SYSTEM) as uow:
        found = instructors.live_instructor(uow, last_name="Vandersteen", open_days=0)
        access.grant_role(uow, found.id, Role.INSTRUCTOR)
    return found


@pytest.fixture
def zoe_id(new_user: NewUser) -> str:
    return new_user(Role.STUDENT)


@pytest.fixture
def booking_id(runtime: Runtime, maya: LiveInstructor, zoe_id: str) -> str:
    with runtime.begin(SYSTEM) as uow:
        return reviews.taken(uow, maya, student_id=zoe_id).id


@pytest.fixture
def zoe(sign_in: SignIn, zoe_id: str) -> Headers:
    return sign_in(zoe_id)


@pytest.fixture
def review(client: TestClient, booking_id: str, zoe: Headers) -> dict[str, Any]:
    body = {"booking_id": booking_id, "stars": 4, "text": "Clear, and fun. me@mail.example.com"}
    answer = client.post(BASE, json=body, headers=zoe)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


class TestAReview:
    def test_is_seen_by_everybody_beside_the_rating(
        self, client: TestClient, maya: LiveInstructor, review: dict[str, Any]
    ) -> None:
        listed = client.get(f"{PEOPLE}/{maya.slug}/reviews").json()
        assert [(one["id"], one["stars"], one["text"]) for one in listed["items"]] == [
            (review["id"], 4, "Clear, and fun. [removed]")
        ]
        answer = client.get(f"{PEOPLE}/{maya.id}/rating")
        rating = answer.json()
        assert (rating["count"], rating["mean"], rating["weighted_mean"]) == (1, 4.0, 4.0)
        again = client.get(
            f"{PEOPLE}/{maya.id}/rating", headers={"If-None-Match": answer.headers["etag"]}
        )
        assert again.status_code == 304
        profile = client.get(f"{PEOPLE}/{maya.id}").json()
        assert profile["rating"] == {"count": 1, "mean": 4.0}
        assert profile["offerings"][0]["skill_levels"] == ["beginner", "intermediate", "advanced"]
        (card,) = client.get(PEOPLE).json()["items"]
        assert card["rating"] == profile["rating"]

    def test_is_changed_answered_and_withdrawn_by_its_sides(
        self,
        client: TestClient,
        maya: LiveInstructor,
        sign_in: SignIn,
        zoe: Headers,
        review: dict[str, Any],
    ) -> None:
        teacher = sign_in(maya.id)
        path = f"{BASE}/{review['id']}"
        edited = client.patch(path, json={"stars": 5, "text": ""}, headers=zoe).json()
        assert (edited["stars"], edited["text"]) == (5, None)
        (own,) = client.get(
            f"{BASE}/written", params={"booking_id": review["booking_id"]}, headers=zoe
        ).json()["items"]
        assert own == edited
        (received,) = client.get(
            f"{BASE}/received", params={"unanswered": True}, headers=teacher
        ).json()["items"]
        assert received["answerable"] is True
        answered = client.put(f"{path}/response", json={"text": "Thank you!"}, headers=teacher)
        assert answered.json()["response"]["text"] == "Thank you!"
        late = client.patch(path, json={"stars": 1}, headers=zoe)
        assert (late.status_code, late.json()["code"]) == (409, "reviews.answered")
        assert client.post(f"{path}/withdraw", headers=zoe).json()["state"] == "withdrawn"
        assert client.get(f"{PEOPLE}/{maya.id}/reviews").json()["items"] == []

    def test_is_hidden_and_shown_by_staff(
        self,
        client: TestClient,
        maya: LiveInstructor,
        admin: Headers,
        zoe: Headers,
        review: dict[str, Any],
    ) -> None:
        path = f"{BASE}/{review['id']}"
        hidden = client.post(f"{path}/hide", json={"reason": "spam"}, headers=admin)
        assert hidden.json()["state"] == "hidden"
        assert client.get(f"{PEOPLE}/{maya.id}").json()["rating"] == {"count": 0, "mean": None}
        listed = client.get(BASE, params={"state": "hidden"}, headers=admin).json()["items"]
        assert [one["id"] for one in listed] == [review["id"]]
        shown = client.post(f"{path}/show", json={"note": "A mistake."}, headers=admin)
        assert shown.json() == client.get(path, headers=admin).json()
        assert "Vandersteen" not in shown.text
        for answer in (
            client.get(BASE, headers=zoe),
            client.get(path, headers=zoe),
            client.post(f"{path}/hide", json={"reason": "spam"}, headers=zoe),
        ):
            assert (answer.status_code, answer.json()["code"]) == (
                403,
                "access.permission_missing",
            )

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"stars": 6}, 422, "request.invalid"),
            ({"stars": 0}, 422, "request.invalid"),
            ({"text": "no"}, 422, "reviews.words_too_short"),
            ({"text": "ab " * 400}, 422, "reviews.words_too_long"),
            ({"booking_id": new_id()}, 404, "reviews.lesson_not_found"),
            ({"mood": "good"}, 422, "request.invalid"),
        ],
    )
    def test_is_refused_with_what_to_do(  # noqa: PLR0917
        self,
        client: TestClient,
        booking_id: str,
        zoe: Headers,
        change: dict[str, Any],
        status: int,
        code: str,
    ) -> None:
        body = {"booking_id": booking_id, "stars": 5} | change
        answer = client.post(BASE, json=body, headers=zoe)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
