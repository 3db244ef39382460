"""How things stand, for the exporter."""

from datetime import datetime

from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.schemas import Gauges
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
    )


def _age_seconds(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0
