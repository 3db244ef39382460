"""What the payment provider tells us over HTTP."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr
from sqlalchemy import select

from instainstru_core.adapters.checkr import CheckrWebhookParser
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.conftest import WEBHOOK_SECRET, SetClock
from tests.contracts.documents import openapi

PATH = "/api/v1/webhooks/stripe"
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "payout.paid",
    "created": 1_781_532_000,
    "account": "acct_1",
    "data": {"object": {"id": "po_1"}},
}


def signature(body: bytes, clock: SetClock, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    stamp = int(clock.now.timestamp())
    digest = hmac.new(secret.encode(), b"%d.%b" % (stamp, body), hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={digest}", "Content-Type": "application/json"}


def send(client: TestClient, clock: SetClock, body: bytes) -> Response:
    return client.post(PATH, content=body, headers=signature(body, clock))


def stored(runtime: Runtime) -> list[WebhookEvent]:
    with runtime.begin(SYSTEM) as uow:
        return list(uow.session.scalars(select(WebhookEvent).order_by(WebhookEvent.id)))


class TestAnEvent:
    def test_is_stored_and_answered_at_once_also_when_it_comes_again(
        self, client: TestClient, runtime: Runtime, clock: SetClock
    ) -> None:
        body = json.dumps(EVENT, indent=2).encode()
        for _ in range(2):
            answer = send(client, clock, body)
            assert (answer.status_code, answer.json()) == (200, {"received": True})
        (event,) = stored(runtime)
        assert (event.event_id, event.kind, event.account_id) == (
            "evt_1",
            "payout.paid",
            "acct_1",
        )
        assert (event.state, event.payload) == (WebhookState.RECEIVED, EVENT)

    def test_is_taken_whatever_stands_in_it_or_beside_it(
        self, client: TestClient, runtime: Runtime, clock: SetClock
    ) -> None:
        """The provider would send it for days: what cannot be stored is replaced, not refused."""
        body = json.dumps(EVENT | {"data": {"object": {"name": "Zo\x00\ud800"}}}).encode()
        headers = signature(body, clock) | {
            "Content-Type": "application/json; charset=utf-8",
            "Authorization": "Bearer of-somebody-else",
        }
        assert client.post(PATH, content=body, headers=headers).status_code == 200
        (event,) = stored(runtime)
        assert event.payload["data"]["object"]["name"] == "Zo\ufffd\ufffd"

    def test_of_another_writer_is_refused_and_not_stored(
        self, client: TestClient, runtime: Runtime, clock: SetClock
    ) -> None:
        body = json.dumps(EVENT).encode()
        refused = [
            client.post(PATH, content=body),
            client.post(PATH, content=body, headers=signature(body, clock, "whsec_guess")),
            client.post(PATH, content=body + b" ", headers=signature(body, clock)),
            client.post(PATH, content=body, headers={"Stripe-Signature": "v1=,t=x"}),
            client.post(PATH),
        ]
        assert [(one.status_code, one.json()["code"]) for one in refused] == [
            (401, "webhooks.signature_refused")
        ] * 5
        assert {one.headers["content-type"] for one in refused} == {"application/problem+json"}
        assert stored(runtime) == []

    @pytest.mark.parametrize("body", [b"not json", b"[]", b'{"object": "event"}', b"\xff"])
    def test_that_cannot_be_read_is_refused_even_when_it_is_signed(
        self, client: TestClient, runtime: Runtime, clock: SetClock, body: bytes
    ) -> None:
        answer = send(client, clock, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "webhooks.payload_unreadable")
        assert stored(runtime) == []

    def test_that_is_too_large_is_refused(
        self, client: TestClient, runtime: Runtime, clock: SetClock
    ) -> None:
        padded = EVENT | {"data": {"object": {"x": "y" * runtime.settings.max_body_bytes}}}
        answer = send(client, clock, json.dumps(padded).encode())
        assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
        assert stored(runtime) == []


class TestTheExamples:
    """What the page about the API shows of each body is an event that its door takes."""

    @pytest.fixture
    def shown(self) -> dict[str, Any]:
        paths = openapi()["paths"]
        return {
            vendor: paths[f"/api/v1/webhooks/{vendor}"]["post"]["requestBody"]["content"][
                "application/json"
            ]["example"]
            for vendor in ("stripe", "checkr")
        }

    def test_of_the_payment_provider_is_stored(
        self, client: TestClient, runtime: Runtime, clock: SetClock, shown: dict[str, Any]
    ) -> None:
        body = json.dumps(shown["stripe"]).encode()
        assert send(client, clock, body).status_code == 200
        (event,) = stored(runtime)
        assert (event.event_id, event.kind) == ("evt_1Q2w3E4r5T6y7U8i", "payment_intent.succeeded")

    def test_of_the_provider_of_checks_is_read_without_people(self, shown: dict[str, Any]) -> None:
        body = json.dumps(shown["checkr"]).encode()
        signed = hmac.new(b"key", body, hashlib.sha256).hexdigest()
        event = CheckrWebhookParser(SecretStr("key")).parse(body, signed)
        assert (event.event_id, event.kind) == ("507f1f77bcf86cd799439011", "report.completed")
        assert "candidate_id" not in event.payload["data"]["object"]
