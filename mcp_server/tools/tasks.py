"""What background tasks did: attempts, failures, and how each task fares."""

from typing import Annotated

from pydantic import Field

from instainstru_core.domains.observability import service as observability
from instainstru_core.domains.observability.schemas.executions import (
    FailedTasks,
    TaskHistory,
    TaskStats,
)
from instainstru_core.domains.observability.types import TaskState
from mcp_server.arguments import Cursor, Limit, Window
from mcp_server.envelope import Answer, NextAction, answer, suggest
from mcp_server.tool import Call, reads

TaskName = Annotated[
    str | None,
    Field(
        max_length=100,
        pattern=r"^[A-Za-z0-9_.]+$",
        description="Only this task, by its whole name.",
        examples=["payments.reconcile"],
    ),
]
State = Annotated[
    TaskState | None, Field(description="Only attempts in this state.", examples=["failed"])
]


@reads("Failed Celery tasks")
def celery_failed_tasks(
    call: Call,
    *,
    window: Window = "24h",
    task_name: TaskName = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Answer[FailedTasks]:
    """Background tasks that failed in a window: why, when, how often and whether they recovered."""
    with call.begin() as uow:
        report = observability.failed_tasks(
            uow, window, task_name=task_name, limit=limit, cursor=cursor
        )
        worst = report.data.groups[:1]
        next_actions = [
            suggest(
                "celery_task_history",
                f"See every attempt of {group.task}.",
                task_name=group.task,
                window=window,
            )
            for group in worst
        ]
        schedule = suggest("celery_beat_schedule", "See when each job ran and is due again.")
        return answer(
            report,
            as_of=uow.now,
            shown=len(report.data.failures),
            next_actions=[*next_actions, schedule],
        )


@reads("Celery task history")
def celery_task_history(
    call: Call,
    *,
    task_name: TaskName = None,
    state: State = None,
    window: Window = "24h",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Answer[TaskHistory]:
    """Every attempt of background tasks in a window: state, duration, error, newest first."""
    with call.begin() as uow:
        report = observability.task_history(
            uow, window, task_name=task_name, state=state, limit=limit, cursor=cursor
        )
        stats = suggest(
            "celery_task_stats",
            "See success rate and durations.",
            task_name=task_name,
            window=window,
        )
        return answer(report, as_of=uow.now, shown=len(report.data.attempts), next_actions=[stats])


@reads("Celery task statistics", direct=False)
def celery_task_stats(
    call: Call, *, task_name: TaskName = None, window: Window = "24h", limit: Limit = 50
) -> Answer[TaskStats]:
    """Success rate and p50 and p95 duration of each background task in a window, worst first."""
    with call.begin() as uow:
        report = observability.task_stats(uow, window, task_name=task_name, limit=limit)
        failing = next((one for one in report.data.tasks if one.failed), None)
        next_actions: list[NextAction] = []
        if failing is not None:
            next_actions.append(
                suggest(
                    "celery_failed_tasks",
                    f"See why {failing.task} failed.",
                    task_name=failing.task,
                    window=window,
                )
            )
        return answer(
            report, as_of=uow.now, shown=len(report.data.tasks), next_actions=next_actions
        )
