"""The job that looks again at checks whose events were lost."""

from dataclasses import replace
from typing import ClassVar

import pytest

from devstack.checkr_simulator.simulator import Simulator
from instainstru_core.adapters.checkr import CheckrProvider
from instainstru_core.domains.background_checks import service as checks
from instainstru_core.domains.background_checks.errors import CheckUnavailable
from instainstru_core.domains.background_checks.types import InvitationSeen
from instainstru_core.domains.onboarding import flows
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories import checks as made
from tests.factories.instructors import live_instructor
from tests.worker.workbench import Workbench
from worker.batches import SomeFailed
from worker.tasks import onboarding


class Deaf(CheckrProvider):
    """A provider that never answers about one invitation."""

    unanswered: ClassVar[list[str]] = []

    def invitation(self, invitation_id: str) -> InvitationSeen:
        if invitation_id in self.unanswered:
            raise CheckUnavailable("The provider of checks does not answer. Try again later.")
        return super().invitation(invitation_id)


class TestLookingAgain:
    def test_goes_on_after_one_that_fails_on_this_page_and_the_next(
        self, runtime: Runtime, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        checkr = Simulator(made.KEY, clock=clock)
        provider = made.provider(checkr, kind=Deaf)
        people: list[Actor] = []
        for _ in range(4):
            with runtime.begin(SYSTEM) as uow:
                actor = live_instructor(uow, live=False).actor
            flows.start_check(runtime.begin, provider, actor=actor)
            people.append(actor)
        with runtime.begin(SYSTEM) as uow:
            invited = [check.invitation_id for check in checks.open_after(uow, "", limit=10)]
        for invitation_id in invited:
            report = checkr.complete_invitation(invitation_id)
            checkr.move_report(report, status="complete", result="clear")
        monkeypatch.setattr(Deaf, "unanswered", [invited[0]])
        monkeypatch.setattr(onboarding, "BATCH", 2)
        bench = Workbench(replace(runtime, checks=provider))
        with pytest.raises(SomeFailed) as refused:
            bench.find(onboarding.LOOK_AGAIN)
        assert refused.value.message == "1 of 4 failed and are due again."
        with runtime.begin(SYSTEM) as uow:
            told = sorted(str(checks.of(uow, str(actor.id)).status) for actor in people)
        assert told == ["clear", "clear", "clear", "invited"]
