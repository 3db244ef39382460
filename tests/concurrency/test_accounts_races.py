"""People at the same instant, with real commits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.errors import LastAdmin
from instainstru_core.domains.access.schemas import OverridePermission, RightsView
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import flows, service
from instainstru_core.domains.accounts.errors import AccountSuspended, RefreshRefused
from instainstru_core.domains.accounts.models import LoginSession, User
from instainstru_core.domains.accounts.schemas import (
    SignUpAccepted,
    SignUpStudent,
    SuspendAccount,
    Tokens,
)
from instainstru_core.domains.accounts.types import AccountStatus, SuspensionReason
from instainstru_core.kernel.authority import (
    ANONYMOUS,
    SYSTEM,
    Actor,
    Permission,
    PermissionMissing,
)
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories import accounts
from tests.together import at_once


class TestSignUp:
    def test_makes_one_account_for_one_address(self, committed_runtime: Runtime) -> None:
        def sign_up(email: str) -> Callable[[], SignUpAccepted]:
            command = SignUpStudent(
                email=email,
                password=SecretStr(accounts.PASSWORD),
                first_name="Maya",
                last_name="Okafor",
            )
            return lambda: flows.sign_up_student(
                committed_runtime.begin, actor=ANONYMOUS, command=command
            )

        emails = ["maya@example.org", "MAYA@example.org", "Maya@Example.org", "maya@EXAMPLE.org"]
        assert at_once([sign_up(email) for email in emails]) == [SignUpAccepted()] * 4
        with committed_runtime.begin(SYSTEM) as uow:
            assert uow.session.scalar(select(func.count()).select_from(User)) == 1
            (found,) = service.find(uow, "maya@example.org")
            assert found.roles == [Role.STUDENT]


class TestRefresh:
    def test_exchanges_a_token_for_one_of_ten(
        self, committed_runtime: Runtime, clock: SetClock
    ) -> None:
        begin, terms = committed_runtime.begin, service.terms_of(committed_runtime.settings)
        with begin(SYSTEM) as uow:
            user = accounts.student(uow)
        first = accounts.sign_in(begin, user, terms)

        def refresh() -> Tokens:
            return flows.refresh(
                begin, actor=ANONYMOUS, refresh_token=first.refresh_token, terms=terms
            )

        answers = at_once([refresh] * 10)
        won = [answer for answer in answers if isinstance(answer, Tokens)]
        lost = [answer for answer in answers if isinstance(answer, RefreshRefused)]
        assert (len(won), len(lost)) == (1, 9)
        assert accounts.authenticated(begin, won[0].access_token, terms).is_user(user.id)

        clock.advance(timedelta(seconds=10))
        with pytest.raises(RefreshRefused):
            refresh()
        with begin(SYSTEM) as uow:
            (session,) = uow.session.scalars(select(LoginSession))
            assert (session.ended_at, session.ended_reason) == (clock.now, "refresh_reused")


class TestOverride:
    def test_lets_the_later_of_two_stand(self, committed_runtime: Runtime) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            person = accounts.student(uow)
            actors = [accounts.actor_of(uow, accounts.admin(uow)) for _ in range(4)]
        command = OverridePermission(granted=False, reason="Under review")

        def override(actor: Actor) -> Callable[[], RightsView]:
            def run() -> RightsView:
                with begin(actor) as uow:
                    return access.override(uow, person.id, Permission.BOOKINGS_CREATE, command)

            return run

        answers = at_once([override(actor) for actor in actors])
        assert all(isinstance(answer, RightsView) for answer in answers)
        with begin(SYSTEM) as uow:
            (found,) = access.rights(uow, person.id).overrides
        assert (found.granted, found.reason) == (False, "Under review")

    @pytest.mark.parametrize("answer", ["override", "revoke"])
    def test_leaves_somebody_who_manages_access(
        self, committed_runtime: Runtime, answer: str
    ) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            first, second = accounts.admin(uow), accounts.admin(uow)
            actors = [accounts.actor_of(uow, row) for row in (first, second)]
        deny = OverridePermission(granted=False, reason="Under review")

        def take_from_second() -> object:
            with begin(actors[0]) as uow:
                return access.override(uow, second.id, Permission.ACCESS_MANAGE, deny)

        def take_from_first() -> object:
            with begin(actors[1]) as uow:
                if answer == "revoke":
                    return access.revoke_role(uow, first.id, Role.ADMIN)
                return access.override(uow, first.id, Permission.ACCESS_MANAGE, deny)

        answers = at_once([take_from_second, take_from_first])
        assert sum(isinstance(one, PermissionMissing) for one in answers) == 1
        with begin(SYSTEM) as uow:
            left = [access.permissions_of(uow, row.id) for row in (first, second)]
        assert sum(Permission.ACCESS_MANAGE in held for held in left) == 1


class TestSuspending:
    def test_leaves_an_administrator_when_two_suspend_each_other(
        self, committed_runtime: Runtime
    ) -> None:
        begin = committed_runtime.begin
        command = SuspendAccount(reason=SuspensionReason.OTHER)
        with begin(SYSTEM) as uow:
            first, second, _third = (accounts.admin(uow) for _ in range(3))
            actors = [accounts.actor_of(uow, row) for row in (first, second)]

        def suspend(asking: int, other: str) -> Callable[[], object]:
            def run() -> object:
                with begin(actors[asking]) as uow:
                    return service.suspend(uow, other, command)

            return run

        answers = at_once([suspend(0, second.id), suspend(1, first.id)])
        assert sum(isinstance(answer, AccountSuspended) for answer in answers) == 1
        with begin(SYSTEM) as uow:
            left = [service.person(uow, row.id).status for row in (first, second)]
        assert sorted(left) == [AccountStatus.ACTIVE, AccountStatus.SUSPENDED]


class TestRevokeRole:
    def test_leaves_an_administrator_when_two_remove_each_other(
        self, committed_runtime: Runtime
    ) -> None:
        begin = committed_runtime.begin
        with begin(SYSTEM) as uow:
            first, second = accounts.admin(uow), accounts.admin(uow)
            actors = [accounts.actor_of(uow, row) for row in (first, second)]

        def revoke(asking: int, losing: str) -> Callable[[], bool]:
            def run() -> bool:
                with begin(actors[asking]) as uow:
                    return access.revoke_role(uow, losing, Role.ADMIN)

            return run

        answers = at_once([revoke(0, second.id), revoke(1, first.id)])
        assert sum(answer is True for answer in answers) == 1
        assert sum(isinstance(answer, LastAdmin) for answer in answers) == 1
        with begin(SYSTEM) as uow:
            roles = access.roles_of(uow, [first.id, second.id])
        assert sorted(map(len, roles.values())) == [0, 1]
