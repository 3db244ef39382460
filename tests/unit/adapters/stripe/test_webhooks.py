"""Which webhooks are believed, and which are not."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from instainstru_core.adapters.stripe.webhooks import StripeWebhookParser
from instainstru_core.domains.webhooks.errors import PayloadUnreadable, SignatureRefused

NOW = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)
STAMP = int(NOW.timestamp())
EVENT: dict[str, Any] = {
    "object": "event",
    "id": "evt_1",
    "type": "charge.dispute.created",
    "created": STAMP - 3,
    "data": {"object": {"id": "dp_1"}},
}
BODY = json.dumps(EVENT).encode()


def signature(body: bytes = BODY, secret: str = "whsec_one", stamp: int | str = STAMP) -> str:
    signed = f"{stamp}.".encode() + body
    return f"t={stamp},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def parser(*secrets: str) -> StripeWebhookParser:
    return StripeWebhookParser(secrets or ("whsec_one",), lambda: NOW)


class TestASignature:
    def test_that_is_good_is_believed(self) -> None:
        inbound = parser().parse(BODY, signature())
        assert (inbound.source, inbound.event_id) == ("stripe", "evt_1")
        assert inbound.kind == "charge.dispute.created"
        assert inbound.payload == EVENT
        assert inbound.happened_at == NOW - timedelta(seconds=3)

    def test_by_the_sdk_is_believed(self) -> None:
        made = stripe.WebhookSignature.generate_signature_header(
            BODY.decode(), "whsec_one", timestamp=STAMP
        )
        assert parser().parse(BODY, made).event_id == "evt_1"

    def test_by_the_second_secret_is_believed(self) -> None:
        ours = parser("whsec_zero", "whsec_one")
        assert ours.parse(BODY, signature()).event_id == "evt_1"

    def test_among_others_while_a_secret_is_replaced_is_believed(self) -> None:
        old = signature(secret="whsec_old").partition(",")[2]
        given = f"{signature()},{old},v0=abc, v2=def"
        assert parser().parse(BODY, given).event_id == "evt_1"

    @pytest.mark.parametrize("seconds", [-300, 300])
    def test_of_five_minutes_ago_or_ahead_is_believed(self, seconds: int) -> None:
        given = signature(stamp=STAMP + seconds)
        assert parser().parse(BODY, given).event_id == "evt_1"

    @pytest.mark.parametrize("seconds", [-301, 301])
    def test_of_longer_ago_or_ahead_is_refused(self, seconds: int) -> None:
        with pytest.raises(SignatureRefused):
            parser().parse(BODY, signature(stamp=STAMP + seconds))

    @pytest.mark.parametrize(
        "given",
        [
            None,
            "",
            "t=",
            "nonsense",
            f"t={STAMP}",
            f"t={STAMP},v1=",
            f"t={STAMP},v1=é",
            signature(secret="whsec_other"),
            signature(secret=""),
            signature(body=BODY + b" "),
            signature().replace("v1=", "v0="),
            signature().replace(f"t={STAMP}", f"t={STAMP + 1}"),
            signature(stamp="now"),
            signature(stamp="٣"),
            signature(stamp="9" * 400),
            signature(stamp=""),
        ],
    )
    def test_that_is_missing_or_bad_is_refused(self, given: str | None) -> None:
        with pytest.raises(SignatureRefused):
            parser().parse(BODY, given)

    def test_is_refused_where_no_secret_is_set(self) -> None:
        with pytest.raises(SignatureRefused) as refused:
            StripeWebhookParser(["", " "], lambda: NOW).parse(BODY, signature(secret=""))
        assert "INSTAINSTRU_STRIPE_WEBHOOK_SECRETS" in refused.value.message


class TestAPayload:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"\xff\xfe",
            b"[]",
            b"null",
            b"{}",
            json.dumps({**EVENT, "object": "v2.core.event"}).encode(),
            json.dumps({**EVENT, "created": 10**30}).encode(),
            json.dumps({**EVENT, "data": "text"}).encode(),
            json.dumps({**EVENT, "id": None}).encode(),
            b"[" * 100_000,
        ],
    )
    def test_that_is_no_event_is_unreadable(self, body: bytes) -> None:
        with pytest.raises(PayloadUnreadable):
            parser().parse(body, signature(body))

    def test_that_is_no_event_is_not_even_read_without_a_signature(self) -> None:
        with pytest.raises(SignatureRefused):
            parser().parse(b"{", signature())
