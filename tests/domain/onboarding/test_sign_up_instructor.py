"""The sign-up of those who were invited."""

from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import func, select

from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import flows as account_flows
from instainstru_core.domains.accounts import service as accounts_service
from instainstru_core.domains.accounts.errors import EmailTaken, PasswordRefused
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.schemas import SignUpStudent
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.domains.instructors.models import Instructor, LifecycleEvent
from instainstru_core.domains.instructors.types import Milestone
from instainstru_core.domains.onboarding import flows
from instainstru_core.domains.onboarding.errors import InviteInvalid
from instainstru_core.domains.onboarding.models import FoundingSlot, Invite
from instainstru_core.domains.onboarding.schemas import InstructorSignedUp, SignUpInstructor
from instainstru_core.kernel.authority import ANONYMOUS
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import accounts, onboarding

MOMENT = timedelta(microseconds=1)


def register(begin: Begin, command: SignUpInstructor, *, cap: int = 100) -> InstructorSignedUp:
    return flows.sign_up_instructor(begin, actor=ANONYMOUS, command=command, founding_cap=cap)


def people(uow: Uow) -> int:
    return uow.session.scalar(select(func.count()).select_from(User)) or 0


def is_unused(uow: Uow, row: Invite) -> bool:
    uow.session.refresh(row)
    return row.used_at is None


