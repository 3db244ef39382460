"""Invites: made, listed, taken back, checked."""

import secrets
from datetime import timedelta
from typing import NamedTuple

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.onboarding import policy, repository
from instainstru_core.domains.onboarding.errors import InviteNotPending
from instainstru_core.domains.onboarding.models import Invite
from instainstru_core.domains.onboarding.repository import Invites
from instainstru_core.domains.onboarding.schemas import (
    CheckInvite,
    CreatedInviteView,
    CreateInvites,
    InviteCheck,
    InviteFilters,
    InvitesCreated,
    InviteView,
    SkippedAddress,
)
from instainstru_core.domains.onboarding.service import founding, rows
from instainstru_core.domains.onboarding.types import InviteStatus, SkipReason
from instainstru_core.kernel import locks, paging
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.idempotency import once
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import MAX_PAGE, Page
from instainstru_core.kernel.uow import Uow

INVITING = "onboarding:inviting"


class Batch(NamedTuple):
    """Addresses, those of them that get an invite, and why the others do not."""

    emails: list[str]
    wanted: list[str]
    reasons: dict[str, SkipReason]

    @property
    def skipped(self) -> list[SkippedAddress]:
        return [
            SkippedAddress(email=email, reason=self.reasons[email])
            for email in self.emails
            if email in self.reasons
        ]


@operation("onboarding.create_invites")
def create_invites(
    uow: Uow, command: CreateInvites, *, founding_cap: int, key: str | None = None
) -> InvitesCreated:
    """Invite a batch of addresses. A repeat with the same key creates nothing more."""
    require(uow.actor, Permission.INVITES_MANAGE)
    return once(
        uow,
        operation="onboarding.create_invites",
        key=key,
        request=command,
        kind=InvitesCreated,
        produce=lambda: _create_invites(uow, command, founding_cap),
    )


def _create_invites(uow: Uow, command: CreateInvites, founding_cap: int) -> InvitesCreated:
    batch = sorted_out(uow, command, founding_cap)
    written = write(uow, batch, command, None)
    return InvitesCreated(
        invites=[
            CreatedInviteView(**rows.view(uow, row).model_dump(), code=row.code) for row in written
        ],
        skipped=batch.skipped,
    )


def sorted_out(uow: Uow, command: CreateInvites, founding_cap: int, *, lock: bool = True) -> Batch:
    """Who of these gets an invite. Refuses with FoundingPlacesPromised.

    Locked, two batches at once neither invite one address twice nor promise one place twice.
    """
    if lock:
        locks.advisory(uow.session, [INVITING, founding.FOUNDING])
    known = Invites(uow.session)
    emails = policy.unique_emails(command.emails)
    reasons = dict.fromkeys(known.invited(emails, uow.now), SkipReason.INVITED)
    reasons |= dict.fromkeys(known.registered(emails), SkipReason.REGISTERED)
    wanted = [email for email in emails if email not in reasons]
    if command.grants_founding:
        founding.require_places(uow, len(wanted), founding_cap)
    return Batch(emails, wanted, reasons)


def write(uow: Uow, batch: Batch, command: CreateInvites, batch_id: str | None) -> list[Invite]:
    """Write the invites of a batch, and that somebody made them."""
    written = [_new_invite(uow, email, command, batch_id) for email in batch.wanted]
    uow.session.add_all(written)
    uow.session.flush()
    audit.record(
        uow,
        "onboarding.create_invites" if batch_id is None else "onboarding.send_invites",
        subject_kind="invite",
        subject_id=written[0].id if len(written) == 1 else None,
        details={
            "created": [row.id for row in written],
            "skipped": len(batch.reasons),
            "grants_founding": command.grants_founding,
            "expires_in_days": command.expires_in_days,
            **({} if batch_id is None else {"batch_id": batch_id}),
        },
    )
    return written


@operation("onboarding.invites")
def invites(
    uow: Uow, filters: InviteFilters, *, cursor: str | None = None, limit: int = 50
) -> Page[InviteView]:
    """The newest invites that match, page by page. For staff."""
    require(uow.actor, Permission.INVITES_READ)
    limit = min(max(limit, 1), MAX_PAGE)
    scope = f"invites:{filters.model_dump_json()}"
    before_id: str | None = None
    if cursor is not None:
        (last,) = paging.decode_cursor(cursor, scope=scope, kinds=(str,))
        before_id = str(last)
    query = repository.matching(filters, now=uow.now, before_id=before_id, limit=limit + 1)
    return paging.page_of(
        Invites(uow.session).all(query),
        limit=limit,
        scope=scope,
        key=lambda row: (row.id,),
        view=lambda row: rows.view(uow, row),
    )


@operation("onboarding.invite")
def invite(uow: Uow, name: str) -> InviteView:
    """One invite by id or code. For staff."""
    require(uow.actor, Permission.INVITES_READ)
    return rows.view(uow, rows.by_name(uow, name))


@operation("onboarding.revoke_invite")
def revoke_invite(uow: Uow, invite_id: str) -> InviteView:
    """Take back an invite that nobody has used. Taking it back again changes nothing."""
    require(uow.actor, Permission.INVITES_MANAGE)
    row = rows.by_name(uow, invite_id, lock=True)
    found = rows.status(uow, row)
    if found is InviteStatus.REVOKED:
        return rows.view(uow, row)
    if found is not InviteStatus.PENDING:
        raise InviteNotPending(
            f"This invite is {found} and cannot be taken back.", status=found.value
        )
    row.revoked_at = uow.now
    audit.record(uow, "onboarding.revoke_invite", subject_kind="invite", subject_id=row.id)
    return rows.view(uow, row)


@operation("onboarding.check_invite")
def check_invite(uow: Uow, command: CheckInvite) -> InviteCheck:
    """Whether a code can still be used. Public: whom it was sent to is never said."""
    row = rows.by_code(uow, command.code)
    if row is None or rows.status(uow, row) is not InviteStatus.PENDING:
        return InviteCheck(valid=False)
    return InviteCheck(valid=True, grants_founding=row.grants_founding, expires_at=row.expires_at)


def _new_invite(uow: Uow, email: str, command: CreateInvites, batch_id: str | None) -> Invite:
    return Invite(
        id=new_id(),
        code=policy.new_code(secrets.choice),
        email=email,
        grants_founding=command.grants_founding,
        created_at=uow.now,
        created_by=uow.actor.id,
        expires_at=uow.now + timedelta(days=command.expires_in_days),
        batch_id=batch_id,
        sends=0 if batch_id is None else 1,
    )
