"""A way into the account of an address, for whoever reads its mail and for nobody else."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from api import limits
from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.schemas import OverridePermission
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.domains.notifications import flows
from instainstru_core.domains.notifications import service as notifications
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.ports import Mail
from instainstru_core.kernel.authority import SYSTEM, Permission
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories import accounts, onboarding
from tests.factories.accounts import PASSWORD
from tests.factories.notifications import ScriptedMailer, queued

AUTH = "/api/v1/auth"
ADDRESS = "Maya@Example.org"
NEW = "an odd new sentence"
MOMENT = timedelta(microseconds=1)
Mails = Callable[[], list[Mail]]


@pytest.fixture
def maya(runtime: Runtime) -> User:
    with runtime.begin(SYSTEM) as uow:
        return accounts.student(uow, email=ADDRESS)


@pytest.fixture
def mails(runtime: Runtime) -> Mails:
    """Sends what is due; all that was sent so far."""
    mailer = ScriptedMailer()
    secret = runtime.settings.jwt_secret.get_secret_value()

    def send() -> list[Mail]:
        flows.send_due(runtime.begin, mailer, actor=SYSTEM, secret=secret)
        return mailer.asked

    return send


def ask(client: TestClient, email: str = "maya@example.org") -> Response:
    return client.post(f"{AUTH}/address-proofs", json={"email": email})


def redeem(client: TestClient, code: str, password: str = NEW) -> Response:
    body = {"code": code, "new_password": password}
    return client.post(f"{AUTH}/address-proofs/redeem", json=body)


def sign_in(client: TestClient, password: str) -> Response:
    return client.post(f"{AUTH}/sign-in", json={"email": ADDRESS, "password": password})


def code_in(mail: Mail) -> str:
    found = re.search(r"\?code=(\S+)", mail.text)
    assert found is not None
    return found[1]


def me(client: TestClient, answer: Response) -> Any:
    token = answer.json()["access_token"]
    return client.get("/api/v1/accounts/me", headers={"Authorization": f"Bearer {token}"})


def refused(answer: Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (403, "accounts.proof_refused")


class TestAsking:
    def test_is_answered_alike_whoever_has_the_address(
        self, client: TestClient, maya: User, mails: Mails
    ) -> None:
        known, unknown = ask(client), ask(client, "nobody@example.org")
        assert known.status_code == unknown.status_code == 202
        assert known.json() == unknown.json()
        (mail,) = mails()
        assert mail.to == ADDRESS
        assert mail.subject == "Choose a new password for InstaInstru"
        page = f"/password?code={code_in(mail)}"
        assert page in mail.text
        assert page in mail.html

    def test_is_for_one_network_twenty_times_an_hour(
        self, app: FastAPI, client: TestClient, maya: User, mails: Mails
    ) -> None:
        """Whatever addresses it asks for, and whether there are accounts."""
        for number in range(20):
            assert ask(client, f"nobody{number}@example.org").status_code == 202

        answer = ask(client)

        told = answer.json()
        assert (answer.status_code, told["code"]) == (429, "too_often")
        wait = told["facts"]["retry_after"]
        assert 150 <= wait <= 181  # 3 minutes, less those that the requests took
        assert answer.headers["Retry-After"] == str(wait)
        assert told["detail"] == (
            "More than 20 codes an hour were asked for from your network. Wait"
            f" {wait} seconds, then ask again."
        )
        assert mails() == []
        assert ask(TestClient(app, client=("192.0.2.7", 50_000))).status_code == 202
        assert [mail.to for mail in mails()] == [ADDRESS]

    def test_of_a_bad_address_is_not_counted(self, client: TestClient, maya: User) -> None:
        for _ in range(20):
            assert ask(client, "no address").status_code == 422
        assert ask(client).status_code == 202

    @pytest.mark.parametrize(
        ("host", "client_of"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::4", "2001:db8:1:3::/64"),
            ("testclient", "nowhere"),
            (None, "nowhere"),
        ],
    )
    def test_counts_a_household_as_one(self, host: str | None, client_of: str) -> None:
        assert limits.client_of(host) == client_of

    def test_writes_once_in_ten_minutes(
        self, client: TestClient, maya: User, mails: Mails, clock: SetClock
    ) -> None:
        start = clock().replace(minute=0, second=0, microsecond=0)
        for wait, sent in ((timedelta(0), 1), (timedelta(minutes=10) - MOMENT, 1)):
            clock.now = start + wait
            ask(client)
            assert len(mails()) == sent
        clock.now = start + timedelta(minutes=10)
        ask(client)
        assert len(mails()) == 2

    @pytest.mark.parametrize("how", ["role", "override"])
    def test_opens_no_account_of_staff(
        self,
        *,
        client: TestClient,
        maya: User,
        mails: Mails,
        runtime: Runtime,
        clock: SetClock,
        how: str,
    ) -> None:
        ask(client)
        code = code_in(mails()[0])
        with runtime.begin(SYSTEM) as uow:
            if how == "role":
                access.grant_role(uow, maya.id, Role.ADMIN)
            else:
                given = OverridePermission(granted=True, reason="Covers support")
                access.override(uow, maya.id, Permission.USERS_READ, given)
        assert refused(redeem(client, code))
        assert sign_in(client, PASSWORD).status_code == 200
        clock.now += timedelta(minutes=10)
        ask(client)
        assert len(mails()) == 1

    def test_writes_to_nobody_whose_account_is_closed(
        self, client: TestClient, maya: User, mails: Mails, runtime: Runtime
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(User, maya.id)
            row.status = AccountStatus.SUSPENDED
        ask(client)
        assert mails() == []

    def test_keeps_the_code_nowhere(
        self, client: TestClient, maya: User, mails: Mails, runtime: Runtime
    ) -> None:
        ask(client)
        code = code_in(mails()[0])
        with runtime.begin(SYSTEM) as uow:
            row = uow.session.scalars(select(Delivery)).one()
            assert code not in str(row.facts)
            shown = notifications.detail(uow, row.id)
        assert code not in shown.text
        assert "with the code \N{BULLET}" in shown.text


class TestTheCode:
    def test_lets_the_owner_in_and_everybody_else_out(
        self, client: TestClient, maya: User, mails: Mails, runtime: Runtime
    ) -> None:
        stranger = sign_in(client, PASSWORD)
        assert me(client, stranger).json()["email_proven_at"] is None
        ask(client)
        owner = redeem(client, code_in(mails()[0]))
        assert owner.status_code == 200
        assert owner.cookies["rid"]
        assert owner.headers["Cache-Control"] == "no-store"
        now = runtime.clock()
        shown = me(client, owner).json()
        assert shown["id"] == maya.id
        assert shown["email_proven_at"] == now.isoformat().replace("+00:00", "Z")
        assert me(client, stranger).json()["code"] == "accounts.session_over"
        assert sign_in(client, PASSWORD).status_code == 401
        assert sign_in(client, NEW).status_code == 200

    def test_works_once(self, client: TestClient, maya: User, mails: Mails) -> None:
        ask(client)
        code = code_in(mails()[0])
        assert redeem(client, code).status_code == 200
        assert refused(redeem(client, code, "another odd sentence"))
        assert sign_in(client, NEW).status_code == 200

    def test_ends_at_the_very_second(
        self, client: TestClient, maya: User, mails: Mails, clock: SetClock
    ) -> None:
        start = clock().replace(microsecond=0)
        clock.now = start
        ask(client)
        code = code_in(mails()[0])
        clock.now = start + timedelta(hours=1)
        assert refused(redeem(client, code))
        clock.now = start + timedelta(hours=1) - MOMENT
        assert redeem(client, code).status_code == 200

    def test_is_for_the_account_it_was_sent_to(
        self, client: TestClient, maya: User, mails: Mails, runtime: Runtime
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            other = accounts.student(uow, email="other@example.org")
        ask(client)
        _, until, mac = code_in(mails()[0]).split(".")
        for bad in (
            f"{other.id}.{until}.{mac}",
            f"{maya.id}.{int(until) + 1}.{mac}",
            f"{maya.id}.{until}.{mac[:-1]}",
            f"{maya.id}.{until}.",
            f"{maya.id}.{'9' * 11}.{mac}",
            "nonsense",
            "\N{SNOWMAN}.1.2",
        ):
            assert refused(redeem(client, bad)), bad
        assert sign_in(client, PASSWORD).status_code == 200

    def test_stays_good_where_the_password_is_refused(
        self, client: TestClient, maya: User, mails: Mails
    ) -> None:
        ask(client)
        code = code_in(mails()[0])
        assert redeem(client, code, "password1").json()["code"] == "accounts.password_refused"
        assert redeem(client, code).status_code == 200

    def test_does_not_open_an_account_that_was_suspended_since(
        self, client: TestClient, maya: User, mails: Mails, runtime: Runtime
    ) -> None:
        ask(client)
        code = code_in(mails()[0])
        with runtime.begin(SYSTEM) as uow:
            uow.session.get_one(User, maya.id).status = AccountStatus.SUSPENDED
        assert redeem(client, code).json()["code"] == "accounts.suspended"


class TestAnInvite:
    def test_proves_the_address_it_was_sent_to(self, client: TestClient, runtime: Runtime) -> None:
        with runtime.begin(SYSTEM) as uow:
            invite = onboarding.invite(uow, email="maya@example.org")
        body = {
            "email": "maya@example.org",
            "password": PASSWORD,
            "first_name": "Maya",
            "last_name": "Okafor",
            "invite_code": invite.code,
        }
        assert client.post(f"{AUTH}/sign-up/instructor", json=body).status_code == 201
        shown = me(client, sign_in(client, PASSWORD)).json()
        assert shown["email_proven_at"] is not None

    def test_is_claimed_by_its_owner_though_a_stranger_was_first(
        self, client: TestClient, maya: User, mails: Mails, runtime: Runtime
    ) -> None:
        stranger = sign_in(client, PASSWORD)
        with runtime.begin(SYSTEM) as uow:
            code = onboarding.invite(uow, email="maya@example.org").code
        ask(client)
        owner = redeem(client, code_in(mails()[0]))
        claim = {"invite_code": code}
        for answer, status in ((stranger, 401), (owner, 200)):
            token = answer.json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            path = "/api/v1/invites/claim"
            assert client.post(path, json=claim, headers=headers).status_code == status


class TestASecretThatIsWeak:
    def test_signs_nothing_and_holds_no_other_message_up(
        self, client: TestClient, maya: User, runtime: Runtime
    ) -> None:
        ask(client)
        mailer = ScriptedMailer()
        done = flows.send_due(runtime.begin, mailer, actor=SYSTEM, secret="short")
        assert (done.failed, done.put_back, mailer.asked) == (1, 0, [])

    def test_and_facts_that_are_unreadable_hold_up_nothing_either(
        self, client: TestClient, maya: User, mails: Mails, runtime: Runtime
    ) -> None:
        ask(client)
        with runtime.begin(SYSTEM) as uow:
            uow.session.scalars(select(Delivery)).one().facts = {"of": "other code"}
            queued(uow, user_id=maya.id)
        (mail,) = mails()
        assert "?code=" not in mail.text
