"""Background work: who does it, how much of it waits or is under way, and what is due when."""

from instainstru_core.domains.observability import flows as observability
from instainstru_core.domains.observability.flows import schedule
from instainstru_core.domains.observability.schemas import QueuesView, WorkersView
from instainstru_core.domains.observability.schemas.executions import ActiveTasks, BeatSchedule
from instainstru_core.domains.observability.types import TaskState
from mcp_server.envelope import Answer, Source, answer, suggest
from mcp_server.tool import Call, reads


@reads("Celery workers")
def celery_worker_status(call: Call) -> Answer[WorkersView]:
    """Every background worker, online or lost, with queues and tasks, and the schedule's age."""
    report = observability.worker_status(call.runtime.broker, actor=call.actor)
    next_actions = [suggest("celery_queue_depth", "See how many tasks wait for them.")]
    if report.data.lost:
        next_actions.append(suggest("celery_active_tasks", "See which tasks the lost ones held."))
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=Source.BROKER,
        next_actions=next_actions,
    )


@reads("Celery queue depth")
def celery_queue_depth(call: Call) -> Answer[QueuesView]:
    """How many tasks wait in each queue, how many are with a worker, and who takes them."""
    report = observability.queue_depth(call.runtime.broker, actor=call.actor)
    idle = [queue.name for queue in report.data.queues if queue.waiting and not queue.workers]
    words = f"Nobody takes from {', '.join(idle)}: see the workers." if idle else "See the workers."
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=Source.BROKER,
        next_actions=[suggest("celery_worker_status", words)],
    )


@reads("Active Celery tasks")
def celery_active_tasks(call: Call) -> Answer[ActiveTasks]:
    """Background tasks under way with worker and running time, also those whose worker is lost."""
    report = schedule.active_tasks(call.runtime.begin, call.runtime.broker, actor=call.actor)
    longest = report.data.tasks[:1]
    return answer(
        report,
        as_of=call.runtime.clock(),
        shown=len(report.data.tasks),
        next_actions=[
            suggest(
                "celery_task_stats",
                f"See how long {task.task} usually takes.",
                task_name=task.task,
                window="last 7 days",
            )
            for task in longest
        ]
        or [suggest("celery_queue_depth", "See whether tasks wait.")],
    )


@reads("Celery beat schedule")
def celery_beat_schedule(call: Call) -> Answer[BeatSchedule]:
    """When each scheduled job is due, in which time zone, its last and next run and missed runs."""
    report = schedule.beat_schedule(call.runtime.begin, call.runtime.broker, actor=call.actor)
    failed = [job for job in report.data.jobs if job.last_state is TaskState.FAILED]
    next_actions = [
        suggest(
            "celery_failed_tasks",
            f"See why {job.task} failed.",
            task_name=job.task,
            window="last 7 days",
        )
        for job in failed[:2]
    ]
    if any(job.missed_runs for job in report.data.jobs) or not report.data.jobs:
        next_actions.append(
            suggest("celery_worker_status", "See whether beat and workers are there.")
        )
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=Source.BROKER,
        next_actions=next_actions,
    )
