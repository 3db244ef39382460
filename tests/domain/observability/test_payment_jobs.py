"""Whether the jobs on payments keep up: each by its own last run, in the record of tasks."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from instainstru_core.domains.observability import service
from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.repository import executions
from instainstru_core.domains.observability.service.payments import CADENCE
from instainstru_core.domains.observability.types import Severity, TaskState
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.uow import Uow
from tests.factories.credits import lot
from tests.factories.instructors import person
from tests.factories.webhooks import received

MOMENT = timedelta(microseconds=1)
DAY = timedelta(days=1)


def ran(uow: Uow, name: str, ago: timedelta, state: TaskState = TaskState.SUCCEEDED) -> None:
    at = uow.now - ago
    uow.session.add(
        TaskExecution(
            task_id=f"{name}-{ago}",
            attempt=1,
            task_name=name,
            worker="w1",
            state=state,
            started_at=at,
            finished_at=at,
        )
    )
    uow.session.flush()


@pytest.fixture(autouse=True)
def all_ran(uow: Uow) -> None:
    """Each job succeeded in the last minute, the alphabet's first one first."""
    for second, name in enumerate(sorted(CADENCE)):
        ran(uow, name, timedelta(seconds=30 - second))


class TestPaymentHealth:
    def test_is_well_when_every_job_ran_lately(self, uow: Uow) -> None:
        found = service.payment_health(uow)
        assert (found.data.is_healthy, found.data.issues, found.warnings) == (True, [], [])

    def test_tells_each_job_its_own_last_run(self, uow: Uow) -> None:
        """Fact 7.1: all showed whatever task ran last."""
        jobs = service.payment_health(uow).data.jobs
        assert [(job.task_name, job.last_run_at) for job in jobs] == [
            (name, uow.now - timedelta(seconds=30 - second))
            for second, name in enumerate(sorted(CADENCE))
        ]

    def test_warns_of_a_job_that_failed_when_it_ran_last(self, uow: Uow) -> None:
        ran(uow, "payments.reconcile", MOMENT, TaskState.FAILED)
        found = service.payment_health(uow).data
        (issue,) = found.issues
        assert (issue.severity, issue.message) == (
            Severity.WARNING,
            "payments.reconcile failed when it ran last.",
        )
        assert found.is_healthy is False


class TestWhatTheProviderTold:
    PATIENCE = timedelta(minutes=20)

    @pytest.mark.parametrize(
        ("ago", "issues"),
        [
            (PATIENCE, []),
            (PATIENCE + MOMENT, [(Severity.CRITICAL, "Webhooks that nobody processes.", 2)]),
        ],
    )
    def test_waits_for_20_minutes_at_most(
        self, uow: Uow, ago: timedelta, issues: list[tuple[Severity, str, int]]
    ) -> None:
        for one in (received(uow), received(uow)):
            uow.session.get_one(WebhookEvent, one).due_at = uow.now - ago
        uow.session.flush()

        found = service.payment_health(uow).data

        assert [(one.severity, one.message, one.count) for one in found.issues] == issues
        assert found.is_healthy is not bool(issues)

    def test_is_missed_as_well_where_the_worker_that_took_it_is_gone(self, uow: Uow) -> None:
        event = uow.session.get_one(WebhookEvent, received(uow))
        event.state, event.due_at = WebhookState.PROCESSING, uow.now - self.PATIENCE - MOMENT
        uow.session.flush()

        (issue,) = service.payment_health(uow).data.issues

        assert (issue.message, issue.count) == ("Webhooks that nobody processes.", 1)


class TestCreditThatHasEnded:
    @pytest.mark.parametrize(
        ("more", "issues"),
        [
            (-MOMENT, []),
            (MOMENT, [(Severity.WARNING, "Lots of credit that have ended and still stand.", 1)]),
        ],
    )
    def test_is_missed_two_hours_after_its_night(
        self, uow: Uow, more: timedelta, issues: list[tuple[Severity, str, int]]
    ) -> None:
        zoe = person(uow, first_name="Zoe", last_name="Moss")
        lot(uow, zoe, 500, expires_at=uow.now - DAY - timedelta(hours=2) - more)
        lot(uow, zoe, 500, expires_at=uow.now)

        found = service.payment_health(uow).data

        assert [(one.severity, one.message, one.count) for one in found.issues] == issues


class TestLateness:
    @pytest.fixture(autouse=True)
    def nobody_reconciled(self, uow: Uow, all_ran: None) -> None:
        for row in uow.session.query(TaskExecution).filter_by(task_name="payments.reconcile"):
            uow.session.delete(row)
        uow.session.flush()

    @pytest.mark.parametrize(
        ("ago", "late"),
        [(DAY + timedelta(hours=2), False), (DAY + timedelta(hours=2) + MOMENT, True)],
    )
    def test_of_a_nightly_job_is_seen_the_next_morning(
        self, uow: Uow, ago: timedelta, late: bool
    ) -> None:
        ran(uow, "payments.reconcile", ago)
        found = service.payment_health(uow).data
        assert found.is_healthy is not late
        assert [issue.message for issue in found.issues] == (
            ["payments.reconcile is late."] if late else []
        )

    def test_of_a_job_that_never_ran_is_unknown_not_fine(self, uow: Uow) -> None:
        found = service.payment_health(uow)
        assert (found.data.is_healthy, found.data.issues) == (None, [])
        assert found.warnings == [
            "Never ran on this database, so whether they are late is unknown: payments.reconcile."
        ]

    def test_of_a_job_that_only_ever_failed_is_certain(self, uow: Uow) -> None:
        ran(uow, "payments.reconcile", MOMENT, TaskState.FAILED)
        (issue,) = service.payment_health(uow).data.issues
        assert (issue.severity, issue.message) == (Severity.CRITICAL, "payments.reconcile is late.")


def test_jobs_that_never_ran_are_not_looked_for_in_all_rows(uow: Uow) -> None:
    """With half a million rows this took five seconds for each look."""
    for way in ("seqscan", "bitmapscan", "sort"):  # which it prefers for a few rows
        uow.session.execute(text(f"SET LOCAL enable_{way} = off"))
    explain = text(f"EXPLAIN {executions.LAST_RUNS.text}")
    names = ["payments.reconcile", "nobody"]
    plan = "\n".join(uow.session.scalars(explain, {"names": names}))
    assert plan.count("Index Scan Backward using ix_task_executions_name") == 2
    assert "ix_task_executions_started" not in plan
