"""Roles and overrides of people who exist. `access` knows ids only; here they are looked up."""

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.schemas import OverridePermission, RightsView
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts.service.rows import row_of
from instainstru_core.domains.accounts.service.standing import require_administrator
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("accounts.rights")
def rights(uow: Uow, user_id: str) -> RightsView:
    """What one person may do, and why. For staff."""
    _existing(uow, user_id)
    return access.rights(uow, user_id)


@operation("accounts.grant_role")
def grant_role(uow: Uow, user_id: str, role: Role) -> RightsView:
    """Give a person a role. It counts from their next request on."""
    _existing(uow, user_id)
    access.grant_role(uow, user_id, role)
    return access.rights(uow, user_id)


@operation("accounts.revoke_role")
def revoke_role(uow: Uow, user_id: str, role: Role) -> RightsView:
    """Take a role away. It counts from their next request on."""
    _existing(uow, user_id)
    if access.revoke_role(uow, user_id, role) and role is Role.ADMIN:
        require_administrator(uow)
    return access.rights(uow, user_id)


@operation("accounts.override")
def override(
    uow: Uow, user_id: str, permission: Permission, command: OverridePermission
) -> RightsView:
    """Give or take one permission, whatever the person's roles say."""
    _existing(uow, user_id)
    return access.override(uow, user_id, permission, command)


@operation("accounts.clear_override")
def clear_override(uow: Uow, user_id: str, permission: Permission) -> RightsView:
    """Let the person's roles decide again about this permission."""
    _existing(uow, user_id)
    return access.clear_override(uow, user_id, permission)


def _existing(uow: Uow, user_id: str) -> None:
    require(uow.actor, Permission.ACCESS_MANAGE)
    row_of(uow, user_id)
