"""What happens when, on one page. Times of day are New York's."""

from dataclasses import dataclass
from datetime import timedelta

from celery.schedules import crontab

from instainstru_core.kernel.time import BUSINESS_ZONE
from worker.jobs import Job
from worker.relay import REACT, RELAY
from worker.tasks.accounts import FORGET_SESSIONS
from worker.tasks.bookings import EVALUATE_TIERS
from worker.tasks.kernel import FORGET_FACTS, FORGET_KEYS
from worker.tasks.notifications import SEND_DUE
from worker.tasks.observability import FORGET_TASK_EXECUTIONS, NOTE_SCHEDULE

ZONE = BUSINESS_ZONE


@dataclass(frozen=True, slots=True)
class Entry:
    """A job and when it is due. What nobody took within `expires` is dropped, not caught up."""

    job: Job
    due: timedelta | crontab
    expires: timedelta | None = None


# Never between 1:00 and 3:00: the clocks skip or repeat that time twice a year.
ENTRIES = (
    Entry(RELAY, timedelta(seconds=2), expires=timedelta(seconds=10)),
    Entry(NOTE_SCHEDULE, timedelta(seconds=5), expires=timedelta(seconds=30)),
    Entry(SEND_DUE, timedelta(seconds=10), expires=timedelta(seconds=10)),
    Entry(EVALUATE_TIERS, crontab(hour=3, minute=15)),
    Entry(FORGET_KEYS, crontab(hour="*", minute=25), expires=timedelta(hours=1)),
    Entry(FORGET_SESSIONS, crontab(hour=4, minute=5)),
    Entry(FORGET_FACTS, crontab(hour=4, minute=15)),
    Entry(FORGET_TASK_EXECUTIONS, crontab(hour=4, minute=25)),
)

JOBS: tuple[Job, ...] = (REACT, *(entry.job for entry in ENTRIES))
