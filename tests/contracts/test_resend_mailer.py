"""Our mailer against a carrier over HTTP: the simulator always, Resend where its key is set.

To the real service only Resend's own test addresses are written.
"""

import os
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from devstack.resend_simulator.faults import Fault, Trouble
from devstack.resend_simulator.in_process import transport
from devstack.resend_simulator.server import SimulatorServer
from devstack.resend_simulator.simulator import Simulator
from instainstru_core.adapters.resend import ResendMailer, UnconfiguredMailer
from instainstru_core.domains.notifications.errors import (
    MailBusy,
    MailNotConfigured,
    MailRefused,
    MailTaken,
    MailUncertain,
)
from instainstru_core.domains.notifications.ports import Mail
from instainstru_core.kernel.errors import Refusal
from instainstru_core.kernel.ids import new_id
from tests.processes import free_port

KEY = "re_test_key"
SENDER = "InstaInstru <onboarding@resend.dev>"
SAFE = "delivered@resend.dev"
REAL_KEY = os.environ.get("RESEND_API_KEY")
REAL_URL = "https://api.resend.com"


def mail(**changes: str) -> Mail:
    """A mail with a key of its own."""
    made = Mail(
        key=f"test:{new_id()}",
        to=SAFE,
        subject="We returned $134.40 to your card",
        text="Hi Maya,\n\nIt is on its way.\n",
        html="<p>Hi Maya,</p>",
    )
    return replace(made, **changes)


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer(Simulator(KEY)) as server:
        yield server


def mailer_at(url: str, *, key: str = KEY, timeout: float = 5.0) -> ResendMailer:
    return ResendMailer(
        SecretStr(key), api_url=url, sender=SENDER, timeout=timeout, sleep=lambda _: None
    )


@pytest.fixture
def mailer(server: SimulatorServer) -> Iterator[ResendMailer]:
    mailer = mailer_at(server.url)
    yield mailer
    mailer.close()


@pytest.fixture(
    params=[
        "simulator",
        pytest.param(
            "resend",
            marks=[
                pytest.mark.skipif(REAL_KEY is None, reason="RESEND_API_KEY is not set"),
                pytest.mark.enable_socket,
            ],
        ),
    ]
)
def carrier(request: pytest.FixtureRequest, server: SimulatorServer) -> Iterator[ResendMailer]:
    """The simulator, and the service that it stands for."""
    made = mailer_at(server.url)
    if request.param == "resend":
        sender = os.environ.get("INSTAINSTRU_MAIL_FROM", SENDER)
        made = ResendMailer(SecretStr(REAL_KEY or ""), api_url=REAL_URL, sender=sender)
    yield made
    made.close()


class TestACarrier:
    """What holds for the simulator holds for Resend."""

    def test_takes_a_mail_and_gives_its_id(self, carrier: ResendMailer) -> None:
        assert len(carrier.send(mail())) == 36

    def test_takes_a_mail_once_per_key(self, carrier: ResendMailer) -> None:
        made = mail()
        assert carrier.send(made) == carrier.send(made)

    def test_says_that_it_took_another_mail_with_this_key(self, carrier: ResendMailer) -> None:
        made = mail()
        carrier.send(made)
        with pytest.raises(MailTaken):
            carrier.send(replace(made, subject="We returned $1.00 to your card"))

    def test_refuses_an_address_that_is_none(self, carrier: ResendMailer) -> None:
        with pytest.raises(MailRefused) as refused:
            carrier.send(mail(to="nobody at all"))
        assert refused.value.facts == {"status": 422}
        assert not isinstance(refused.value, MailTaken)

    def test_refuses_a_key_that_is_too_long(self, carrier: ResendMailer) -> None:
        with pytest.raises(MailRefused) as refused:
            carrier.send(mail(key="k" * 257))
        assert refused.value.facts == {"status": 400}


class TestWhatIsSent:
    def test_is_what_the_person_gets(self, server: SimulatorServer, mailer: ResendMailer) -> None:
        made = mail(to="maya@example.org")
        sent_id = mailer.send(made)
        (kept,) = server.simulator.outbox()
        assert (kept.id, kept.to, kept.sender) == (sent_id, ("maya@example.org",), SENDER)
        assert (kept.subject, kept.text, kept.html) == (made.subject, made.text, made.html)
        assert kept.idempotency_key == made.key

    def test_reaches_a_simulator_without_a_socket_as_well(self) -> None:
        simulator = Simulator(KEY, mint=lambda: "mail-1")
        mailer = ResendMailer(
            SecretStr(KEY),
            api_url=REAL_URL,
            sender=SENDER,
            transport=transport(simulator),
        )
        assert mailer.send(mail()) == "mail-1"
        simulator.faults.add(Fault("timeout_after"))
        with pytest.raises(MailUncertain):
            mailer.send(mail())
        assert len(simulator.outbox()) == 2
        mailer.close()


