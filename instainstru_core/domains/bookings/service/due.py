"""What the jobs work on, and how well they keep up."""

from collections.abc import Collection
from datetime import timedelta

from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.bookings.errors import NothingToResolve
from instainstru_core.domains.bookings.repository import money as repository
from instainstru_core.domains.bookings.schemas import BookingDetailView, HealthView
from instainstru_core.domains.bookings.service import advancing
from instainstru_core.domains.bookings.service.lesson import held
from instainstru_core.domains.bookings.service.views import detailed, visible
from instainstru_core.domains.bookings.types import DueKind
from instainstru_core.domains.payments import service as payments
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

GRACE = timedelta(minutes=20)
"""Lateness that the cadence of the jobs explains; more of it is a sign of trouble."""

ASK_GRACE = timedelta(hours=3)
"""The same for disputes, which are asked about each hour."""

REVIEW_PATIENCE = timedelta(hours=24)
TIP_PATIENCE = timedelta(hours=24)
"""How long a tip may take to its instructor; the job that sends them on comes each hour."""


@operation("bookings.due_lessons")
def due_lessons(
    uow: Uow, kinds: Collection[DueKind], *, after: str = "", limit: int = 100
) -> list[str]:
    """Lessons (chain ids) whose money waits for something of these kinds that is due, in order."""
    return list(repository.due(uow.session, kinds, now=uow.now, after=after, limit=limit))


@operation("bookings.unsent_tips")
def unsent_tips(uow: Uow, *, after: str = "", limit: int = 100) -> list[str]:
    """Tips that were charged and have not reached their instructor, in order."""
    return list(repository.unsent_tips(uow.session, after=after, limit=limit))


@operation("bookings.health")
def health(uow: Uow) -> HealthView:
    """Whether the work on lessons' money keeps up. For staff."""
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    late = repository.overdue(uow.session, before=uow.now - GRACE)
    in_review, oldest_review = repository.in_review(uow.session, before=uow.now)
    stuck = payments.stuck_commands(uow, before=uow.now - GRACE)
    unasked = payments.unasked_disputes(uow, before=uow.now - ASK_GRACE)
    tips = repository.waiting_tips(uow.session, before=uow.now - TIP_PATIENCE)
    old_review = oldest_review is not None and oldest_review < uow.now - REVIEW_PATIENCE
    return HealthView(
        as_of=uow.now,
        overdue={found.kind: found.lessons for found in late},
        oldest_overdue_at=min((found.oldest_at for found in late), default=None),
        in_review=in_review,
        oldest_review_since=oldest_review,
        stuck_commands=stuck,
        unasked_disputes=unasked,
        waiting_tips=tips,
        is_healthy=not (late or stuck or unasked or tips or old_review),
    )


@operation("bookings.release_review")
def release_review(uow: Uow, booking_id: str) -> BookingDetailView:
    """Staff looked at a lesson's money: what was stopped goes on."""
    require(uow.actor, Permission.PAYMENTS_MANAGE_ANY)
    named, side = visible(uow, booking_id)
    lesson = held(uow, named.booking.chain_id)
    row = lesson.money
    if row.review_since is None and not row.is_blocked:
        raise NothingToResolve("Nobody has to look at this booking.", booking_id=booking_id)
    audit.record(
        uow,
        "bookings.release_review",
        subject_kind="booking",
        subject_id=booking_id,
        details={"reason": row.review_reason or ""},
    )
    row.review_since = row.review_reason = None
    row.is_blocked = False
    row.transfer_failures = 0
    row.transfer_last_failed_at = None
    advancing.decide_again(uow, lesson)
    return detailed(named, side)
