"""Invites, rights, service clients and the audit trail over HTTP."""

import pytest
from fastapi.testclient import TestClient

from instainstru_core.domains.access.types import Role
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, NewUser, SignIn
from tests.factories import onboarding

V1 = "/api/v1"
UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


class TestInvites:
    def test_are_created_once_per_key_then_listed_and_taken_back(
        self, client: TestClient, admin: Headers
    ) -> None:
        emails = ["li@example.org", "maya@example.org"]
        body = {"emails": emails, "grants_founding": True}
        keyed = admin | {"Idempotency-Key": "batch-1"}
        made = client.post(f"{V1}/invites", json=body, headers=keyed)
        assert made.status_code == 201
        again = client.post(f"{V1}/invites", json=body, headers=keyed)
        assert again.json() == made.json()
        first = client.get(f"{V1}/invites", params={"limit": 1}, headers=admin).json()
        rest = client.get(
            f"{V1}/invites", params={"limit": 1, "cursor": first["next_cursor"]}, headers=admin
        ).json()
        assert {first["items"][0]["email"], rest["items"][0]["email"]} == set(emails)
        assert rest["next_cursor"] is None
        one = made.json()["invites"][0]
        revoked = client.post(f"{V1}/invites/{one['id']}/revoke", headers=admin)
        assert revoked.json()["status"] == "revoked"
        shown = client.get(f"{V1}/invites/{one['id']}", headers=admin)
        assert shown.json() == revoked.json()
        listed = client.get(f"{V1}/invites", params={"status": "revoked"}, headers=admin).json()
        assert [each["id"] for each in listed["items"]] == [one["id"]]
        assert client.get(f"{V1}/founding/status").json() == {
            "total": 100,
            "filled": 0,
            "remaining": 100,
            "allocated": 1,
        }

    def test_are_checked_by_anyone_who_holds_a_code(
        self, client: TestClient, runtime: Runtime
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            row = onboarding.invite(uow, email="maya@example.org")
        answer = client.post(f"{V1}/invites/check", json={"code": row.code})
        assert answer.json() == {
            "valid": True,
            "grants_founding": False,
            "expires_at": "2026-06-29T14:00:00Z",
        }
        unknown = client.post(f"{V1}/invites/check", json={"code": "ZZZZZZZZ"})
        assert unknown.json() == {"valid": False, "grants_founding": None, "expires_at": None}

    def test_are_not_found_under_a_wrong_id(self, client: TestClient, admin: Headers) -> None:
        for invite_id in (new_id(), "x"):
            answer = client.get(f"{V1}/invites/{invite_id}", headers=admin)
            assert (answer.status_code, answer.json()["code"]) == (
                404,
                "onboarding.invite_not_found",
            )


class TestRights:
    def test_count_from_the_next_request_on(
        self, client: TestClient, admin: Headers, new_user: NewUser, sign_in: SignIn
    ) -> None:
        zoe = new_user(Role.STUDENT)
        headers = sign_in(zoe)
        assert client.get(f"{V1}/invites", headers=headers).status_code == 403
        path = f"{V1}/access/people/{zoe}"
        given = client.put(f"{path}/roles/admin", headers=admin)
        assert given.json()["roles"] == ["admin", "student"]
        assert client.get(f"{V1}/invites", headers=headers).status_code == 200
        taken = client.put(
            f"{path}/overrides/invites:read",
            json={"granted": False, "reason": "Under review"},
            headers=admin,
        )
        assert "invites:read" not in taken.json()["permissions"]
        refused = client.get(f"{V1}/invites", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.permission_missing")
        cleared = client.delete(f"{path}/overrides/invites:read", headers=admin)
        assert cleared.json()["overrides"] == []
        assert client.get(f"{V1}/invites", headers=headers).status_code == 200
        assert client.delete(f"{path}/roles/admin", headers=admin).json()["roles"] == ["student"]
        assert client.get(path, headers=admin).json()["permissions"][0] == "account:manage_own"
        assert client.get(f"{V1}/invites", headers=headers).status_code == 403

    def test_are_nobodys_own_to_change(
        self, client: TestClient, new_user: NewUser, sign_in: SignIn
    ) -> None:
        zoe = new_user(Role.ADMIN)
        answer = client.delete(f"{V1}/access/people/{zoe}/roles/admin", headers=sign_in(zoe))
        assert (answer.status_code, answer.json()["code"]) == (403, "access.own_rights")

    def test_are_not_given_to_who_is_not_there(self, client: TestClient, admin: Headers) -> None:
        answer = client.put(f"{V1}/access/people/{new_id()}/roles/admin", headers=admin)
        assert (answer.status_code, answer.json()["code"]) == (404, "accounts.not_found")


class TestClients:
    def test_are_registered_listed_and_disabled(self, client: TestClient, admin: Headers) -> None:
        body = {"name": "Copilot", "scopes": ["mcp:read"]}
        made = client.post(f"{V1}/access/clients", json=body, headers=admin)
        assert made.status_code == 201
        listed = client.get(f"{V1}/access/clients", headers=admin)
        assert [each["client_id"] for each in listed.json()["items"]] == [made.json()["client_id"]]
        assert made.json()["client_secret"] not in listed.text
        path = f"{V1}/access/clients/{made.json()['client_id']}/disable"
        disabled = client.post(path, headers=admin)
        assert disabled.json()["disabled_at"] == "2026-06-15T14:00:00Z"
        unknown = client.post(f"{V1}/access/clients/nobody/disable", headers=admin)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "access.client_not_found")


class TestAudit:
    def test_shows_what_was_done_through_which_door(
        self, client: TestClient, new_user: NewUser, sign_in: SignIn
    ) -> None:
        zoe = new_user(Role.ADMIN)
        body = {"name": "Copilot", "scopes": ["mcp:read"]}
        made = client.post(f"{V1}/access/clients", json=body, headers=sign_in(zoe))
        answer = client.get(
            f"{V1}/audit", params={"action": "access.*", "actor_id": zoe}, headers=sign_in(zoe)
        )
        (entry,) = answer.json()["items"]
        assert entry["door"] == "api"
        assert entry["request_id"] == made.headers["x-request-id"]
        assert entry["subject_id"] == made.json()["client_id"]
        assert made.json()["client_secret"] not in answer.text


class TestStudents:
    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "invites", None),
            ("POST", "invites", {"emails": ["li@example.org"]}),
            ("GET", f"invites/{UNKNOWN_ID}", None),
            ("POST", f"invites/{UNKNOWN_ID}/revoke", None),
            ("GET", f"access/people/{UNKNOWN_ID}", None),
            ("PUT", f"access/people/{UNKNOWN_ID}/roles/admin", None),
            ("DELETE", f"access/people/{UNKNOWN_ID}/roles/admin", None),
            (
                "PUT",
                f"access/people/{UNKNOWN_ID}/overrides/audit:read",
                {"granted": True, "reason": "x"},
            ),
            ("DELETE", f"access/people/{UNKNOWN_ID}/overrides/audit:read", None),
            ("GET", "access/clients", None),
            ("POST", "access/clients", {"name": "x", "scopes": ["mcp:read"]}),
            ("POST", "access/clients/x/disable", None),
            ("GET", "audit", None),
        ],
    )
    def test_may_do_none_of_this(
        self,
        client: TestClient,
        student: Headers,
        *,
        method: str,
        path: str,
        body: dict[str, object] | None,
    ) -> None:
        answer = client.request(method, f"{V1}/{path}", json=body, headers=student)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.permission_missing")
        anonymous = client.request(method, f"{V1}/{path}", json=body)
        assert (anonymous.status_code, anonymous.json()["code"]) == (401, "auth.required")
