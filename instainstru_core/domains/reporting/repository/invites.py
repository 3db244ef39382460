"""Queries over invites with their mails."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select, true, tuple_
from sqlalchemy.orm import Session

from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.types import DeliveryState
from instainstru_core.domains.onboarding.models import Invite, InviteBatch
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.kernel.time import Span


class Seen(NamedTuple):
    """An invite with state and error of its latest mail."""

    invite_id: str
    email: str
    grants_founding: bool
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    batch_id: str | None
    mail: DeliveryState | None
    mail_error: str | None


class Progress(NamedTuple):
    """How far the mails of a batch are, each invite by its latest."""

    invites: int
    sent: int
    failed: int


class Mailed(NamedTuple):
    """A mail to an invited person: when it was sent, or was to be."""

    at: datetime
    state: DeliveryState
    error: str | None


def page(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    *,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Seen]:
    """The newest invites that match, with state and error of their latest mail."""
    order = Invite.created_at, Invite.id
    query = _with_mail().where(*conditions).order_by(*(one.desc() for one in order)).limit(limit)
    if after is not None:
        query = query.where(tuple_(*order) < after)
    return [Seen(*row) for row in session.execute(query)]


def count(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many invites match."""
    query = select(func.count()).select_from(Invite).where(*conditions)
    return session.scalar(query) or 0


def progress(session: Session, batch_id: str) -> Progress | None:
    """How far a batch is; None when there is no such batch."""
    latest = _with_mail().where(Invite.batch_id == batch_id).subquery()
    state = latest.c.state
    query = select(
        func.count(),
        func.count().filter(state == DeliveryState.SENT),
        func.count().filter(state == DeliveryState.FAILED),
    ).select_from(latest)
    found = Progress(*session.execute(query).one())
    return found if found.invites else None


def mails(session: Session, invite_id: str) -> list[Mailed]:
    """The mails of an invite, oldest first."""
    at = func.coalesce(Delivery.sent_at, Delivery.created_at)
    query = select(at, Delivery.state, Delivery.error).where(Delivery.invite_id == invite_id)
    found = session.execute(query.order_by(Delivery.created_at, Delivery.id))
    return [Mailed(*row) for row in found]


def note(session: Session, batch_id: str) -> str | None:
    """What was written to all of a batch."""
    return session.scalar(select(InviteBatch.message_note).where(InviteBatch.id == batch_id))


def conditions(
    *,
    status: InviteStatus | None,
    email: str | None,
    batch_id: str | None,
    span: Span | None,
    now: datetime,
) -> list[ColumnElement[bool]]:
    """Which invites are wanted. The same judgment as `onboarding.policy.status`."""
    found: list[ColumnElement[bool]] = []
    if status is not None:
        found.append(_has(status, now))
    if email is not None:
        found.append(Invite.email == email)
    if batch_id is not None:
        found.append(Invite.batch_id == batch_id)
    if span is not None:
        found.append(and_(Invite.created_at >= span.start, Invite.created_at < span.end))
    return found


def _with_mail() -> Select[*tuple[Any, ...]]:
    latest = (
        select(Delivery.state.label("state"), Delivery.error.label("error"))
        .where(Delivery.invite_id == Invite.id)
        .order_by(Delivery.created_at.desc(), Delivery.id.desc())
        .limit(1)
        .lateral("latest")
    )
    columns = (
        Invite.id,
        Invite.email,
        Invite.grants_founding,
        Invite.created_at,
        Invite.expires_at,
        Invite.used_at,
        Invite.revoked_at,
        Invite.batch_id,
    )
    return select(*columns, latest.c.state, latest.c.error).outerjoin(latest, true())


def _has(status: InviteStatus, now: datetime) -> ColumnElement[bool]:
    open_still = and_(Invite.used_at.is_(None), Invite.revoked_at.is_(None))
    return {
        InviteStatus.ACCEPTED: Invite.used_at.is_not(None),
        InviteStatus.REVOKED: and_(Invite.used_at.is_(None), Invite.revoked_at.is_not(None)),
        InviteStatus.EXPIRED: and_(open_still, Invite.expires_at <= now),
        InviteStatus.PENDING: and_(open_still, Invite.expires_at > now),
    }[status]
