"""Accounts as staff see them: how they stand, suspending them, opening them again."""

from api.deps import UowDep
from api.routing import Router
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.schemas import RestoreAccount, SuspendAccount
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.people import AccountStanding

router = Router(prefix="/users", tags=["users"])


@router.get(
    "/{user_id}/standing",
    operation_id="reporting.account_standing",
    summary="How an account stands, and what depends on it",
)
def standing(uow: UowDep, user_id: str) -> AccountStanding:
    """Its sign-ins, and the lessons that lie ahead. Look here before suspending anybody."""
    return reporting.account_standing(uow, user_id)


@router.post(
    "/{user_id}/suspend", operation_id="accounts.suspend", summary="Suspend a person's account"
)
def suspend(uow: UowDep, user_id: str, command: SuspendAccount) -> AccountStanding:
    """Ends every sign-in at once; the person cannot sign in, book, pay or be booked until the
    account is restored. Lessons that are booked stay booked: the answer lists them.
    """
    accounts.suspend(uow, user_id, command)
    return reporting.account_standing(uow, user_id)


@router.post(
    "/{user_id}/restore", operation_id="accounts.restore", summary="Open a suspended account again"
)
def restore(uow: UowDep, user_id: str, command: RestoreAccount) -> AccountStanding:
    """The person signs in anew. All else is as it was."""
    accounts.restore(uow, user_id, command)
    return reporting.account_standing(uow, user_id)
