"""Invites, the founding program and background checks from the terminal."""

from collections.abc import Iterator

import pytest

from devstack.checkr_simulator.server import SimulatorServer
from devstack.checkr_simulator.simulator import Simulator
from instainstru_core.domains.onboarding import flows
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.cli.conftest import Terminal
from tests.factories import checks, onboarding
from tests.factories.accounts import student
from tests.factories.instructors import live_instructor, profile

UNKNOWN_ID = "01JZ8M4T6Q3V9K2X7C5B1N0D8F"


@pytest.fixture
def checkr() -> Iterator[SimulatorServer]:
    with SimulatorServer(Simulator(checks.KEY)) as server:
        yield server


class TestInvites:
    def test_are_sent_after_asking_listed_resent_and_taken_back(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            student(uow, email="known@example.org")
        asked = ("invites", "send", "a@example.org", "known@example.org", "--note", "Hello")
        declined = terminal(*asked, "--json")
        assert (declined.code, declined.problem["code"]) == (1, "cli.declined")
        assert terminal("invites", "list", "--json").json["total"] == 0
        sent = terminal(*asked, "--yes", "--json").json
        assert [one["reason"] for one in sent["skipped"]] == ["already_registered"]
        listed = terminal("invites", "list", "--batch", sent["batch_id"], "--json").json
        assert listed["data"]["sending"] == {"invites": 1, "waiting": 1, "sent": 0, "failed": 0}
        invite_id = sent["invites"][0]["id"]
        unasked = terminal("invites", "resend", invite_id, "--json")
        assert (unasked.code, unasked.problem["code"]) == (1, "cli.declined")
        assert terminal("invites", "resend", invite_id, "--yes", "--json").json["sends"] == 2
        shown = terminal("invites", "show", invite_id)
        assert "Hello" in shown.out
        assert "0 sent, 1 waiting, 0 failed." in (
            terminal("invites", "list", "--batch", sent["batch_id"]).out
        )
        done = terminal("invites", "revoke", invite_id, "--yes", "--json").json
        assert done["status"] == "revoked"
        refused = terminal("invites", "resend", invite_id, "--yes", "--json")
        assert refused.problem["code"] == "onboarding.invite_not_pending"

    def test_that_cannot_be_sent_are_refused(self, terminal: Terminal) -> None:
        refused = terminal("invites", "send", "nobody", "--yes", "--json")
        assert (refused.code, refused.problem["code"]) == (1, "invites.unusable")
        batch = terminal("invites", "list", "--batch", UNKNOWN_ID, "--json")
        assert (batch.code, batch.out) == (1, "")
        assert batch.problem["code"] == "invites.batch_unknown"
        assert "leave it out to list all invites" in batch.problem["detail"]
        unknown = terminal("invites", "show", UNKNOWN_ID, "--json")
        assert unknown.problem["code"] == "onboarding.invite_not_found"


class TestFounding:
    def test_tells_of_the_funnel_and_of_who_is_stuck(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            live_instructor(uow)
            stuck = profile(uow)
            onboarding.founding_instructors(uow, 1)
        found = terminal("founding", "funnel", "--json").json["data"]
        assert [row["count"] for row in found["stages"]] == [2, 1, 1, 1, 1, 1, 1]
        assert found["founding"]["taken"] == 1
        assert "Founding places: 1 of 100 taken, 0 promised, 99 free." in (
            terminal("founding", "funnel").out
        )
        people = terminal("founding", "stuck", "--days", "7", "--json").json["data"]
        assert [(one["instructor_id"], one["reason"]) for one in people["instructors"]] == [
            (stuck, "no_bio")
        ]
        assert "no_bio" in terminal("founding", "stuck").out


class TestChecks:
    def test_are_shown_and_settled_by_a_simulated_provider(
        self, terminal: Terminal, committed_runtime: Runtime, checkr: SimulatorServer
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = live_instructor(uow, live=False)
        at = {"INSTAINSTRU_CHECKR_API_URL": checkr.url}
        none = terminal("checks", "settle", maya.id, "--json", **at)
        assert none.problem["code"] == "background_checks.not_found"
        assert "never began" in terminal("checks", "show", maya.id).out
        provider = checks.provider(checkr.simulator)
        flows.start_check(committed_runtime.begin, provider, actor=maya.actor)
        done = terminal("checks", "settle", maya.id, "--result", "consider", "--json", **at).json
        assert checkr.simulator.known("reports")[0]["result"] == "consider"
        event = checks.event("report.completed", done["report_id"])
        flows.on_check(committed_runtime.begin, provider, SYSTEM, event)
        shown = terminal("checks", "show", maya.id, "--json").json
        assert (shown["status"], shown["is_clear"]) == ("consider", False)
        assert "consider" in terminal("checks", "show", maya.id).out

    def test_are_known_to_a_simulator_that_was_started_again(
        self, terminal: Terminal, committed_runtime: Runtime, checkr: SimulatorServer
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = live_instructor(uow, live=False)
        before = checks.provider(Simulator(checks.KEY))
        flows.start_check(committed_runtime.begin, before, actor=maya.actor)
        at = {"INSTAINSTRU_CHECKR_API_URL": checkr.url}
        done = terminal("checks", "settle", maya.id, "--json", **at).json
        after = checks.provider(checkr.simulator)
        event = checks.event("report.completed", done["report_id"])
        flows.on_check(committed_runtime.begin, after, SYSTEM, event)
        shown = terminal("checks", "show", maya.id, "--json").json
        assert (shown["status"], shown["is_clear"]) == ("clear", True)

    def test_are_left_to_the_provider_itself_and_to_nobody_who_is_away(
        self, terminal: Terminal, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            maya = live_instructor(uow)
        for url, code in (
            ("https://api.checkr.com", "checks.provider_is_real"),
            ("http://127.0.0.1:9", "checks.simulator_unreachable"),
        ):
            at = {"INSTAINSTRU_CHECKR_API_URL": url}
            refused = terminal("checks", "settle", maya.id, "--json", **at)
            assert refused.problem["code"] == code
