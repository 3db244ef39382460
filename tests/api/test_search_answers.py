"""Answers of searches over HTTP: told again while they are true, to whom they suit."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from prometheus_client import REGISTRY
from sqlalchemy import select

from api.app import create_app
from instainstru_core.adapters.search_cache import RedisAnswers
from instainstru_core.domains.search.models import SearchQuery
from instainstru_core.domains.search.policy import caching
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers
from tests.conftest import SetClock
from tests.databases import ServerUrls
from tests.factories import availability, instructors
from tests.factories.instructors import LiveInstructor
from tests.processes import free_port

SEARCH = "/api/v1/search"
HOME = {
    "label": "home",
    "line1": "1 Test Square",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "latitude": instructors.INSIDE[0],
    "longitude": instructors.INSIDE[1],
    "is_default": True,
}
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def answers(servers: ServerUrls) -> Iterator[RedisAnswers]:
    answers = RedisAnswers(servers.redis_url, new_id())
    yield answers
    answers.close()


@pytest.fixture
def client(runtime: Runtime, answers: RedisAnswers) -> Iterator[TestClient]:
    """A client of an application that keeps answers."""
    app = create_app(replace(runtime, answers=answers))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def maya(runtime: Runtime) -> LiveInstructor:
    with runtime.begin(SYSTEM) as uow:
        return instructors.live_instructor(uow)


def told(result: str) -> float:
    """How often the cache has given this result so far."""
    found = REGISTRY.get_sample_value("instainstru_search_cache_total", {"result": result})
    return found or 0.0


def asked(client: TestClient, q: str = "theremin", **more: str) -> Response:
    answer = client.get(SEARCH, params={"q": q, **more})
    assert answer.status_code == 200, answer.text
    return answer


def without_ends(answer: Response) -> dict[str, object]:
    return {
        name: value
        for name, value in answer.json().items()
        if name not in {"search_id", "next_cursor"}
    }


@pytest.mark.usefixtures("maya")
class TestAnAnswer:
    def test_is_told_again_without_looking_for_instructors(
        self, client: TestClient, count_statements: Counting
    ) -> None:
        first = asked(client)
        hits = told("hit")
        with count_statements() as statements:
            second = asked(client, "  Theremin ")
        assert told("hit") == hits + 1
        assert without_ends(second) == without_ends(first)
        assert [one for one in statements if "FROM instructors" in one] == []

    def test_names_and_records_a_search_of_its_own_each_time(
        self, client: TestClient, runtime: Runtime
    ) -> None:
        ids = [asked(client).json()["search_id"] for _ in range(3)]
        with runtime.begin(SYSTEM) as uow:
            rows = {row.id: row for row in uow.session.scalars(select(SearchQuery))}
        assert set(rows) == set(ids)
        assert [rows[one].cache_hit for one in ids] == [False, True, True]
        assert [rows[one].shown_as for one in ids] == [None, ids[0], ids[0]]
        assert {rows[one].result_count for one in ids} == {1}
        assert {rows[one].service_id for one in ids} != {None}

    def test_can_be_clicked_on(self, client: TestClient, maya: LiveInstructor) -> None:
        asked(client)
        again = asked(client).json()
        body = {"instructor_id": maya.id, "action": "view", "position": 1}
        made = client.post(f"{SEARCH}/{again['search_id']}/clicks", json=body)
        assert made.status_code == 201

    def test_pages_on_within_one_search(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            instructors.live_instructor(uow)
        firsts = [asked(client, limit="1").json() for _ in range(2)]
        seconds = [asked(client, limit="1", cursor=first["next_cursor"]).json() for first in firsts]
        assert [one["search_id"] for one in seconds] == [one["search_id"] for one in firsts]
        assert firsts[0]["search_id"] != firsts[1]["search_id"]
        assert seconds[0]["items"] == seconds[1]["items"]
        assert seconds[0]["items"][0]["position"] == 2
        assert seconds[0]["next_cursor"] is None

    def test_is_the_same_with_and_without_gzip(self, client: TestClient) -> None:
        asked(client)
        with client.stream(
            "GET", SEARCH, params={"q": "theremin"}, headers={"Accept-Encoding": "gzip"}
        ) as answer:
            packed = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
        plain = client.get(SEARCH, params={"q": "theremin"}, headers={"Accept-Encoding": ""})
        assert "content-encoding" not in plain.headers
        assert len(gzip.decompress(packed)) == len(plain.content)
        assert len(packed) < len(plain.content) / 2

    def test_is_not_sent_to_who_holds_it(self, client: TestClient, runtime: Runtime) -> None:
        first = asked(client)
        held = {"If-None-Match": first.headers["etag"]}
        same = client.get(SEARCH, params={"q": "theremin"}, headers=held)
        assert (same.status_code, same.content) == (304, b"")
        with runtime.begin(SYSTEM) as uow:
            instructors.live_instructor(uow)
        changed = client.get(SEARCH, params={"q": "theremin", "limit": "19"}, headers=held)
        assert (changed.status_code, changed.json()["total"]) == (200, 2)
        with runtime.begin(SYSTEM) as uow:
            recorded = set(uow.session.scalars(select(SearchQuery.id)))
        assert recorded == {first.json()["search_id"], changed.json()["search_id"]}

    def test_of_yesterday_is_not_told_today(self, client: TestClient, clock: SetClock) -> None:
        asked(client, "theremin tomorrow")
        misses = told("miss")
        clock.advance(timedelta(hours=14))
        days = asked(client, "theremin tomorrow").json()["understood"]["dates"]
        assert (days["first"], told("miss")) == ("2026-06-17", misses + 1)

    def test_is_not_kept_where_the_cache_is_away(self, runtime: Runtime) -> None:
        away = RedisAnswers(f"redis://127.0.0.1:{free_port()}/0", "x")
        with TestClient(create_app(replace(runtime, answers=away))) as client:
            for _ in range(2):
                degraded = asked(client).json()["degradation"]
                assert degraded == {"level": "light", "reasons": ["cache_unreachable"]}


class TestAChange:
    def test_of_somebody_shown_is_seen_at_once(
        self, client: TestClient, runtime: Runtime, answers: RedisAnswers, maya: LiveInstructor
    ) -> None:
        before = asked(client, on="2026-06-16").json()
        with runtime.begin(SYSTEM) as uow:
            found = before["items"][0]["free_at"]
            availability.occupied(
                uow, maya.id, uow.now + timedelta(hours=21), uow.now + timedelta(hours=26)
            )
        assert asked(client, on="2026-06-16").json()["items"][0]["free_at"] == found
        answers.touch([caching.of_instructor(maya.id)])
        assert asked(client, on="2026-06-16").json()["items"][0]["free_at"] != found

    def test_of_somebody_who_had_no_time_is_seen_at_once(
        self, client: TestClient, runtime: Runtime, answers: RedisAnswers
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            busy = instructors.live_instructor(uow, open_days=0)
        assert asked(client, on="2026-06-16").json()["total"] == 0
        with runtime.begin(SYSTEM) as uow:
            tuesday = uow.now.date() + timedelta(days=1)
            availability.open_day(uow, busy.id, tuesday, "09:00-18:00")
        answers.touch([caching.of_instructor(busy.id)])
        found = asked(client, on="2026-06-16").json()
        assert [one["instructor_id"] for one in found["items"]] == [busy.id]

    def test_of_somebody_else_leaves_answers_as_they_are(
        self, client: TestClient, answers: RedisAnswers, maya: LiveInstructor
    ) -> None:
        asked(client)
        answers.touch(
            caching.tags_of_change(new_id(), services=[new_id()], area_keys=["somewhere"])
        )
        hits = told("hit")
        asked(client)
        assert told("hit") == hits + 1
        answers.touch(
            caching.tags_of_change(new_id(), services=[maya.service_id], area_keys=["somewhere"])
        )
        asked(client)
        assert told("hit") == hits + 1


@pytest.mark.usefixtures("maya")
class TestPrivacy:
    @pytest.mark.parametrize(
        ("query", "is_public"),
        [
            ({"q": "theremin"}, True),
            ({"q": "theremin in test square"}, True),
            ({"q": "theremin near me"}, False),
            ({"q": "theremin", "latitude": "40.41", "longitude": "-73.79"}, False),
        ],
    )
    def test_of_where_somebody_is_is_kept(
        self, client: TestClient, query: dict[str, str], is_public: bool
    ) -> None:
        guest = {"X-Guest-Session": "g" * 32}
        expected = "public, max-age=60" if is_public else "private, no-cache"
        for _ in range(2):
            answer = client.get(SEARCH, params=query, headers=guest)
            assert answer.headers["cache-control"] == expected
            assert "set-cookie" not in answer.headers

    def test_of_who_is_signed_in_is_kept(self, client: TestClient, student: Headers) -> None:
        answer = client.get(SEARCH, params={"q": "theremin"}, headers=student)
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "set-cookie" not in answer.headers

    def test_of_a_new_guest_is_kept_with_the_session(self, client: TestClient) -> None:
        answer = asked(client)
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["x-guest-session"] in answer.headers["set-cookie"]
        assert asked(client).headers["cache-control"] == "public, max-age=60"

    def test_of_ones_own_lessons_is_kept_from_everybody_else(
        self, client: TestClient, student: Headers
    ) -> None:
        text = "same theremin teacher as last time"
        for headers, lacks in (({}, "sign_in"), (student, "lessons"), ({}, "sign_in")):
            answer = client.get(SEARCH, params={"q": text}, headers=headers)
            assert answer.json()["understood"]["again_lacks"] == lacks
            assert answer.headers["cache-control"] == "private, no-cache"

    def test_of_an_address_is_kept_from_everybody_else(
        self, client: TestClient, student: Headers, maya: LiveInstructor
    ) -> None:
        nobody = asked(client, "theremin near me").json()
        assert nobody["hints"][0].startswith("To search near you")
        made = client.post("/api/v1/addresses", json=HOME, headers=student)
        assert made.status_code == 201, made.text
        misses = told("hit")
        mine = client.get(SEARCH, params={"q": "theremin near me"}, headers=student).json()
        assert mine["understood"]["place"]["area_keys"] == list(maya.area_keys)
        again = asked(client, "theremin near me").json()
        assert (again["understood"]["place"], told("hit")) == (None, misses)
