"""How the operations of this package get at rows and turn them into views."""

from typing import Any

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import policy, repository
from instainstru_core.domains.accounts.errors import (
    AccountDeactivated,
    AccountSuspended,
    NotSignedIn,
    PersonNotFound,
)
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.repository import Users
from instainstru_core.domains.accounts.schemas import MeView, PersonView
from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.kernel.authority import ActorKind
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.uow import Uow


def own_id(uow: Uow) -> str:
    """The signed-in person's id. Refuses with NotSignedIn."""
    if uow.actor.kind is not ActorKind.USER or uow.actor.id is None:
        raise NotSignedIn("Sign in first.")
    return uow.actor.id


def row_of(uow: Uow, user_id: str, *, lock: bool = False) -> User:
    """A person's row. Refuses with PersonNotFound."""
    query = repository.by_id(user_id)
    query = query.with_for_update() if lock else query
    row = Users(uow.session).one_or_none(query) if is_id(user_id) else None
    if row is None:
        raise PersonNotFound(
            "There is no such person. Look them up by name, address or phone number first."
        )
    return row


def refuse_inactive(status: AccountStatus) -> None:
    """Refuse with the account's own code unless it is active."""
    if status is AccountStatus.SUSPENDED:
        raise AccountSuspended("This account is suspended. Write to support to have it reviewed.")
    if status is AccountStatus.DEACTIVATED:
        raise AccountDeactivated("This account is closed. Write to support to open it again.")


def shown(row: User, roles: frozenset[Role]) -> dict[str, Any]:
    """The fields of every view of a person."""
    return {
        "id": row.id,
        "email": row.email,
        "email_proven_at": row.email_proven_at,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "public_name": policy.public_name(row.first_name, row.last_name),
        "phone": row.phone,
        "zip_code": row.zip_code,
        "timezone": row.timezone,
        "status": row.status,
        "roles": sorted(roles),
        "created_at": row.created_at,
        "last_login_at": row.last_login_at,
    }


def person_view(uow: Uow, row: User) -> PersonView:
    """The person as staff see them."""
    return PersonView(**shown(row, access.roles_of(uow, [row.id])[row.id]))


def me_view(uow: Uow, row: User) -> MeView:
    """The person as they see themselves."""
    roles = access.roles_of(uow, [row.id])[row.id]
    return MeView(**shown(row, roles), permissions=sorted(uow.actor.permissions))
