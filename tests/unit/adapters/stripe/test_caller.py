"""Every call is counted, timed and noted; nothing that Stripe wrote gets out."""

import json
import socket
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest
import stripe
import structlog
from prometheus_client import REGISTRY

from instainstru_core.adapters.stripe.gateway import StripeGateway, UnconfiguredGateway
from instainstru_core.domains.payments.errors import (
    AlreadyReversed,
    CallRefused,
    CardDeclined,
    NotConfigured,
    ProviderFailed,
)
from instainstru_core.domains.payments.ports import (
    CardGateway,
    ConnectGateway,
    MoneyGateway,
)
from tests.databases import ROOT
from tests.patience import PATIENCE_SECONDS

SECRET = "sk_test_very_secret"
CARD: dict[str, Any] = {
    "id": "pm_1",
    "object": "payment_method",
    "customer": "cus_1",
    "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2034},
}
DECLINE: dict[str, Any] = {
    "error": {
        "type": "card_error",
        "code": "card_declined",
        "decline_code": "stolen_card",
        "message": "Vendor text about maya.chen@learn.example.",
        "payment_method": CARD,
    }
}


class CannedClient(stripe.HTTPClient):
    """Answers every request with the same."""

    name = "canned"

    def __init__(self, body: object, status: int = 200) -> None:
        super().__init__()
        self.body = body if isinstance(body, str) else json.dumps(body)
        self.status = status
        self.requests: list[tuple[str, str, Mapping[str, str], Any]] = []

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        self.requests.append((method, url, headers or {}, post_data))
        return self.body, self.status, {"request-id": "req_1"}

    def close(self) -> None:
        self.body = ""


def gateway(client: CannedClient) -> StripeGateway:
    return StripeGateway(secret_key=SECRET, api_url="http://stripe.example/", http_client=client)


def counted(action: str, outcome: str) -> float:
    labels = {"action": action, "outcome": outcome}
    return REGISTRY.get_sample_value("instainstru_stripe_calls_total", labels) or 0.0


def timed(action: str) -> float:
    name = "instainstru_stripe_call_duration_seconds_count"
    return REGISTRY.get_sample_value(name, {"action": action}) or 0.0


class TestACall:
    def test_goes_to_its_address_with_its_key_and_the_pinned_version(self) -> None:
        client = CannedClient(CARD)
        gateway(client).attach_card(key="k-1", customer_id="cus_1", payment_method_id="pm_1")
        ((method, url, headers, body),) = client.requests
        assert (method, url) == ("post", "http://stripe.example/v1/payment_methods/pm_1/attach")
        assert headers["Idempotency-Key"] == "k-1"
        assert headers["Authorization"] == f"Bearer {SECRET}"
        assert headers["Stripe-Version"] == "2026-10-28.endive"
        assert "X-Stripe-Client-Telemetry" not in headers
        assert body == "customer=cus_1"

    def test_is_counted_and_timed(self) -> None:
        ok, times = counted("card", "ok"), timed("card")
        gateway(CannedClient(CARD)).card("pm_1")
        assert (counted("card", "ok"), timed("card")) == (ok + 1, times + 1)

    def test_that_is_refused_is_counted_so_and_noted_without_vendor_text(self) -> None:
        refused = counted("card", "refused")
        with structlog.testing.capture_logs() as lines, pytest.raises(CardDeclined) as told:
            gateway(CannedClient(DECLINE, 402)).card("pm_1")
        assert counted("card", "refused") == refused + 1
        assert lines == [
            {
                "event": "stripe_call_failed",
                "log_level": "info",
                "action": "card",
                "code": "payments.card_declined",
                "vendor_code": "card_declined",
                "decline_code": "stolen_card",
                "status": 402,
                "request_id": "req_1",
            }
        ]
        assert told.value.__cause__ is None
        assert told.value.__suppress_context__ is True

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"id": "pm_1", "object": "payment_method"}, 200),
            ({**CARD, "card": None}, 200),
            ("no json", 200),
            ("<html>Bad gateway</html>", 502),
            ({"error": {"message": "Oh."}}, 500),
            ({"strange": True}, 400),
        ],
    )
    def test_that_is_answered_with_nonsense_is_uncertain(self, body: object, status: int) -> None:
        uncertain = counted("card", "uncertain")
        with pytest.raises(ProviderFailed):
            gateway(CannedClient(body, status)).card("pm_1")
        assert counted("card", "uncertain") == uncertain + 1

    def test_is_made_once_whatever_comes_of_it(self) -> None:
        client = CannedClient({"error": {"message": "Oh."}}, 503)
        with pytest.raises(ProviderFailed):
            gateway(client).card("pm_1")
        assert len(client.requests) == 1


