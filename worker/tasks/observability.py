"""The schedule's sign of life, and the record of tasks: summed up by day, and cleaned up."""

from functools import partial

from instainstru_core.domains.observability import service as observability
from instainstru_core.domains.observability.types import Queue
from worker.jobs import Desk, Job, until_done

BATCH = 5_000
DAYS = 5


def _note_schedule(desk: Desk) -> None:
    desk.runtime.broker.note_schedule()


NOTE_SCHEDULE = Job("observability.note_schedule", _note_schedule, retries=0, is_quiet=True)
FORGET_TASK_EXECUTIONS = Job(
    "observability.forget_task_executions",
    until_done(partial(observability.forget_task_executions, limit=BATCH), batch=BATCH),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
KEEP_TASK_DAYS = Job(
    "observability.keep_task_days",
    until_done(partial(observability.keep_task_days, limit=DAYS), batch=DAYS),
    queue=Queue.MAINTENANCE,
    seconds=600,
)
