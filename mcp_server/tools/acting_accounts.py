"""Accounts that staff suspend or open again: shown first, then done as shown."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.access import service as access
from instainstru_core.domains.accounts import service as accounts
from instainstru_core.domains.accounts.errors import AlreadySuspended, NotSuspended
from instainstru_core.domains.accounts.schemas import (
    PersonView,
    RestoreAccount,
    SuspendAccount,
)
from instainstru_core.domains.accounts.types import (
    AccountStatus,
    RestorationReason,
    SuspensionReason,
)
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.people import AccountStanding
from instainstru_core.kernel.errors import Invalid
from instainstru_core.kernel.uow import Uow
from mcp_server.arguments import Note, PersonId
from mcp_server.confirming import (
    ConfirmToken,
    Made,
    OneUnit,
    Proposed,
    Shown,
    execute,
    propose,
    stamp,
)
from mcp_server.envelope import Answer
from mcp_server.tool import Call, previews, writes


class Verb(StrEnum):
    """What is done with an account."""

    SUSPEND = "suspend"
    RESTORE = "restore"


class Reason(StrEnum):
    """Why: the first six for suspending, the last three for restoring."""

    SAFETY = "safety"
    FRAUD = "fraud"
    ABUSE = "abuse"
    POLICY = "policy"
    COMPROMISED = "compromised"
    OTHER = "other"
    RESOLVED = "resolved"
    MISTAKE = "mistake"


REASONS = {
    Verb.SUSPEND: [reason.value for reason in SuspensionReason],
    Verb.RESTORE: [reason.value for reason in RestorationReason],
}


class ReasonUnfit(Invalid):
    code = "accounts.reason_unfit"


class AccountWish(BaseModel):
    """Whose account is to be suspended or opened again, and why."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    verb: Verb
    reason: str
    note: str | None


class AccountState(BaseModel):
    """Whether an account is open now."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    status: AccountStatus


def _show(uow: Uow, wish: AccountWish) -> Shown[AccountStanding]:
    access.require_other(uow, wish.user_id)
    told = reporting.account_standing(uow, wish.user_id)
    is_suspended = told.status is AccountStatus.SUSPENDED
    if wish.verb is Verb.SUSPEND and is_suspended:
        raise AlreadySuspended("This account is suspended already. Nothing is left to do.")
    if wish.verb is Verb.RESTORE and told.status is AccountStatus.ACTIVE:
        raise NotSuspended("This account is not suspended. Nothing is left to do.")
    summary = _suspension(told) if wish.verb is Verb.SUSPEND else _restoration(told)
    return Shown(told, summary, stamp(told.status, told.roles, told.lessons_ahead))


def _suspension(told: AccountStanding) -> str:
    ends = f"{_counted(told.sign_ins, 'sign-in')} and {_counted(told.programs, 'program')}"
    return (
        f"Suspend the account of {told.name}: {ends} end at once. Until staff restore it the person"
        " cannot sign in, book, pay or be booked, and no search finds them."
        f" {_lessons(told)}."
    )


def _restoration(told: AccountStanding) -> str:
    return (
        f"Open the account of {told.name} again. The person signs in anew; all else is as it was."
    )


def _lessons(told: AccountStanding) -> str:
    match told.lessons_ahead:
        case 0:
            return "No lessons lie ahead"
        case 1:
            return "The 1 lesson that lies ahead stays booked: decide about it by itself"
        case several:
            return f"The {several} lessons that lie ahead stay booked: decide about each by itself"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _make(uow: Uow, wish: AccountWish, _key: str) -> AccountState:
    found = _suspended(uow, wish) if wish.verb is Verb.SUSPEND else _restored(uow, wish)
    return AccountState(user_id=found.id, status=found.status)


def _suspended(uow: Uow, wish: AccountWish) -> PersonView:
    command = SuspendAccount(reason=SuspensionReason(wish.reason), note=wish.note)
    return accounts.suspend(uow, wish.user_id, command)


def _restored(uow: Uow, wish: AccountWish) -> PersonView:
    command = RestoreAccount(reason=RestorationReason(wish.reason), note=wish.note)
    return accounts.restore(uow, wish.user_id, command)


CHANGE = OneUnit("account_standing_execute", AccountWish, AccountState, _show, _make)


@previews("Preview suspending an account")
def account_standing_preview(
    call: Call,
    user_id: PersonId,
    verb: Annotated[Verb, Field(description="What to do.", examples=["suspend"])],
    reason: Annotated[
        Reason,
        Field(description="To restore: resolved, mistake or other.", examples=["fraud"]),
    ],
    note: Note = None,
) -> Answer[Proposed[AccountStanding]]:
    """Show what suspending a person's account, or restoring it, would do."""
    if reason not in REASONS[verb]:
        raise ReasonUnfit(
            f"This is no reason to {verb} an account.", field="reason", allowed=REASONS[verb]
        )
    return propose(call, CHANGE, AccountWish(user_id=user_id, verb=verb, reason=reason, note=note))


@writes("Suspend or restore an account", destructive=True, idempotent=True)
def account_standing_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[AccountState]]:
    """Suspend or restore an account exactly as its preview showed."""
    return execute(call, CHANGE, confirm_token)
