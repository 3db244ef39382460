"""Invites that are mailed once more or taken back: shown first, then done as shown."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.notifications import service as notifications
from instainstru_core.domains.onboarding import service as onboarding
from instainstru_core.domains.onboarding.errors import InviteNotPending
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.joining import InviteDetail
from instainstru_core.kernel.uow import Uow
from mcp_server.arguments import Note
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
from mcp_server.tools.invites import Named

OFTEN = 3
"""From so many mails on, one more is worth a word."""


class InviteWish(BaseModel):
    """Which invite, and why. The code is never kept: an id stands for it."""

    model_config = ConfigDict(frozen=True)

    invite_id: str
    note: str | None = None


class ResendShown(BaseModel):
    """What would be mailed once more, and how the mails before it fared."""

    model_config = ConfigDict(frozen=True)

    invite_id: str
    email: str
    mails: int
    last_happening: str
    last_error: str | None
    grants_founding: bool
    expires_at: datetime
    subject: str
    text: str


class RevocationShown(BaseModel):
    """An invite whose code would be worth nothing."""

    model_config = ConfigDict(frozen=True)

    invite_id: str
    email: str
    mails: int
    grants_founding: bool
    expires_at: datetime


class InviteStands(BaseModel):
    """How an invite stands now."""

    model_config = ConfigDict(frozen=True)

    invite_id: str
    status: InviteStatus
    mails: int


@previews("Preview resending an invite", scope=Scope.MCP_COMMS)
def invite_resend_preview(call: Call, invite: Named) -> Answer[Proposed[ResendShown]]:
    """Show what mailing one pending invite once more, which never arrived, would send."""
    return propose(call, _resending(call), InviteWish(invite_id=_id_of(call, invite)))


@writes("Resend an invite", destructive=False, idempotent=True, scope=Scope.MCP_COMMS)
def invite_resend_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[InviteStands]]:
    """Post its letter once more, with the code it has, exactly as shown."""
    return execute(call, _resending(call), confirm_token)


@previews("Preview revoking an invite")
def invite_revoke_preview(
    call: Call, invite: Named, note: Note = None
) -> Answer[Proposed[RevocationShown]]:
    """Show what taking back one unused invite, such as to a wrong address, would do."""
    wish = InviteWish(invite_id=_id_of(call, invite), note=note)
    return propose(call, REVOCATION, wish)


@writes("Revoke an invite", destructive=True, idempotent=True)
def invite_revoke_execute(call: Call, confirm_token: ConfirmToken) -> Answer[Made[InviteStands]]:
    """Make its code worth nothing, exactly as shown."""
    return execute(call, REVOCATION, confirm_token)


def _id_of(call: Call, named: str) -> str:
    with call.begin() as uow:
        return onboarding.invite(uow, named).id


def _resending(call: Call) -> OneUnit[InviteWish, ResendShown, InviteStands]:
    """The change, with the address of this installation's pages."""
    web_url = call.runtime.settings.web_url

    def preview(uow: Uow, wish: InviteWish) -> Shown[ResendShown]:
        found = _pending(uow, wish, "mailed again. Invite the address anew")
        last = found.history[-1]
        letter = notifications.invite_letter(
            grants_founding=found.grants_founding,
            expires_at=found.expires_at,
            note=found.note,
            claim_page=onboarding.claim_page(web_url),
        )
        told = ResendShown(
            invite_id=found.invite_id,
            email=found.email,
            mails=found.mails,
            last_happening=last.what,
            last_error=last.error,
            grants_founding=found.grants_founding,
            expires_at=found.expires_at,
            subject=letter.subject,
            text=letter.text,
        )
        summary = (
            f"Mail the invite to {found.email} once more, with the same code and the same end"
            f" ({found.expires_at:%B %-d, %Y}). It was mailed {_times(found.mails)} so far."
        )
        often = [f"This address was mailed {found.mails} times already."]
        return Shown(
            told,
            summary,
            state=stamp(found.status, found.mails, found.expires_at),
            warnings=often if found.mails >= OFTEN else [],
        )

    def make(uow: Uow, wish: InviteWish, key: str) -> InviteStands:
        onboarding.resend_invite(uow, wish.invite_id, web_url=web_url, key=key)
        return _stands(uow, wish)

    return OneUnit("invite_resend_execute", InviteWish, InviteStands, preview, make)


def _show_revocation(uow: Uow, wish: InviteWish) -> Shown[RevocationShown]:
    found = _pending(uow, wish, "taken back. Nothing is left to do")
    told = RevocationShown(
        invite_id=found.invite_id,
        email=found.email,
        mails=found.mails,
        grants_founding=found.grants_founding,
        expires_at=found.expires_at,
    )
    place = " Its founding place is free again." if found.grants_founding else ""
    summary = (
        f"Take back the invite to {found.email}: its code is worth nothing from then on, and"
        f" nobody is told.{place}"
    )
    return Shown(told, summary, state=stamp(found.status, found.mails, found.expires_at))


def _revoke(uow: Uow, wish: InviteWish, _key: str) -> InviteStands:
    onboarding.revoke_invite(uow, wish.invite_id)
    return _stands(uow, wish)


REVOCATION = OneUnit("invite_revoke_execute", InviteWish, InviteStands, _show_revocation, _revoke)


def _pending(uow: Uow, wish: InviteWish, what: str) -> InviteDetail:
    found = reporting.invites_detail(uow, wish.invite_id).data
    if found.status is not InviteStatus.PENDING:
        raise InviteNotPending(
            f"This invite is {found.status}, so it cannot be {what}.", status=found.status.value
        )
    return found


def _stands(uow: Uow, wish: InviteWish) -> InviteStands:
    found = onboarding.invite(uow, wish.invite_id)
    return InviteStands(invite_id=found.id, status=found.status, mails=found.sends)


def _times(count: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")
