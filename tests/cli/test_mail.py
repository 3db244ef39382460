"""Messages from the terminal: ours, and what a simulated carrier took."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from devstack.resend_simulator.server import SimulatorServer
from devstack.resend_simulator.simulator import Simulator
from instainstru_core.adapters.resend import ResendMailer
from instainstru_core.domains.notifications import flows
from instainstru_core.domains.notifications.errors import MailRefused
from instainstru_core.domains.notifications.schemas import PayoutSentFacts, RefundedFacts
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.factories.accounts import student
from tests.factories.notifications import ScriptedMailer, queued
from tests.processes import free_port

KEY = "re_test_key"


@pytest.fixture
def world(committed_runtime: Runtime) -> Runtime:
    """A marketplace where Maya was sent a refund's news, and Jo's failed."""
    with committed_runtime.begin(SYSTEM) as uow:
        maya = student(uow, first_name="Maya", last_name="Okafor", email="maya@example.org")
        queued(uow, RefundedFacts, user_id=maya.id)
        jo = student(uow, first_name="Jo", last_name="Lind")
        queued(uow, PayoutSentFacts, user_id=jo.id)
    mailer = ScriptedMailer([None, MailRefused("No.")])
    flows.send_due(committed_runtime.begin, mailer, actor=SYSTEM)
    return committed_runtime


@pytest.fixture
def carrier() -> Iterator[SimulatorServer]:
    with SimulatorServer(Simulator(KEY)) as server:
        yield server


class TestList:
    def test_shows_messages_and_where_they_are(self, terminal: Terminal, world: Runtime) -> None:
        found = terminal("mail", "list", "--json").json
        assert sorted((one["template"], one["state"]) for one in found["items"]) == [
            ("payout_sent", "failed"),
            ("refunded", "sent"),
        ]
        shown = terminal("mail", "list", "--state", "failed").out
        assert "payout_sent" in shown
        assert "notifications.refused" in shown
        assert "refunded" not in shown

    def test_goes_on_where_a_page_ended(self, terminal: Terminal, world: Runtime) -> None:
        first = terminal("mail", "list", "-n", "1", "--json").json
        rest = terminal("mail", "list", "-n", "1", "--cursor", first["next_cursor"], "--json").json
        assert len({first["items"][0]["id"], rest["items"][0]["id"]}) == 2
        assert rest["next_cursor"] is None

    def test_refuses_what_is_no_id(self, terminal: Terminal) -> None:
        refused = terminal("mail", "list", "--user", "Maya", "--json")
        assert (refused.code, refused.problem["code"]) == (2, "input.invalid")

    def test_refuses_an_id_that_nobody_has(self, terminal: Terminal, world: Runtime) -> None:
        refused = terminal("mail", "list", "--user", "01JZ8M4T6Q3V9K2X7C5B1N0D8F", "--json")
        assert (refused.code, refused.out) == (1, "")
        assert refused.problem["code"] == "accounts.not_found"

    def test_of_somebody_without_messages_is_empty(
        self, terminal: Terminal, world: Runtime
    ) -> None:
        with world.begin(SYSTEM) as uow:
            zoe = student(uow, first_name="Zoe", last_name="Marsh")
        assert terminal("mail", "list", "--user", zoe.id, "--json").json["items"] == []


class TestShow:
    def test_shows_the_words(self, terminal: Terminal, world: Runtime) -> None:
        (sent,) = terminal("mail", "list", "--state", "sent", "--json").json["items"]
        shown = terminal("mail", "show", sent["id"]).out
        assert "Maya O. (" in shown
        assert "We returned $134.40 to your card" in shown
        assert "Hi Maya,\n" in shown
        assert "maya@example.org" not in shown
        assert "<p>Hi Maya,</p>" in terminal("mail", "show", sent["id"], "--json").json["html"]

    def test_refuses_an_id_that_no_message_has(self, terminal: Terminal) -> None:
        refused = terminal("mail", "show", "01JZ8M4T6Q3V9K2X7C5B1N0D8F", "--json")
        assert (refused.code, refused.problem["code"]) == (1, "notifications.not_found")


class TestResend:
    def test_queues_the_message_again(self, terminal: Terminal, world: Runtime) -> None:
        (failed,) = terminal("mail", "list", "--state", "failed", "--json").json["items"]
        done = terminal("mail", "resend", failed["id"], "--yes", "--json").json
        assert (done["id"], done["state"], done["attempts"]) == (failed["id"], "queued", 0)
        refused = terminal("mail", "resend", failed["id"], "--yes", "--json")
        assert refused.problem["code"] == "notifications.under_way"

    def test_does_nothing_without_a_yes(self, terminal: Terminal, world: Runtime) -> None:
        (failed,) = terminal("mail", "list", "--state", "failed", "--json").json["items"]
        assert terminal("mail", "resend", failed["id"], "--json").problem["code"] == "cli.declined"
        assert terminal("mail", "list", "--state", "queued", "--json").json["items"] == []


class TestOutbox:
    def test_shows_what_the_carrier_took(
        self, terminal: Terminal, committed_runtime: Runtime, carrier: SimulatorServer
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = student(uow, email="maya@example.org")
            key = queued(uow, RefundedFacts, user_id=maya.id)
            queued(uow, PayoutSentFacts)
        mailer = ResendMailer(SecretStr(KEY), api_url=carrier.url, sender="Us <us@example.com>")
        flows.send_due(committed_runtime.begin, mailer, actor=SYSTEM)
        mailer.close()
        at = {"INSTAINSTRU_RESEND_API_URL": carrier.url}
        hers = terminal("mail", "outbox", "--to", "maya@example.org", "--json", **at).json
        assert [(mail["subject"], mail["idempotency_key"]) for mail in hers] == [
            ("We returned $134.40 to your card", key)
        ]
        assert hers[0]["from"] == "Us <us@example.com>"
        assert len(terminal("mail", "outbox", "--json", **at).json) == 2
        assert "You were paid $102.00 for Piano" in terminal("mail", "outbox", **at).out
        nobody = terminal("mail", "outbox", "--to", "nobody@example.org", **at)
        assert nobody.out == "The carrier took no such mail.\n"

    def test_of_the_real_service_is_not_read(self, terminal: Terminal) -> None:
        refused = terminal(
            "mail", "outbox", "--json", INSTAINSTRU_RESEND_API_URL="https://api.resend.com"
        )
        assert (refused.code, refused.problem["code"]) == (1, "mail.carrier_is_real")
        assert "instainstru mail list" in refused.problem["detail"]

    def test_says_what_to_do_when_nobody_answers(self, terminal: Terminal) -> None:
        url = f"http://127.0.0.1:{free_port()}"
        refused = terminal("mail", "outbox", "--json", INSTAINSTRU_RESEND_API_URL=url)
        assert (refused.code, refused.problem["code"]) == (3, "mail.simulator_unreachable")
