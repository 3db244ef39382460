"""Roles and overrides, as they are granted and as they count."""

import pytest

from instainstru_core.domains.access import service
from instainstru_core.domains.access.errors import LastAdmin, OwnRights
from instainstru_core.domains.access.schemas import OverridePermission
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.schemas import AuditFilters
from instainstru_core.kernel.authority import (
    ANONYMOUS,
    Actor,
    Door,
    Permission,
    PermissionMissing,
)
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories import accounts

TAKEN = OverridePermission(granted=False, reason="Under review")
GIVEN = OverridePermission(granted=True, reason="Helps out")


def actions(uow: Uow) -> list[str]:
    return [entry.action for entry in audit.search(uow, AuditFilters()).items]


class TestEnroll:
    def test_gives_anybody_the_role_they_signed_up_for(self, begin: Begin, uow: Uow) -> None:
        user = accounts.person(uow)
        with begin(ANONYMOUS) as visiting:
            service.enroll(visiting, user.id, Role.STUDENT)
        assert service.roles_of(uow, [user.id]) == {user.id: frozenset({Role.STUDENT})}

    def test_makes_nobody_an_administrator(self, begin: Begin, uow: Uow) -> None:
        user = accounts.person(uow)
        with begin(ANONYMOUS) as visiting, pytest.raises(PermissionMissing):
            service.enroll(visiting, user.id, Role.ADMIN)
        assert service.roles_of(uow, [user.id]) == {user.id: frozenset()}


class TestGrantRole:
    def test_adds_a_role_and_writes_it_down(self, uow: Uow) -> None:
        user = accounts.student(uow)
        assert service.grant_role(uow, user.id, Role.INSTRUCTOR) is True
        assert service.roles_of(uow, [user.id])[user.id] == {Role.STUDENT, Role.INSTRUCTOR}
        (entry,) = audit.search(uow, AuditFilters()).items
        assert (entry.action, entry.subject_id) == ("access.grant_role", user.id)
        assert entry.details == {"role": "instructor"}

    def test_changes_nothing_the_second_time(self, uow: Uow) -> None:
        user = accounts.student(uow)
        assert service.grant_role(uow, user.id, Role.STUDENT) is False
        assert actions(uow) == []

    def test_is_for_administrators(self, begin: Begin, uow: Uow) -> None:
        user = accounts.student(uow)
        with begin(accounts.actor_of(uow, user)) as asking, pytest.raises(PermissionMissing):
            service.grant_role(asking, user.id, Role.ADMIN)
        assert service.roles_of(uow, [user.id])[user.id] == {Role.STUDENT}

    def test_is_not_for_oneself(self, begin: Begin, uow: Uow) -> None:
        admin = accounts.admin(uow)
        with begin(accounts.actor_of(uow, admin)) as asking, pytest.raises(OwnRights):
            service.grant_role(asking, admin.id, Role.STUDENT)
        assert service.roles_of(uow, [admin.id])[admin.id] == {Role.ADMIN}


class TestRevokeRole:
    def test_takes_a_role_and_its_permissions(self, uow: Uow) -> None:
        user = accounts.person(uow, Role.STUDENT, Role.INSTRUCTOR)
        assert service.revoke_role(uow, user.id, Role.INSTRUCTOR) is True
        assert service.roles_of(uow, [user.id])[user.id] == {Role.STUDENT}
        assert Permission.AVAILABILITY_MANAGE_OWN not in service.permissions_of(uow, user.id)
        assert actions(uow) == ["access.revoke_role"]

    def test_changes_nothing_where_there_is_none(self, uow: Uow) -> None:
        user = accounts.student(uow)
        assert service.revoke_role(uow, user.id, Role.ADMIN) is False
        assert actions(uow) == []

    def test_leaves_the_last_administrator(self, uow: Uow) -> None:
        first, second = accounts.admin(uow), accounts.admin(uow)
        assert service.revoke_role(uow, first.id, Role.ADMIN) is True
        with pytest.raises(LastAdmin), uow.savepoint():
            service.revoke_role(uow, second.id, Role.ADMIN)
        assert service.roles_of(uow, [second.id])[second.id] == {Role.ADMIN}


