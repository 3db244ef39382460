"""Is everything all right? Every part is asked at once, each with its own deadline."""

from dataclasses import dataclass

from instainstru_core.domains.observability import service
from instainstru_core.domains.observability.flows import errors_seen
from instainstru_core.domains.observability.flows.alerts import alerts_list
from instainstru_core.domains.observability.flows.background import queue_depth, worker_status
from instainstru_core.domains.observability.flows.looking import Board, Figures, Look
from instainstru_core.domains.observability.flows.schedule import beat_schedule
from instainstru_core.domains.observability.policy import alerts
from instainstru_core.domains.observability.policy.health import Check, Section
from instainstru_core.domains.observability.ports import Broker, Monitoring, Sentry
from instainstru_core.domains.observability.schemas.alerts import ListAlerts
from instainstru_core.domains.observability.schemas.errors_seen import FindIssues
from instainstru_core.domains.observability.schemas.health import Looked
from instainstru_core.domains.observability.types import AlertState, Severity, TaskState
from instainstru_core.kernel.authority import Actor, Permission, require
from instainstru_core.kernel.clock import Clock
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Begin

NEEDED = (
    Permission.OPERATIONS_READ,
    Permission.PAYMENTS_READ_ANY,
    Permission.SEARCH_ANALYTICS_READ,
    Permission.INSTRUCTORS_READ_ANY,
)
NO_SENTRY = "errors: Sentry is not configured, so nothing is known of errors in our programs."
MOST_ALERTS = 100


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom to ask. Without Sentry its section is left out, and the answer says so."""

    begin: Begin
    broker: Broker
    monitoring: Monitoring
    sentry: Sentry | None
    clock: Clock
    home: str
    founding_cap: int


@operation("observability.health_overview")
def health_overview(board: Board, sources: Sources, *, actor: Actor) -> Looked:
    """How all parts stand, judged by one table of thresholds; at most some seconds old."""
    for permission in NEEDED:
        require(actor, permission)
    looks: dict[Section, Look] = {
        Section.WORKERS: lambda: _workers(sources, actor),
        Section.SCHEDULE: lambda: _schedule(sources, actor),
        Section.QUEUES: lambda: _queues(sources, actor),
        Section.TASKS: lambda: _tasks(sources, actor),
        Section.PAYMENTS: lambda: _payments(sources, actor),
        Section.ALERTS: lambda: _alerts(sources, actor),
        Section.SEARCH: lambda: _search(sources, actor),
        Section.ONBOARDING: lambda: _onboarding(sources, actor),
    }
    sentry = sources.sentry
    if sentry is not None:
        looks[Section.ERRORS] = lambda: _errors(sources, sentry, actor)
    left_out = [NO_SENTRY] if sentry is None else []
    return board.seen(looks, clock=sources.clock, left_out=left_out)


def _workers(sources: Sources, actor: Actor) -> Figures:
    found = worker_status(sources.broker, actor=actor).data
    return {
        Check.WORKERS_ONLINE: found.online,
        Check.WORKERS_LOST: found.lost,
        Check.SCHEDULE_SILENT_SECONDS: found.schedule_age_seconds,
    }


def _schedule(sources: Sources, actor: Actor) -> Figures:
    jobs = beat_schedule(sources.begin, sources.broker, actor=actor).data.jobs
    if not jobs:
        return {}
    return {
        Check.JOBS_WITH_MISSED_RUNS: sum(bool(job.missed_runs) for job in jobs),
        Check.JOBS_FAILED_LAST: sum(job.last_state is TaskState.FAILED for job in jobs),
    }


def _queues(sources: Sources, actor: Actor) -> Figures:
    found = queue_depth(sources.broker, actor=actor).data
    return {
        Check.TASKS_WAITING: found.waiting,
        Check.QUEUES_NOBODY_TAKES: sum(
            bool(queue.waiting and not queue.workers) for queue in found.queues
        ),
    }


def _tasks(sources: Sources, actor: Actor) -> Figures:
    with sources.begin(actor) as uow:
        return {
            Check.OUTBOX_OLDEST_SECONDS: service.outbox_age(uow),
            Check.TASKS_FAILED_24H: service.tasks_failed(uow),
        }


def _payments(sources: Sources, actor: Actor) -> Figures:
    """Where not all is known, that there is no warning is not known either."""
    with sources.begin(actor) as uow:
        found = service.payment_health(uow).data
    critical = sum(one.severity is Severity.CRITICAL for one in found.issues)
    warning = sum(one.severity is Severity.WARNING for one in found.issues)
    return {
        Check.PAYMENT_ISSUES_CRITICAL: critical,
        Check.PAYMENT_ISSUES_WARNING: None if found.is_healthy is None else warning,
    }


def _alerts(sources: Sources, actor: Actor) -> Figures:
    """Rules that cannot be evaluated, or are not, would not fire whatever happens."""
    report = alerts_list(
        sources.monitoring,
        actor=actor,
        command=ListAlerts(state=AlertState.FIRING, limit=MOST_ALERTS),
        at=sources.clock(),
    )
    found = report.data
    critical = sum(one.severity == Severity.CRITICAL for one in found.alerts)
    idle: int | None = None
    if found.rules:
        stale = alerts.stale(sources.monitoring.rules(), now=sources.clock())
        idle = len({*found.failing_rules, *stale})
    return {
        Check.ALERTS_FIRING_CRITICAL: None if found.firing is None else critical,
        Check.ALERTS_FIRING: found.firing,
        Check.RULES_IDLE: idle,
    }


def _errors(sources: Sources, sentry: Sentry, actor: Actor) -> Figures:
    report = errors_seen.issues_top(
        sources.begin,
        sentry,
        actor=actor,
        home=sources.home,
        command=FindIssues(window="24h", limit=25),
    )
    shown = len(report.data.issues)
    return {Check.ERRORS_24H: shown if report.total is None else max(report.total, shown)}


def _search(sources: Sources, actor: Actor) -> Figures:
    with sources.begin(actor) as uow:
        return {Check.ZERO_RESULT_SHARE_24H: service.zero_result_share(uow)}


def _onboarding(sources: Sources, actor: Actor) -> Figures:
    with sources.begin(actor) as uow:
        return {
            Check.INSTRUCTORS_STUCK_7_DAYS: service.instructors_stuck(uow),
            Check.FOUNDING_OVERPROMISED: service.founding_overpromised(
                uow, founding_cap=sources.founding_cap
            ),
        }
