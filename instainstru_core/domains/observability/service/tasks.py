"""The record of background tasks: one row for each attempt."""

from datetime import timedelta

from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.repository import TaskExecutions
from instainstru_core.domains.observability.schemas import TaskFinished, TaskStarted
from instainstru_core.domains.observability.service import daily
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.kernel.authority import Permission, require
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

KEEP = timedelta(days=90)
WORKER_LOST = "worker_lost"


@operation("observability.record_task_started")
def record_task_started(uow: Uow, command: TaskStarted) -> int:
    """Write down that an attempt begins, and say which it is: 1 is the first.

    An earlier attempt that never ended died with its worker, or the broker would not have given
    the task out again.
    """
    require(uow.actor, Permission.OPERATIONS_READ)
    executions = TaskExecutions(uow.session)
    executions.end_unfinished(command.task_id, error_type=WORKER_LOST, now=uow.now)
    attempt = executions.last_attempt(command.task_id) + 1
    executions.add(
        TaskExecution(
            task_id=command.task_id,
            attempt=attempt,
            task_name=command.task_name,
            queue=command.queue,
            worker=command.worker,
            state=TaskState.STARTED,
            arguments=command.arguments,
            received_at=command.received_at,
            started_at=command.started_at or uow.now,
            request_id=uow.actor.request_id,
        )
    )
    # Of an earlier attempt it is decided only now that it decides nothing.
    began = executions.began(command.task_id) if attempt > 1 else [command.started_at or uow.now]
    daily.drop_days_of(uow, began)
    return attempt


@operation("observability.record_task_finished")
def record_task_finished(uow: Uow, command: TaskFinished) -> None:
    """Write down how an attempt ended."""
    require(uow.actor, Permission.OPERATIONS_READ)
    began = TaskExecutions(uow.session).end(
        command.task_id,
        command.attempt,
        state=command.state,
        duration_ms=command.duration_ms,
        error_type=command.error_type,
        error_text=command.error_text,
        now=uow.now,
    )
    daily.drop_days_of(uow, began)


@operation("observability.forget_task_executions")
def forget_task_executions(uow: Uow, *, limit: int) -> int:
    """Delete the oldest attempts of more than 90 days ago; says how many."""
    require(uow.actor, Permission.OPERATIONS_READ)
    before = uow.now - KEEP
    number = TaskExecutions(uow.session).forget(before=before, limit=limit)
    if number:
        daily.drop_days_until(uow, before)
    return number