class TestSignUpInstructor:
    def test_makes_an_instructor_and_uses_the_invite_up(
        self, begin: Begin, uow: Uow, clock: SetClock
    ) -> None:
        row = onboarding.invite(uow, email="li@example.org")
        made = register(begin, onboarding.sign_up(row, phone="+12125550143"))
        assert (made.is_founding, made.founding_number) == (False, None)
        person = accounts_service.person(uow, made.instructor_id)
        assert (person.email, person.roles) == ("li@example.org", [Role.INSTRUCTOR])
        assert (person.phone, person.created_at) == ("+12125550143", clock.now)
        profile = uow.session.get_one(Instructor, made.instructor_id)
        assert (profile.is_founding, profile.is_live) == (False, False)
        reached = select(LifecycleEvent.milestone).where(
            LifecycleEvent.instructor_id == made.instructor_id
        )
        assert uow.session.scalars(reached).all() == [Milestone.REGISTERED]
        uow.session.refresh(row)
        assert (row.used_at, row.used_by) == (clock.now, made.instructor_id)

    def test_writes_it_down_without_the_code(self, begin: Begin, uow: Uow) -> None:
        row = onboarding.invite(uow, grants_founding=True)
        made = register(begin, onboarding.sign_up(row))
        filters = AuditFilters(action="onboarding.sign_up_instructor")
        (entry,) = audit.search(uow, filters).items
        assert entry.subject_id == made.instructor_id
        assert entry.details == {"invite_id": row.id, "founding_number": 1}

    def test_lets_the_new_instructor_sign_in(
        self, begin: Begin, uow: Uow, settings: Settings
    ) -> None:
        row = onboarding.invite(uow)
        made = register(begin, onboarding.sign_up(row))
        terms = accounts_service.terms_of(settings)
        tokens = accounts.sign_in(begin, uow.session.get_one(User, made.instructor_id), terms)
        actor = accounts.authenticated(begin, tokens.access_token, terms)
        assert actor.is_user(made.instructor_id)

    @pytest.mark.parametrize("typed", ["LI@Example.org", "li@EXAMPLE.ORG"])
    def test_takes_the_address_in_any_case(self, begin: Begin, uow: Uow, typed: str) -> None:
        row = onboarding.invite(uow, email="li@example.org")
        code = f" {row.code.lower()} "
        register(begin, onboarding.sign_up(row, email=typed, invite_code=code))
        assert not is_unused(uow, row)

    def test_refuses_every_bad_invite_alike(self, begin: Begin, uow: Uow) -> None:
        person = accounts.person(uow)
        good = onboarding.invite(uow)
        commands = [
            onboarding.sign_up(good, email="other@example.org"),
            onboarding.sign_up(good, invite_code="ZZZZZZZZ"),
            onboarding.sign_up(good, invite_code="no code"),
            onboarding.sign_up(onboarding.invite(uow, expires_at=uow.now)),
            onboarding.sign_up(onboarding.invite(uow, revoked_at=uow.now)),
            onboarding.sign_up(onboarding.invite(uow, used_at=uow.now, used_by=person.id)),
        ]
        said: set[tuple[str, str, str]] = set()
        for command in commands:
            with pytest.raises(InviteInvalid) as refusal:
                register(begin, command)
            said.add((refusal.value.code, refusal.value.message, str(refusal.value.facts)))
        assert len(said) == 1
        assert people(uow) == 1
        assert is_unused(uow, good)

    def test_ends_at_the_very_instant(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        end = clock.now + timedelta(days=1)
        early, late = (onboarding.invite(uow, expires_at=end) for _ in range(2))
        clock.now = end - MOMENT
        register(begin, onboarding.sign_up(early))
        clock.now = end
        with pytest.raises(InviteInvalid):
            register(begin, onboarding.sign_up(late))

    def test_refuses_a_code_the_second_time(self, begin: Begin, uow: Uow) -> None:
        row = onboarding.invite(uow)
        register(begin, onboarding.sign_up(row))
        with pytest.raises(InviteInvalid):
            register(begin, onboarding.sign_up(row))
        assert people(uow) == 1

    def test_leaves_the_invite_to_who_chose_a_bad_password(self, begin: Begin, uow: Uow) -> None:
        row = onboarding.invite(uow)
        with pytest.raises(PasswordRefused):
            register(begin, onboarding.sign_up(row, password=SecretStr("password1")))
        assert is_unused(uow, row)
        assert people(uow) == 0

    def test_leaves_the_invite_when_the_address_has_an_account(
        self, begin: Begin, uow: Uow
    ) -> None:
        row = onboarding.invite(uow, email="li@example.org", grants_founding=True)
        accounts.student(uow, email="Li@example.org")
        with pytest.raises(EmailTaken):
            register(begin, onboarding.sign_up(row))
        assert is_unused(uow, row)
        assert uow.session.scalars(select(FoundingSlot)).all() == []

    def test_is_never_reached_by_a_student(self, begin: Begin, uow: Uow) -> None:
        row = onboarding.invite(uow)
        said = onboarding.sign_up(row).model_dump()
        with pytest.raises(ValidationError, match="invite_code"):
            SignUpStudent(**said)
        said.pop("invite_code")
        command = SignUpStudent(**said)
        account_flows.sign_up_student(begin, actor=ANONYMOUS, command=command)
        assert is_unused(uow, row)


class TestFounding:
    def test_gives_the_next_place(self, begin: Begin, uow: Uow, clock: SetClock) -> None:
        onboarding.founding_instructors(uow, 98)
        rows = [onboarding.invite(uow, grants_founding=True) for _ in range(3)]
        made = [register(begin, onboarding.sign_up(row)) for row in rows]
        assert [each.founding_number for each in made] == [99, 100, None]
        assert [each.is_founding for each in made] == [True, True, False]
        last = uow.session.get_one(FoundingSlot, 100)
        assert (last.instructor_id, last.claimed_at) == (made[1].instructor_id, clock.now)
        profiles = [uow.session.get_one(Instructor, each.instructor_id) for each in made]
        assert [each.is_founding for each in profiles] == [True, True, False]

    def test_is_only_for_invites_that_grant_it(self, begin: Begin, uow: Uow) -> None:
        made = register(begin, onboarding.sign_up(onboarding.invite(uow)))
        assert (made.is_founding, made.founding_number) == (False, None)

    def test_is_over_with_a_cap_of_nothing(self, begin: Begin, uow: Uow) -> None:
        row = onboarding.invite(uow, grants_founding=True)
        made = register(begin, onboarding.sign_up(row), cap=0)
        assert made.is_founding is False
        assert accounts_service.person(uow, made.instructor_id).id == made.instructor_id
