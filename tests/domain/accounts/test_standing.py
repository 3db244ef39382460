"""Accounts that staff suspend and open again."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.errors import LastAdmin, OwnCase
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import flows, service
from instainstru_core.domains.accounts.errors import (
    AccountClosed,
    AccountSuspended,
    AlreadySuspended,
    NotSuspended,
    PersonNotFound,
    RefreshRefused,
    SessionOver,
)
from instainstru_core.domains.accounts.policy import TokenTerms
from instainstru_core.domains.accounts.schemas import RestoreAccount, SignIn, SuspendAccount
from instainstru_core.domains.accounts.types import (
    AccountStatus,
    RestorationReason,
    SuspensionReason,
)
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.kernel.authority import (
    ANONYMOUS,
    SYSTEM,
    Actor,
    Permission,
    PermissionMissing,
)
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import accounts
from tests.factories.accounts import PASSWORD, authenticated

FRAUD = SuspendAccount(reason=SuspensionReason.FRAUD, note="Stolen cards.")
MISTAKE = RestoreAccount(reason=RestorationReason.MISTAKE)
DESK = Actor(id="desk", permissions=frozenset({Permission.USERS_MANAGE}))
"""Somebody who may suspend accounts, and may not manage rights."""


@pytest.fixture
def terms(settings: Settings) -> TokenTerms:
    return service.terms_of(settings)


class TestSuspending:
    def test_ends_every_sign_in_at_once(
        self, begin: Begin, uow: Uow, terms: TokenTerms, clock: SetClock
    ) -> None:
        maya = accounts.student(uow)
        first, second = (accounts.sign_in(begin, maya, terms) for _ in range(2))
        clock.advance(timedelta(microseconds=1))
        with begin(SYSTEM) as now:
            assert service.suspend(now, maya.id, FRAUD).status is AccountStatus.SUSPENDED
        for tokens in (first, second):
            with pytest.raises(AccountSuspended):
                authenticated(begin, tokens.access_token, terms)
            with pytest.raises(RefreshRefused):
                flows.refresh(
                    begin, actor=ANONYMOUS, refresh_token=tokens.refresh_token, terms=terms
                )
        command = SignIn(email=maya.email, password=SecretStr(PASSWORD))
        with pytest.raises(AccountSuspended):
            flows.sign_in(begin, actor=ANONYMOUS, command=command, terms=terms)

    def test_is_over_when_restored_and_old_sign_ins_stay_ended(
        self, begin: Begin, uow: Uow, terms: TokenTerms, clock: SetClock
    ) -> None:
        maya = accounts.student(uow)
        before = accounts.sign_in(begin, maya, terms)
        clock.advance(timedelta(microseconds=1))
        with begin(SYSTEM) as now:
            service.suspend(now, maya.id, FRAUD)
            assert service.restore(now, maya.id, MISTAKE).status is AccountStatus.ACTIVE
        with pytest.raises(SessionOver):
            authenticated(begin, before.access_token, terms)
        again = accounts.sign_in(begin, maya, terms)
        assert authenticated(begin, again.access_token, terms).is_user(maya.id)

    def test_is_written_down_with_its_reason(self, uow: Uow) -> None:
        maya = accounts.student(uow)
        service.suspend(uow, maya.id, FRAUD)
        service.restore(uow, maya.id, MISTAKE)
        found = audit.search(uow, AuditFilters(subject_id=maya.id)).items
        assert [(one.action, one.details) for one in found] == [
            ("accounts.restore", {"reason": "mistake"}),
            ("accounts.suspend", {"reason": "fraud", "note": "Stolen cards."}),
        ]

    def test_is_done_once(self, uow: Uow) -> None:
        maya = accounts.student(uow)
        with pytest.raises(NotSuspended):
            service.restore(uow, maya.id, MISTAKE)
        service.suspend(uow, maya.id, FRAUD)
        with pytest.raises(AlreadySuspended):
            service.suspend(uow, maya.id, FRAUD)

    def test_is_not_of_an_account_that_is_closed(self, uow: Uow) -> None:
        gone = accounts.student(uow, status=AccountStatus.DEACTIVATED)
        with pytest.raises(AccountClosed):
            service.suspend(uow, gone.id, FRAUD)
        with pytest.raises(AccountClosed):
            service.restore(uow, gone.id, MISTAKE)

    @pytest.mark.parametrize("user_id", ["01JZ8M4T6Q3V9K2X7C5B1N0D8F", "x"])
    def test_is_of_somebody_who_exists(self, uow: Uow, user_id: str) -> None:
        with pytest.raises(PersonNotFound):
            service.suspend(uow, user_id, FRAUD)


class TestWhoDecides:
    def test_needs_the_permission(self, begin: Begin, uow: Uow) -> None:
        maya, zoe = accounts.student(uow), accounts.student(uow)
        with begin(accounts.actor_of(uow, zoe)) as asking:
            with pytest.raises(PermissionMissing):
                service.suspend(asking, maya.id, FRAUD)
            with pytest.raises(PermissionMissing):
                service.restore(asking, maya.id, MISTAKE)

    def test_is_not_oneself(self, begin: Begin, uow: Uow) -> None:
        admin = accounts.admin(uow)
        with begin(accounts.actor_of(uow, admin)) as asking, pytest.raises(OwnCase):
            service.suspend(asking, admin.id, FRAUD)

    def test_of_an_administrator_is_who_manages_rights(self, begin: Begin, uow: Uow) -> None:
        admin, maya = accounts.admin(uow), accounts.student(uow)
        accounts.admin(uow)
        with begin(DESK) as asking:
            assert service.suspend(asking, maya.id, FRAUD).status is AccountStatus.SUSPENDED
            with pytest.raises(PermissionMissing):
                service.suspend(asking, admin.id, FRAUD)
        service.suspend(uow, admin.id, FRAUD)
        with begin(DESK) as asking, pytest.raises(PermissionMissing):
            service.restore(asking, admin.id, MISTAKE)

    def test_leaves_an_administrator_whose_account_is_open(self, uow: Uow) -> None:
        first, second = accounts.admin(uow), accounts.admin(uow)
        service.suspend(uow, first.id, FRAUD)
        with pytest.raises(LastAdmin), uow.savepoint():
            service.suspend(uow, second.id, FRAUD)
        with pytest.raises(LastAdmin), uow.savepoint():
            service.revoke_role(uow, second.id, Role.ADMIN)
        assert access.roles_of(uow, [second.id])[second.id] == {Role.ADMIN}
        assert service.person(uow, second.id).status is AccountStatus.ACTIVE
