"""Signs of life: a worker's, with a farewell when it ends, and beat's, with its timetable."""
# Celery has no types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import threading
import time

from celery.worker import state

from instainstru_core.domains.observability.types import Heartbeat, Queue, ScheduledJob, Timetable
from instainstru_core.kernel.errors import Unavailable
from instainstru_core.kernel.log import logger
from instainstru_core.runtime import Runtime

BEAT_SECONDS = 5.0

_log = logger(__name__)


class Pulse:
    """Beats from a thread of the worker's own process, not from those of its children."""

    def __init__(self, name: str, runtime: Runtime, *, concurrency: int) -> None:
        self.name = name
        self.runtime = runtime
        self.concurrency = concurrency
        self.started_at = runtime.clock()
        self.stopped = threading.Event()
        self.beating = threading.Thread(target=self._beat_on, daemon=True)

    def start(self) -> None:
        """Beat once, then every few seconds."""
        self.beating.start()

    def stop(self) -> None:
        """Sign off. A worker that dies without it is seen as lost."""
        self.stopped.set()
        if self.beating.is_alive():
            self.beating.join()
        try:
            self.runtime.broker.sign_off(self.name)
        except Unavailable as refusal:
            _log.warning("not_signed_off", code=refusal.code)

    def _beat_on(self) -> None:
        while True:
            try:
                self.runtime.broker.beat(self._now())
            except Unavailable as refusal:
                _log.warning("no_heartbeat", code=refusal.code)
            if self.stopped.wait(BEAT_SECONDS):
                return

    def _now(self) -> Heartbeat:
        return Heartbeat(
            name=self.name,
            started_at=self.started_at,
            seen_at=self.started_at,
            queues=tuple(queue.value for queue in Queue),
            concurrency=self.concurrency,
            active_tasks=len(state.active_requests),
            processed=sum(state.total_count.values()),
            release=self.runtime.settings.release,
            git_sha=self.runtime.settings.git_sha,
        )


class Ticking:
    """The signs of life of beat, with what it hands out when."""

    def __init__(self, runtime: Runtime, jobs: tuple[ScheduledJob, ...], timezone: str) -> None:
        self.runtime = runtime
        self.jobs = jobs
        self.timezone = timezone
        self.started_at = runtime.clock()
        self.beating = threading.Thread(target=self._beat_on, daemon=True)

    def start(self) -> None:
        """Tell it once, then every few seconds, until the process ends."""
        self.beating.start()

    def _beat_on(self) -> None:
        settings = self.runtime.settings
        table = Timetable(
            started_at=self.started_at,
            seen_at=self.started_at,
            timezone=self.timezone,
            jobs=self.jobs,
            release=settings.release,
            git_sha=settings.git_sha,
        )
        while True:
            try:
                self.runtime.broker.announce(table)
            except Unavailable as refusal:
                _log.warning("not_announced", code=refusal.code)
            time.sleep(BEAT_SECONDS)
