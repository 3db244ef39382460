"""Money: what moved, what waits, and whether the work on it keeps up."""

from instainstru_core.domains.observability import service as observability
from instainstru_core.domains.observability.schemas import PaymentHealth
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.schemas.money import PaymentsPipeline, PendingPayouts
from mcp_server.arguments import Cursor, Limit, Window
from mcp_server.envelope import Answer, answer, suggest
from mcp_server.tool import Call, reads


@reads("Payments pipeline")
def payments_pipeline(call: Call, window: Window = "last 7 days") -> Answer[PaymentsPipeline]:
    """Money captured, refunded, earned and paid out in a window, and how open lessons stand now."""
    with call.begin() as uow:
        report = reporting.payments_pipeline(uow, window)
        next_actions = [
            suggest("payments_pending_payouts", "See whose money has not been sent yet.")
        ]
        if report.data.overdue or report.data.in_review:
            next_actions.append(
                suggest("celery_payment_health", "See why work on payments is late.")
            )
        return answer(report, as_of=uow.now, next_actions=next_actions)


@reads("Pending payouts")
def payments_pending_payouts(
    call: Call, limit: Limit = 20, cursor: Cursor = None
) -> Answer[PendingPayouts]:
    """What instructors are owed in the ledger and has not been sent, the most first."""
    with call.begin() as uow:
        report = reporting.payments_pending_payouts(uow, limit=limit, cursor=cursor)
        stuck = next((one for one in report.data.payouts if not one.is_ready), None)
        next_actions = (
            [
                suggest(
                    "instructors_detail",
                    "See the first instructor who cannot be paid.",
                    instructor=stuck.instructor_id,
                )
            ]
            if stuck
            else [suggest("payments_pipeline", "See what was paid out lately.")]
        )
        return answer(report, as_of=uow.now, next_actions=next_actions)


@reads("Payment jobs' health")
def celery_payment_health(call: Call) -> Answer[PaymentHealth]:
    """Whether the jobs on payments keep up: overdue work, failures, reviews, books that differ."""
    with call.begin() as uow:
        report = observability.payment_health(uow)
        next_actions = [suggest("payments_pipeline", "See the money that moved lately.")]
        failed = [job for job in report.data.jobs if job.last_state is TaskState.FAILED]
        if failed:
            next_actions.insert(
                0,
                suggest(
                    "celery_failed_tasks",
                    f"See why {failed[0].task_name} failed.",
                    task_name=failed[0].task_name,
                    window="last 7 days",
                ),
            )
        if not report.data.is_healthy:
            next_actions.append(
                suggest("celery_worker_status", "See whether workers are there to do the work.")
            )
        return answer(report, as_of=uow.now, next_actions=next_actions)
