"""The figures of the overview that only the database knows, each in a unit of work of its own."""

from datetime import timedelta

from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.policy.health import FEWEST_SEARCHES
from instainstru_core.domains.observability.repository import history
from instainstru_core.domains.onboarding import service as onboarding
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.kernel import outbox
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.time import Span
from instainstru_core.kernel.uow import Uow

DAY = timedelta(hours=24)
STUCK_DAYS = 7


@operation("observability.tasks_failed")
def tasks_failed(uow: Uow) -> int | None:
    """How many tasks failed for good in 24 hours; None where no task ever left a record."""
    require(uow.actor, Permission.OPERATIONS_READ)
    if history.records_since(uow.session) is None:
        return None
    failed = history.failed_within(Span(uow.now - DAY, uow.now))
    return history.number(uow.session, failed & history.not_recovered())


@operation("observability.outbox_age")
def outbox_age(uow: Uow) -> float:
    """For how many seconds the oldest fact waits to be relayed; 0 where none does."""
    require(uow.actor, Permission.OPERATIONS_READ)
    _, oldest = outbox.backlog(uow.session)
    return max((uow.now - oldest).total_seconds(), 0.0) if oldest else 0.0


@operation("observability.zero_result_share")
def zero_result_share(uow: Uow) -> float | None:
    """The share of 24 hours' searches that found nothing; None where they are too few to judge."""
    require(uow.actor, Permission.SEARCH_ANALYTICS_READ)
    every, in_vain = repository.searches(uow.session, uow.now)
    return None if every < FEWEST_SEARCHES else round(in_vain / every, 4)


@operation("observability.instructors_stuck")
def instructors_stuck(uow: Uow) -> int | None:
    """How many never were live and took no step for a week."""
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    return reporting.stuck_instructors(uow, stuck_days=STUCK_DAYS, limit=1).total


@operation("observability.founding_overpromised")
def founding_overpromised(uow: Uow, *, founding_cap: int) -> int:
    """How many founding places are promised beyond those that are left."""
    require(uow.actor, Permission.INSTRUCTORS_READ_ANY)
    found = onboarding.founding_status(uow, founding_cap=founding_cap)
    return max(found.allocated - found.remaining, 0)
