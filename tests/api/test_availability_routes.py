"""Calendars over HTTP: one's own week with its version, and everybody's free times."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from fastapi.testclient import TestClient

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, SignIn
from tests.factories import instructors

WEEK = "/api/v1/availability/weeks/2026-06-22"
HOURS = [{"start": "09:00", "end": "12:30"}]
BODY = {"version": 0, "days": [{"day": "2026-06-22", "hours": HOURS}]}


@pytest.fixture
def maya(runtime: Runtime, sign_in: SignIn) -> Headers:
    """The headers of an instructor without open hours."""
    with runtime.begin(SYSTEM) as uow:
        instructor_id = instructors.profile(uow)
        access.grant_role(uow, instructor_id, Role.INSTRUCTOR)
    return sign_in(instructor_id)


class TestOwnWeek:
    def test_is_saved_and_read_with_its_version(self, client: TestClient, maya: Headers) -> None:
        saved = client.put(WEEK, json=BODY, headers=maya)
        assert (saved.status_code, saved.headers["ETag"]) == (200, '"1"')
        assert saved.json()["changed_days"] == ["2026-06-22"]
        read = client.get("/api/v1/availability/weeks/2026-06-24", headers=maya)
        assert (read.status_code, read.headers["ETag"]) == (200, '"1"')
        assert read.json()["version"] == 1
        assert read.json()["days"][0] == {"day": "2026-06-22", "hours": HOURS}
        again = client.get(WEEK, headers={**maya, "If-None-Match": '"1"'})
        assert (again.status_code, again.content) == (304, b"")

    @pytest.mark.parametrize("tag", ['"0"', 'W/"0"', "0"])
    def test_can_be_saved_with_if_match(self, client: TestClient, maya: Headers, tag: str) -> None:
        body = {"days": BODY["days"]}
        assert client.put(WEEK, json=body, headers={**maya, "If-Match": tag}).status_code == 200

    def test_tells_the_current_version_when_it_was_changed_meanwhile(
        self, client: TestClient, maya: Headers
    ) -> None:
        client.put(WEEK, json=BODY, headers=maya)
        stale = {"version": 0, "days": []}
        answer = client.put(WEEK, json=stale, headers=maya)
        assert answer.status_code == 409
        assert answer.json()["code"] == "availability.week_changed"
        assert answer.json()["facts"] == {"current_version": 1}
        assert client.get(WEEK, headers=maya).json()["days"][0]["hours"] == HOURS

    @pytest.mark.parametrize(
        ("path", "body", "code"),
        [
            (WEEK, {"days": []}, "availability.version_required"),
            ("/api/v1/availability/weeks/2026-06-23", BODY, "availability.not_a_monday"),
            ("/api/v1/availability/weeks/9999-12-31", BODY, "availability.days_out_of_reach"),
        ],
    )
    def test_refuses_what_cannot_be_saved(
        self, client: TestClient, maya: Headers, path: str, body: dict[str, object], code: str
    ) -> None:
        answer = client.put(path, json=body, headers=maya)
        assert (answer.status_code, answer.json()["code"]) == (422, code)

    @pytest.mark.parametrize(
        "hours",
        [
            {"start": "24:00", "end": "24:00"},
            {"start": "9:00", "end": "12:00"},
            {"start": "09:00", "end": "24:01"},
            {"start": "09:60", "end": "12:00"},
        ],
    )
    def test_refuses_times_that_no_clock_shows(
        self, client: TestClient, maya: Headers, hours: dict[str, str]
    ) -> None:
        body = {"version": 0, "days": [{"day": "2026-06-22", "hours": [hours]}]}
        assert client.put(WEEK, json=body, headers=maya).status_code == 422

    def test_is_not_a_student_s(self, client: TestClient, student: Headers) -> None:
        assert client.get(WEEK, headers=student).status_code == 403
        assert client.put(WEEK, json=BODY, headers=student).status_code == 403


class TestFreeTimes:
    def test_are_shown_to_everybody(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow, hours=("09:00-10:30",))
        path = f"/api/v1/availability/instructors/{teacher.id}/free-times"
        query = {"first": "2026-06-16", "last": "2026-06-16", "format": "online"}
        answer = client.get(path, params=query)
        assert answer.status_code == 200
        assert answer.json() == {
            "instructor_id": teacher.id,
            "timezone": "America/New_York",
            "minutes": 60,
            "format": "online",
            "earliest_at": "2026-06-16T13:00:00Z",
            "days": [
                {
                    "day": "2026-06-16",
                    "windows": [
                        {
                            "start": "09:00",
                            "end": "10:30",
                            "starts_at": "2026-06-16T13:00:00Z",
                            "ends_at": "2026-06-16T14:30:00Z",
                        }
                    ],
                    "starts": ["09:00", "09:15", "09:30"],
                }
            ],
        }
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(path, params=query, headers=tag).status_code == 304

    def test_are_not_there_for_a_stranger(self, client: TestClient) -> None:
        answer = client.get(f"/api/v1/availability/instructors/{new_id()}/free-times")
        assert (answer.status_code, answer.json()["code"]) == (404, "availability.not_found")

    @pytest.mark.parametrize(
        "query", [{"minutes": "20"}, {"minutes": "255"}, {"first": "x"}, {"unknown": "1"}]
    )
    def test_refuse_questions_that_make_no_sense(
        self, client: TestClient, query: dict[str, str]
    ) -> None:
        path = f"/api/v1/availability/instructors/{new_id()}/free-times"
        assert client.get(path, params=query).status_code == 422


class TestCosts:
    def test_of_a_week_are_few_statements(
        self,
        client: TestClient,
        maya: Headers,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with count_statements() as saving:
            assert client.put(WEEK, json=BODY, headers=maya).status_code == 200
        with count_statements() as reading:
            assert client.get(WEEK, headers=maya).status_code == 200
        assert (len(saving), len(reading)) == (5, 2)
