"""Signing up, in and out over HTTP: statuses, bodies, and the cookie."""

from dataclasses import replace
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from instainstru_core.domains.accounts.models import User
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories import accounts, onboarding
from tests.factories.accounts import PASSWORD

AUTH = "/api/v1/auth"
MAYA = {
    "email": "maya@example.org",
    "password": PASSWORD,
    "first_name": "Maya",
    "last_name": "Okafor",
}


@pytest.fixture
def maya(runtime: Runtime) -> User:
    with runtime.begin(SYSTEM) as uow:
        return accounts.student(uow, email="maya@example.org")


def sign_in(client: TestClient, password: str = PASSWORD) -> Response:
    return client.post(f"{AUTH}/sign-in", json={"email": "maya@example.org", "password": password})


def bearer(answer: Response) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def code_of(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class TestSignUpStudent:
    def test_is_accepted_and_leads_to_signing_in(self, client: TestClient) -> None:
        answer = client.post(f"{AUTH}/sign-up/student", json=MAYA)
        assert answer.status_code == 202
        assert answer.json() == {
            "status": "accepted",
            "message": "Sign in with this address and password.",
        }
        me = client.get("/api/v1/accounts/me", headers=bearer(sign_in(client)))
        assert (me.json()["email"], me.json()["roles"]) == ("maya@example.org", ["student"])

    def test_answers_alike_for_a_known_address(self, client: TestClient, maya: User) -> None:
        known = client.post(f"{AUTH}/sign-up/student", json=MAYA)
        new = client.post(f"{AUTH}/sign-up/student", json=MAYA | {"email": "new@example.org"})
        assert (known.status_code, known.json()) == (new.status_code, new.json())

    def test_explains_a_refused_password_without_repeating_it(self, client: TestClient) -> None:
        answer = client.post(f"{AUTH}/sign-up/student", json=MAYA | {"password": "abc"})
        assert code_of(answer) == (422, "accounts.password_refused")
        assert answer.json()["facts"] == {"reason": "too_short"}
        long = client.post(f"{AUTH}/sign-up/student", json=MAYA | {"password": "secret!" * 200})
        assert code_of(long) == (422, "request.invalid")
        assert "secret!" not in long.text

    @pytest.mark.parametrize("changes", [{"role": "admin"}, {"invite_code": "K7PWQ3XM"}])
    def test_takes_nothing_else(self, client: TestClient, changes: dict[str, str]) -> None:
        answer = client.post(f"{AUTH}/sign-up/student", json=MAYA | changes)
        assert code_of(answer) == (422, "request.invalid")


class TestSignUpInstructor:
    def test_answers_with_the_founding_place(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            row = onboarding.invite(uow, email="maya@example.org", grants_founding=True)
        body = MAYA | {"invite_code": row.code}
        answer = client.post(f"{AUTH}/sign-up/instructor", json=body)
        assert answer.status_code == 201
        made = answer.json()
        assert made == {
            "instructor_id": made["instructor_id"],
            "is_founding": True,
            "founding_number": 1,
        }
        again = client.post(f"{AUTH}/sign-up/instructor", json=body)
        assert code_of(again) == (422, "onboarding.invite_invalid")
        me = client.get("/api/v1/accounts/me", headers=bearer(sign_in(client)))
        assert (me.json()["id"], me.json()["roles"]) == (made["instructor_id"], ["instructor"])


class TestSignIn:
    def test_gives_the_access_token_in_the_body_alone(self, client: TestClient, maya: User) -> None:
        answer = sign_in(client)
        assert answer.status_code == 200
        assert set(answer.json()) == {"access_token", "token_type", "expires_in"}
        assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 900)

    def test_gives_the_refresh_token_in_the_cookie_alone(
        self, client: TestClient, maya: User
    ) -> None:
        answer = sign_in(client)
        cookie = SimpleCookie(answer.headers["set-cookie"])["rid"]
        assert len(cookie.value) == 70
        assert cookie.value not in answer.text
        assert (cookie["path"], cookie["max-age"]) == ("/api/v1/auth", str(7 * 24 * 3_600))
        assert (cookie["httponly"], cookie["samesite"]) == (True, "strict")
        assert answer.headers["cache-control"] == "no-store"
        assert (cookie["secure"], cookie["domain"]) == ("", "")

    def test_keeps_the_cookie_off_open_wires(self, runtime: Runtime, maya: User) -> None:
        hosted = runtime.settings.model_copy(update={"api_url": "https://api.example.org"})
        app = create_app(replace(runtime, settings=hosted))
        with TestClient(app) as client:
            cookie = SimpleCookie(sign_in(client).headers["set-cookie"])["rid"]
        assert cookie["secure"] is True

    def test_works_with_an_old_token_in_the_header(
        self, client: TestClient, maya: User, clock: SetClock
    ) -> None:
        old = bearer(sign_in(client))
        clock.advance(timedelta(hours=1))
        answer = client.post(
            f"{AUTH}/sign-in", json={"email": maya.email, "password": PASSWORD}, headers=old
        )
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "body",
        [
            {"email": "maya@example.org", "password": "wrong-password"},
            {"email": "nobody@example.org", "password": PASSWORD},
        ],
    )
    def test_refuses_alike(self, client: TestClient, maya: User, body: dict[str, str]) -> None:
        answer = client.post(f"{AUTH}/sign-in", json=body)
        assert code_of(answer) == (401, "accounts.bad_credentials")
        assert "set-cookie" not in answer.headers