class TestOverride:
    def test_beats_the_role_in_every_check(self, uow: Uow) -> None:
        user = accounts.student(uow)
        view = service.override(uow, user.id, Permission.BOOKINGS_CREATE, TAKEN)
        assert Permission.BOOKINGS_CREATE not in view.permissions
        assert Permission.BOOKINGS_CREATE not in service.permissions_of(uow, user.id)
        actor = service.actor_for(uow, user.id, door=Door.API)
        assert not actor.may(Permission.BOOKINGS_CREATE)
        assert actor.may(Permission.BOOKINGS_VIEW_OWN)

    def test_gives_what_no_role_gives(self, uow: Uow) -> None:
        user = accounts.student(uow)
        service.override(uow, user.id, Permission.AUDIT_READ, GIVEN)
        assert Permission.AUDIT_READ in service.permissions_of(uow, user.id)

    def test_replaces_the_one_before(self, uow: Uow) -> None:
        user = accounts.student(uow)
        service.override(uow, user.id, Permission.AUDIT_READ, GIVEN)
        view = service.override(uow, user.id, Permission.AUDIT_READ, TAKEN)
        assert [(each.permission, each.granted, each.reason) for each in view.overrides] == [
            (Permission.AUDIT_READ, False, "Under review")
        ]

    def test_ends_when_cleared(self, uow: Uow) -> None:
        user = accounts.student(uow)
        service.override(uow, user.id, Permission.BOOKINGS_CREATE, TAKEN)
        view = service.clear_override(uow, user.id, Permission.BOOKINGS_CREATE)
        assert view.overrides == []
        assert Permission.BOOKINGS_CREATE in view.permissions
        service.clear_override(uow, user.id, Permission.BOOKINGS_CREATE)
        assert sorted(actions(uow)) == ["access.clear_override", "access.override"]

    def test_is_not_for_oneself(self, begin: Begin, uow: Uow) -> None:
        admin = accounts.admin(uow)
        with begin(accounts.actor_of(uow, admin)) as asking:
            with pytest.raises(OwnRights):
                service.override(asking, admin.id, Permission.AUDIT_READ, TAKEN)
            with pytest.raises(OwnRights):
                service.clear_override(asking, admin.id, Permission.AUDIT_READ)

    def test_is_for_administrators(self, begin: Begin, uow: Uow) -> None:
        user = accounts.student(uow)
        with begin(Actor(id="someone")) as asking, pytest.raises(PermissionMissing):
            service.override(asking, user.id, Permission.AUDIT_READ, GIVEN)


class TestActorFor:
    def test_says_who_and_through_which_door(self, uow: Uow) -> None:
        user = accounts.student(uow)
        actor = service.actor_for(uow, user.id, door=Door.CLI, request_id="r1")
        assert actor.is_user(user.id)
        assert (actor.door, actor.request_id, actor.scopes) == (Door.CLI, "r1", frozenset())
        assert actor.permissions == service.permissions_of(uow, user.id)


class TestRolesOf:
    def test_leaves_nobody_out(self, uow: Uow) -> None:
        student, nobody = accounts.student(uow), accounts.person(uow)
        found = service.roles_of(uow, [student.id, nobody.id])
        assert found == {student.id: {Role.STUDENT}, nobody.id: frozenset()}


class TestTheDatabase:
    @pytest.mark.parametrize("permission", list(Permission))
    def test_keeps_an_override_of_each_permission_there_is(
        self, uow: Uow, permission: Permission
    ) -> None:
        person = accounts.student(uow)
        command = OverridePermission(granted=True, reason="For the holidays")
        shown = service.override(uow, person.id, permission, command)
        assert permission in shown.permissions
