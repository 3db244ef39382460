"""The same over HTTP, with levers beside the API and webhooks that are really sent."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
import requests
import stripe

from devstack.stripe_simulator.faults import Fault
from devstack.stripe_simulator.sending import Endpoint
from devstack.stripe_simulator.server import SimulatorServer
from devstack.stripe_simulator.world import Secrets
from tests.databases import ROOT
from tests.devstack.stripe_simulator.conftest import NEVER_REDIRECT, refused
from tests.patience import PATIENCE_SECONDS, wait_until

KEY = "sk_test_over_http"
SECRETS = Secrets(platform="whsec_of_platform", connect="whsec_of_accounts")


class Listener:
    """A shop's webhook endpoint, which refuses as often as a test wants."""

    def __init__(self) -> None:
        self.refusals = 0
        self.got: list[tuple[str, str]] = []
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                refuses = listener.refusals > 0
                listener.refusals -= refuses
                if not refuses:
                    listener.got.append((body, self.headers["Stripe-Signature"]))
                self.send_response(500 if refuses else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for body, _ in self.got]


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.stop()


@pytest.fixture
def server(listener: Listener) -> Iterator[SimulatorServer]:
    with SimulatorServer(
        api_key=KEY,
        endpoints=(Endpoint(listener.url),),
        secrets=SECRETS,
        retry_after_seconds=(0.05, 0.05),
    ) as server:
        yield server


@pytest.fixture
def client(server: SimulatorServer) -> Iterator[stripe.StripeClient]:
    with requests.Session() as session:
        yield stripe.StripeClient(
            KEY,
            base_addresses={"api": server.url},
            http_client=stripe.RequestsClient(session=session),
            max_network_retries=0,
        )


@pytest.fixture
def lever(server: SimulatorServer) -> Iterator[Callable[..., dict[str, object]]]:
    with httpx.Client(base_url=f"{server.url}/_sim/") as http:

        def pull(name: str, **wish: object) -> dict[str, object]:
            answer = http.post(name, json=wish) if wish else http.get(name)
            assert answer.status_code == 200, answer.text
            found: dict[str, object] = answer.json()
            return found

        yield pull


Lever = Callable[..., dict[str, object]]


def hold(client: stripe.StripeClient, **options: str) -> stripe.PaymentIntent:
    return client.v1.payment_intents.create(
        {
            "amount": 5_000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "capture_method": "manual",
            "automatic_payment_methods": NEVER_REDIRECT,
        },
        options,
    )


def test_a_payment_runs_through(client: stripe.StripeClient, listener: Listener) -> None:
    held = hold(client)
    paid = client.v1.payment_intents.capture(held.id, {"expand": ["latest_charge"]})
    assert (paid.status, paid.amount_received) == ("succeeded", 5_000)
    wait_until(lambda: "payment_intent.succeeded" in listener.types())
    assert listener.types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]
    body, signature = listener.got[-1]
    event = stripe.Webhook.construct_event(body, signature, SECRETS.platform)
    assert event.data.object["id"] == held.id


def test_a_webhook_is_sent_until_it_is_taken(
    client: stripe.StripeClient, listener: Listener, lever: Lever
) -> None:
    listener.refusals = 2
    client.v1.customers.create({})
    wait_until(lambda: listener.types() == ["customer.created"])
    wait_until(lambda: len(_attempts(lever)) == 3)
    assert _attempts(lever) == [(1, 500), (2, 500), (3, 200)]


def _attempts(lever: Lever) -> list[tuple[int, int]]:
    found: object = lever("webhooks")["deliveries"]
    assert isinstance(found, list)
    return [(one["attempt"], one["status"]) for one in found]


