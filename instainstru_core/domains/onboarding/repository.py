"""Queries over invites and founding places."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.instructors.models import Instructor
from instainstru_core.domains.onboarding.models import FoundingSlot, Invite, InviteBatch
from instainstru_core.domains.onboarding.schemas import InviteFilters
from instainstru_core.domains.onboarding.types import InviteStatus
from instainstru_core.kernel.repository import Repository


class Invites(Repository[Invite]):
    """Invites to teach."""

    def promised(self, now: datetime) -> int:
        """How many pending invites grant a founding place."""
        query = (
            select(func.count())
            .select_from(Invite)
            .where(Invite.grants_founding, _has(InviteStatus.PENDING, now))
        )
        return self.session.scalar(query) or 0

    def invited(self, emails: Collection[str], now: datetime) -> set[str]:
        """Which of these addresses hold a pending invite."""
        query = select(Invite.email).where(
            Invite.email.in_(emails), _has(InviteStatus.PENDING, now)
        )
        return set(self.session.scalars(query))

    def registered(self, emails: Collection[str]) -> set[str]:
        """Which of these addresses belong to somebody already."""
        address = func.lower(User.email)
        return set(self.session.scalars(select(address).where(address.in_(emails))))


class FoundingSlots(Repository[FoundingSlot]):
    """Claimed places in the founding program."""

    def filled(self) -> tuple[int, int]:
        """How many places are taken, and the highest number among them."""
        query = select(func.count(), func.coalesce(func.max(FoundingSlot.number), 0))
        count, highest = self.session.execute(query).one()
        return count, highest


def by_id(invite_id: str) -> Select[Invite]:
    return select(Invite).where(Invite.id == invite_id)


def by_code(code: str) -> Select[Invite]:
    return select(Invite).where(Invite.code == code)


def matching(
    filters: InviteFilters, *, now: datetime, before_id: str | None, limit: int
) -> Select[Invite]:
    """The newest matching invites, those before an id when one is given."""
    query = select(Invite).order_by(Invite.id.desc()).limit(limit)
    if filters.status is not None:
        query = query.where(_has(filters.status, now))
    if filters.email is not None:
        query = query.where(Invite.email == filters.email.strip().lower())
    if filters.grants_founding is not None:
        query = query.where(Invite.grants_founding.is_(filters.grants_founding))
    if filters.batch_id is not None:
        query = query.where(Invite.batch_id == filters.batch_id)
    return query.where(Invite.id < before_id) if before_id else query


def of_batch(batch_id: str) -> Select[Invite]:
    """The invites of a batch in the order they were named in."""
    return select(Invite).where(Invite.batch_id == batch_id).order_by(Invite.id)


def envelopes(ids: Collection[str]) -> Select[Invite, str | None]:
    """Invites with the note that was written to all of their batch."""
    query = select(Invite, InviteBatch.message_note)
    return query.outerjoin(InviteBatch, InviteBatch.id == Invite.batch_id).where(Invite.id.in_(ids))


def live_after(session: Session, after: str, *, limit: int) -> list[str]:
    """The next live instructors, in order."""
    query = select(Instructor.id).where(Instructor.is_live, Instructor.id > after)
    return list(session.scalars(query.order_by(Instructor.id).limit(limit)))


def _has(status: InviteStatus, now: datetime) -> ColumnElement[bool]:
    """The same judgment as `policy.status`, for whole tables."""
    open_still = and_(Invite.used_at.is_(None), Invite.revoked_at.is_(None))
    match status:
        case InviteStatus.ACCEPTED:
            return Invite.used_at.is_not(None)
        case InviteStatus.REVOKED:
            return and_(Invite.used_at.is_(None), Invite.revoked_at.is_not(None))
        case InviteStatus.EXPIRED:
            return and_(open_still, Invite.expires_at <= now)
        case InviteStatus.PENDING:
            return and_(open_still, Invite.expires_at > now)
