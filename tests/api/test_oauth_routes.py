"""The issuer for development: tokens, keys and discovery, as the standards have them."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jwt
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from instainstru_core.domains.access.schemas import RegisteredClientView
from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.safety import Tier
from instainstru_core.runtime import Runtime
from tests.factories.access import client as register
from tests.factories.access import signing_key

METADATA = "/.well-known/oauth-authorization-server"


@pytest.fixture
def runtime(runtime: Runtime, tmp_path: Path) -> Runtime:
    path = tmp_path / "key.pem"
    path.write_text(signing_key("first"))
    changes = {"oauth_signing_key_file": path, "api_url": "https://api.example.org"}
    return replace(runtime, settings=runtime.settings.model_copy(update=changes))


@pytest.fixture
def known(runtime: Runtime) -> RegisteredClientView:
    with runtime.begin(SYSTEM) as uow:
        return register(uow, Scope.MCP_READ)


@pytest.fixture
def form(known: RegisteredClientView) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
    }


class TestToken:
    def test_is_given_for_the_form(self, client: TestClient, form: dict[str, str]) -> None:
        answer = client.post("/oauth2/token", data=form | {"audience": "ignored"})
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["pragma"] == "no-cache"
        body = answer.json()
        assert body == {
            "access_token": body["access_token"],
            "token_type": "Bearer",
            "expires_in": 3_600,
            "scope": "mcp:read",
        }
        (published,) = client.get("/oauth2/jwks").json()["keys"]
        claims = jwt.decode(
            body["access_token"],
            jwt.PyJWK(published),
            ["RS256"],
            audience="instainstru-mcp",
            issuer="https://api.example.org",
            options={"verify_exp": False, "verify_iat": False},
        )
        assert claims["client_id"] == form["client_id"]

    def test_is_given_for_the_header(self, client: TestClient, form: dict[str, str]) -> None:
        answer = client.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials", "scope": "mcp:read"},
            auth=(form["client_id"], form["client_secret"]),
        )
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        ("changes", "status", "error"),
        [
            ({"grant_type": ""}, 400, "invalid_request"),
            ({"grant_type": "password"}, 400, "unsupported_grant_type"),
            ({"client_secret": "wrong"}, 401, "invalid_client"),
            ({"client_id": "client_unknown"}, 401, "invalid_client"),
            ({"scope": "mcp:read mcp:write"}, 400, "invalid_scope"),
        ],
    )
    def test_is_refused_as_the_standard_says(
        self,
        client: TestClient,
        form: dict[str, str],
        *,
        changes: dict[str, str],
        status: int,
        error: str,
    ) -> None:
        answer = client.post("/oauth2/token", data=form | changes)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert set(answer.json()) == {"error", "error_description"}
        assert answer.headers["cache-control"] == "no-store"
        assert ("www-authenticate" in answer.headers) is (status == 401)

    def test_is_refused_alike_for_an_unknown_client(
        self, client: TestClient, form: dict[str, str]
    ) -> None:
        wrong = client.post("/oauth2/token", data=form | {"client_secret": "x" * 43})
        unknown = client.post("/oauth2/token", data=form | {"client_id": "client_unknown"})
        assert wrong.json() == unknown.json()

    def test_is_refused_for_a_body_that_is_no_form(
        self, client: TestClient, form: dict[str, str]
    ) -> None:
        answer = client.post("/oauth2/token", json=form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_is_refused_for_a_header_nobody_can_read(self, client: TestClient) -> None:
        unreadable = "Basic " + base64.b64encode(b"\xff\xff").decode()
        for header in (unreadable, "Bearer abc", "nonsense"):
            answer = client.post(
                "/oauth2/token",
                data={"grant_type": "client_credentials"},
                headers={"Authorization": header},
            )
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


class TestMetadata:
    def test_leads_to_the_token_and_the_keys(self, client: TestClient) -> None:
        answer = client.get(METADATA)
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert answer.json() == {
            "issuer": "https://api.example.org",
            "authorization_endpoint": "https://api.example.org/oauth2/authorize",
            "token_endpoint": "https://api.example.org/oauth2/token",
            "registration_endpoint": "https://api.example.org/oauth2/register",
            "jwks_uri": "https://api.example.org/oauth2/jwks",
            "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
                "none",
            ],
            "scopes_supported": ["mcp:read", "mcp:write", "mcp:money", "mcp:comms"],
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        }

    def test_shows_no_private_numbers(self, client: TestClient) -> None:
        (published,) = client.get("/oauth2/jwks").json()["keys"]
        assert set(published) == {"kty", "n", "e", "use", "alg", "kid"}


class TestProduction:
    @pytest.fixture
    def production(self, runtime: Runtime) -> Iterator[TestClient]:
        settings = runtime.settings.model_copy(update={"tier": Tier.PROD})
        with TestClient(create_app(replace(runtime, settings=settings))) as client:
            yield client

    def test_issues_nothing(self, production: TestClient, form: dict[str, str]) -> None:
        answers = [
            production.post("/oauth2/token", data=form),
            production.get("/oauth2/jwks"),
            production.get(METADATA),
        ]
        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (404, "oauth.issuer_absent")