class TestRefresh:
    def test_changes_the_cookie_each_time(self, client: TestClient, maya: User) -> None:
        sign_in(client)
        first = client.cookies["rid"]
        answer = client.post(f"{AUTH}/refresh")
        assert answer.status_code == 200
        assert client.cookies["rid"] != first
        assert client.get("/api/v1/accounts/me", headers=bearer(answer)).status_code == 200

    def test_works_with_an_expired_token_in_the_header(
        self, client: TestClient, maya: User, clock: SetClock
    ) -> None:
        old = bearer(sign_in(client))
        clock.advance(timedelta(hours=1))
        assert client.post(f"{AUTH}/refresh", headers=old).status_code == 200

    def test_refuses_an_old_cookie_for_good(
        self, client: TestClient, maya: User, clock: SetClock
    ) -> None:
        sign_in(client)
        stolen = client.cookies["rid"]
        fresh = client.post(f"{AUTH}/refresh")
        clock.advance(timedelta(minutes=1))
        thief = client.post(f"{AUTH}/refresh", headers={"Cookie": f"rid={stolen}"})
        assert code_of(thief) == (401, "accounts.refresh_refused")
        assert "set-cookie" not in thief.headers
        me = client.get("/api/v1/accounts/me", headers=bearer(fresh))
        assert code_of(me) == (401, "accounts.session_over")

    def test_refuses_without_a_cookie(self, client: TestClient) -> None:
        answer = client.post(f"{AUTH}/refresh")
        assert code_of(answer) == (401, "accounts.refresh_refused")

    @pytest.mark.parametrize("route", ["refresh", "sign-out"])
    @pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[bad"])
    def test_refuses_a_page_of_another_site(
        self, client: TestClient, maya: User, route: str, origin: str
    ) -> None:
        sign_in(client)
        answer = client.post(f"{AUTH}/{route}", headers={"Origin": origin})
        assert code_of(answer) == (403, "auth.foreign_origin")
        assert client.post(f"{AUTH}/refresh").status_code == 200

    def test_takes_our_own_page_and_the_web_application(self, runtime: Runtime, maya: User) -> None:
        web = runtime.settings.model_copy(update={"web_origins": ["https://app.example.org"]})
        with TestClient(create_app(replace(runtime, settings=web))) as client:
            sign_in(client)
            for origin in ("http://testserver", "https://app.example.org"):
                answer = client.post(f"{AUTH}/refresh", headers={"Origin": origin})
                assert answer.status_code == 200


class TestSignOut:
    @pytest.mark.parametrize("by", ["cookie", "token"])
    def test_ends_the_sign_in_and_takes_the_cookie_away(
        self, client: TestClient, maya: User, by: str
    ) -> None:
        signed_in = sign_in(client)
        kept = client.cookies["rid"]
        headers: dict[str, Any] = {}
        if by == "token":
            client.cookies.clear()
            headers = bearer(signed_in)
        answer = client.post(f"{AUTH}/sign-out", headers=headers)
        assert (answer.status_code, answer.content) == (204, b"")
        gone = SimpleCookie(answer.headers["set-cookie"])["rid"]
        assert (gone["max-age"], gone["path"]) == ("0", "/api/v1/auth")
        again = client.post(f"{AUTH}/refresh", headers={"Cookie": f"rid={kept}"})
        assert code_of(again) == (401, "accounts.refresh_refused")
        me = client.get("/api/v1/accounts/me", headers=bearer(signed_in))
        assert code_of(me) == (401, "accounts.session_over")

    def test_is_nothing_to_who_is_not_signed_in(self, client: TestClient) -> None:
        assert client.post(f"{AUTH}/sign-out").status_code == 204

    def test_everywhere_ends_every_sign_in(self, client: TestClient, maya: User) -> None:
        there, here = sign_in(client), sign_in(client)
        answer = client.post(f"{AUTH}/sign-out-everywhere", headers=bearer(here))
        assert answer.status_code == 204
        for tokens in (there, here):
            me = client.get("/api/v1/accounts/me", headers=bearer(tokens))
            assert code_of(me) == (401, "accounts.session_over")
        anonymous = client.post(f"{AUTH}/sign-out-everywhere")
        assert code_of(anonymous) == (401, "auth.required")


class TestMe:
    def test_shows_and_changes_ones_own_data(self, client: TestClient, maya: User) -> None:
        headers = bearer(sign_in(client))
        answer = client.patch(
            "/api/v1/accounts/me", json={"phone": "+12125550143"}, headers=headers
        )
        assert answer.status_code == 200
        shown = client.get("/api/v1/accounts/me", headers=headers).json()
        assert shown == answer.json()
        assert (shown["phone"], shown["public_name"]) == ("+12125550143", "Maya O.")
        assert shown["permissions"] == [
            "account:manage_own",
            "addresses:manage_own",
            "bookings:cancel_own",
            "bookings:create",
            "bookings:report_own",
            "bookings:reschedule_own",
            "bookings:view_own",
            "payments:manage_own",
            "reviews:write_own",
        ]

    def test_changes_the_password_and_stays_signed_in(self, client: TestClient, maya: User) -> None:
        headers = bearer(sign_in(client))
        body = {"current_password": PASSWORD, "new_password": "loud-forest-cello"}
        answer = client.post("/api/v1/accounts/me/password", json=body, headers=headers)
        assert answer.status_code == 200
        assert client.get("/api/v1/accounts/me", headers=bearer(answer)).status_code == 200
        assert client.get("/api/v1/accounts/me", headers=headers).status_code == 401
        assert client.post(f"{AUTH}/refresh").status_code == 200
        assert sign_in(client).status_code == 401
        assert sign_in(client, "loud-forest-cello").status_code == 200
