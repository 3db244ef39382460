"""Codes of people who sign in to the copilot: how long they hold, and for what."""

from datetime import timedelta

import jwt
import pytest
from sqlalchemy import func, select

from instainstru_core.domains.access import policy, service
from instainstru_core.domains.access.errors import CodeRefused, ScopeNotAllowed
from instainstru_core.domains.access.models import AuthorizationCode
from instainstru_core.domains.access.schemas import (
    Authorization,
    Issuer,
    OverridePermission,
    TokenRequest,
)
from instainstru_core.domains.access.types import Role
from instainstru_core.kernel.authority import ANONYMOUS, Permission
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import accounts
from tests.factories.access import signing_key

VERIFIER = "a-verifier-that-has-at-least-forty-three-characters"
BACK = "http://127.0.0.1:4242/callback"
TENTH = timedelta(microseconds=100)
KEY = signing_key("first")
ISSUER = Issuer(
    url="https://x.org", audience="instainstru-mcp", signing_key=KEY, ttl=timedelta(minutes=60)
)


def wanted(*scopes: str) -> Authorization:
    return Authorization(
        client_id="public_x.y",
        client_name="Desktop",
        redirect_uri=BACK,
        scopes=list(scopes or ("mcp:read",)),
        challenge=policy.challenge_of(VERIFIER),
        state="",
    )


def code_for(begin: Begin, user_id: str, *scopes: str) -> str:
    with begin(ANONYMOUS) as uow:
        back = service.authorize(uow, user_id, wanted(*scopes), ISSUER)
    return back.partition("code=")[2].partition("&")[0]


def exchange(begin: Begin, code: str) -> str:
    request = TokenRequest(
        grant_type="authorization_code",
        client_id="public_x.y",
        code=code,
        code_verifier=VERIFIER,
        redirect_uri=BACK,
    )
    with begin(ANONYMOUS) as uow:
        return service.exchange_code(uow, request, ISSUER).scope


@pytest.fixture
def admin(uow: Uow) -> str:
    person = accounts.student(uow)
    service.grant_role(uow, person.id, Role.ADMIN)
    return person.id


class TestACode:
    def test_holds_for_a_minute(self, begin: Begin, admin: str, clock: SetClock) -> None:
        first, second = code_for(begin, admin), code_for(begin, admin)
        clock.advance(timedelta(seconds=60) - TENTH)
        assert exchange(begin, first) == "mcp:read"
        clock.advance(TENTH)
        with pytest.raises(CodeRefused):
            exchange(begin, second)

    def test_is_forgotten_when_it_is_over(
        self, begin: Begin, uow: Uow, admin: str, clock: SetClock
    ) -> None:
        code_for(begin, admin)
        clock.advance(timedelta(seconds=60))
        with begin(ANONYMOUS) as later:
            assert service.forget_codes(later, limit=10) == 0
        clock.advance(TENTH)
        with begin(ANONYMOUS) as later:
            assert service.forget_codes(later, limit=10) == 1
        assert uow.session.scalar(select(func.count()).select_from(AuthorizationCode)) == 0

    def test_allows_no_scope_that_the_person_is_not_allowed(
        self, begin: Begin, uow: Uow, admin: str
    ) -> None:
        taken = OverridePermission(granted=False, reason="Not their money")
        service.override(uow, admin, Permission.PAYMENTS_REFUND_ANY, taken)
        code = code_for(begin, admin, "mcp:read", "mcp:write", "mcp:money")
        assert exchange(begin, code) == "mcp:read mcp:write"

    def test_is_for_staff(self, begin: Begin, uow: Uow) -> None:
        with pytest.raises(ScopeNotAllowed):
            code_for(begin, accounts.student(uow).id)


class TestAToken:
    def test_names_the_person_the_program_and_the_sign_in(self, begin: Begin, admin: str) -> None:
        code = code_for(begin, admin)
        request = TokenRequest(
            grant_type="authorization_code",
            client_id="public_x.y",
            code=code,
            code_verifier=VERIFIER,
            redirect_uri=BACK,
        )
        with begin(ANONYMOUS) as uow:
            made = service.exchange_code(uow, request, ISSUER).access_token
        claims = jwt.decode(made, options={"verify_signature": False})
        assert (claims["sub"], claims["aud"]) == (admin, "instainstru-mcp")
        assert claims["client_id"] == policy.program_of("public_x.y")
        assert claims["sid"]
        assert code not in made


class TestAPublicClient:
    def test_is_what_it_said(self) -> None:
        made = policy.public_client_id("Desktop", [BACK], signing_key=KEY)
        found = policy.read_public_client(made, signing_key=KEY)
        assert found == policy.PublicClient("Desktop", (BACK,))

    def test_cannot_say_it_otherwise_later(self) -> None:
        made = policy.public_client_id("Desktop", [BACK], signing_key=KEY)
        other = policy.public_client_id("Desktop", ["https://evil.example/"], signing_key=KEY)
        mixed = other.partition(".")[0] + "." + made.partition(".")[2]
        for forged in (mixed, made + "x", made[:-1], "public_", "public_.", "é", ""):
            assert policy.read_public_client(forged, signing_key=KEY) is None
        assert policy.read_public_client(made, signing_key=signing_key("other")) is None


class TestRedirects:
    @pytest.mark.parametrize(
        ("uri", "registered", "same"),
        [
            (BACK, BACK, True),
            ("http://127.0.0.1:1/callback", BACK, True),
            ("http://localhost:4242/callback", BACK, False),
            ("http://127.0.0.1:4242/callback?x=1", BACK, False),
            ("http://evil@127.0.0.1:4242/callback", BACK, False),
            ("https://a.example/cb", "https://a.example/cb", True),
            ("https://a.example:8443/cb", "https://a.example/cb", False),
            ("https://a.example/cb/", "https://a.example/cb", False),
            ("http://[::1", BACK, False),
        ],
    )
    def test_are_exact_but_for_the_port_of_this_machine(
        self, uri: str, registered: str, same: bool
    ) -> None:
        assert policy.is_redirect_of(uri, [registered]) is same


class TestProof:
    def test_is_the_example_of_the_standard(self) -> None:
        verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        assert policy.answers(challenge, verifier)
        assert not policy.answers(challenge, verifier + "x")
        assert not policy.answers(policy.challenge_of("short"), "short")
