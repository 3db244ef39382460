"""Invited people at the same instant, with real commits."""

from collections.abc import Callable

from sqlalchemy import func, select

from devstack.checkr_simulator.simulator import Simulator
from instainstru_core.adapters.checkr import CheckrProvider
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.instructors import service as instructors
from instainstru_core.domains.instructors.types import Milestone
from instainstru_core.domains.onboarding import flows, service
from instainstru_core.domains.onboarding.errors import (
    FoundingPlacesPromised,
    InviteInvalid,
    InviteNotPending,
)
from instainstru_core.domains.onboarding.models import FoundingSlot, Invite
from instainstru_core.domains.onboarding.schemas import (
    ClaimInvite,
    CreateInvites,
    InstructorSignedUp,
    InvitesCreated,
    InvitesSent,
    InviteView,
    SendInvites,
    SignUpInstructor,
)
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.domains.payments.types import IdentityStatus
from instainstru_core.domains.webhooks.types import ClaimedEvent
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, Actor, Permission
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.factories import checks, onboarding, payments_people
from tests.factories.instructors import live_instructor, person
from tests.together import at_once


def sign_up(runtime: Runtime, command: SignUpInstructor) -> Callable[[], InstructorSignedUp]:
    return lambda: flows.sign_up_instructor(
        runtime.begin, actor=ANONYMOUS, command=command, founding_cap=100
    )


def people(uow: Uow) -> int:
    return uow.session.scalar(select(func.count()).select_from(User)) or 0