def test_a_key_of_somebody_else_is_refused(server: SimulatorServer) -> None:
    answer = httpx.get(f"{server.url}/v1/balance", headers={"Authorization": "Bearer sk_test_x"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (401, "invalid_request_error")


@pytest.mark.parametrize(("trouble", "made"), [("timeout_before", 0), ("timeout_after", 1)])
def test_an_answer_is_lost(
    client: stripe.StripeClient, lever: Lever, trouble: str, made: int
) -> None:
    lever("faults", trouble=trouble, method="POST", path="/v1/payment_intents")
    refused(stripe.APIConnectionError, lambda: hold(client, idempotency_key="once"))
    assert len(client.v1.payment_intents.list().data) == made
    hold(client, idempotency_key="once")
    assert len(client.v1.payment_intents.list().data) == 1


def test_a_key_is_in_use_while_its_call_runs(
    client: stripe.StripeClient, server: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(server.simulator, "_sleep", go_on.wait)
    fault = Fault("slow", path="/v1/payment_intents", seconds=PATIENCE_SECONDS)
    server.simulator.faults.add(fault)
    first = threading.Thread(target=lambda: hold(client, idempotency_key="once"))
    first.start()
    wait_until(lambda: server.simulator.faults.active() == [])  # it has struck: the call runs
    error = refused(stripe.APIError, lambda: hold(client, idempotency_key="once"))
    go_on.set()
    first.join()
    assert error.error is not None
    assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")


def test_time_passes_on_demand(client: stripe.StripeClient, lever: Lever) -> None:
    held = hold(client)
    lever("clock", advance_seconds=7 * 86_400)
    assert client.v1.payment_intents.retrieve(held.id).status == "canceled"
    lever("clock", set="2030-01-01T00:00:00+00:00")
    assert lever("state")["clock"] == "2030-01-01T00:00:00+00:00"
    lever("clock", follow=True)
    assert str(lever("state")["clock"]) < "2030"


def test_levers_make_things_happen(client: stripe.StripeClient, lever: Lever) -> None:
    account = client.v1.accounts.create({"capabilities": {"transfers": {"requested": True}}})
    assert lever(f"accounts/{account.id}", action="complete_onboarding")["payouts_enabled"] is True
    asked = client.v1.payment_intents.create(
        {
            "amount": 5_000,
            "currency": "usd",
            "payment_method": "pm_card_authenticationRequired",
            "confirm": True,
            "return_url": "https://shop.test",
        }
    )
    paid = lever(f"payment_intents/{asked.id}/complete", succeeds=True)
    assert paid["status"] == "succeeded"
    dispute = lever("disputes", charge=paid["latest_charge"])
    assert lever(f"disputes/{dispute['id']}", won=True)["status"] == "won"
    charge = client.v1.payment_intents.create(
        {
            "amount": 5_000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": NEVER_REDIRECT,
        }
    ).latest_charge
    refund = lever("refunds", charge=charge, amount=2_000, reason="duplicate")
    assert (refund["amount"], refund["reason"]) == (2_000, "duplicate")
    assert lever(f"refunds/{refund['id']}", action="fail")["status"] == "failed"
    session = client.v1.identity.verification_sessions.create({"type": "document"})
    assert lever(f"identity/{session.id}", outcome="verified")["status"] == "verified"
    sent = client.v1.transfers.create(
        {"amount": 1_500, "currency": "usd", "destination": account.id}
    )
    assert lever("reversals", transfer=sent.id, amount=500)["amount"] == 500
    payout = lever("payouts", account=account.id)
    paid_out = lever(f"payouts/{payout['id']}", account=account.id)
    assert (paid_out["amount"], paid_out["status"]) == (1_000, "paid")


def test_hosted_pages_lead_back(client: stripe.StripeClient) -> None:
    account = client.v1.accounts.create({"capabilities": {"transfers": {"requested": True}}})
    link = client.v1.account_links.create(
        {
            "account": account.id,
            "type": "account_onboarding",
            "refresh_url": "https://shop.test/again",
            "return_url": "https://shop.test/done",
        }
    )
    page = httpx.get(link.url)
    assert (page.status_code, page.headers["location"]) == (303, "https://shop.test/done")
    assert client.v1.accounts.retrieve(account.id).details_submitted is True
    session = client.v1.identity.verification_sessions.create({"type": "document"})
    assert httpx.get(str(session.url)).status_code == 200
    done = client.v1.identity.verification_sessions.retrieve(session.id)
    assert done.status == "verified"


def test_a_past_is_loaded(client: stripe.StripeClient, server: SimulatorServer) -> None:
    answer = httpx.post(
        f"{server.url}/_sim/import", content='{"object": "customer", "id": "cus_of_before"}\n'
    )
    assert answer.json() == {"loaded": {"customer": 1}}
    assert client.v1.customers.retrieve("cus_of_before").id == "cus_of_before"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "clock", "{}", 400),
        ("POST", "clock", "not json", 400),
        ("POST", "faults", '{"trouble": "rain"}', 400),
        ("POST", "disputes", '{"charge": "ch_nothing"}', 404),
        ("POST", "refunds", '{"charge": "ch_nothing"}', 404),
        ("POST", "refunds/re_nothing", '{"action": "mend"}', 400),
        ("POST", "reversals", '{"transfer": "tr_nothing"}', 404),
        ("POST", "import", '{"object": "coupon"}', 400),
        ("GET", "nowhere", "", 404),
    ],
)
def test_a_lever_says_what_is_wrong(
    server: SimulatorServer, method: str, path: str, body: str, status: int
) -> None:
    answer = httpx.request(method, f"{server.url}/_sim/{path}", content=body)
    assert (answer.status_code, "error" in answer.json()) == (status, True)


def test_it_runs_as_a_program() -> None:
    command = [sys.executable, "-m", "devstack.stripe_simulator", "--port", "0"]
    with subprocess.Popen(
        [*command, "--api-key", KEY], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as program:
        try:
            assert program.stdout is not None
            url = program.stdout.readline().split()[-1]
            assert httpx.get(f"{url}/_sim/health").json() == {"status": "ok"}
            program.terminate()
            assert program.wait(PATIENCE_SECONDS) == 0
        finally:
            program.kill()
