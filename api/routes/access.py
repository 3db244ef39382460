"""Who may do what: people's rights and service clients. For administrators."""

from http import HTTPStatus

from api.deps import UowDep
from api.lists import Items
from api.routing import Router
from instainstru_core.domains.access import service
from instainstru_core.domains.access.schemas import (
    ClientView,
    OverridePermission,
    RegisterClient,
    RegisteredClientView,
    RightsView,
)
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.kernel.authority import Permission

router = Router(prefix="/access", tags=["access"])


@router.get("/people/{user_id}", operation_id="access.rights", summary="What a person may do")
def rights(uow: UowDep, user_id: str) -> RightsView:
    """Roles, overrides, and the permissions that follow."""
    return accounts.rights(uow, user_id)


@router.put(
    "/people/{user_id}/roles/{role}", operation_id="access.grant_role", summary="Give a role"
)
def grant_role(uow: UowDep, user_id: str, role: Role) -> RightsView:
    """Counts from the person's next request on."""
    return accounts.grant_role(uow, user_id, role)


@router.delete(
    "/people/{user_id}/roles/{role}", operation_id="access.revoke_role", summary="Take a role away"
)
def revoke_role(uow: UowDep, user_id: str, role: Role) -> RightsView:
    """Counts from the person's next request on. The last administrator stays."""
    return accounts.revoke_role(uow, user_id, role)


@router.put(
    "/people/{user_id}/overrides/{permission}",
    operation_id="access.override",
    summary="Give or take one permission",
)
def override(
    uow: UowDep, user_id: str, permission: Permission, command: OverridePermission
) -> RightsView:
    """Stronger than any role: what is taken here no role gives."""
    return accounts.override(uow, user_id, permission, command)


@router.delete(
    "/people/{user_id}/overrides/{permission}",
    operation_id="access.clear_override",
    summary="Let the roles decide again",
)
def clear_override(uow: UowDep, user_id: str, permission: Permission) -> RightsView:
    """Removes the exception for this permission."""
    return accounts.clear_override(uow, user_id, permission)


@router.get("/clients", operation_id="access.clients", summary="Service clients")
def clients(uow: UowDep) -> Items[ClientView]:
    """All of them, oldest first."""
    return Items(items=service.clients(uow))


@router.post(
    "/clients",
    status_code=HTTPStatus.CREATED,
    operation_id="access.register_client",
    summary="Register a service client",
)
def register_client(uow: UowDep, command: RegisterClient) -> RegisteredClientView:
    """The secret is told here and nowhere else."""
    return service.register_client(uow, command)


@router.post(
    "/clients/{client_id}/disable",
    operation_id="access.disable_client",
    summary="Give a service client no more tokens",
)
def disable_client(uow: UowDep, client_id: str) -> ClientView:
    """Tokens it holds open nothing some seconds later. Doing it again changes nothing."""
    return service.disable_client(uow, client_id)