class TestOneInvite:
    def test_lets_one_of_five_in(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            row = onboarding.invite(uow, grants_founding=True)
        answers = at_once([sign_up(committed_runtime, onboarding.sign_up(row))] * 5)
        (made,) = [each for each in answers if isinstance(each, InstructorSignedUp)]
        assert sum(isinstance(each, InviteInvalid) for each in answers) == 4
        with committed_runtime.begin(SYSTEM) as uow:
            assert people(uow) == 1
            kept = uow.session.get_one(Invite, row.id)
            assert kept.used_by == made.instructor_id
            (slot,) = uow.session.scalars(select(FoundingSlot))
            assert (slot.number, slot.instructor_id) == (1, made.instructor_id)

    def test_is_either_used_or_taken_back(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            row = onboarding.invite(uow)

        def revoke() -> InviteView:
            with committed_runtime.begin(SYSTEM) as uow:
                return service.revoke_invite(uow, row.id)

        answers = at_once([sign_up(committed_runtime, onboarding.sign_up(row)), revoke])
        refused = [each for each in answers if isinstance(each, InviteInvalid | InviteNotPending)]
        assert len(refused) == 1
        with committed_runtime.begin(SYSTEM) as uow:
            status = service.invite(uow, row.id).status
            assert (status, people(uow)) in {(InviteStatus.ACCEPTED, 1), (InviteStatus.REVOKED, 0)}


class TestLastFoundingPlace:
    def test_goes_to_one_of_five_and_all_five_get_in(self, committed_runtime: Runtime) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            onboarding.founding_instructors(uow, 99)
            rows = [onboarding.invite(uow, grants_founding=True) for _ in range(5)]
        answers = at_once([sign_up(committed_runtime, onboarding.sign_up(row)) for row in rows])
        made = [each for each in answers if isinstance(each, InstructorSignedUp)]
        assert len(made) == 5
        numbers = sorted(each.founding_number or 0 for each in made)
        assert numbers == [0, 0, 0, 0, 100]
        with committed_runtime.begin(SYSTEM) as uow:
            assert people(uow) == 104
            assert service.founding_status(uow, founding_cap=100).filled == 100


class TestLastPromise:
    def test_is_given_to_one_of_two_batches(self, committed_runtime: Runtime) -> None:
        def create(email: str) -> Callable[[], InvitesCreated]:
            command = CreateInvites(emails=[email], grants_founding=True)

            def run() -> InvitesCreated:
                with committed_runtime.begin(SYSTEM) as uow:
                    return service.create_invites(uow, command, founding_cap=1)

            return run

        answers = at_once([create("a@example.org"), create("b@example.org")])
        assert sum(isinstance(each, InvitesCreated) for each in answers) == 1
        assert sum(isinstance(each, FoundingPlacesPromised) for each in answers) == 1
        with committed_runtime.begin(SYSTEM) as uow:
            assert service.founding_status(uow, founding_cap=1).allocated == 1


class TestOneCode:
    def test_is_claimed_by_one_of_two_sessions_of_its_person(
        self, committed_runtime: Runtime
    ) -> None:
        """Two claims of one code, each on a connection of its own."""
        with committed_runtime.begin(SYSTEM) as uow:
            user_id = person(uow, email="maya@example.org")
            row = onboarding.invite(uow, email="maya@example.org", grants_founding=True)
        actor = Actor(id=user_id, permissions=frozenset({Permission.ACCOUNT_MANAGE_OWN}))

        def claim() -> InstructorSignedUp:
            with committed_runtime.begin(actor) as uow:
                return service.claim_invite(
                    uow, ClaimInvite(invite_code=row.code), founding_cap=100
                )

        answers = at_once([claim, claim])
        assert sum(isinstance(each, InstructorSignedUp) for each in answers) == 1
        assert sum(isinstance(each, InviteInvalid) for each in answers) == 1
        with committed_runtime.begin(SYSTEM) as uow:
            assert service.founding_status(uow, founding_cap=100).filled == 1
            steps = instructors.staff_profile(uow, user_id).milestones
            assert [step.milestone for step in steps] == [Milestone.REGISTERED]


class TestTheLastPlaces:
    def test_are_promised_to_one_of_two_batches_that_are_mailed(
        self, committed_runtime: Runtime
    ) -> None:
        with committed_runtime.begin(SYSTEM) as uow:
            onboarding.founding_instructors(uow, 98)

        def send(side: str) -> Callable[[], InvitesSent]:
            emails = [f"{side}{number}@example.org" for number in (1, 2)]
            command = SendInvites(emails=emails, grants_founding=True)

            def run() -> InvitesSent:
                with committed_runtime.begin(SYSTEM) as uow:
                    return service.send_invites(
                        uow, command, founding_cap=100, web_url="https://x.example"
                    )

            return run

        answers = at_once([send("a"), send("b")])
        assert sum(isinstance(each, InvitesSent) for each in answers) == 1
        (refusal,) = [each for each in answers if isinstance(each, FoundingPlacesPromised)]
        assert refusal.facts == {"wanted": 2, "left": 0}
        with committed_runtime.begin(SYSTEM) as uow:
            assert service.founding_status(uow, founding_cap=100).allocated == 2


class TestTheGate:
    def test_lets_nobody_stay_live_whose_check_fails_at_that_moment(
        self, committed_runtime: Runtime
    ) -> None:
        for _ in range(3):
            simulator = Simulator(checks.KEY, clock=committed_runtime.clock)
            provider = checks.provider(simulator)
            with committed_runtime.begin(SYSTEM) as uow:
                maya = live_instructor(uow, live=False)
                payments_people.identity(uow, maya.id, IdentityStatus.VERIFIED)
                payments_people.account(uow, maya.id)
            flows.start_check(committed_runtime.begin, provider, actor=maya.actor)
            (invited,) = simulator.known("invitations")
            report = simulator.complete_invitation(invited["id"])
            simulator.move_report(report, status="complete", result="clear")
            event = checks.event("report.completed", report)
            flows.on_check(committed_runtime.begin, provider, SYSTEM, event)
            simulator.move_report(report, adjudication="post_adverse_action")

            def go_live(actor: Actor = maya.actor) -> object:
                with committed_runtime.begin(actor) as uow:
                    return service.go_live(uow)

            def fail(provider: CheckrProvider = provider, event: ClaimedEvent = event) -> None:
                flows.on_check(committed_runtime.begin, provider, SYSTEM, event)

            at_once([go_live, fail])
            with committed_runtime.begin(maya.actor) as uow:
                assert not instructors.own(uow).is_live

    def test_begins_one_check_for_two_who_ask_at_once(self, committed_runtime: Runtime) -> None:
        simulator = Simulator(checks.KEY, clock=committed_runtime.clock)
        with committed_runtime.begin(SYSTEM) as uow:
            maya = live_instructor(uow, live=False)

        def start() -> object:
            return flows.start_check(
                committed_runtime.begin, checks.provider(simulator), actor=maya.actor
            )

        first, second = at_once([start, start])
        assert first == second
        assert len(simulator.known("invitations")) == 1
        with committed_runtime.begin(SYSTEM) as uow:
            steps = instructors.staff_profile(uow, maya.id).milestones
        assert [step.milestone for step in steps].count(Milestone.BGC_INITIATED) == 1
