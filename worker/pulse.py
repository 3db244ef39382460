"""A worker's signs of life: every few seconds while it works, and a farewell when it ends."""
# Celery has no types.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

import threading

from celery.worker import state

from instainstru_core.domains.observability.types import Heartbeat, Queue
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
        )
