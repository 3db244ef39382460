"""The simulated mail carrier over HTTP: it speaks like Resend and remembers everything."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from devstack.resend_simulator import reading
from devstack.resend_simulator.answers import Answer
from devstack.resend_simulator.reading import CarrierIsReal, SimulatorUnreachable
from devstack.resend_simulator.server import SimulatorServer
from devstack.resend_simulator.simulator import KEY_LIFE, Simulator
from tests.databases import ROOT
from tests.patience import PATIENCE_SECONDS
from tests.processes import free_port

KEY = "re_test_key"
MAIL = {"from": "Us <us@example.com>", "to": ["maya@example.org"], "subject": "Hi", "text": "Hi"}


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 6, 15, 14, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[SimulatorServer]:
    with SimulatorServer(Simulator(KEY, clock=clock)) as server:
        yield server


@pytest.fixture
def client(server: SimulatorServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {KEY}"}
    with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
        yield client


def send(client: httpx.Client, key: str | None = None, **changes: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {name: value for name, value in (MAIL | changes).items() if value is not None}
    return client.post("/emails", json=body, headers=headers)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.json()["statusCode"] == answer.status_code
    return answer.status_code, answer.json()["name"]


class TestSending:
    def test_answers_with_the_id_under_which_the_mail_is_found(self, client: httpx.Client) -> None:
        answer = send(client)
        assert answer.status_code == 200
        assert list(answer.json()) == ["id"]
        found = client.get(f"/emails/{answer.json()['id']}").json()
        assert found == {
            "object": "email",
            "id": answer.json()["id"],
            "to": ["maya@example.org"],
            "from": "Us <us@example.com>",
            "created_at": "2026-06-15T14:00:00+00:00",
            "subject": "Hi",
            "html": None,
            "text": "Hi",
            "bcc": None,
            "cc": None,
            "reply_to": None,
            "last_event": "delivered",
        }

    def test_takes_one_recipient_as_text(self, client: httpx.Client) -> None:
        assert send(client, to="Maya <maya@example.org>").status_code == 200

    def test_tells_what_becomes_of_test_addresses(self, client: httpx.Client) -> None:
        sent_id = send(client, to="bounced@resend.dev").json()["id"]
        assert client.get(f"/emails/{sent_id}").json()["last_event"] == "bounced"

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"from": None}, (422, "missing_required_field")),
            ({"to": []}, (422, "missing_required_field")),
            ({"subject": ""}, (422, "missing_required_field")),
            ({"text": None}, (422, "validation_error")),
            ({"subject": 7}, (422, "validation_error")),
            ({"to": ["maya"]}, (422, "validation_error")),
            ({"to": {"a": 1}}, (422, "validation_error")),
            ({"to": ["a@example.org"] * 51}, (422, "validation_error")),
            ({"from": "us"}, (422, "invalid_from_address")),
        ],
    )
    def test_refuses_what_is_not_a_mail(
        self, client: httpx.Client, changes: dict[str, Any], refusal: tuple[int, str]
    ) -> None:
        assert problem(send(client, **changes)) == refusal

    def test_refuses_what_is_not_json(self, client: httpx.Client) -> None:
        assert problem(client.post("/emails", content=b"to=maya")) == (422, "validation_error")


class TestKeys:
    def test_are_asked_for(self, server: SimulatorServer) -> None:
        url = f"{server.url}/emails"
        bare = httpx.post(url, json=MAIL, trust_env=False)
        wrong = httpx.post(
            url, json=MAIL, headers={"Authorization": "Bearer re_other"}, trust_env=False
        )
        assert problem(bare) == (401, "missing_api_key")
        assert problem(wrong) == (403, "invalid_api_key")

    def test_of_a_request_make_it_happen_once(self, client: httpx.Client) -> None:
        first, again = send(client, key="k"), send(client, key="k")
        assert first.json() == again.json()
        assert client.get("/_sim/health").json() == {"status": "ok", "mails": 1}

    def test_of_a_request_belong_to_one_payload(self, client: httpx.Client) -> None:
        send(client, key="k")
        refused = send(client, key="k", subject="Other")
        assert problem(refused) == (409, "invalid_idempotent_request")

    def test_of_a_request_are_forgotten_after_a_day(
        self, client: httpx.Client, clock: Clock
    ) -> None:
        first = send(client, key="k").json()
        clock.now += KEY_LIFE - timedelta(microseconds=1)
        assert send(client, key="k").json() == first
        clock.now += timedelta(microseconds=1)
        assert send(client, key="k").json() != first

    @pytest.mark.parametrize("length", [257, 400])
    def test_of_a_request_have_a_length(self, client: httpx.Client, length: int) -> None:
        assert problem(send(client, key="k" * length)) == (400, "invalid_idempotency_key")

    def test_of_two_requests_at_once_let_one_through(self) -> None:
        inside, go_on = threading.Event(), threading.Event()

        class Slow(Simulator):
            def handle(self, *given: Any) -> Answer:
                inside.set()
                assert go_on.wait(PATIENCE_SECONDS)
                return super().handle(*given)

        with SimulatorServer(Slow(KEY)) as server:
            headers = {"Authorization": f"Bearer {KEY}"}
            with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as client:
                first: list[httpx.Response] = []
                sending = threading.Thread(target=lambda: first.append(send(client, key="k")))
                sending.start()
                assert inside.wait(PATIENCE_SECONDS)
                assert problem(send(client, key="k")) == (409, "concurrent_idempotent_requests")
                go_on.set()
                sending.join(PATIENCE_SECONDS)
                assert first[0].status_code == 200
                assert send(client, key="k").json() == first[0].json()


class TestPaths:
    @pytest.mark.parametrize(
        ("method", "path", "refusal"),
        [
            ("GET", "/emails/none", (404, "not_found")),
            ("GET", "/domains", (404, "not_found")),
            ("DELETE", "/emails", (405, "method_not_allowed")),
        ],
    )
    def test_that_are_not_there(
        self, client: httpx.Client, method: str, path: str, refusal: tuple[int, str]
    ) -> None:
        assert problem(client.request(method, path)) == refusal


class TestTheOutbox:
    def test_is_read_newest_first_and_by_recipient(
        self, server: SimulatorServer, client: httpx.Client
    ) -> None:
        for number, to in enumerate(["a@example.org", "b@example.org", "a@example.org"]):
            send(client, key=f"k{number}", to=to, subject=str(number))
        assert [mail.subject for mail in reading.outbox(server.url)] == ["2", "1", "0"]
        found = reading.outbox(server.url, to="a@example.org")
        assert [(mail.subject, mail.idempotency_key) for mail in found] == [
            ("2", "k2"),
            ("0", "k0"),
        ]
        assert [mail.subject for mail in reading.outbox(server.url, limit=1)] == ["2"]

    @pytest.mark.parametrize("url", ["https://api.resend.com", "https://resend.com/"])
    def test_of_the_real_service_is_not_ours_to_read(self, url: str) -> None:
        with pytest.raises(CarrierIsReal):
            reading.outbox(url)

    def test_of_nobody_says_what_to_do(self) -> None:
        with pytest.raises(SimulatorUnreachable, match="Start one with `python -m"):
            reading.outbox(f"http://127.0.0.1:{free_port()}")


class TestFaults:
    def test_strike_as_often_as_they_are_asked_to(self, client: httpx.Client) -> None:
        client.post("/_sim/faults", json={"trouble": "error_before", "times": 2})
        assert [send(client).status_code for _ in range(3)] == [500, 500, 200]
        assert client.get("/_sim/faults").json() == {"faults": []}

    def test_strike_whom_they_are_meant_for(self, client: httpx.Client) -> None:
        wish = {"trouble": "rate_limit", "to": "b@example.org", "retry_after": 9, "times": None}
        client.post("/_sim/faults", json=wish)
        assert send(client).status_code == 200
        limited = send(client, to="b@example.org")
        assert problem(limited) == (429, "rate_limit_exceeded")
        assert limited.headers["retry-after"] == "9"
        client.delete("/_sim/faults")
        assert send(client, to="b@example.org").status_code == 200

    @pytest.mark.parametrize(("trouble", "mails"), [("timeout_before", 0), ("timeout_after", 1)])
    def test_leave_a_call_without_an_answer(
        self, server: SimulatorServer, client: httpx.Client, trouble: str, mails: int
    ) -> None:
        client.post("/_sim/faults", json={"trouble": trouble})
        with pytest.raises(httpx.RemoteProtocolError):
            send(client)
        assert len(server.simulator.outbox()) == mails

    @pytest.mark.parametrize("wish", [{}, {"trouble": "flood"}, {"trouble": "quota", "a": 1}, 7])
    def test_that_make_no_sense_are_refused(self, client: httpx.Client, wish: object) -> None:
        assert client.post("/_sim/faults", json=wish).status_code == 400
        assert client.get("/_sim/strange").status_code == 404


def test_the_program_serves_until_it_is_told_to_stop() -> None:
    port = free_port()
    program = [sys.executable, "-m", "devstack.resend_simulator", "--port", str(port)]
    with subprocess.Popen(
        [*program, "--api-key", KEY], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{port}"
        assert process.stdout.readline() == f"Resend simulator at {url}\n"
        answer = httpx.post(
            f"{url}/emails",
            json=MAIL,
            headers={"Authorization": f"Bearer {KEY}"},
            trust_env=False,
        )
        assert answer.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_SECONDS) == 0
