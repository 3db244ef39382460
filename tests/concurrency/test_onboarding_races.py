"""Invited people at the same instant, with real commits."""

from collections.abc import Callable

from sqlalchemy import func, select

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.onboarding import flows, service
from instainstru_core.domains.onboarding.errors import (
    FoundingPlacesPromised,
    InviteInvalid,
    InviteNotPending,
)
from instainstru_core.domains.onboarding.models import FoundingSlot, Invite
from instainstru_core.domains.onboarding.schemas import (
    CreateInvites,
    InstructorSignedUp,
    InvitesCreated,
    InviteView,
    SignUpInstructor,
)
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.factories import onboarding
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
