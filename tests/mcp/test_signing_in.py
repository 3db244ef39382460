"""A person signs in to the copilot: page, code and PKCE over HTTP, then calls in their own name."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import func, select, update

from api.app import create_app
from instainstru_core import runtime as composition
from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.models import AuthorizationCode, ProgramSession
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import service as people
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditEntryView, AuditFilters
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock, settings_for
from tests.databases import ServerUrls, clone
from tests.factories import access as clients
from tests.factories import accounts
from tests.mcp import world as worlds
from tests.mcp.world import Copilot
from tests.processes import free_port
from tests.serving import serving

BACK = "http://127.0.0.1:4242/callback"
VERIFIER = "a-verifier-that-has-at-least-forty-three-characters"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


@dataclass(frozen=True, slots=True)
class House:
    """An issuer, a copilot, and somebody who may use it."""

    runtime: Runtime
    clock: SetClock
    api: str
    mcp: str
    admin_id: str
    email: str

    def register(self, **changes: object) -> httpx.Response:
        body: dict[str, object] = {"client_name": "Desktop", "redirect_uris": [BACK]}
        return httpx.post(f"{self.api}/oauth2/register", json=body | changes)

    def wish(self, **changes: str) -> dict[str, str]:
        return {
            "response_type": "code",
            "client_id": self.register().json()["client_id"],
            "redirect_uri": BACK,
            "scope": "mcp:read mcp:write",
            "state": "abc",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        } | changes

    def agree(self, wish: dict[str, str], **proof: str) -> httpx.Response:
        typed = {"email": self.email, "password": accounts.PASSWORD} | proof
        return httpx.post(f"{self.api}/oauth2/authorize", data=wish | typed)

    def code(self, wish: dict[str, str]) -> str:
        return parse_qs(urlsplit(self.agree(wish).headers["location"]).query)["code"][0]

    def exchange(self, wish: dict[str, str], code: str, **changes: str) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "client_id": wish["client_id"],
            "code": code,
            "code_verifier": VERIFIER,
            "redirect_uri": BACK,
        }
        return httpx.post(f"{self.api}/oauth2/token", data=form | changes)

    def signed_in(self, **changes: str) -> Copilot:
        wish = self.wish(**changes)
        return Copilot(self.mcp, self.exchange(wish, self.code(wish)).json()["access_token"])

    def refresh(self, wish: dict[str, str], token: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "client_id": wish["client_id"]}
        return httpx.post(f"{self.api}/oauth2/token", data=form | {"refresh_token": token})

    def entry(self, action: str) -> AuditEntryView:
        with self.runtime.begin(SYSTEM) as uow:
            return audit.search(uow, AuditFilters(action=action), limit=1).items[0]


@pytest.fixture(scope="module")
def house(servers: ServerUrls, signing_key_file: Path) -> Iterator[House]:
    with ExitStack() as stack:
        database_url = stack.enter_context(clone(servers))
        mcp_url = f"http://127.0.0.1:{free_port()}"
        settings = settings_for(database_url, servers).model_copy(
            update={
                "api_url": "http://127.0.0.1:8000",
                "mcp_url": mcp_url,
                "oauth_signing_key_file": signing_key_file,
            }
        )
        clock = SetClock()
        runtime = composition.build(settings, clock)
        stack.callback(runtime.close)
        with runtime.begin(SYSTEM) as uow:
            admin = accounts.student(uow)
            access.grant_role(uow, admin.id, Role.ADMIN)
        api = stack.enter_context(serving(create_app(runtime)))
        mcp = stack.enter_context(worlds.serving(runtime))
        yield House(runtime, clock, api, mcp, admin.id, admin.email)


class TestDiscovery:
    def test_leads_from_the_copilot_to_its_issuer(self, house: House) -> None:
        refused = httpx.post(f"{house.mcp}/mcp", json={})
        assert refused.status_code == 401
        document = httpx.get(f"{house.mcp}/.well-known/oauth-protected-resource/mcp").json()
        assert document["authorization_servers"] == ["http://127.0.0.1:8000/"]
        assert "mcp:money" in document["scopes_supported"]
        known = httpx.get(f"{house.api}/.well-known/oauth-authorization-server").json()
        assert known["authorization_endpoint"] == "http://127.0.0.1:8000/oauth2/authorize"
        assert known["registration_endpoint"] == "http://127.0.0.1:8000/oauth2/register"
        assert known["code_challenge_methods_supported"] == ["S256"]
        assert known["response_types_supported"] == ["code"]


class TestRegistering:
    def test_gives_an_id_that_any_process_can_read(self, house: House) -> None:
        answer = house.register()
        assert answer.status_code == 201
        assert answer.json()["token_endpoint_auth_method"] == "none"
        assert answer.json()["client_id"].startswith("public_")

    @pytest.mark.parametrize(
        "uri",
        [
            "http://evil.example/callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
            "https://a.example/#x",
            "/callback",
        ],
    )
    def test_refuses_addresses_that_lead_elsewhere(self, house: House, uri: str) -> None:
        answer = house.register(redirect_uris=[uri])
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")

    @pytest.mark.parametrize("uri", ["https://a.example/cb", "cursor://mcp/callback"])
    def test_takes_addresses_of_the_programs_own(self, house: House, uri: str) -> None:
        assert house.register(redirect_uris=[uri]).status_code == 201


class TestThePage:
    def test_says_who_asks_for_what(self, house: House) -> None:
        page = httpx.get(f"{house.api}/oauth2/authorize", params=house.wish())
        assert page.status_code == 200
        assert "<strong>Desktop</strong>" in page.text
        assert "read everything that staff may read" in page.text
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]

    def test_repeats_nothing_as_markup(self, house: House) -> None:
        wish = house.wish(state='"><script>alert(1)</script>')
        page = httpx.get(f"{house.api}/oauth2/authorize", params=wish)
        assert "<script>" not in page.text

    @pytest.mark.parametrize(
        "changes",
        [
            {"client_id": "public_x.y"},
            {"client_id": "nobody"},
            {"redirect_uri": "http://127.0.0.1:4242/other"},
            {"redirect_uri": "http://127.0.0.1.evil.example/callback"},
            {"response_type": "token"},
            {"code_challenge_method": "plain"},
            {"code_challenge": ""},
            {"scope": "mcp:everything"},
            {"scope": "mcp:write"},
            {"resource": "https://other.example/mcp"},
        ],
    )
    def test_sends_nobody_anywhere_for_a_request_that_is_not_in_order(
        self, house: House, changes: dict[str, str]
    ) -> None:
        wish = house.wish(**changes)
        assert httpx.get(f"{house.api}/oauth2/authorize", params=wish).status_code == 400
        assert house.agree(wish).status_code == 400

    def test_comes_back_to_any_port_of_this_machine(self, house: House) -> None:
        wish = house.wish(redirect_uri="http://127.0.0.1:5555/callback")
        assert house.agree(wish).headers["location"].startswith("http://127.0.0.1:5555/callback?")

    def test_refuses_a_wrong_password_in_place(self, house: House) -> None:
        answer = house.agree(house.wish(), password="not it at all")
        assert answer.status_code == 400
        assert "The address or the password is wrong" in answer.text
        assert "not it at all" not in answer.text

    def test_refuses_who_is_not_staff(self, house: House) -> None:
        with house.runtime.begin(SYSTEM) as uow:
            student = accounts.student(uow)
        answer = house.agree(house.wish(), email=student.email)
        assert answer.status_code == 400
        assert "Only staff may use the copilot" in answer.text


class TestACode:
    def test_comes_back_with_the_state(self, house: House) -> None:
        back = house.agree(house.wish())
        assert back.status_code == 303
        found = parse_qs(urlsplit(back.headers["location"]).query)
        assert found["state"] == ["abc"]
        assert found["iss"] == ["http://127.0.0.1:8000"]

    def test_is_exchanged_once(self, house: House) -> None:
        wish = house.wish()
        code = house.code(wish)
        assert house.exchange(wish, code).json()["scope"] == "mcp:read mcp:write"
        again = house.exchange(wish, code)
        assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")

    def test_shown_with_a_wrong_verifier_is_worth_nothing_afterwards(self, house: House) -> None:
        wish = house.wish()
        code = house.code(wish)
        for verifier in (VERIFIER + "x", VERIFIER):
            answer = house.exchange(wish, code, code_verifier=verifier)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

    def test_lets_a_program_go_on_without_the_person(self, house: House) -> None:
        wish = house.wish()
        first = house.exchange(wish, house.code(wish)).json()
        renewed = house.refresh(wish, first["refresh_token"]).json()
        assert Copilot(house.mcp, renewed["access_token"]).ask("services_catalog")
        refused = house.refresh(wish, "x.y")
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")

    @pytest.mark.parametrize(
        "changes",
        [
            {"code_verifier": VERIFIER + "x"},
            {"code_verifier": ""},
            {"redirect_uri": BACK + "/"},
            {"client_id": "public_other"},
            {"code": "made-up"},
        ],
    )
    def test_is_for_whoever_began(self, house: House, changes: dict[str, str]) -> None:
        wish, changes = house.wish(), dict(changes)
        code = changes.pop("code", "") or house.code(wish)
        answer = house.exchange(wish, code, **changes)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

    def test_is_kept_as_a_digest(self, house: House) -> None:
        code = house.code(house.wish())
        with house.runtime.begin(SYSTEM) as uow:
            assert uow.session.get(AuthorizationCode, code) is None


class TestAPerson:
    def test_is_the_principal_of_what_they_do(self, house: House) -> None:
        house.signed_in().ask("services_catalog")
        entry = house.entry("mcp.services_catalog")
        assert (entry.actor_kind, entry.actor_id) == ("user", house.admin_id)
        assert entry.details["client_id"].startswith("public_")

    def test_sees_what_their_scopes_allow(self, house: House) -> None:
        names = [tool.name for tool in house.signed_in(scope="mcp:read").tools()]
        assert names == worlds.listed("mcp:read")
        names = [tool.name for tool in house.signed_in(scope="mcp:read mcp:money").tools()]
        assert names == worlds.listed("mcp:read", "mcp:money")

    def test_may_do_no_more_than_their_role_still_allows(self, house: House) -> None:
        ada = house.signed_in()
        assert ada.ask("services_catalog")
        with house.runtime.begin(SYSTEM) as uow:
            other = accounts.student(uow)
            access.grant_role(uow, other.id, Role.ADMIN)
            access.revoke_role(uow, house.admin_id, Role.ADMIN)
        try:
            for tool in ("bookings_summary", "services_catalog"):
                error = ada.refused(tool)
                assert error["code"] == "access.permission_missing"
        finally:
            with house.runtime.begin(SYSTEM) as uow:
                access.grant_role(uow, house.admin_id, Role.ADMIN)


class TestAnAccessToken:
    """It ends with the sign-in that it was given for, however long it would still hold."""

    def refused(self, ada: Copilot) -> tuple[str, bool]:
        error = ada.refused("services_catalog")
        return error["code"], error["retryable"]

    def test_ends_when_the_person_signs_out_everywhere(self, house: House) -> None:
        first, second = house.signed_in(), house.signed_in()
        assert first.ask("services_catalog")
        with house.runtime.begin(Actor(house.admin_id)) as uow:
            people.sign_out_everywhere(uow)
        assert self.refused(first) == self.refused(second) == ("accounts.session_over", False)
        assert house.signed_in().ask("services_catalog")

    def test_ends_with_every_code_that_was_not_exchanged(self, house: House) -> None:
        wish = house.wish()
        code = house.code(wish)
        with house.runtime.begin(Actor(house.admin_id)) as uow:
            people.sign_out_everywhere(uow)
        answer = house.exchange(wish, code)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

    def test_ends_when_its_code_is_shown_again(self, house: House) -> None:
        wish = house.wish()
        code = house.code(wish)
        ada = Copilot(house.mcp, house.exchange(wish, code).json()["access_token"])
        assert ada.ask("services_catalog")
        assert house.exchange(wish, code).status_code == 400
        assert self.refused(ada) == ("accounts.session_over", False)

    def test_ends_when_an_old_refresh_token_comes_again(self, house: House) -> None:
        wish = house.wish()
        given = house.exchange(wish, house.code(wish)).json()
        newer = house.refresh(wish, given["refresh_token"]).json()
        newest = house.refresh(wish, newer["refresh_token"]).json()
        ada = Copilot(house.mcp, newest["access_token"])
        assert ada.ask("services_catalog")
        assert house.refresh(wish, given["refresh_token"]).status_code == 400
        assert self.refused(ada) == ("accounts.session_over", False)

    def test_ends_when_the_sign_in_has_run_out(self, house: House) -> None:
        ada = house.signed_in()
        with house.runtime.begin(SYSTEM) as uow:
            last = select(func.max(ProgramSession.created_at)).scalar_subquery()
            uow.session.execute(
                update(ProgramSession)
                .where(ProgramSession.created_at == last)
                .values(expires_at=uow.now)
            )
        assert self.refused(ada) == ("accounts.session_over", False)

    @pytest.mark.parametrize("status", [AccountStatus.SUSPENDED, AccountStatus.DEACTIVATED])
    def test_opens_nothing_while_the_account_is_not_open(
        self, house: House, status: AccountStatus
    ) -> None:
        ada = house.signed_in()
        self.set_status(house, status)
        try:
            assert self.refused(ada) == (f"accounts.{status}", False)
        finally:
            self.set_status(house, AccountStatus.ACTIVE)
        assert ada.ask("services_catalog")

    def set_status(self, house: House, status: AccountStatus) -> None:
        with house.runtime.begin(SYSTEM) as uow:
            uow.session.execute(update(User).where(User.id == house.admin_id).values(status=status))


class TestAProgramOfItsOwn:
    """One that signs in with a secret: what it was given ends some seconds after its removal."""

    @pytest.fixture
    def robot(self, house: House) -> tuple[str, Copilot]:
        with house.runtime.begin(SYSTEM) as uow:
            known = clients.client(uow)
        form = {
            "grant_type": "client_credentials",
            "client_id": known.client_id,
            "client_secret": known.client_secret,
        }
        given = httpx.post(f"{house.api}/oauth2/token", data=form).json()
        return known.client_id, Copilot(house.mcp, given["access_token"])

    def test_opens_nothing_five_seconds_after_it_was_disabled(
        self, house: House, robot: tuple[str, Copilot]
    ) -> None:
        client_id, copilot = robot
        assert copilot.ask("services_catalog")
        with house.runtime.begin(SYSTEM) as uow:
            access.disable_client(uow, client_id)
        house.clock.advance(timedelta(seconds=5) - timedelta(microseconds=1))
        assert copilot.ask("services_catalog")
        house.clock.advance(timedelta(microseconds=1))
        for _ in range(2):
            assert copilot.refused("services_catalog")["code"] == "access.client_withdrawn"

    def test_opens_nothing_at_all_when_it_was_disabled_before(
        self, house: House, robot: tuple[str, Copilot]
    ) -> None:
        client_id, copilot = robot
        with house.runtime.begin(SYSTEM) as uow:
            access.disable_client(uow, client_id)
        assert copilot.refused("services_catalog")["code"] == "access.client_withdrawn"


class TestAStaticToken:
    def test_can_be_switched_off(self, asked: Runtime) -> None:
        off = asked.settings.model_copy(update={"mcp_static_tokens_enabled": False})
        with worlds.serving(composition.build(off, asked.clock)) as url:
            answer = httpx.post(
                f"{url}/mcp", json={}, headers={"Authorization": f"Bearer {worlds.STATIC}"}
            )
        assert answer.status_code == 401
