"""What happens when, on one page. Times of day are New York's."""

from dataclasses import dataclass
from datetime import timedelta

from celery.schedules import crontab

from instainstru_core.domains.observability.types import ScheduledJob, Timing
from instainstru_core.kernel.time import BUSINESS_ZONE
from worker.jobs import Job
from worker.relay import REACT, RELAY, RELAY_AGAIN
from worker.tasks.accounts import FORGET_SESSIONS
from worker.tasks.answers import FORGET_OVERTAKEN
from worker.tasks.asking import ASK_IDENTITIES, ASK_STOPPED
from worker.tasks.availability import FORGET_DAYS
from worker.tasks.bookings import (
    CAPTURE,
    CHECK_HEALTH,
    DRIVE,
    EVALUATE_TIERS,
    EXPIRE_CHECKOUTS,
    FIND_COMMANDS,
    MOVE_MONEY,
    PLACE_HOLDS,
    RESOLVE_NO_SHOWS,
    RESUME,
    RETRY_CAPTURES,
    RETRY_HOLDS,
    SEND_TIPS,
)
from worker.tasks.confirmations import FORGET_CODES, FORGET_CONFIRMATIONS
from worker.tasks.credits import EXPIRE
from worker.tasks.disputes import ASK_DISPUTES, FIND_DISPUTES
from worker.tasks.embeddings import REBUILD_EMBEDDINGS
from worker.tasks.kernel import FORGET_FACTS, FORGET_KEYS
from worker.tasks.notifications import SEND_DUE
from worker.tasks.observability import FORGET_TASK_EXECUTIONS, KEEP_TASK_DAYS, NOTE_SCHEDULE
from worker.tasks.onboarding import HIDE_LAPSED, LOOK_AGAIN
from worker.tasks.payments import AUDIT_SCHEDULES, RECONCILE
from worker.tasks.places import LEARN_PLACES
from worker.tasks.search_index import FORGET_CHANGES
from worker.tasks.searches import FORGET_HISTORIES, FORGET_SHOWN
from worker.tasks.webhooks import FORGET_WEBHOOKS, PROCESS_WEBHOOKS

ZONE = BUSINESS_ZONE


@dataclass(frozen=True, slots=True)
class Entry:
    """A job and when it is due. What nobody took within `expires` is dropped, not caught up.

    It is due for the first time one interval after beat has started; `at_once` with its first tick.
    """

    job: Job
    due: timedelta | crontab
    expires: timedelta | None = None
    at_once: bool = False


# Never between 1:00 and 3:00: the clocks skip or repeat that time twice a year.
ENTRIES = (
    Entry(RELAY, timedelta(seconds=2), expires=timedelta(seconds=10)),
    Entry(NOTE_SCHEDULE, timedelta(seconds=5), expires=timedelta(seconds=30), at_once=True),
    Entry(PROCESS_WEBHOOKS, timedelta(seconds=5), expires=timedelta(seconds=10)),
    Entry(FORGET_OVERTAKEN, timedelta(seconds=10), expires=timedelta(seconds=10)),
    Entry(SEND_DUE, timedelta(seconds=2), expires=timedelta(seconds=10)),
    Entry(EXPIRE_CHECKOUTS, timedelta(minutes=1), expires=timedelta(minutes=1)),
    Entry(MOVE_MONEY, timedelta(minutes=1), expires=timedelta(minutes=1)),
    Entry(FIND_COMMANDS, timedelta(minutes=1), expires=timedelta(minutes=1)),
    Entry(RELAY_AGAIN, timedelta(minutes=5), expires=timedelta(minutes=5)),
    Entry(PLACE_HOLDS, timedelta(minutes=5), expires=timedelta(minutes=5)),
    Entry(RETRY_HOLDS, timedelta(minutes=5), expires=timedelta(minutes=5)),
    Entry(CAPTURE, timedelta(minutes=5), expires=timedelta(minutes=5)),
    Entry(RETRY_CAPTURES, timedelta(minutes=15), expires=timedelta(minutes=15)),
    Entry(RESOLVE_NO_SHOWS, timedelta(minutes=15), expires=timedelta(minutes=15)),
    Entry(CHECK_HEALTH, timedelta(minutes=15), expires=timedelta(minutes=15)),
    Entry(FIND_DISPUTES, crontab(hour="*", minute=15), expires=timedelta(hours=1)),
    Entry(ASK_DISPUTES, crontab(hour="*", minute=20), expires=timedelta(hours=1)),
    Entry(ASK_STOPPED, crontab(hour="*", minute=40), expires=timedelta(hours=1)),
    Entry(ASK_IDENTITIES, crontab(hour="*", minute=45), expires=timedelta(hours=1)),
    Entry(SEND_TIPS, crontab(hour="*", minute=35), expires=timedelta(hours=1)),
    Entry(LOOK_AGAIN, crontab(hour="*", minute=50), expires=timedelta(hours=1)),
    Entry(REBUILD_EMBEDDINGS, crontab(hour="*", minute=30), expires=timedelta(hours=1)),
    Entry(KEEP_TASK_DAYS, crontab(hour="*", minute=55), expires=timedelta(hours=1)),
    Entry(AUDIT_SCHEDULES, crontab(hour=3, minute=5)),
    Entry(LEARN_PLACES, crontab(hour=3, minute=10)),
    Entry(EVALUATE_TIERS, crontab(hour=3, minute=15)),
    Entry(FORGET_HISTORIES, crontab(hour=3, minute=25)),
    Entry(EXPIRE, crontab(hour=3, minute=35)),
    Entry(HIDE_LAPSED, crontab(hour=3, minute=45)),
    Entry(RECONCILE, crontab(hour=4, minute=45)),
    Entry(FORGET_KEYS, crontab(hour="*", minute=25), expires=timedelta(hours=1)),
    Entry(FORGET_SHOWN, crontab(hour=3, minute=55)),
    Entry(FORGET_SESSIONS, crontab(hour=4, minute=5)),
    Entry(FORGET_FACTS, crontab(hour=4, minute=15)),
    Entry(FORGET_TASK_EXECUTIONS, crontab(hour=4, minute=25)),
    Entry(FORGET_WEBHOOKS, crontab(hour=4, minute=35)),
    Entry(FORGET_CONFIRMATIONS, crontab(hour=4, minute=55)),
    Entry(FORGET_CODES, crontab(hour=5, minute=5)),
    Entry(FORGET_CHANGES, crontab(hour=5, minute=15)),
    Entry(FORGET_DAYS, crontab(hour=5, minute=25)),
)

JOBS: tuple[Job, ...] = (REACT, DRIVE, RESUME, *(entry.job for entry in ENTRIES))


def timetable() -> tuple[ScheduledJob, ...]:
    """The table as beat tells of it."""
    return tuple(
        ScheduledJob(
            name=entry.job.name,
            queue=entry.job.queue.value,
            timing=_timing(entry.due),
            is_quiet=entry.job.is_quiet,
            keep_seconds=entry.expires.total_seconds() if entry.expires else None,
        )
        for entry in ENTRIES
    )


def _timing(due: timedelta | crontab) -> Timing:
    if isinstance(due, timedelta):
        return Timing(every_seconds=due.total_seconds())
    return Timing(hours=tuple(sorted(due.hour)), minutes=tuple(sorted(due.minute)))
