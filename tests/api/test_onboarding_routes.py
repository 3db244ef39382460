"""Invites by mail and background checks over HTTP, with webhooks and the worker behind them."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import update

from api.app import create_app
from devstack.checkr_simulator.simulator import Simulator
from instainstru_core.adapters.checkr import CheckrWebhookParser
from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.background_checks.models import BackgroundCheck
from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.domains.instructors.types import LessonFormat
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.api.conftest import Headers, NewUser, SignIn
from tests.conftest import SetClock
from tests.factories import checks, onboarding, payments_people
from tests.factories.instructors import live_instructor
from worker.jobs import Desk
from worker.tasks.onboarding import HIDE_LAPSED, LOOK_AGAIN
from worker.tasks.webhooks import process

V1 = "/api/v1"
ME = f"{V1}/instructors/me"
WEBHOOK = f"{V1}/webhooks/checkr"
UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


@pytest.fixture
def checkr(clock: SetClock) -> Simulator:
    return Simulator(checks.KEY, clock=clock)


@pytest.fixture
def checking(runtime: Runtime, checkr: Simulator) -> Runtime:
    """The runtime with a provider of checks."""
    return replace(
        runtime,
        checks=checks.provider(checkr),
        check_parser=CheckrWebhookParser(SecretStr(checks.KEY)),
    )


@pytest.fixture
def app(checking: Runtime) -> FastAPI:
    return create_app(checking)


@pytest.fixture
def desk(checking: Runtime) -> Desk:
    return Desk(checking, SYSTEM, {}, lambda *_: None)


@pytest.fixture
def maya(runtime: Runtime, sign_in: SignIn) -> tuple[str, Headers]:
    """An instructor who lacks the check alone."""
    with runtime.begin(SYSTEM) as uow:
        teacher = live_instructor(uow, live=False, prices={LessonFormat.ONLINE: 8_000})
        payments_people.identity(uow, teacher.id, IdentityStatus.VERIFIED)
        payments_people.account(uow, teacher.id)
        access.grant_role(uow, teacher.id, Role.INSTRUCTOR)
    return teacher.id, sign_in(teacher.id)


def deliver(client: TestClient, checkr: Simulator, *, times: int = 1) -> list[int]:
    """Post all webhooks as the provider does."""
    return [
        client.post(
            WEBHOOK, content=sent.body, headers={"X-Checkr-Signature": sent.signature}
        ).status_code
        for sent in checkr.take_webhooks()
        for _ in range(times)
    ]


class TestACheck:
    def test_is_begun_told_of_by_webhooks_and_opens_the_gate(
        self,
        client: TestClient,
        checkr: Simulator,
        desk: Desk,
        maya: tuple[str, Headers],
        admin: Headers,
    ) -> None:
        maya_id, headers = maya
        begun = client.post(f"{ME}/background-check", json={"consent": True}, headers=headers)
        assert begun.status_code == 200
        assert (begun.json()["status"], begun.json()["is_clear"]) == ("invited", False)
        assert begun.json()["url"].startswith("https://apply.checkr.example/invite/")
        again = client.post(f"{ME}/background-check", json={"consent": True}, headers=headers)
        assert again.json() == begun.json()
        (invited,) = checkr.known("invitations")
        report = checkr.complete_invitation(invited["id"])
        checkr.move_report(report, status="complete", result="clear")
        assert deliver(client, checkr, times=2) == [200] * 8
        process(desk)
        shown = client.get(f"{ME}/onboarding", headers=headers).json()
        assert (shown["missing"], shown["background_check"]["status"]) == ([], "clear")
        seen = client.get(f"{V1}/instructors/{maya_id}/background-check", headers=admin).json()
        assert (seen["report_id"], seen["valid_until"]) == (report, "2027-06-15T14:00:00Z")
        assert client.post(f"{ME}/go-live", headers=headers).json()["status"] == "live"

    @pytest.mark.parametrize("body", [{}, {"consent": False}, {"consent": True, "package": "x"}])
    def test_needs_consent_and_nothing_else(
        self, client: TestClient, maya: tuple[str, Headers], body: dict[str, object]
    ) -> None:
        refused = client.post(f"{ME}/background-check", json=body, headers=maya[1])
        assert refused.status_code == 422

    def test_waits_for_a_provider_that_is_away(
        self, client: TestClient, checkr: Simulator, maya: tuple[str, Headers]
    ) -> None:
        checkr.trouble("error_before")
        away = client.post(f"{ME}/background-check", json={"consent": True}, headers=maya[1])
        assert (away.status_code, away.json()["code"]) == (503, "background_checks.unavailable")

    def test_is_none_of_a_student_s(
        self, client: TestClient, student: Headers, maya: tuple[str, Headers]
    ) -> None:
        begun = client.post(f"{ME}/background-check", json={"consent": True}, headers=student)
        assert begun.status_code == 403
        for path in (f"{ME}/onboarding", f"{V1}/instructors/{maya[0]}/background-check"):
            assert client.get(path, headers=student).status_code == 403


class TestAWebhook:
    def test_of_a_stranger_is_refused(self, client: TestClient) -> None:
        for headers in ({}, {"X-Checkr-Signature": "0" * 64}):
            answer = client.post(WEBHOOK, content=b"{}", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (
                401,
                "webhooks.signature_refused",
            )

    def test_of_a_kind_that_the_payment_provider_has_too_is_not_taken_for_its(
        self, client: TestClient, checkr: Simulator, desk: Desk
    ) -> None:
        checkr._tell("payout.paid", {"id": "po_1", "object": "payout"})
        assert deliver(client, checkr) == [200]
        process(desk)


class TestTheJobs:
    def test_find_what_no_webhook_told(
        self,
        client: TestClient,
        checkr: Simulator,
        desk: Desk,
        maya: tuple[str, Headers],
        runtime: Runtime,
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            stranger = live_instructor(uow, live=False)
            checks.check(uow, stranger.id, CheckStatus.PENDING)
        client.post(f"{ME}/background-check", json={"consent": True}, headers=maya[1])
        (invited,) = checkr.known("invitations")
        report = checkr.complete_invitation(invited["id"])
        checkr.move_report(report, status="complete", result="clear")
        LOOK_AGAIN.work(desk)
        shown = client.get(f"{ME}/onboarding", headers=maya[1]).json()
        assert shown["background_check"]["status"] == "clear"

    def test_hide_who_may_not_be_live_any_more(
        self, client: TestClient, desk: Desk, runtime: Runtime, clock: SetClock
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            teacher = live_instructor(uow)
            uow.session.execute(update(BackgroundCheck).values(valid_until=clock.now))
        HIDE_LAPSED.work(desk)
        assert client.get(f"{V1}/instructors/{teacher.id}").status_code == 404


class TestInvitesByMail:
    def test_are_sent_once_per_key_resent_and_claimed(
        self,
        client: TestClient,
        runtime: Runtime,
        admin: Headers,
        new_user: NewUser,
        sign_in: SignIn,
    ) -> None:
        body = {"emails": ["li@example.org"], "message_note": "Hello", "grants_founding": True}
        keyed = admin | {"Idempotency-Key": "k"}
        sent = client.post(f"{V1}/invites/send", json=body, headers=keyed)
        assert sent.status_code == 201
        assert client.post(f"{V1}/invites/send", json=body, headers=keyed).json() == sent.json()
        assert "code" not in sent.json()["invites"][0]
        one = sent.json()["invites"][0]
        batch = {"batch_id": sent.json()["batch_id"]}
        listed = client.get(f"{V1}/invites", params=batch, headers=admin).json()["items"]
        assert listed == [one]
        again = client.post(f"{V1}/invites/{one['id']}/resend", headers=admin)
        assert (again.status_code, again.json()["sends"]) == (200, 2)
        user_id = new_user(Role.STUDENT)
        with runtime.begin(SYSTEM) as uow:
            email = accounts.mailboxes(uow, [user_id])[user_id].email
            row = onboarding.invite(uow, email=email)
        claimed = client.post(
            f"{V1}/invites/claim", json={"invite_code": row.code}, headers=sign_in(user_id)
        )
        assert claimed.json() == {
            "instructor_id": user_id,
            "is_founding": False,
            "founding_number": None,
        }
        burnt = client.post(
            f"{V1}/invites/claim", json={"invite_code": row.code}, headers=sign_in(user_id)
        )
        assert (burnt.status_code, burnt.json()["code"]) == (422, "onboarding.invite_invalid")

    def test_need_the_right_and_somebody(
        self, client: TestClient, student: Headers, admin: Headers
    ) -> None:
        body = {"emails": ["li@example.org"]}
        assert client.post(f"{V1}/invites/send", json=body, headers=student).status_code == 403
        assert client.post(f"{V1}/invites/send", json=body).status_code == 401
        gone = client.post(f"{V1}/invites/{UNKNOWN_ID}/resend", headers=admin)
        assert (gone.status_code, gone.json()["code"]) == (404, "onboarding.invite_not_found")
        client.post(f"{V1}/invites/send", json=body, headers=admin)
        twice = client.post(f"{V1}/invites/send", json=body, headers=admin)
        assert (twice.status_code, twice.json()["code"]) == (409, "onboarding.nobody_to_invite")


class TestTakingDown:
    def test_is_for_staff_and_lasts_until_they_say_so(
        self, client: TestClient, runtime: Runtime, admin: Headers, sign_in: SignIn
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            teacher = live_instructor(uow, prices={LessonFormat.ONLINE: 8_000})
            payments_people.identity(uow, teacher.id, IdentityStatus.VERIFIED)
            payments_people.account(uow, teacher.id)
            access.grant_role(uow, teacher.id, Role.INSTRUCTOR)
        own = sign_in(teacher.id)
        path = f"{V1}/instructors/{teacher.id}"
        assert client.post(f"{path}/deactivate", headers=own).status_code == 403
        assert client.post(f"{path}/deactivate", headers=admin).json()["is_live"] is False
        shut = client.post(f"{ME}/go-live", headers=own)
        assert (shut.status_code, shut.json()["code"]) == (409, "instructors.deactivated")
        assert client.post(f"{path}/readmit", headers=admin).status_code == 200
        assert client.post(f"{ME}/go-live", headers=own).json()["status"] == "live"
        for verb in ("deactivate", "readmit"):
            gone = client.post(f"{V1}/instructors/{UNKNOWN_ID}/{verb}", headers=admin)
            assert gone.status_code == 404
