"""What somebody searched for before, over HTTP, as a guest and signed in."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from api import guests
from api.app import create_app
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts.flows import hash_password
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.search import service
from instainstru_core.domains.search.types.recording import Noted, Visitor
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, NewUser
from tests.factories import instructors

V1 = "/api/v1"
GUEST = "a-guest-session-of-32-characters"
PASSWORD = "correct horse battery staple 9"
Search = Callable[..., None]


@pytest.fixture
def search(runtime: Runtime) -> Search:
    """Write that a guest searched for these texts."""

    def write(*texts: str, guest: str = GUEST) -> None:
        secret = runtime.settings.location_secret.get_secret_value()
        with runtime.begin(ANONYMOUS) as uow:
            who = service.searcher(uow, Visitor(guest=guest), secret=secret)
            for text in texts:
                service.note(
                    uow,
                    Noted(
                        search_id=new_id(),
                        at=uow.now,
                        searcher=who,
                        text=text,
                        result_count=1,
                        took_ms=1.0,
                    ),
                )

    return write


def texts(client: TestClient, headers: Headers) -> list[str]:
    answer = client.get(f"{V1}/search/history", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "private, no-store"
    return [item["text"] for item in answer.json()["items"]]


class TestAGuest:
    def test_sees_and_deletes_their_own(self, client: TestClient, search: Search) -> None:
        search("piano", "oboe", "harp", "flute")
        mine = {guests.HEADER: GUEST}
        recent = client.get(f"{V1}/search/history/recent", headers=mine).json()["items"]
        assert len(recent) == 3
        path = f"{V1}/search/history/{recent[0]['id']}"
        strange = client.delete(path, headers={guests.HEADER: GUEST[::-1]})
        assert (strange.status_code, strange.json()["code"]) == (404, "search.history_not_found")
        assert client.delete(path, headers=mine).status_code == 204
        assert client.delete(path, headers=mine).status_code == 404
        assert recent[0]["text"] not in texts(client, mine)
        assert client.delete(f"{V1}/search/history", headers=mine).json() == {"deleted": 3}
        assert texts(client, mine) == []

    def test_is_known_by_a_cookie_as_well(self, client: TestClient, search: Search) -> None:
        search("piano")
        client.cookies.set(guests.COOKIE, GUEST)
        assert texts(client, {}) == ["piano"]

    @pytest.mark.parametrize("headers", [{}, {guests.HEADER: "short"}, {guests.HEADER: "x" * 65}])
    def test_is_asked_who_they_are(self, client: TestClient, headers: Headers) -> None:
        for path in ("history", "history/recent"):
            answer = client.get(f"{V1}/search/{path}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (422, "search.guest_unknown")

    def test_gets_a_session_with_the_first_search(self, client: TestClient) -> None:
        answer = client.get(f"{V1}/search", params={"q": "piano"})
        guest = answer.headers[guests.HEADER]
        assert client.cookies[guests.COOKIE] == guest
        assert len(guest) == 32
        again = client.get(f"{V1}/search", params={"q": "piano"})
        assert guests.HEADER not in again.headers

    def test_is_told_and_heard_by_pages_of_the_web_site(self, runtime: Runtime) -> None:
        origin = "https://web.example"
        settings = runtime.settings.model_copy(update={"web_origins": [origin]})
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": guests.HEADER,
        }
        with TestClient(create_app(replace(runtime, settings=settings))) as client:
            allowed = client.options(f"{V1}/search/history", headers=asked)
            told = client.get(f"{V1}/health", headers={"Origin": origin})
        assert allowed.status_code == 200
        assert guests.HEADER in told.headers["access-control-expose-headers"]


class TestInteractions:
    def test_are_taken_several_at_once(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            maya = instructors.live_instructor(uow)
        found = client.get(f"{V1}/search", params={"q": "theremin"})
        path = f"{V1}/search/{found.json()['search_id']}/interactions"
        item = {"instructor_id": maya.id, "position": 1}
        items = [item | {"action": "hover"}, item | {"action": "profile", "position": 2}]
        answer = client.post(path, json={"items": items})
        assert answer.status_code == 200, answer.text
        codes = [one["code"] for one in answer.json()["items"]]
        assert codes == [None, "search.position_unknown"]
        client.cookies.clear()
        strange = client.post(path, json={"items": items})
        assert (strange.status_code, strange.json()["code"]) == (404, "search.not_found")
        assert client.post(path, json={"items": []}).status_code == 422
        assert client.post(path, json={"items": items[:1] * 51}).status_code == 422


class TestSigningIn:
    @pytest.fixture
    def email(self, runtime: Runtime, new_user: NewUser) -> str:
        user_id = new_user(Role.STUDENT)
        with runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(User, user_id)
            row.password_hash = hash_password(PASSWORD, email=row.email)
            return row.email

    def test_brings_a_guests_searches_along(
        self, client: TestClient, search: Search, email: str
    ) -> None:
        search("Piano", "oboe")
        client.cookies.set(guests.COOKIE, GUEST, domain="testserver.local", path=guests.COOKIE_PATH)
        body = {"email": email, "password": PASSWORD}
        token = client.post(f"{V1}/auth/sign-in", json=body).json()["access_token"]
        assert guests.COOKIE not in client.cookies
        assert sorted(texts(client, {"Authorization": f"Bearer {token}"})) == ["Piano", "oboe"]

    def test_never_fails_for_them(
        self, client: TestClient, search: Search, email: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> int:
            raise RuntimeError

        search("piano")
        monkeypatch.setattr(service, "take_searches_along", broken)
        body = {"email": email, "password": PASSWORD}
        answer = client.post(f"{V1}/auth/sign-in", json=body, headers={guests.HEADER: GUEST})
        assert answer.status_code == 200
        assert texts(client, {guests.HEADER: GUEST}) == ["piano"]


class TestInsights:
    @pytest.mark.parametrize(
        "report", ["top-queries", "zero-results", "supply-gaps", "quality", "trends"]
    )
    def test_are_for_staff(
        self, client: TestClient, search: Search, admin: Headers, student: Headers, report: str
    ) -> None:
        search("piano")
        path = f"{V1}/search/insights/{report}"
        answer = client.get(path, headers=admin, params={"window": "2h"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["window"]["label"] == "last 2 hours"
        refused = client.get(path, headers=student)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.permission_missing")
        assert client.get(path).status_code == 401
        unclear = client.get(path, headers=admin, params={"window": "whenever"})
        assert (unclear.status_code, unclear.json()["code"]) == (422, "reporting.window_unclear")
