"""Codes of people who sign in to the copilot: how long they hold, and for what."""

from datetime import timedelta

import jwt
import pytest
from sqlalchemy import func, select

from instainstru_core.domains.access import flows, policy, service
from instainstru_core.domains.access.errors import CodeRefused, ScopeNotAllowed
from instainstru_core.domains.access.models import AuthorizationCode, ProgramSession
from instainstru_core.domains.access.schemas import (
    Authorization,
    Issuer,
    OverridePermission,
    TokenRequest,
    TokenView,
)
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
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


def code_request(code: str, **changes: str) -> TokenRequest:
    given = {
        "grant_type": "authorization_code",
        "client_id": "public_x.y",
        "code": code,
        "code_verifier": VERIFIER,
        "redirect_uri": BACK,
    }
    return TokenRequest(**(given | changes))


def exchange(begin: Begin, code: str) -> str:
    request = code_request(code)
    return answered(begin, request).scope


def answered(begin: Begin, request: TokenRequest) -> TokenView:
    return flows.answer_token_request(
        begin, actor=ANONYMOUS, request=request, authorization=None, issuer=ISSUER
    )


def signed_in(begin: Begin, user_id: str, *scopes: str) -> TokenView:
    return answered(begin, code_request(code_for(begin, user_id, *scopes)))


def again(begin: Begin, refresh_token: str | None, client_id: str = "public_x.y") -> TokenView:
    request = TokenRequest(
        grant_type="refresh_token", client_id=client_id, refresh_token=refresh_token or ""
    )
    return answered(begin, request)


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

    @pytest.mark.parametrize(
        "changes",
        [
            {"code_verifier": VERIFIER + "x"},
            {"redirect_uri": BACK + "/"},
            {"client_id": "public_other"},
        ],
    )
    def test_that_was_shown_in_vain_is_worth_nothing_afterwards(
        self, begin: Begin, admin: str, changes: dict[str, str]
    ) -> None:
        code = code_for(begin, admin)
        for request in (code_request(code, **changes), code_request(code)):
            with pytest.raises(CodeRefused):
                answered(begin, request)

    def test_that_is_shown_again_ends_what_it_began(self, begin: Begin, admin: str) -> None:
        code = code_for(begin, admin)
        first = answered(begin, code_request(code))
        with pytest.raises(CodeRefused):
            answered(begin, code_request(code))
        with pytest.raises(CodeRefused):
            again(begin, first.refresh_token)

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
        made = answered(begin, code_request(code)).access_token
        claims = jwt.decode(made, options={"verify_signature": False})
        assert (claims["sub"], claims["aud"]) == (admin, "instainstru-mcp")
        assert claims["client_id"] == policy.program_of("public_x.y")
        assert claims["sid"]
        assert code not in made


class TestARefreshToken:
    def test_is_exchanged_once_and_the_sign_in_stays_the_same(
        self, begin: Begin, admin: str, clock: SetClock
    ) -> None:
        first = signed_in(begin, admin, "mcp:read", "mcp:write")
        clock.advance(timedelta(days=29))
        second = again(begin, first.refresh_token)
        assert second.scope == "mcp:read mcp:write"
        assert second.refresh_token not in {None, first.refresh_token}
        claims = [
            jwt.decode(one.access_token, options={"verify_signature": False})
            for one in (first, second)
        ]
        assert claims[0]["sid"] == claims[1]["sid"]
        assert claims[0]["jti"] != claims[1]["jti"]

    def test_holds_for_thirty_days_from_the_sign_in_on(
        self, begin: Begin, admin: str, clock: SetClock
    ) -> None:
        first = signed_in(begin, admin)
        clock.advance(timedelta(days=30) - TENTH)
        second = again(begin, first.refresh_token)
        clock.advance(TENTH)
        with pytest.raises(CodeRefused):
            again(begin, second.refresh_token)

    def test_in_two_hands_ends_the_sign_in(
        self, begin: Begin, uow: Uow, admin: str, clock: SetClock
    ) -> None:
        first = signed_in(begin, admin)
        second = again(begin, first.refresh_token)
        clock.advance(policy.REUSE_GRACE)
        with pytest.raises(CodeRefused):
            again(begin, first.refresh_token)
        with pytest.raises(CodeRefused):
            again(begin, second.refresh_token)
        (entry,) = audit.search(uow, AuditFilters(action="access.refresh"), limit=5).items
        assert (entry.subject_id, entry.code) == (admin, "access.refresh_reused")

    def test_asked_for_twice_at_once_is_refused_and_goes_on(
        self, begin: Begin, admin: str, clock: SetClock
    ) -> None:
        first = signed_in(begin, admin)
        second = again(begin, first.refresh_token)
        clock.advance(policy.REUSE_GRACE - TENTH)
        with pytest.raises(CodeRefused):
            again(begin, first.refresh_token)
        assert again(begin, second.refresh_token).scope == "mcp:read"

    @pytest.mark.parametrize("token", ["", "x", "x.y", f"{'0' * 32}.made-up", "é.é"])
    def test_that_was_made_up_is_refused(self, begin: Begin, token: str) -> None:
        with pytest.raises(CodeRefused):
            again(begin, token)

    def test_is_for_the_program_that_began(self, begin: Begin, admin: str) -> None:
        first = signed_in(begin, admin)
        with pytest.raises(CodeRefused):
            again(begin, first.refresh_token, "public_other")
        assert again(begin, first.refresh_token).scope == "mcp:read"

    def test_allows_what_the_person_may_do_by_then(
        self, begin: Begin, uow: Uow, admin: str
    ) -> None:
        first = signed_in(begin, admin, "mcp:read", "mcp:money")
        taken = OverridePermission(granted=False, reason="Not their money")
        service.override(uow, admin, Permission.PAYMENTS_REFUND_ANY, taken)
        second = again(begin, first.refresh_token)
        assert second.scope == "mcp:read"
        service.grant_role(uow, accounts.student(uow).id, Role.ADMIN)
        service.revoke_role(uow, admin, Role.ADMIN)
        with pytest.raises(CodeRefused):
            again(begin, second.refresh_token)

    def test_is_over_when_the_person_signs_out_everywhere(
        self, begin: Begin, uow: Uow, admin: str
    ) -> None:
        first, second = signed_in(begin, admin), signed_in(begin, admin)
        assert service.end_programs(uow, admin) == 2
        for one in (first, second):
            with pytest.raises(CodeRefused):
                again(begin, one.refresh_token)

    def test_is_kept_as_a_digest_and_forgotten_a_month_after_its_end(
        self, begin: Begin, uow: Uow, admin: str, clock: SetClock
    ) -> None:
        first = signed_in(begin, admin)
        kept = uow.session.scalars(select(ProgramSession)).one()
        assert kept.refresh_digest == policy.digest_of(first.refresh_token or "")
        clock.advance(timedelta(days=60))
        with begin(ANONYMOUS) as later:
            assert service.forget_programs(later, limit=10) == 0
        clock.advance(TENTH)
        with begin(ANONYMOUS) as later:
            assert service.forget_programs(later, limit=10) == 1


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
