"""How things stand, for the exporter."""

from datetime import datetime

from instainstru_core.domains.bookings.service.due import ASK_GRACE, GRACE
from instainstru_core.domains.bookings.types import DueKind
from instainstru_core.domains.ledger import policy as ledger
from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.repository import MoneyCount
from instainstru_core.domains.observability.schemas import Gauges, MoneyGauges
from instainstru_core.domains.observability.service.payments import LOOK_BACK, late_jobs
from instainstru_core.kernel import outbox
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow


@operation("observability.gauges")
def gauges(uow: Uow) -> Gauges:
    """The figures that only the database knows."""
    require(uow.actor, Permission.OPERATIONS_READ)
    session, now = uow.session, uow.now
    live, pending, claimed = repository.supply(session, now)
    searched, in_vain = repository.searches(session, now)
    waiting, oldest = outbox.backlog(session)
    unsent, oldest_unsent = repository.deliveries_waiting(session)
    return Gauges(
        bookings_today=repository.bookings_today(session, now),
        bookings_upcoming=repository.bookings_upcoming(session, now),
        users=repository.users(session),
        instructors_live=live,
        invites_pending=pending,
        founding_slots_used=claimed,
        searches_24h=searched,
        searches_without_result_24h=in_vain,
        task_executions_1h=repository.task_executions(session, now),
        outbox_waiting=waiting,
        outbox_oldest_age_seconds=_age_seconds(oldest, now),
        deliveries_waiting=unsent,
        deliveries_oldest_age_seconds=_age_seconds(oldest_unsent, now),
        money=_money(
            repository.money_standing(
                session, late=now - GRACE, unasked=now - ASK_GRACE, since=now - LOOK_BACK
            ),
            now,
            jobs_late=late_jobs(uow),
        ),
    )


def _money(counts: list[MoneyCount], now: datetime, *, jobs_late: int) -> MoneyGauges:
    by_kind = {(count.what, count.kind): count for count in counts}
    overdue = [count for count in counts if count.what == "overdue"]
    late_since = min((count.since for count in overdue if count.since), default=None)
    review, webhooks = by_kind["review", ""], by_kind["webhooks", ""]
    books = by_kind.get(("books", ""))
    return MoneyGauges(
        lessons_overdue={DueKind(count.kind): count.amount for count in overdue},
        lessons_overdue_oldest_age_seconds=_age_seconds(late_since, now),
        lessons_in_review=review.amount,
        lessons_in_review_oldest_age_seconds=_age_seconds(review.since, now),
        commands_stuck=by_kind["stuck", ""].amount,
        disputes_unasked=by_kind["unasked", ""].amount,
        lessons_escalated_24h=by_kind["escalated", ""].amount,
        jobs_late=jobs_late,
        webhooks_waiting=webhooks.amount,
        webhooks_oldest_age_seconds=_age_seconds(webhooks.since, now),
        webhooks_dead=by_kind["dead", ""].amount,
        books_differences=None if books is None else books.amount,
        books_age_seconds=None if books is None else _age_seconds(books.since, now),
        ledger_cents={
            kind: ledger.natural(kind, known.amount if known else 0)
            for kind in repository.WATCHED
            for known in [by_kind.get(("ledger", kind))]
        },
    )


def _age_seconds(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0
