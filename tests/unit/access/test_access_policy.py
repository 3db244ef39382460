"""What roles, overrides and scopes allow, and what service tokens say."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from instainstru_core.domains.access import policy
from instainstru_core.domains.access.types import Role, Scope
from instainstru_core.kernel.authority import Permission
from tests.factories.access import signing_key

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)


class TestPermissionsFor:
    def test_gives_a_student_what_students_do(self) -> None:
        assert policy.permissions_for([Role.STUDENT], {}) == {
            Permission.ACCOUNT_MANAGE_OWN,
            Permission.ADDRESSES_MANAGE_OWN,
            Permission.BOOKINGS_VIEW_OWN,
            Permission.BOOKINGS_CREATE,
            Permission.BOOKINGS_CANCEL_OWN,
            Permission.BOOKINGS_REPORT_OWN,
            Permission.BOOKINGS_RESCHEDULE_OWN,
            Permission.PAYMENTS_MANAGE_OWN,
            Permission.REVIEWS_WRITE_OWN,
        }

    def test_gives_an_instructor_what_instructors_do(self) -> None:
        assert policy.permissions_for([Role.INSTRUCTOR], {}) == {
            Permission.ACCOUNT_MANAGE_OWN,
            Permission.ADDRESSES_MANAGE_OWN,
            Permission.BOOKINGS_VIEW_OWN,
            Permission.BOOKINGS_CANCEL_OWN,
            Permission.BOOKINGS_COMPLETE_OWN,
            Permission.BOOKINGS_REPORT_OWN,
            Permission.INSTRUCTORS_MANAGE_OWN,
            Permission.AVAILABILITY_MANAGE_OWN,
            Permission.PAYOUTS_MANAGE_OWN,
        }

    def test_gives_an_administrator_everything(self) -> None:
        assert policy.permissions_for([Role.ADMIN], {}) == set(Permission)

    def test_gives_nobody_nothing(self) -> None:
        assert policy.permissions_for([], {}) == frozenset()

    def test_joins_several_roles(self) -> None:
        both = policy.permissions_for([Role.STUDENT, Role.INSTRUCTOR], {})
        assert Permission.BOOKINGS_CREATE in both
        assert Permission.AVAILABILITY_MANAGE_OWN in both

    def test_adds_what_was_given(self) -> None:
        found = policy.permissions_for([Role.STUDENT], {Permission.AUDIT_READ: True})
        assert found - policy.permissions_for([Role.STUDENT], {}) == {Permission.AUDIT_READ}

    @given(
        roles=st.sets(st.sampled_from(Role)),
        overrides=st.dictionaries(st.sampled_from(Permission), st.booleans()),
    )
    def test_lets_what_was_taken_beat_every_role(
        self, roles: set[Role], overrides: dict[Permission, bool]
    ) -> None:
        found = policy.permissions_for(roles, overrides)
        assert not found & {name for name, granted in overrides.items() if not granted}
        assert found >= {name for name, granted in overrides.items() if granted}


class TestPermissionsForScopes:
    def test_lets_the_reading_scope_read_and_nothing_more(self) -> None:
        assert policy.permissions_for_scopes(["mcp:read"]) == {
            Permission.AUDIT_READ,
            Permission.BOOKINGS_READ_ANY,
            Permission.INSTRUCTORS_READ_ANY,
            Permission.INVITES_READ,
            Permission.OPERATIONS_READ,
            Permission.PAYMENTS_READ_ANY,
            Permission.REVIEWS_READ_ANY,
            Permission.SEARCH_ANALYTICS_READ,
            Permission.USERS_READ,
            Permission.WEBHOOKS_READ,
        }

    def test_lets_the_writing_scope_change_what_staff_change(self) -> None:
        more = policy.permissions_for_scopes(["mcp:write"]) - policy.permissions_for_scopes(
            ["mcp:read"]
        )
        assert more == {
            Permission.BOOKINGS_CANCEL_ANY,
            Permission.BOOKINGS_MANAGE_ANY,
            Permission.CATALOG_MANAGE,
            Permission.INSTRUCTORS_MANAGE_ANY,
            Permission.INVITES_MANAGE,
            Permission.OPERATIONS_MANAGE,
            Permission.REVIEWS_MODERATE,
            Permission.SEARCH_ALIASES_MANAGE,
            Permission.USERS_MANAGE,
            Permission.WEBHOOKS_MANAGE,
        }

    def test_keeps_money_and_messages_to_their_own_scopes(self) -> None:
        reads = policy.permissions_for_scopes(["mcp:read"])
        money = policy.permissions_for_scopes(["mcp:money"])
        assert money - reads == {
            Permission.CREDITS_MANAGE_ANY,
            Permission.PAYMENTS_MANAGE_ANY,
            Permission.PAYMENTS_REFUND_ANY,
        }
        assert policy.permissions_for_scopes(["mcp:comms"]) - reads == {Permission.INVITES_MANAGE}
        assert not money & policy.permissions_for_scopes(["mcp:write"]) - reads

    def test_lets_no_service_hand_out_rights(self) -> None:
        assert Permission.ACCESS_MANAGE not in policy.permissions_for_scopes(list(Scope))

    def test_allows_nothing_for_a_scope_we_do_not_know(self) -> None:
        assert policy.permissions_for_scopes(["mcp:admin", "openid", ""]) == frozenset()


class TestGrantedScopes:
    @pytest.mark.parametrize(
        ("asked", "allowed", "granted"),
        [
            ("", ["mcp:write", "mcp:read"], ["mcp:read", "mcp:write"]),
            ("   ", ["mcp:read"], ["mcp:read"]),
            ("mcp:read", ["mcp:read", "mcp:write"], ["mcp:read"]),
            ("mcp:read mcp:read", ["mcp:read"], ["mcp:read"]),
            ("mcp:write", ["mcp:read"], None),
            ("mcp:read mcp:write", ["mcp:read"], None),
            ("MCP:READ", ["mcp:read"], None),
        ],
    )
    def test_grants_a_subset_or_nothing(
        self, asked: str, allowed: list[str], granted: list[str] | None
    ) -> None:
        assert policy.granted_scopes(asked, allowed) == granted


class TestIsUsable:
    def test_ends_at_the_very_instant(self) -> None:
        moment = timedelta(microseconds=1)
        assert policy.is_usable(now=NOW - moment, expires_at=NOW, disabled_at=None)
        assert not policy.is_usable(now=NOW, expires_at=NOW, disabled_at=None)

    def test_ends_when_disabled(self) -> None:
        assert policy.is_usable(now=NOW, expires_at=None, disabled_at=None)
        assert not policy.is_usable(now=NOW, expires_at=None, disabled_at=NOW)


class TestBasicCredentials:
    def test_reads_both_halves_as_forms_encode_them(self) -> None:
        header = "Basic " + base64.b64encode(b"client%3Aone:a+b%2Bc:d").decode()
        assert policy.basic_credentials(header) == ("client:one", "a b+c:d")

    @pytest.mark.parametrize(
        "header",
        [
            "Bearer abc",
            "Basic",
            "Basic !!!",
            "Basic " + base64.b64encode(b"no colon").decode(),
            "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
            "",
        ],
    )
    def test_reads_nothing_from_anything_else(self, header: str) -> None:
        assert policy.basic_credentials(header) is None


class TestServiceToken:
    def token(self, *, org_id: str | None = "org_test", key: str = "first") -> str:
        return policy.signed_token(
            signing_key=signing_key(key),
            issuer="https://issuer.example.org",
            audience="copilot",
            client_id="client_1",
            org_id=org_id,
            scopes=["mcp:read", "mcp:write"],
            token_id="01JZ8M4T6Q3V9K2X7C5B1N0D8F",
            now=NOW,
            ttl=timedelta(minutes=60),
        )

    def test_says_exactly_what_was_agreed(self) -> None:
        claims = jwt.decode(self.token(), options={"verify_signature": False})
        assert claims == {
            "iss": "https://issuer.example.org",
            "aud": "copilot",
            "sub": "client_1",
            "client_id": "client_1",
            "org_id": "org_test",
            "scope": "mcp:read mcp:write",
            "jti": "01JZ8M4T6Q3V9K2X7C5B1N0D8F",
            "iat": 1_781_532_000,
            "exp": 1_781_535_600,
        }

    def test_leaves_out_an_organization_it_has_not(self) -> None:
        claims = jwt.decode(self.token(org_id=None), options={"verify_signature": False})
        assert "org_id" not in claims

    def test_verifies_with_the_published_key_alone(self) -> None:
        published = policy.public_jwk(signing_key("first"))
        assert set(published) == {"kty", "n", "e", "use", "alg", "kid"}
        header = jwt.get_unverified_header(self.token())
        assert header == {"alg": "RS256", "kid": published["kid"], "typ": "JWT"}
        key = jwt.PyJWK(published)
        jwt.decode(self.token(), key, ["RS256"], audience="copilot", options={"verify_exp": False})

    def test_does_not_verify_with_another_key(self) -> None:
        other = jwt.PyJWK(policy.public_jwk(signing_key("second")))
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(self.token(), other, ["RS256"], audience="copilot")

    def test_names_keys_by_their_thumbprint(self) -> None:
        published = policy.public_jwk(signing_key("first"))
        members = {name: published[name] for name in ("e", "kty", "n")}
        canonical = json.dumps(members, separators=(",", ":")).encode()
        digest = hashlib.sha256(canonical).digest()
        assert published["kid"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert published["kid"] != policy.key_id(signing_key("second"))