class TestTrouble:
    @pytest.mark.parametrize(
        ("trouble", "mails"),
        [("timeout_before", 0), ("timeout_after", 1), ("error_before", 0), ("error_after", 1)],
    )
    def test_leaves_it_open_whether_the_mail_went_out_and_a_repeat_settles_it(
        self, server: SimulatorServer, mailer: ResendMailer, trouble: Trouble, mails: int
    ) -> None:
        made = mail()
        server.simulator.faults.add(Fault(trouble))
        with pytest.raises(MailUncertain) as refused:
            mailer.send(made)
        assert not isinstance(refused.value, MailBusy | MailNotConfigured)
        assert len(server.simulator.outbox()) == mails
        sent_id = mailer.send(made)
        assert [kept.id for kept in server.simulator.outbox()] == [sent_id]

    def test_of_a_short_kind_is_waited_out(
        self, server: SimulatorServer, mailer: ResendMailer
    ) -> None:
        server.simulator.faults.add(Fault("rate_limit", times=2))
        assert mailer.send(mail())
        server.simulator.faults.add(Fault("rate_limit", times=3))
        with pytest.raises(MailBusy) as refused:
            mailer.send(mail())
        assert refused.value.facts == {"retry_after": 1}

    @pytest.mark.parametrize(
        ("fault", "seconds"),
        [(Fault("rate_limit", retry_after=30), 30), (Fault("quota"), 3_600)],
    )
    def test_of_a_long_kind_is_told_with_its_length(
        self, server: SimulatorServer, mailer: ResendMailer, fault: Fault, seconds: int
    ) -> None:
        server.simulator.faults.add(fault)
        with pytest.raises(MailBusy) as refused:
            mailer.send(mail())
        assert refused.value.facts == {"retry_after": seconds}
        assert server.simulator.outbox() == []

    def test_of_a_server_that_never_answers_ends_in_time(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            mailer = mailer_at(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
            with pytest.raises(MailUncertain):
                mailer.send(mail())
            mailer.close()

    def test_of_a_server_that_is_not_there(self) -> None:
        mailer = mailer_at(f"http://127.0.0.1:{free_port()}")
        with pytest.raises(MailUncertain) as refused:
            mailer.send(mail())
        assert not isinstance(refused.value, MailNotConfigured)
        mailer.close()


class TestAMailerThatIsSetUpWrongly:
    @pytest.mark.parametrize("key", ["re_other_key", "re_test_key\n"])
    def test_says_so_when_its_key_is_not_accepted(self, server: SimulatorServer, key: str) -> None:
        mailer = mailer_at(server.url, key=key)
        with pytest.raises(MailNotConfigured, match="RESEND_API_KEY"):
            mailer.send(mail())
        mailer.close()

    def test_says_so_when_something_else_answers(self, server: SimulatorServer) -> None:
        mailer = mailer_at(f"{server.url}/elsewhere")
        with pytest.raises(MailNotConfigured, match="INSTAINSTRU_RESEND_API_URL"):
            mailer.send(mail())
        mailer.close()

    @pytest.mark.parametrize("url", ["nonsense", "http://[::1", "ftp://127.0.0.1"])
    def test_says_so_when_its_address_is_none(self, url: str) -> None:
        mailer = mailer_at(url)
        with pytest.raises(MailNotConfigured):
            mailer.send(mail())
        mailer.close()

    def test_says_so_when_there_is_none(self) -> None:
        mailer = UnconfiguredMailer()
        with pytest.raises(MailNotConfigured, match="Set RESEND_API_KEY"):
            mailer.send(mail())
        mailer.close()


class TestTheVendorsWords:
    @pytest.mark.parametrize(
        ("status", "body", "refusal"),
        [
            (200, b"<html>hunter2</html>", MailUncertain),
            (200, b'{"id": ""}', MailUncertain),
            (302, b"{}", MailNotConfigured),
            (400, b'{"name": "validation_error", "message": "hunter2"}', MailRefused),
            (403, b'{"name": "validation_error", "message": "hunter2"}', MailNotConfigured),
            (408, b"hunter2", MailUncertain),
            (409, b'{"name": "concurrent_idempotent_requests"}', MailUncertain),
            (409, b"hunter2", MailUncertain),
            (413, b"hunter2", MailRefused),
            (429, b"hunter2", MailBusy),
            (503, b"hunter2", MailUncertain),
        ],
    )
    def test_never_get_through(self, status: int, body: bytes, refusal: type[Refusal]) -> None:
        import httpx  # noqa: PLC0415

        answer = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
        mailer = ResendMailer(SecretStr(KEY), api_url=REAL_URL, sender=SENDER, transport=answer)
        with pytest.raises(refusal) as refused:
            mailer.send(mail())
        assert type(refused.value) is refusal
        assert "hunter2" not in refused.value.message + str(refused.value.facts)
        mailer.close()
