"""Our client of Checkr against the simulator: over HTTP and in process, and with its webhooks.

The shapes are those that Checkr documents; where CHECKR_API_KEY and INSTAINSTRU_CHECKR_API_URL name
its test environment, the first part is asked there as well.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from devstack.checkr_simulator.in_process import transport
from devstack.checkr_simulator.server import SimulatorServer
from devstack.checkr_simulator.simulator import Simulator, Trouble
from instainstru_core.adapters.checkr import (
    CheckrProvider,
    CheckrWebhookParser,
    UnconfiguredChecks,
)
from instainstru_core.domains.background_checks.errors import (
    CheckNotConfigured,
    CheckRefused,
    CheckUnavailable,
)
from instainstru_core.domains.background_checks.types import CandidateData
from instainstru_core.domains.webhooks.errors import PayloadUnreadable, SignatureRefused
from instainstru_core.kernel.ids import new_id
from tests.patience import wait_until
from tests.processes import free_port

KEY = "checkr_test_key"
REAL_KEY = os.environ.get("CHECKR_API_KEY")
REAL_URL = os.environ.get("INSTAINSTRU_CHECKR_API_URL", "https://api.checkr-staging.com")


def person(**changes: Any) -> CandidateData:
    given: dict[str, Any] = {
        "user_id": new_id(),
        "first_name": "Maya",
        "last_name": "Okafor",
        "email": "maya@example.org",
        "phone": "+12125550143",
        "zip_code": "10025",
    }
    return CandidateData(**(given | changes))


def client(url: str, *, key: str = KEY, **options: Any) -> CheckrProvider:
    return CheckrProvider(SecretStr(key), api_url=url, package="basic_plus", **options)


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(KEY)


@pytest.fixture
def server(simulator: Simulator) -> Iterator[SimulatorServer]:
    with SimulatorServer(simulator) as server:
        yield server


@pytest.fixture(params=["http", "in_process"])
def provider(
    request: pytest.FixtureRequest, simulator: Simulator, server: SimulatorServer
) -> Iterator[CheckrProvider]:
    """The same client in both shapes of the simulator."""
    inside = {"transport": transport(simulator)} if request.param == "in_process" else {}
    made = client(server.url, **inside)
    yield made
    made.close()


class TestTheProvider:
    def test_invites_a_person_to_be_checked(
        self, provider: CheckrProvider, simulator: Simulator
    ) -> None:
        maya = person()
        candidate_id = provider.create_candidate(key=new_id(), candidate=maya)
        invited = provider.invite(key=new_id(), candidate_id=candidate_id)
        assert (invited.candidate_id, invited.status, invited.report_id) == (
            candidate_id,
            "pending",
            None,
        )
        assert invited.url is not None
        assert invited.expires_at is not None
        assert provider.invitation(invited.id) == invited
        (known,) = simulator.known("candidates")
        assert {name: known[name] for name in ("custom_id", "email", "zipcode", "ssn")} == {
            "custom_id": maya.user_id,
            "email": "maya@example.org",
            "zipcode": "10025",
            "ssn": None,
        }

    def test_makes_a_thing_once_per_key(
        self, provider: CheckrProvider, simulator: Simulator
    ) -> None:
        maya, key = person(), new_id()
        first = provider.create_candidate(key=key, candidate=maya)
        assert provider.create_candidate(key=key, candidate=maya) == first
        other = new_id()
        invited = provider.invite(key=other, candidate_id=first)
        assert provider.invite(key=other, candidate_id=first) == invited
        assert (len(simulator.known("candidates")), len(simulator.known("invitations"))) == (1, 1)
        with pytest.raises(CheckRefused) as refusal:
            provider.create_candidate(key=key, candidate=person(last_name="Other"))
        assert refusal.value.facts == {"status": 409}

    def test_tells_how_a_report_moves(self, provider: CheckrProvider, simulator: Simulator) -> None:
        candidate_id = provider.create_candidate(key=new_id(), candidate=person())
        invited = provider.invite(key=new_id(), candidate_id=candidate_id)
        report_id = simulator.complete_invitation(invited.id)
        assert provider.invitation(invited.id).report_id == report_id
        begun = provider.report(report_id)
        assert (begun.status, begun.result, begun.completed_at) == ("pending", None, None)
        simulator.move_report(report_id, status="complete", result="consider")
        done = provider.report(report_id)
        assert (done.status, done.result, done.adjudication) == ("complete", "consider", None)
        assert done.completed_at is not None
        simulator.move_report(report_id, adjudication="engaged")
        assert provider.report(report_id).adjudication == "engaged"

    def test_refuses_what_is_wrong_in_words_of_ours(self, provider: CheckrProvider) -> None:
        with pytest.raises(CheckRefused) as refusal:
            provider.create_candidate(key=new_id(), candidate=person(email="nobody"))
        assert refusal.value.facts == {"status": 400}
        assert "nobody" not in refusal.value.message
        with pytest.raises(CheckRefused) as unknown:
            provider.report("nothing/../candidates")
        assert unknown.value.facts == {"status": 404}

    @pytest.mark.parametrize(
        "trouble", ["timeout_before", "timeout_after", "error_before", "error_after", "rate_limit"]
    )
    def test_may_be_asked_again_after_trouble(
        self, provider: CheckrProvider, simulator: Simulator, trouble: Trouble
    ) -> None:
        maya, key = person(), new_id()
        simulator.trouble(trouble)
        with pytest.raises(CheckUnavailable) as refusal:
            provider.create_candidate(key=key, candidate=maya)
        assert refusal.value.facts == {"retry_after": 60}
        provider.create_candidate(key=key, candidate=maya)
        assert len(simulator.known("candidates")) == 1

    def test_does_not_let_a_wrong_key_in(self, server: SimulatorServer) -> None:
        other = client(server.url, key="another")
        with pytest.raises(CheckNotConfigured):
            other.report("some")
        other.close()

    def test_that_is_away_or_something_else_is_not_taken_for_an_answer(self) -> None:
        away = client(f"http://127.0.0.1:{free_port()}")
        with pytest.raises(CheckUnavailable):
            away.report("some")
        page = httpx.MockTransport(lambda _: httpx.Response(200, text="<html>Hello</html>"))
        other = client("http://127.0.0.1", transport=page)
        with pytest.raises(CheckNotConfigured):
            other.report("some")

    def test_that_nobody_configured_says_so(self) -> None:
        none = UnconfiguredChecks()
        for ask in (
            lambda: none.create_candidate(key="k", candidate=person()),
            lambda: none.invite(key="k", candidate_id="c"),
            lambda: none.invitation("i"),
            lambda: none.report("r"),
        ):
            with pytest.raises(CheckNotConfigured, match="CHECKR_API_KEY"):
                ask()


@pytest.mark.skipif(REAL_KEY is None, reason="CHECKR_API_KEY is not set")
@pytest.mark.enable_socket
class TestCheckrItself:
    def test_invites_as_its_simulator_does(self) -> None:
        real = client(REAL_URL, key=REAL_KEY or "")
        candidate_id = real.create_candidate(key=new_id(), candidate=person())
        invited = real.invite(key=new_id(), candidate_id=candidate_id)
        assert real.invitation(invited.id).candidate_id == candidate_id
        real.close()


def signed(body: bytes, key: str = KEY) -> str:
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


EVENT = {
    "id": "1002d6bca6acdfcbb8442178",
    "object": "event",
    "type": "report.completed",
    "created_at": "2026-06-15T14:00:00Z",
    "webhook_url": "https://instainstru.example/api/v1/webhooks/checkr",
    "account_id": "acct",
    "data": {
        "object": {
            "id": "report-1",
            "object": "report",
            "uri": "/v1/reports/report-1",
            "status": "complete",
            "result": "consider",
            "first_name": "Maya",
            "ssn": "XXX-XX-4645",
        }
    },
}


class TestWebhooks:
    def test_are_read_without_what_they_say_of_a_person(self) -> None:
        body = json.dumps(EVENT).encode()
        inbound = CheckrWebhookParser(SecretStr(KEY)).parse(body, signed(body))
        assert (inbound.source, inbound.event_id, inbound.kind, inbound.account_id) == (
            "checkr",
            "1002d6bca6acdfcbb8442178",
            "report.completed",
            "acct",
        )
        assert inbound.happened_at.isoformat() == "2026-06-15T14:00:00+00:00"
        assert inbound.payload["data"] == {
            "object": {
                "id": "report-1",
                "object": "report",
                "uri": "/v1/reports/report-1",
                "status": "complete",
            }
        }
        assert "Maya" not in str(inbound.payload)
        assert "4645" not in str(inbound.payload)

    @pytest.mark.parametrize("signature", [None, "", "sha256", "0" * 64, "ü" * 64])
    def test_of_strangers_are_refused(self, signature: str | None) -> None:
        with pytest.raises(SignatureRefused):
            CheckrWebhookParser(SecretStr(KEY)).parse(json.dumps(EVENT).encode(), signature)

    def test_are_refused_under_another_key_or_without_one(self) -> None:
        body = json.dumps(EVENT).encode()
        with pytest.raises(SignatureRefused):
            CheckrWebhookParser(SecretStr(KEY)).parse(body, signed(body, "another"))
        with pytest.raises(SignatureRefused):
            CheckrWebhookParser(SecretStr(KEY)).parse(body + b" ", signed(body))
        for unset in (None, SecretStr(""), SecretStr("  ")):
            with pytest.raises(SignatureRefused, match="CHECKR_API_KEY"):
                CheckrWebhookParser(unset).parse(body, signed(body, ""))

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{", b'{"object": "event"}', b"[" * 100_000, b"\xff"]
    )
    def test_that_are_no_events_are_unreadable(self, body: bytes) -> None:
        with pytest.raises(PayloadUnreadable):
            CheckrWebhookParser(SecretStr(KEY)).parse(body, signed(body))

    def test_leave_the_simulator_signed_until_somebody_takes_them(
        self, simulator: Simulator
    ) -> None:
        taken: list[tuple[str, bytes]] = []

        class Takes(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                taken.append((self.headers["X-Checkr-Signature"], body))
                self.send_response(500 if len(taken) == 1 else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        listener = HTTPServer(("127.0.0.1", 0), Takes)
        Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
        address = f"http://127.0.0.1:{listener.server_port}"
        with SimulatorServer(simulator, webhook_url=address) as server:
            basic = base64.b64encode(f"{KEY}:".encode()).decode()
            made = httpx.post(
                f"{server.url}/v1/candidates",
                json={"email": "maya@example.org"},
                headers={"Authorization": f"Basic {basic}"},
            ).json()
            provider = client(server.url)
            invited = provider.invite(key=new_id(), candidate_id=made["id"])
            lever = f"{server.url}/_sim/invitations/{invited.id}/complete"
            report_id = httpx.post(lever).json()["report_id"]
            done = {"status": "complete", "result": "clear"}
            assert httpx.post(f"{server.url}/_sim/reports/{report_id}", json=done).is_success
            wait_until(lambda: len(taken) >= 5)
            provider.close()
        listener.shutdown()
        listener.server_close()
        parser = CheckrWebhookParser(SecretStr(KEY))
        kinds = [parser.parse(body, signature).kind for signature, body in taken]
        assert kinds == [
            "invitation.created",
            "invitation.created",
            "invitation.completed",
            "report.created",
            "report.completed",
        ]
