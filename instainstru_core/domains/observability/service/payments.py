"""Whether the work on payments keeps up, from the ledger's side and from the jobs' record."""

from collections.abc import Iterable
from datetime import timedelta

from instainstru_core.domains.bookings import service as bookings
from instainstru_core.domains.bookings.schemas import HealthView
from instainstru_core.domains.credits import service as credits
from instainstru_core.domains.observability import repository
from instainstru_core.domains.observability.policy import schedule
from instainstru_core.domains.observability.repository import LastRun
from instainstru_core.domains.observability.schemas import (
    JobRun,
    PaymentFigures,
    PaymentHealth,
    PaymentIssue,
)
from instainstru_core.domains.observability.types import Severity, TaskState
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.schemas import ReconciliationView
from instainstru_core.domains.reporting.schemas.base import Report
from instainstru_core.domains.webhooks import service as webhooks
from instainstru_core.domains.webhooks.schemas import WebhookBacklogView
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

CADENCE = {
    "bookings.ask_disputes": timedelta(hours=1),
    "bookings.ask_stopped": timedelta(hours=1),
    "bookings.capture": timedelta(minutes=5),
    "bookings.check_health": timedelta(minutes=15),
    "bookings.evaluate_tiers": timedelta(days=1),
    "bookings.expire_checkouts": timedelta(minutes=1),
    "bookings.find_disputes": timedelta(hours=1),
    "bookings.move_money": timedelta(minutes=1),
    "bookings.place_holds": timedelta(minutes=5),
    "bookings.resolve_no_shows": timedelta(minutes=15),
    "bookings.retry_captures": timedelta(minutes=15),
    "bookings.retry_holds": timedelta(minutes=5),
    "bookings.send_tips": timedelta(hours=1),
    "credits.expire": timedelta(days=1),
    "payments.ask_identities": timedelta(hours=1),
    "payments.audit_schedules": timedelta(days=1),
    "payments.find_commands": timedelta(minutes=1),
    "payments.reconcile": timedelta(days=1),
}
"""How often each job on payments runs. `late_after` says when its last success is too old."""

LOOK_BACK = timedelta(hours=24)

WEBHOOK_PATIENCE = timedelta(minutes=20)
"""How long what the provider told may wait beyond its instant; it is looked for every 5 seconds."""


@operation("observability.payment_health")
def payment_health(uow: Uow) -> Report[PaymentHealth]:
    """What is late, what failed and what people have to look at, each with how many."""
    require(uow.actor, Permission.OPERATIONS_READ)
    require(uow.actor, Permission.PAYMENTS_READ_ANY)
    work = bookings.health(uow)
    figures = repository.payment_figures(uow.session, since=uow.now - LOOK_BACK, now=uow.now)
    books = payments.reconciliation(uow)
    inbound = webhooks.backlog(uow)
    runs = _runs(uow)
    unknown = [run.task_name for run in runs if run.is_late is None]
    ended = credits.overdue(uow, since=uow.now - schedule.late_after(CADENCE["credits.expire"]))
    issues = [
        *_work_issues(work),
        *_job_issues(runs),
        *_issue(figures.failed_holds, Severity.INFO, "Holds refused by cards in 24 hours."),
        *_issue(figures.failed_captures, Severity.WARNING, "Amounts due that cards refuse."),
        *_issue(figures.escalated, Severity.CRITICAL, "Lessons the platform paid for a student."),
        *_inbound_issues(inbound),
        *_issue(ended, Severity.WARNING, "Lots of credit that have ended and still stand."),
        *_book_issues(books),
    ]
    return Report(
        data=PaymentHealth(
            is_healthy=_verdict(issues, unknown),
            issues=issues,
            figures=PaymentFigures(
                **figures._asdict(),
                overdue=sum(work.overdue.values()),
                in_review=work.in_review,
                stuck_commands=work.stuck_commands,
                webhooks_waiting=inbound.waiting,
                webhooks_dead=inbound.dead,
            ),
            jobs=runs,
            books_compared_at=None if books is None else books.compared_at,
            books_differences=None if books is None else len(books.differences),
        ),
        warnings=_unknown(unknown, runs),
    )


def late_jobs(uow: Uow) -> int:
    """How many jobs on payments succeeded too long ago. Those that never ran are not counted."""
    return sum(run.is_late is True for run in _runs(uow))


def _runs(uow: Uow) -> list[JobRun]:
    return [_run(uow, run) for run in repository.last_runs(uow.session, sorted(CADENCE))]


_NEVER = "No job on payments has run on this database yet: lateness is unknown, not zero."


def _verdict(issues: list[PaymentIssue], unknown: list[str]) -> bool | None:
    """Whether all is well; None where nothing is known to be wrong and not all is known."""
    if any(one.severity is not Severity.INFO for one in issues):
        return False
    return None if unknown else True


def _unknown(unknown: list[str], runs: list[JobRun]) -> list[str]:
    if not unknown:
        return []
    if len(unknown) == len(runs):
        return [_NEVER]
    return [
        f"Never ran on this database, so whether they are late is unknown: {', '.join(unknown)}."
    ]


def _run(uow: Uow, run: LastRun) -> JobRun:
    """A job that ran and never succeeded is late."""
    patience = schedule.late_after(CADENCE[run.task_name])
    late = run.succeeded_at is None or uow.now - run.succeeded_at > patience
    return JobRun(
        task_name=run.task_name,
        last_run_at=run.started_at,
        last_state=run.state,
        last_success_at=run.succeeded_at,
        is_late=late if run.started_at is not None else None,
    )


def _work_issues(work: HealthView) -> Iterable[PaymentIssue]:
    for kind, count in sorted(work.overdue.items()):
        yield from _issue(count, Severity.CRITICAL, f"Lessons overdue for {kind}.")
    yield from _issue(work.stuck_commands, Severity.CRITICAL, "Calls that nobody finishes.")
    yield from _issue(work.unasked_disputes, Severity.CRITICAL, "Disputes nobody asks about.")
    yield from _issue(work.waiting_tips, Severity.WARNING, "Tips that have not been sent on.")
    yield from _issue(work.in_review, Severity.WARNING, "Lessons in review: people must look.")


def _job_issues(runs: Iterable[JobRun]) -> Iterable[PaymentIssue]:
    for run in runs:
        if run.is_late:
            yield PaymentIssue(
                severity=Severity.CRITICAL, message=f"{run.task_name} is late.", count=1
            )
        elif run.last_state is TaskState.FAILED:
            yield PaymentIssue(
                severity=Severity.WARNING,
                message=f"{run.task_name} failed when it ran last.",
                count=1,
            )


def _inbound_issues(inbound: WebhookBacklogView) -> Iterable[PaymentIssue]:
    yield from _issue(inbound.dead, Severity.CRITICAL, "Webhooks given up: replay them.")
    oldest = inbound.oldest_due_at
    if oldest is not None and oldest < inbound.at - WEBHOOK_PATIENCE:
        late = inbound.overdue + inbound.stuck
        yield from _issue(late, Severity.CRITICAL, "Webhooks that nobody processes.")


def _book_issues(books: ReconciliationView | None) -> Iterable[PaymentIssue]:
    if books is None:
        return
    words = "Differences between the ledger and the provider's books."
    yield from _issue(len(books.differences), Severity.CRITICAL, words)


def _issue(count: int, severity: Severity, message: str) -> Iterable[PaymentIssue]:
    if count:
        yield PaymentIssue(severity=severity, message=message, count=count)
