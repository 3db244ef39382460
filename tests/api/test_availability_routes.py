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
BLACKOUTS = "/api/v1/availability/blackouts"
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
        assert (read.status_code, read.json()["version"], read.json()["taken"]) == (200, 1, [])
        assert read.json()["days"][0] == {
            "day": "2026-06-22",
            "hours": [{"start": "09:00", "end": "12:30", "tag": "any"}],
            "blackout": False,
        }
        assert read.headers["Cache-Control"] == "private, no-cache"
        again = client.get(WEEK, headers={**maya, "If-None-Match": read.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_has_a_tag_that_begins_with_the_version_and_changes_with_what_is_shown(
        self, client: TestClient, maya: Headers
    ) -> None:
        client.put(WEEK, json=BODY, headers=maya)
        before = client.get(WEEK, headers=maya).headers["ETag"]
        assert before.startswith('"1.')
        client.post(BLACKOUTS, json={"first": "2026-06-23"}, headers=maya)
        changed = client.get(WEEK, headers={**maya, "If-None-Match": before})
        after = changed.headers["ETag"]
        assert (changed.status_code, after[:3], after == before) == (200, '"1.', False)
        saved = client.put(WEEK, json={"days": []}, headers={**maya, "If-Match": before})
        assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
        stale = client.put(WEEK, json={"days": []}, headers={**maya, "If-Match": after})
        assert (stale.status_code, stale.json()["facts"]["current_version"]) == (409, 2)
        strange = client.put(WEEK, json={"days": []}, headers={**maya, "If-Match": '"2.x"'})
        assert (strange.status_code, strange.json()["code"]) == (422, "request.bad_if_match")

    def test_is_overwritten_at_any_version_with_a_star(
        self, client: TestClient, maya: Headers
    ) -> None:
        client.put(WEEK, json=BODY, headers=maya)
        saved = client.put(WEEK, json={"days": []}, headers={**maya, "If-Match": "*"})
        assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
        stale = {"version": 1, "days": BODY["days"]}
        refused = client.put(WEEK, json=stale, headers={**maya, "If-Match": "*"})
        assert refused.status_code == 409

    def test_keeps_the_tags_that_a_save_leaves_out(self, client: TestClient, maya: Headers) -> None:
        tagged = [{"start": "09:00", "end": "12:30", "tag": "no_travel"}]
        body = {"version": 0, "days": [{"day": "2026-06-22", "hours": tagged}]}
        assert client.put(WEEK, json=body, headers=maya).json()["days"][0]["hours"] == tagged
        saved = client.put(WEEK, json=BODY | {"version": 1}, headers=maya)
        assert saved.json()["days"][0]["hours"] == tagged
        assert saved.json()["changed_days"] == []

    @pytest.mark.parametrize("tag", ['"0"', 'W/"0"', "0"])
    def test_can_be_saved_with_if_match(self, client: TestClient, maya: Headers, tag: str) -> None:
        body = {"days": BODY["days"]}
        assert client.put(WEEK, json=body, headers={**maya, "If-Match": tag}).status_code == 200

    def test_tells_the_current_version_when_it_was_changed_meanwhile(
        self, client: TestClient, maya: Headers
    ) -> None:
        client.put(WEEK, json=BODY, headers=maya)
        answer = client.put(WEEK, json={"version": 0, "days": []}, headers=maya)
        assert answer.status_code == 409
        assert answer.json()["code"] == "availability.week_changed"
        assert answer.json()["facts"] == {"monday": "2026-06-22", "current_version": 1}
        assert client.get(WEEK, headers=maya).json()["days"][0]["hours"] == [
            {"start": "09:00", "end": "12:30", "tag": "any"}
        ]

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


class TestManyDays:
    def test_are_copied_repeated_and_edited(self, client: TestClient, maya: Headers) -> None:
        client.put(WEEK, json=BODY, headers=maya)
        copied = client.post(f"{WEEK}/copy", json={"to": "2026-06-29"}, headers=maya)
        assert (copied.status_code, copied.headers["ETag"]) == (200, '"1"')
        assert copied.json()["items"][0] == {"day": "2026-06-29", "result": "applied", "why": None}
        stale = {**maya, "If-Match": '"0"'}
        refused = client.post(f"{WEEK}/copy", json={"to": "2026-06-29"}, headers=stale)
        assert (refused.status_code, refused.json()["facts"]["current_version"]) == (409, 1)
        pattern = {"monday": "2026-06-22", "first": "2026-06-14", "last": "2026-07-06"}
        filled = client.post("/api/v1/availability/patterns", json=pattern, headers=maya).json()
        assert filled["items"][0] == {"day": "2026-06-14", "result": "skipped", "why": "over"}
        assert filled["weeks"] == [
            {"monday": "2026-06-15", "version": 1},
            {"monday": "2026-07-06", "version": 1},
        ]
        edit = {"day": "2026-06-22", "kind": "close", "start": "09:00", "end": "10:00"}
        path = "/api/v1/availability/edits"
        edited = client.post(path, json={"edits": [edit, edit]}, headers=maya).json()
        assert [each["result"] for each in edited["items"]] == ["applied", "unchanged"]
        assert edited["written"] is True
        tagged = edit | {"tag": "any"}
        assert client.post(path, json={"edits": [tagged]}, headers=maya).status_code == 422
        assert client.post(path, json={"edits": []}, headers=maya).status_code == 422
        assert client.post(path, json={"edits": [edit] * 201}, headers=maya).status_code == 422

    def test_can_be_blacked_out(self, client: TestClient, maya: Headers) -> None:
        body = {"first": "2026-06-22", "last": "2026-06-23", "reason": " Concert "}
        added = client.post(BLACKOUTS, json=body, headers=maya)
        assert (added.status_code, added.json()["staying"]) == (201, [])
        listed = client.get(BLACKOUTS, headers=maya)
        assert listed.json()["items"] == [
            {"day": "2026-06-22", "reason": "Concert"},
            {"day": "2026-06-23", "reason": "Concert"},
        ]
        gone = client.delete(f"{BLACKOUTS}/2026-06-22", headers=maya)
        assert (gone.status_code, gone.json()["day"]) == (200, "2026-06-22")
        again = client.delete(f"{BLACKOUTS}/2026-06-22", headers=maya)
        assert (again.status_code, again.json()["code"]) == (404, "availability.blackout_not_found")

    def test_are_not_a_student_s(self, client: TestClient, student: Headers) -> None:
        pattern = {"monday": "2026-06-22", "first": "2026-06-22", "last": "2026-06-22"}
        edit = {"day": "2026-06-22", "kind": "close", "start": "09:00", "end": "10:00"}
        for path, body in (
            (f"{WEEK}/copy", {"to": "2026-06-29"}),
            ("/api/v1/availability/patterns", pattern),
            ("/api/v1/availability/edits", {"edits": [edit]}),
            (BLACKOUTS, {"first": "2026-06-22"}),
        ):
            assert client.post(path, json=body, headers=student).status_code == 403


class TestReach:
    """Who of many travels to a point, at the door."""

    PATH = "/api/v1/instructors/coverage"

    def test_is_told_without_any_coordinates(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            teacher = instructors.live_instructor(uow)
        stranger = new_id()
        query = {"latitude": 40.41, "longitude": -73.79, "ids": [teacher.id, stranger]}
        answer = client.get(self.PATH, params=query)
        assert answer.json() == {
            "items": [{"instructor_id": teacher.id, "covered": True}],
            "not_bookable": [stranger],
        }
        assert answer.headers["Cache-Control"] == "private, max-age=60"
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(self.PATH, params=query, headers=tag).status_code == 304

    @pytest.mark.parametrize("given", [["{}", "{}"], ["{},{}"], [" {} ,{},"], ["{}", ",{}"]])
    def test_takes_ids_one_by_one_or_with_commas(
        self, client: TestClient, given: list[str]
    ) -> None:
        one, two = new_id(), new_id()
        ids = "\n".join(given).format(one, two).split("\n")
        answer = client.get(self.PATH, params={"latitude": 40.41, "longitude": -73.79, "ids": ids})
        assert answer.json() == {"items": [], "not_bookable": [one, two]}

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"latitude": 40.41, "longitude": -73.79}, None),
            ({"latitude": 40.41, "longitude": -73.79, "ids": " , "}, None),
            (
                {"latitude": 40.41, "longitude": -73.79, "ids": ",".join(map(str, range(101)))},
                "instructors.too_many",
            ),
            ({"latitude": 91, "longitude": -73.79, "ids": ["x"]}, None),
            ({"latitude": 40.41, "ids": ["x"]}, None),
            (
                {"latitude": 40.41, "longitude": -73.79, "ids": [str(n) for n in range(101)]},
                "instructors.too_many",
            ),
        ],
    )
    def test_is_not_told_where_too_much_or_too_little_is_asked(
        self, client: TestClient, query: dict[str, object], code: str | None
    ) -> None:
        answer = client.get(self.PATH, params=query)  # type: ignore[arg-type]
        assert answer.status_code == 422
        assert code is None or answer.json()["code"] == code


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
            "detail": "full",
            "earliest_at": "2026-06-16T13:00:00Z",
            "days": [
                {
                    "day": "2026-06-16",
                    "blackout": False,
                    "free": True,
                    "parts": ["morning"],
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
        assert answer.headers["Cache-Control"] == "private, no-cache"
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(path, params=query, headers=tag).status_code == 304

    def test_are_not_there_for_a_stranger(self, client: TestClient) -> None:
        answer = client.get(f"/api/v1/availability/instructors/{new_id()}/free-times")
        assert (answer.status_code, answer.json()["code"]) == (404, "availability.not_found")

    @pytest.mark.parametrize(
        "query",
        [
            {"minutes": "20"},
            {"minutes": "255"},
            {"first": "x"},
            {"unknown": "1"},
            {"detail": "some"},
        ],
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
        assert (len(saving), len(reading)) == (5, 3)
