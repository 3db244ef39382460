"""Invites by mail: a batch is written at once, and mailed by the worker from a fact."""

from collections.abc import Collection
from datetime import timedelta

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.onboarding import policy, repository
from instainstru_core.domains.onboarding.errors import InviteNotPending, NobodyToInvite
from instainstru_core.domains.onboarding.events import InviteResent, InvitesIssued
from instainstru_core.domains.onboarding.models import InviteBatch
from instainstru_core.domains.onboarding.repository import Invites
from instainstru_core.domains.onboarding.schemas import (
    InviteEnvelope,
    InvitePreview,
    InviteRecipient,
    InvitesSent,
    InviteView,
    SendInvites,
)
from instainstru_core.domains.onboarding.service import founding, inviting, rows
from instainstru_core.domains.onboarding.service.inviting import Batch
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.kernel import locks
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.idempotency import once
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

CLAIM_PAGE = "/invite/claim"


@operation("onboarding.hold_invites")
def hold_invites(uow: Uow) -> None:
    """Let nobody else make invites until this unit of work ends."""
    require(uow.actor, Permission.INVITES_MANAGE)
    locks.advisory(uow.session, [inviting.INVITING, founding.FOUNDING])


@operation("onboarding.preview_invites")
def preview_invites(uow: Uow, command: SendInvites, *, founding_cap: int) -> InvitePreview:
    """What sending this batch would do now. Refuses what sending would refuse."""
    require(uow.actor, Permission.INVITES_MANAGE)
    batch = inviting.sorted_out(uow, command, founding_cap, lock=False)
    _require_somebody(batch)
    places = founding.founding_status(uow, founding_cap=founding_cap)
    return InvitePreview(
        recipients=[
            InviteRecipient(email=email, skipped=batch.reasons.get(email)) for email in batch.emails
        ],
        to_send=len(batch.wanted),
        repeated=len(command.emails) - len(batch.emails),
        grants_founding=command.grants_founding,
        expires_at=uow.now + timedelta(days=command.expires_in_days),
        free=policy.promisable(cap=places.total, filled=places.filled, allocated=places.allocated),
    )


@operation("onboarding.send_invites")
def send_invites(
    uow: Uow, command: SendInvites, *, founding_cap: int, web_url: str, key: str | None = None
) -> InvitesSent:
    """Invite a batch by mail: all of it or nothing. A repeat with the same key sends no more."""
    require(uow.actor, Permission.INVITES_MANAGE)
    return once(
        uow,
        operation="onboarding.send_invites",
        key=key,
        request=command,
        kind=InvitesSent,
        produce=lambda: _send(uow, command, founding_cap, web_url),
    )


def _send(uow: Uow, command: SendInvites, founding_cap: int, web_url: str) -> InvitesSent:
    batch = inviting.sorted_out(uow, command, founding_cap)
    _require_somebody(batch)
    row = InviteBatch(
        id=new_id(),
        created_at=uow.now,
        created_by=uow.actor.id,
        message_note=command.message_note,
    )
    uow.session.add(row)
    uow.session.flush()
    written = inviting.write(uow, batch, command, row.id)
    uow.emit(InvitesIssued(batch_id=row.id, claim_page=claim_page(web_url)))
    return InvitesSent(
        batch_id=row.id,
        invites=[rows.view(uow, one) for one in written],
        skipped=batch.skipped,
    )


@operation("onboarding.resend_invite")
def resend_invite(uow: Uow, invite_id: str, *, web_url: str, key: str | None = None) -> InviteView:
    """Mail a pending invite once more, with the same code. Refuses with InviteNotPending."""
    require(uow.actor, Permission.INVITES_MANAGE)
    row = rows.by_name(uow, invite_id, lock=True)
    return once(
        uow,
        operation="onboarding.resend_invite",
        key=key,
        request=rows.view(uow, row).model_copy(update={"sends": 0}),
        kind=InviteView,
        produce=lambda: _resend(uow, invite_id, web_url),
    )


def _resend(uow: Uow, invite_id: str, web_url: str) -> InviteView:
    row = rows.by_name(uow, invite_id, lock=True)
    found = rows.status(uow, row)
    if found is not InviteStatus.PENDING:
        raise InviteNotPending(
            f"This invite is {found}, so its code is worth nothing. Invite the address anew.",
            status=found.value,
        )
    row.sends += 1
    uow.session.flush()
    uow.emit(InviteResent(invite_id=row.id, number=row.sends, claim_page=claim_page(web_url)))
    audit.record(uow, "onboarding.resend_invite", subject_kind="invite", subject_id=row.id)
    return rows.view(uow, row)


@operation("onboarding.batch_ids")
def batch_ids(uow: Uow, batch_id: str) -> list[str]:
    """The invites of a batch, in order. Called by notifications."""
    return [row.id for row in Invites(uow.session).all(repository.of_batch(batch_id))]


@operation("onboarding.envelopes")
def envelopes(uow: Uow, ids: Collection[str]) -> dict[str, InviteEnvelope]:
    """What mails to these invited people need, in one statement. Called by notifications."""
    if not ids:
        return {}
    return {
        row.id: InviteEnvelope(
            invite_id=row.id,
            email=row.email,
            code=row.code,
            is_pending=rows.status(uow, row) is InviteStatus.PENDING,
            grants_founding=row.grants_founding,
            expires_at=row.expires_at,
            message_note=note,
        )
        for row, note in uow.session.execute(repository.envelopes(ids))
    }


def _require_somebody(batch: Batch) -> None:
    if not batch.wanted:
        raise NobodyToInvite(
            "Everybody here is registered or holds a pending invite, so nobody would be invited."
            " Resend a pending invite instead.",
            skipped=len(batch.reasons),
        )


def claim_page(web_url: str) -> str:
    """Where invited people go."""
    return web_url.rstrip("/") + CLAIM_PAGE
