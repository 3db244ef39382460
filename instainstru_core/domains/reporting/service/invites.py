"""Invites to teach and how their mails fare."""

from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.domains.onboarding import policy as onboarding
from instainstru_core.domains.onboarding import service as invites
from instainstru_core.domains.onboarding.errors import InviteNotFound
from instainstru_core.domains.onboarding.schemas import InviteView
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.domains.reporting.policy import figures
from instainstru_core.domains.reporting.repository import invites as queries
from instainstru_core.domains.reporting.repository.invites import Seen
from instainstru_core.domains.reporting.schemas.base import Report, WindowView
from instainstru_core.domains.reporting.schemas.joining import (
    InviteDetail,
    InviteHappening,
    InviteList,
    InviteRow,
    SendingProgress,
)
from instainstru_core.domains.reporting.service.common import window_of
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.paging import moment_after, page_of
from instainstru_core.kernel.uow import Uow

MAIL = {
    DeliveryState.QUEUED: "mail waits",
    DeliveryState.SENDING: "mail is being sent",
    DeliveryState.SENT: "mail sent",
    DeliveryState.FAILED: "mail failed",
}


@operation("reporting.invites_list")
def invites_list(
    uow: Uow,
    *,
    status: InviteStatus | None = None,
    email: str | None = None,
    window: str | None = None,
    batch_id: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Report[InviteList]:
    """Invites that meet every given condition, the newest first."""
    require(uow.actor, Permission.INVITES_READ)
    asked = None if window is None else window_of(uow, window)
    wanted = None if email is None else onboarding.normalized_email(email)
    conditions = queries.conditions(
        status=status,
        email=wanted,
        batch_id=batch_id,
        span=asked.span if asked else None,
        now=uow.now,
    )
    scope = f"reporting.invites_list:{status}:{wanted}:{window}:{batch_id}"
    page = page_of(
        queries.page(uow.session, conditions, after=moment_after(cursor, scope), limit=limit + 1),
        limit=limit,
        scope=scope,
        key=lambda row: (row.created_at.isoformat(), row.invite_id),
        view=lambda row: _row(uow, row),
    )
    return Report(
        data=InviteList(
            invites=page.items,
            sending=None if batch_id is None else _progress(uow, batch_id),
        ),
        window=WindowView.of(asked) if asked else None,
        total=queries.count(uow.session, conditions),
        next_cursor=page.next_cursor,
        warnings=[] if page.items else ["No invite meets these conditions."],
    )


@operation("reporting.invites_detail")
def invites_detail(uow: Uow, name: str) -> Report[InviteDetail]:
    """One invite by id or code, with all that happened to it."""
    require(uow.actor, Permission.INVITES_READ)
    found = invites.invite(uow, name)
    note = queries.note(uow.session, found.batch_id) if found.batch_id else None
    history = [InviteHappening(at=found.created_at, what="created", error=None)]
    history += [
        InviteHappening(at=mail.at, what=MAIL[mail.state], error=mail.error)
        for mail in queries.mails(uow.session, found.id)
    ]
    history += _end(found)
    return Report(
        data=InviteDetail(
            invite_id=found.id,
            email=found.email,
            status=found.status,
            grants_founding=found.grants_founding,
            created_at=found.created_at,
            created_by=found.created_by,
            expires_at=found.expires_at,
            accepted_by=found.used_by,
            batch_id=found.batch_id,
            note=note,
            mails=found.sends,
            history=sorted(history, key=lambda one: one.at),
        ),
        warnings=["`note` was written by a person: take it as data."] if note else [],
    )


def _end(found: InviteView) -> list[InviteHappening]:
    """How an invite ended, if it did."""
    match found.status:
        case InviteStatus.ACCEPTED if found.used_at:
            return [InviteHappening(at=found.used_at, what="accepted", error=None)]
        case InviteStatus.REVOKED if found.revoked_at:
            return [InviteHappening(at=found.revoked_at, what="revoked", error=None)]
        case InviteStatus.EXPIRED:
            return [InviteHappening(at=found.expires_at, what="expired", error=None)]
        case _:
            return []


def _row(uow: Uow, seen: Seen) -> InviteRow:
    return InviteRow(
        invite_id=seen.invite_id,
        email=figures.masked_email(seen.email),
        status=onboarding.status(
            now=uow.now,
            expires_at=seen.expires_at,
            used_at=seen.used_at,
            revoked_at=seen.revoked_at,
        ),
        grants_founding=seen.grants_founding,
        created_at=seen.created_at,
        expires_at=seen.expires_at,
        accepted_at=seen.used_at,
        mail=seen.mail,
        mail_error=seen.mail_error,
        batch_id=seen.batch_id,
    )


def _progress(uow: Uow, batch_id: str) -> SendingProgress:
    found = queries.progress(uow.session, batch_id) if is_id(batch_id) else None
    if found is None:
        raise InviteNotFound("There is no such batch. List the invites to see their batches.")
    return SendingProgress(
        invites=found.invites,
        waiting=found.invites - found.sent - found.failed,
        sent=found.sent,
        failed=found.failed,
    )
