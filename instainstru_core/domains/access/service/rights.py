"""Roles and permissions of people."""

from collections.abc import Collection
from dataclasses import replace

from instainstru_core.domains.access import policy, repository
from instainstru_core.domains.access.errors import LastAdmin, OwnCase, OwnRights
from instainstru_core.domains.access.events import RoleRevoked
from instainstru_core.domains.access.models import PermissionOverride, RoleGrant
from instainstru_core.domains.access.repository import Overrides, RoleGrants
from instainstru_core.domains.access.schemas import OverridePermission, OverrideView, RightsView
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.audit import service as audit
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import Actor, ActorKind, Door, Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

ADMINS = "access:admins"
SIGN_UP_ROLES = frozenset({Role.STUDENT, Role.INSTRUCTOR})


@operation("access.enroll")
def enroll(uow: Uow, user_id: str, role: Role) -> None:
    """Give a new person the role they signed up for. Any other role has to be granted by staff."""
    if role not in SIGN_UP_ROLES:
        require(uow.actor, Permission.ACCESS_MANAGE)
    _grant(uow, user_id, role)


@operation("access.grant_role")
def grant_role(uow: Uow, user_id: str, role: Role) -> bool:
    """Give a person a role; False when they have held it already."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    _not_oneself(uow, user_id)
    granted = _grant(uow, user_id, role)
    if granted:
        _audit_rights(uow, "access.grant_role", user_id, role=role.value)
    return granted


@operation("access.revoke_role")
def revoke_role(uow: Uow, user_id: str, role: Role) -> bool:
    """Take a role away; False when the person did not hold it. One administrator always stays."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    _not_oneself(uow, user_id)
    if role is Role.ADMIN:
        locks.advisory(uow.session, [ADMINS])
    grants = RoleGrants(uow.session)
    revoked = grants.revoke(user_id, role)
    if revoked and role is Role.ADMIN and grants.holders(Role.ADMIN) == 0:
        raise LastAdmin("This is the last administrator. Make someone else an administrator first.")
    if revoked and role is Role.ADMIN:
        _require_still(uow)
    if revoked:
        _audit_rights(uow, "access.revoke_role", user_id, role=role.value)
        uow.emit(RoleRevoked(user_id=user_id, role=role.value))
    return revoked


@operation("access.override")
def override(
    uow: Uow, user_id: str, permission: Permission, command: OverridePermission
) -> RightsView:
    """Give or take one permission, whatever the person's roles say."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    _not_oneself(uow, user_id)
    _one_at_a_time(uow, permission)
    Overrides(uow.session).put(
        user_id, permission, granted=command.granted, reason=command.reason, at=uow.now
    )
    _audit_rights(
        uow, "access.override", user_id, permission=permission.value, granted=command.granted
    )
    return rights(uow, user_id)


@operation("access.clear_override")
def clear_override(uow: Uow, user_id: str, permission: Permission) -> RightsView:
    """Let the person's roles decide again about this permission."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    _not_oneself(uow, user_id)
    _one_at_a_time(uow, permission)
    found = uow.session.get(PermissionOverride, (user_id, permission))
    if found is not None:
        uow.session.delete(found)
        uow.session.flush()
        _audit_rights(uow, "access.clear_override", user_id, permission=permission.value)
    return rights(uow, user_id)


@operation("access.rights")
def rights(uow: Uow, user_id: str) -> RightsView:
    """What one person may do, and why. For staff."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    overrides = Overrides(uow.session).all(repository.overrides_of(user_id))
    roles = roles_of(uow, [user_id])[user_id]
    permissions = policy.permissions_for(roles, {row.permission: row.granted for row in overrides})
    return RightsView(
        user_id=user_id,
        roles=sorted(roles),
        overrides=[OverrideView.model_validate(row) for row in overrides],
        permissions=sorted(permissions),
    )


@operation("access.roles_of")
def roles_of(uow: Uow, ids: Collection[str]) -> dict[str, frozenset[Role]]:
    """The roles of these people; nobody is left out. Asked by the services that show people."""
    found: dict[str, set[Role]] = {user_id: set() for user_id in ids}
    for user_id, role in RoleGrants(uow.session).of(found.keys()):
        found[user_id].add(role)
    return {user_id: frozenset(roles) for user_id, roles in found.items()}


@operation("access.permissions_of")
def permissions_of(uow: Uow, user_id: str) -> frozenset[Permission]:
    """What this person may do now. Asked by the services and doors that authenticate people."""
    return policy.permissions_for(*repository.rights(uow.session, user_id))


@operation("access.actor_for")
def actor_for(uow: Uow, user_id: str, *, door: Door, request_id: str | None = None) -> Actor:
    """The person as an actor. The caller has made sure who it is."""
    return Actor(
        id=user_id,
        permissions=permissions_of(uow, user_id),
        door=door,
        request_id=request_id,
    )


def require_other(uow: Uow, *user_ids: str) -> None:
    """Refuse whoever is one of these people: nobody decides about their own money or standing."""
    if any(uow.actor.is_user(user_id) for user_id in user_ids):
        raise OwnCase("This is about yourself. Ask a colleague to do it.")


def _grant(uow: Uow, user_id: str, role: Role) -> bool:
    row = RoleGrant(user_id=user_id, role=role, granted_at=uow.now, granted_by=uow.actor.id)
    return RoleGrants(uow.session).grant(row)


def _not_oneself(uow: Uow, user_id: str) -> None:
    if uow.actor.kind is ActorKind.USER and uow.actor.id == user_id:
        raise OwnRights("Nobody changes their own rights. Ask another administrator.")


def _one_at_a_time(uow: Uow, permission: Permission) -> None:
    if permission is Permission.ACCESS_MANAGE:
        locks.advisory(uow.session, [ADMINS])
        _require_still(uow)


def _require_still(uow: Uow) -> None:
    """Refuse whoever lost this right while waiting for the lock: so one who has it stays."""
    if uow.actor.kind is ActorKind.USER and uow.actor.id is not None:
        now_held = permissions_of(uow, uow.actor.id)
        require(replace(uow.actor, permissions=now_held), Permission.ACCESS_MANAGE)


def _audit_rights(uow: Uow, action: str, user_id: str, **details: str | bool) -> None:
    audit.record(uow, action, subject_kind="user", subject_id=user_id, details=details)
