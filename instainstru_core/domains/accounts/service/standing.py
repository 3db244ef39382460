"""Accounts that staff suspend, and open again. Nobody decides about themselves."""

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.errors import LastAdmin
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts.errors import (
    AccountClosed,
    AlreadySuspended,
    NotSuspended,
)
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.repository import Users
from instainstru_core.domains.accounts.schemas import PersonView, RestoreAccount, SuspendAccount
from instainstru_core.domains.accounts.service.rows import person_view, refuse_inactive, row_of
from instainstru_core.domains.accounts.service.sessions import end_all
from instainstru_core.domains.accounts.types import AccountStatus, SessionEnd
from instainstru_core.domains.audit import service as audit
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import ActorKind, Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("accounts.suspend")
def suspend(uow: Uow, user_id: str, command: SuspendAccount) -> PersonView:
    """Close an account until staff open it again. All sign-ins and programs of it end at once.

    Nothing else changes: lessons stay booked and are paid for, so that whoever decides about them
    does so lesson by lesson. An administrator is suspended by who may manage rights, and one
    administrator always stays.
    """
    row, is_administrator = _decided(uow, user_id)
    if row.status is AccountStatus.SUSPENDED:
        raise AlreadySuspended("This account is suspended already. Nothing is left to do.")
    row.status = AccountStatus.SUSPENDED
    uow.session.flush()
    if is_administrator:
        require_administrator(uow)
    end_all(uow, row, SessionEnd.SUSPENDED)
    _note(uow, "accounts.suspend", user_id, command)
    return person_view(uow, row)


@operation("accounts.restore")
def restore(uow: Uow, user_id: str, command: RestoreAccount) -> PersonView:
    """Open a suspended account again. The person signs in anew; all else is as it was."""
    row, _ = _decided(uow, user_id)
    if row.status is AccountStatus.ACTIVE:
        raise NotSuspended("This account is not suspended. Nothing is left to do.")
    row.status = AccountStatus.ACTIVE
    _note(uow, "accounts.restore", user_id, command)
    return person_view(uow, row)


def require_administrator(uow: Uow) -> None:
    """Refuse with LastAdmin what has just left no administrator with an open account.

    Whoever takes one away holds the lock of `access` over administrators.
    """
    if not Users(uow.session).has_administrator():
        raise LastAdmin("This is the last administrator. Make someone else an administrator first.")


def _decided(uow: Uow, user_id: str) -> tuple[User, bool]:
    """The row of whom is decided about, locked, and whether it is an administrator's. Refuses who
    may not decide, and accounts that are closed.

    Of administrators one change at a time is made, and by somebody who is still in.
    """
    require(uow.actor, Permission.USERS_MANAGE)
    access.require_other(uow, user_id)
    is_administrator = Role.ADMIN in access.roles_of(uow, [user_id])[user_id]
    if is_administrator:
        require(uow.actor, Permission.ACCESS_MANAGE)
        locks.advisory(uow.session, [access.ADMINS])
        if uow.actor.kind is ActorKind.USER and uow.actor.id is not None:
            refuse_inactive(row_of(uow, uow.actor.id).status)
    row = row_of(uow, user_id, lock=True)
    if row.status is AccountStatus.DEACTIVATED:
        raise AccountClosed("This account is closed. There is nothing to suspend or to restore.")
    return row, is_administrator


def _note(uow: Uow, action: str, user_id: str, command: SuspendAccount | RestoreAccount) -> None:
    audit.record(
        uow,
        action,
        subject_kind="user",
        subject_id=user_id,
        details=command.model_dump(mode="json", exclude_none=True),
    )
