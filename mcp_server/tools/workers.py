"""Background work: who does it and how much of it waits."""

from instainstru_core.domains.observability import flows as observability
from instainstru_core.domains.observability.schemas import QueuesView, WorkersView
from mcp_server.envelope import Answer, Source, answer, suggest
from mcp_server.tool import Call, reads


@reads("Celery workers")
def celery_worker_status(call: Call) -> Answer[WorkersView]:
    """Every background worker, online or lost, with queues and tasks, and the schedule's age."""
    report = observability.worker_status(call.runtime.broker, actor=call.actor)
    return answer(
        report,
        as_of=call.runtime.clock(),
        source=Source.BROKER,
        next_actions=[suggest("celery_queue_depth", "See how many tasks wait for them.")],
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
