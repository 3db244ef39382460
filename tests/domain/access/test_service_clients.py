"""Programs that sign in, and the tokens they get."""

import base64
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from pydantic import ValidationError
from sqlalchemy import text

from instainstru_core.domains.access import policy, service
from instainstru_core.domains.access.errors import (
    BadTokenRequest,
    ClientNotFound,
    ExpiryPassed,
    IssuerAbsent,
    ScopeNotAllowed,
    UnknownClient,
    UnsupportedGrant,
)
from instainstru_core.domains.access.schemas import (
    Issuer,
    RegisterClient,
    RegisteredClientView,
    TokenRequest,
)
from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.safety import Tier
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories.access import client, signing_key

ISSUER = Issuer(
    url="https://issuer.example.org",
    audience="copilot",
    signing_key=signing_key("first"),
    ttl=timedelta(minutes=60),
)


def asked(known: RegisteredClientView, **changes: str) -> TokenRequest:
    given = {
        "grant_type": "client_credentials",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
    }
    return TokenRequest(**(given | changes))


def answered(
    begin: Begin, request: TokenRequest, authorization: str | None = None
) -> dict[str, object]:
    with begin(ANONYMOUS) as uow:
        view = service.answer_token_request(
            uow, request, authorization=authorization, issuer=ISSUER
        )
        assert view is not None
    claims: dict[str, object] = jwt.decode(view.access_token, options={"verify_signature": False})
    return claims


def basic(client_id: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


class TestRegisterClient:
    def test_tells_the_secret_once_and_keeps_its_digest(self, uow: Uow) -> None:
        made = client(uow, Scope.MCP_WRITE, Scope.MCP_READ, Scope.MCP_READ)
        assert made.scopes == ["mcp:read", "mcp:write"]
        assert len(base64.urlsafe_b64decode(made.client_secret + "=")) == 32
        kept = uow.session.scalar(text("SELECT secret_digest FROM service_clients"))
        assert kept == policy.digest_of(made.client_secret)
        assert made.client_secret not in repr(service.clients(uow))
        assert made.client_secret not in repr(audit.search(uow, AuditFilters()).items)

    def test_refuses_an_end_that_has_passed(self, uow: Uow) -> None:
        command = RegisterClient(name="Copilot", scopes=[Scope.MCP_READ], expires_at=uow.now)
        with pytest.raises(ExpiryPassed):
            service.register_client(uow, command)
        assert service.clients(uow) == []

    @pytest.mark.parametrize("end", ["9999-12-31T23:59:59-14:00", "2100-01-01T00:00:00Z"])
    def test_refuses_an_end_that_no_calendar_of_ours_reaches(self, end: str) -> None:
        with pytest.raises(ValidationError):
            RegisterClient.model_validate(
                {"name": "Copilot", "scopes": ["mcp:read"], "expires_at": end}
            )

    def test_needs_at_least_one_scope(self) -> None:
        with pytest.raises(ValidationError):
            RegisterClient(name="Copilot", scopes=[])

    def test_is_for_administrators(self, begin: Begin) -> None:
        with begin(Actor(id="someone")) as uow:
            with pytest.raises(PermissionMissing):
                client(uow)
            with pytest.raises(PermissionMissing):
                service.clients(uow)
            with pytest.raises(PermissionMissing):
                service.disable_client(uow, "client_x")


class TestDisableClient:
    def test_ends_new_tokens_at_once(self, begin: Begin) -> None:
        with begin(SYSTEM) as uow:
            made = client(uow)
        answered(begin, asked(made))
        with begin(SYSTEM) as uow:
            view = service.disable_client(uow, made.client_id)
            assert view.disabled_at == uow.now
        with pytest.raises(UnknownClient):
            answered(begin, asked(made))

    def test_changes_nothing_the_second_time(self, begin: Begin, clock: SetClock) -> None:
        with begin(SYSTEM) as uow:
            made = client(uow)
            first = service.disable_client(uow, made.client_id)
        clock.advance(timedelta(minutes=1))
        with begin(SYSTEM) as uow:
            assert service.disable_client(uow, made.client_id) == first

    def test_refuses_what_is_not_there(self, uow: Uow) -> None:
        with pytest.raises(ClientNotFound):
            service.disable_client(uow, "client_unknown")


class TestTokenRequest:
    @pytest.fixture
    def known(self, begin: Begin) -> RegisteredClientView:
        with begin(SYSTEM) as uow:
            return client(uow, Scope.MCP_READ, Scope.MCP_WRITE)

    def test_is_answered_with_all_scopes_or_those_asked_for(
        self, begin: Begin, known: RegisteredClientView
    ) -> None:
        assert answered(begin, asked(known))["scope"] == "mcp:read mcp:write"
        assert answered(begin, asked(known, scope="mcp:read"))["scope"] == "mcp:read"

    def test_is_answered_with_a_token_for_an_hour(
        self, begin: Begin, clock: SetClock, known: RegisteredClientView
    ) -> None:
        claims = answered(begin, asked(known))
        issued = int(clock.now.timestamp())
        assert (claims["iat"], claims["exp"]) == (issued, issued + 3_600)
        assert (claims["iss"], claims["aud"]) == ("https://issuer.example.org", "copilot")
        assert claims["sub"] == claims["client_id"] == known.client_id
        assert claims["org_id"] == "org_test"

    def test_may_prove_itself_in_the_header(
        self, begin: Begin, known: RegisteredClientView
    ) -> None:
        header = basic(known.client_id, known.client_secret)
        bare = TokenRequest(grant_type="client_credentials")
        assert answered(begin, bare, header)["sub"] == known.client_id
        named = TokenRequest(grant_type="client_credentials", client_id=known.client_id)
        assert answered(begin, named, header)["sub"] == known.client_id

    def test_leaves_a_trace_without_the_token(
        self, begin: Begin, clock: SetClock, known: RegisteredClientView
    ) -> None:
        claims = answered(begin, asked(known, scope="mcp:read"))
        with begin(SYSTEM) as uow:
            (entry,) = audit.search(uow, AuditFilters(action="access.issue_token")).items
            (view,) = service.clients(uow)
        assert entry.subject_id == known.client_id
        assert entry.details == {"scopes": ["mcp:read"], "jti": claims["jti"]}
        assert view.last_used_at == clock.now

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"grant_type": ""}, BadTokenRequest),
            ({"grant_type": "password"}, UnsupportedGrant),
            ({"client_secret": "wrong"}, UnknownClient),
            ({"client_secret": ""}, UnknownClient),
            ({"client_id": ""}, UnknownClient),
            ({"client_id": "client_unknown"}, UnknownClient),
            ({"client_id": "a\x00b"}, UnknownClient),
            ({"scope": "mcp:admin"}, ScopeNotAllowed),
        ],
    )
    def test_is_refused_in_the_words_of_the_standard(
        self,
        begin: Begin,
        known: RegisteredClientView,
        changes: dict[str, str],
        refusal: type[Exception],
    ) -> None:
        with pytest.raises(refusal):
            answered(begin, asked(known, **changes))
        with begin(SYSTEM) as uow:
            assert audit.search(uow, AuditFilters(action="access.issue_token")).items == []

    def test_is_refused_alike_for_a_wrong_secret_and_an_unknown_client(
        self, begin: Begin, known: RegisteredClientView
    ) -> None:
        with pytest.raises(UnknownClient) as wrong:
            answered(begin, asked(known, client_secret="x" * 43))
        with pytest.raises(UnknownClient) as unknown:
            answered(begin, asked(known, client_id="client_unknown"))
        assert (wrong.value.message, wrong.value.facts) == (
            unknown.value.message,
            unknown.value.facts,
        )

    def test_is_refused_with_two_proofs(self, begin: Begin, known: RegisteredClientView) -> None:
        header = basic(known.client_id, known.client_secret)
        with pytest.raises(BadTokenRequest):
            answered(begin, asked(known), header)

    @pytest.mark.parametrize("header", ["Bearer abc", "Basic !!!", ""])
    def test_is_refused_with_an_unreadable_header(
        self, begin: Begin, known: RegisteredClientView, header: str
    ) -> None:
        with pytest.raises(UnknownClient):
            answered(begin, asked(known, client_secret=""), header)

    def test_is_refused_for_another_client_than_the_header_names(
        self, begin: Begin, known: RegisteredClientView
    ) -> None:
        header = basic(known.client_id, known.client_secret)
        with pytest.raises(UnknownClient):
            answered(begin, asked(known, client_id="client_other", client_secret=""), header)

    def test_is_refused_from_the_end_on(self, begin: Begin, clock: SetClock) -> None:
        end = clock.now + timedelta(days=1)
        with begin(SYSTEM) as uow:
            made = service.register_client(
                uow, RegisterClient(name="Copilot", scopes=[Scope.MCP_READ], expires_at=end)
            )
        clock.now = end - timedelta(microseconds=1)
        answered(begin, asked(made))
        clock.now = end
        with pytest.raises(UnknownClient):
            answered(begin, asked(made))


