"""Searches narrowed by what offerings say of themselves, and by what students say."""

import pytest
from fastapi.testclient import TestClient

from instainstru_core.domains.instructors.models import Offering
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.factories import instructors, reviews
from tests.factories.instructors import LiveInstructor

PATH = "/api/v1/search"


@pytest.fixture
def maya(runtime: Runtime) -> LiveInstructor:
    """Teaches piano to beginners, as a hobby."""
    with runtime.begin(SYSTEM) as uow:
        found = instructors.live_instructor(uow, service="piano")
        offering = uow.session.get_one(Offering, found.offering_id)
        offering.skill_levels, offering.filters = ["beginner"], {"goal": ["hobby"]}
    return found


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [
        ("skill_level:beginner", True),
        ("skill_level:advanced", False),
        ("skill_level:beginner,advanced|goal:hobby", True),
        ("goal:performance", False),
        ("goal:hobby,performance", True),
    ],
)
def test_a_filter_takes_one_value_of_each_key(
    client: TestClient, maya: LiveInstructor, *, filters: str, is_found: bool
) -> None:
    answer = client.get(PATH, params={"service": "piano", "filters": filters})
    assert answer.status_code == 200
    found = [one["instructor_id"] for one in answer.json()["items"]]
    assert found == ([maya.id] if is_found else [])


def test_a_review_is_seen_in_the_next_search(
    client: TestClient, runtime: Runtime, maya: LiveInstructor
) -> None:
    wanted = {"service": "piano", "min_rating": "4"}
    assert client.get(PATH, params=wanted).json()["items"] == []
    reviews.reviewed(runtime.begin, maya, 5)
    assert [one["instructor_id"] for one in client.get(PATH, params=wanted).json()["items"]] == [
        maya.id
    ]
