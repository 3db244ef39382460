"""Inviting people to teach: shown first, then mailed; and how invites fare."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.accounts.schemas import Email
from instainstru_core.domains.notifications import service as notifications
from instainstru_core.domains.onboarding import service as onboarding
from instainstru_core.domains.onboarding.schemas import (
    MAX_BATCH,
    InvitePreview,
    Note,
    SendInvites,
)
from instainstru_core.domains.onboarding.types import InviteStatus, SkipReason
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.joining import InviteDetail, InviteList
from instainstru_core.kernel.ids import ID_PATTERN
from instainstru_core.kernel.uow import Uow
from mcp_server.arguments import PLAIN, Cursor, Limit, Window
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
from mcp_server.envelope import Answer, answer, suggest
from mcp_server.tool import Call, previews, reads, writes

NAMED = 5

Emails = Annotated[
    list[Email],
    Field(
        min_length=1,
        max_length=MAX_BATCH,
        description="Whom to invite.",
        examples=[["maya@example.com"]],
    ),
]
Founding = Annotated[
    bool,
    Field(description="Whether each gets a founding place: 8% fee for life.", examples=[True]),
]
Days = Annotated[int, Field(ge=1, le=180, description="How long the codes hold.", examples=[14])]
Text = Annotated[
    Note, Field(description="Plain text that stands in every mail.", examples=["Welcome back!"])
]
Status = Annotated[InviteStatus | None, Field(description="Only these.", examples=["pending"])]
Address = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=PLAIN),
    Field(description="Only invites to this e-mail address.", examples=["maya@example.com"]),
]
Batch = Annotated[
    str | None,
    Field(
        max_length=26,
        pattern=ID_PATTERN,
        description="Only of this batch, with how far its mails are.",
        examples=["01JZ8M4T6Q3V9K2X7C5B1N0D8F"],
    ),
]
Named = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=PLAIN),
    Field(description="The id of the invite, or its code.", examples=["K7PWQ3XM"]),
]


class Skipped(BaseModel):
    """An address that gets no invite."""

    model_config = ConfigDict(frozen=True)

    email: str
    reason: SkipReason


class InvitesShown(BaseModel):
    """What would be mailed, to whom."""

    model_config = ConfigDict(frozen=True)

    invited: list[str]
    skipped: list[Skipped]
    repeated: int
    grants_founding: bool
    founding_free: int
    expires_at: datetime
    subject: str
    text: str


class InvitesQueued(BaseModel):
    """A batch that is being mailed."""

    model_config = ConfigDict(frozen=True)

    batch_id: str
    invited: int
    skipped: int
    expires_at: datetime


@previews("Preview invites", scope=Scope.MCP_COMMS, direct=True)
def invites_preview(
    call: Call,
    recipient_emails: Emails,
    grant_founding_status: Founding = True,
    expires_in_days: Days = 14,
    message_note: Text = None,
) -> Answer[Proposed[InvitesShown]]:
    """Show whom a batch of invites would reach and what they would read; sends nothing."""
    wish = SendInvites(
        emails=recipient_emails,
        grants_founding=grant_founding_status,
        expires_in_days=expires_in_days,
        message_note=message_note,
    )
    return propose(call, _sending(call), wish)


@writes("Send invites", destructive=False, idempotent=True, scope=Scope.MCP_COMMS, direct=True)
def invites_send(call: Call, confirm_token: ConfirmToken) -> Answer[Made[InvitesQueued]]:
    """Mail the invites exactly as previewed, once; a worker sends them in the background."""
    done = execute(call, _sending(call), confirm_token)
    follow = suggest(
        "invites_list", "See how far the mails are.", batch_id=done.data.result.batch_id
    )
    return done.model_copy(update={"next_actions": [follow]})


@reads("List invites")
def invites_list(
    call: Call,
    *,
    status: Status = None,
    email: Address = None,
    window: Window | None = None,
    batch_id: Batch = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Answer[InviteList]:
    """Invites by status, address, time or batch, with how their mails fare; newest first."""
    with call.begin() as uow:
        report = reporting.invites_list(
            uow,
            status=status,
            email=email,
            window=window,
            batch_id=batch_id,
            limit=limit,
            cursor=cursor,
        )
        rows = report.data.invites
        return answer(
            report,
            as_of=uow.now,
            next_actions=[
                suggest("invites_detail", "See what happened to it.", invite=row.invite_id)
                for row in rows[:1]
            ]
            or [suggest("founding_funnel_summary", "See how many joined so far.")],
        )


@reads("Invite in detail")
def invites_detail(call: Call, invite: Named) -> Answer[InviteDetail]:
    """One invite with its mails and its history; the code itself is never shown."""
    with call.begin() as uow:
        report = reporting.invites_detail(uow, invite)
        joined = report.data.accepted_by
        next_actions = [
            suggest("instructors_detail", "See who joined with it.", instructor=joined)
            if joined
            else suggest("invites_list", "See other invites of this status.", status=status)
            for status in [report.data.status.value]
        ]
        return answer(report, as_of=uow.now, next_actions=next_actions)


def _sending(call: Call) -> OneUnit[SendInvites, InvitesShown, InvitesQueued]:
    """The change, with the settings of this installation."""
    settings = call.runtime.settings

    def preview(uow: Uow, wish: SendInvites) -> Shown[InvitesShown]:
        found = onboarding.preview_invites(uow, wish, founding_cap=settings.founding_cap)
        return _shown(wish, found, settings.web_url)

    def make(uow: Uow, wish: SendInvites, key: str) -> InvitesQueued:
        done = onboarding.send_invites(
            uow, wish, founding_cap=settings.founding_cap, web_url=settings.web_url, key=key
        )
        return InvitesQueued(
            batch_id=done.batch_id,
            invited=len(done.invites),
            skipped=len(done.skipped),
            expires_at=done.invites[0].expires_at,
        )

    return OneUnit(
        action="invites_send",
        wish=SendInvites,
        made=InvitesQueued,
        preview=preview,
        make=make,
        hold=lambda uow, _wish: onboarding.hold_invites(uow),
    )


def _shown(wish: SendInvites, found: InvitePreview, web_url: str) -> Shown[InvitesShown]:
    invited = [one.email for one in found.recipients if one.skipped is None]
    skipped = [
        Skipped(email=one.email, reason=one.skipped)
        for one in found.recipients
        if one.skipped is not None
    ]
    letter = notifications.invite_letter(
        grants_founding=wish.grants_founding,
        expires_at=found.expires_at,
        note=wish.message_note,
        claim_page=onboarding.claim_page(web_url),
    )
    told = InvitesShown(
        invited=invited,
        skipped=skipped,
        repeated=found.repeated,
        grants_founding=wish.grants_founding,
        founding_free=found.free,
        expires_at=found.expires_at,
        subject=letter.subject,
        text=letter.text,
    )
    free = found.free if wish.grants_founding else None
    rested_on = (invited, [one.model_dump() for one in skipped], free)
    return Shown(
        told,
        summary=_summary(wish, invited, found.free),
        state=stamp(*rested_on),
        warnings=_warnings(len(skipped), found.repeated),
    )


def _summary(wish: SendInvites, invited: list[str], free: int) -> str:
    """The whole of what is agreed to, in a sentence or two."""
    count = len(invited)
    names = ", ".join(invited[:NAMED]) + (f" and {count - NAMED} more" if count > NAMED else "")
    kind = "a founding place (8% fee for life)" if wish.grants_founding else "no founding place"
    places = f"; {free} places are free now" if wish.grants_founding else ""
    note = f' The note says: "{wish.message_note}"' if wish.message_note else ""
    return (
        f"Mail {count} {'invite' if count == 1 else 'invites'} to teach, with {kind}{places},"
        f" good for {wish.expires_in_days} days, to {names}.{note}"
    )


def _warnings(skipped: int, repeated: int) -> list[str]:
    found: list[str] = []
    if skipped:
        found.append(f"{skipped} of the addresses get no invite: see `skipped`.")
    if repeated:
        found.append(f"{repeated} addresses were named more than once and get one mail.")
    return found