class TestIssuerOf:
    def settings(self, tmp_path: Path, **changes: object) -> Settings:
        path = tmp_path / "key.pem"
        path.write_text(signing_key("first"))
        given: dict[str, object] = {"oauth_signing_key_file": path, "api_url": "https://x.org/"}
        return Settings.model_validate(given | changes)

    def test_takes_the_api_for_the_issuer(self, tmp_path: Path) -> None:
        issuer = service.issuer_of(self.settings(tmp_path))
        assert issuer == Issuer(
            url="https://x.org",
            audience="instainstru-mcp",
            resource="http://127.0.0.1:8001/mcp",
            signing_key=signing_key("first"),
            ttl=timedelta(minutes=60),
        )
        assert "PRIVATE" not in repr(issuer)
        assert service.issuer_metadata(issuer).token_endpoint == "https://x.org/oauth2/token"

    def test_publishes_the_key_it_signs_with(self, tmp_path: Path) -> None:
        issuer = service.issuer_of(self.settings(tmp_path))
        published = service.jwks(issuer.signing_key)
        assert published == {"keys": [policy.public_jwk(signing_key("first"))]}

    def test_is_absent_in_production(self, tmp_path: Path) -> None:
        with pytest.raises(IssuerAbsent):
            service.issuer_of(self.settings(tmp_path, tier=Tier.PROD))

    def test_is_absent_without_a_key(self, tmp_path: Path) -> None:
        with pytest.raises(IssuerAbsent):
            service.issuer_of(self.settings(tmp_path, oauth_signing_key_file=None))