class TestAReversalThatIsRefusedWithoutACode:
    @pytest.mark.parametrize(
        ("reversed_cents", "kind"),
        [
            (0, CallRefused),
            (3_000, CallRefused),
            (3_001, AlreadyReversed),
            (4_000, AlreadyReversed),
        ],
    )
    def test_is_judged_by_what_is_left_of_the_transfer(
        self, reversed_cents: int, kind: type[CallRefused]
    ) -> None:
        class Client(CannedClient):
            def request(
                self, method: str, *told: Any, **more: Any
            ) -> tuple[str, int, Mapping[str, str]]:
                if method == "get":
                    return json.dumps(transfer), 200, {}
                return super().request(method, *told, **more)

        transfer = {"id": "tr_1", "amount": 4_000, "amount_reversed": reversed_cents}
        client = Client({"error": {"type": "invalid_request_error", "message": "No."}}, 400)
        with pytest.raises(CallRefused) as refused:
            gateway(client).reverse(key="k", command_id="k", transfer_id="tr_1", cents=1_000)
        assert type(refused.value) is kind


class TestTheGateway:
    def test_does_not_show_its_key(self) -> None:
        shown = gateway(CannedClient(CARD))
        shown.card("pm_1")
        assert SECRET not in repr(shown)
        assert SECRET not in repr(vars(shown))

    def test_closes_its_client(self) -> None:
        client = CannedClient(CARD)
        gateway(client).close()
        assert client.body == ""

    def test_and_the_parser_do_not_load_the_sdk_before_the_first_call(self) -> None:
        program = (
            "import sys\n"
            "from instainstru_core.adapters.stripe.gateway import StripeGateway\n"
            "from instainstru_core.adapters.stripe.webhooks import StripeWebhookParser\n"
            "from instainstru_core.kernel.clock import utc_now\n"
            "StripeGateway(secret_key='sk_test_x').close()\n"
            "StripeWebhookParser(['whsec_x'], utc_now)\n"
            "print(sorted({'stripe', 'requests', 'httpx'} & set(sys.modules)))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout == "[]\n"


class TestTheUnconfiguredGateway:
    @pytest.mark.parametrize(
        "name",
        sorted(
            name
            for port in (CardGateway, MoneyGateway, ConnectGateway)
            for name in vars(port)
            if not name.startswith("_")
        ),
    )
    def test_says_what_to_set_whatever_it_is_asked(self, name: str) -> None:
        with pytest.raises(NotConfigured) as refused:
            getattr(UnconfiguredGateway(), name)(anything="at all")
        assert "STRIPE_SECRET_KEY" in refused.value.message

    def test_can_be_closed(self) -> None:
        UnconfiguredGateway().close()


class Listener(threading.Thread):
    """Hears one request, whoever it is for, and answers with a refund."""

    BODY = b'{"id": "re_1", "object": "refund", "amount": 5, "status": "succeeded"}'
    HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

    def __init__(self, server: socket.socket) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.lines: list[bytes] = []

    def run(self) -> None:
        connection, _ = self.server.accept()
        with connection, connection.makefile("rb") as heard:
            self.lines = list(iter(lambda: heard.readline().strip(), b""))
            connection.sendall(self.HEAD % len(self.BODY) + self.BODY)


class TestTheWay:
    @pytest.mark.parametrize(
        ("environment", "is_through"),
        [
            ({}, False),
            ({"http_proxy": "http://us:a%20word@HERE"}, True),
            ({"all_proxy": "http://us:a%20word@HERE"}, True),
            ({"http_proxy": "http://us:a%20word@HERE", "no_proxy": "127.0.0.1"}, False),
        ],
    )
    def test_goes_through_a_proxy_where_the_environment_says_so(
        self, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], is_through: bool
    ) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        with socket.create_server(("127.0.0.1", 0)) as server:
            here = f"127.0.0.1:{server.getsockname()[1]}"
            for name, value in environment.items():
                monkeypatch.setenv(name, value.replace("HERE", here))
            listener = Listener(server)
            listener.start()
            url = "http://stripe.example" if is_through else f"http://{here}"
            asked = StripeGateway(secret_key=SECRET, api_url=url)
            found = asked.refund_made("re_1")
            asked.close()
            listener.join(PATIENCE_SECONDS)
        assert found.cents == 5
        target = f"{url if is_through else ''}/v1/refunds/re_1"
        assert listener.lines[0] == f"GET {target} HTTP/1.1".encode()
        proof = b"proxy-authorization: basic " + b64encode(b"us:a word").lower()
        assert (proof in [line.lower() for line in listener.lines]) is is_through
