"""Tells Sentry, when configured, that the jobs of the schedule run, and how they end.

Sentry then says when one of them is missing, fails twice in a row, or never comes to an end. What
is told is queued and sent by a thread of the SDK: a job neither waits for it nor fails by it.
"""

import importlib
import time
import uuid
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from celery.schedules import crontab

from instainstru_core import runtime as composition
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.settings import Settings
from worker.attempts import Again
from worker.jobs import Job
from worker.schedule import ZONE, Entry

MARGIN_MINUTES = 10
RUNTIME_MINUTES = 30
FAILURES_BORNE = 2
LAST_WORDS_SECONDS = 2.0
"""How long a process that ends waits for what it has not told yet."""

MINUTE = timedelta(minutes=1)
HOURS, MINUTES = 24, 60

_log = logger(__name__)


class Monitors:
    """One for each process. The SDK is imported when the first job is watched, if ever."""

    def __init__(self, settings: Settings, entries: Iterable[Entry]) -> None:
        self._settings = settings
        self._configs = configs(entries) if settings.sentry_dsn else {}
        self._sdk: Any = None

    @contextmanager
    def watching(self, job: Job, task_id: str) -> Generator[None]:
        """Tell that a job begins and how it ends. All attempts of one task are one check-in.

        While another attempt is due, or the worker is told to stop and the task will come back, the
        check-in stays open.
        """
        config = self._configs.get(job.name)
        if config is None or not self._is_open():
            yield
            return
        started = time.perf_counter()
        self._tell(job, task_id, config, "in_progress")
        try:
            yield
        except Again:
            raise
        except Exception:
            self._tell(job, task_id, config, "error", seconds=time.perf_counter() - started)
            raise
        self._tell(job, task_id, config, "ok", seconds=time.perf_counter() - started)

    def close(self) -> None:
        """Send what is still to be told, for a moment at most."""
        if self._sdk is not None:
            self._sdk.get_client().close(timeout=LAST_WORDS_SECONDS)
            self._sdk = None

    def _is_open(self) -> bool:
        """Whether Sentry can be told; a DSN that is none is said aloud once.

        The SDK is opened anew: what a process inherits when it is forked has no thread that sends.
        """
        if self._sdk is None and self._configs:
            if composition.watch_errors(self._settings, "worker"):
                self._sdk = importlib.import_module("sentry_sdk")
            else:
                self._configs = {}
        return self._sdk is not None

    def _tell(
        self,
        job: Job,
        task_id: str,
        config: Mapping[str, Any],
        status: str,
        *,
        seconds: float | None = None,
    ) -> None:
        try:
            self._sdk.crons.capture_checkin(
                monitor_slug=slug(job.name),
                check_in_id=uuid.uuid5(uuid.NAMESPACE_OID, task_id).hex,
                status=status,
                duration=seconds,
                monitor_config=config,
            )
        except Exception as failure:  # noqa: BLE001 - as above
            _log.warning("monitor_not_told", task=job.name, error=type(failure).__name__)


def configs(entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """What Sentry must know of each job of the schedule, by name. Quiet ones come too often."""
    return {
        entry.job.name: {
            "schedule": _schedule(entry.due),
            "timezone": str(ZONE),
            "checkin_margin": MARGIN_MINUTES,
            "max_runtime": RUNTIME_MINUTES,
            "failure_issue_threshold": FAILURES_BORNE,
        }
        for entry in entries
        if not entry.job.is_quiet
    }


def slug(name: str) -> str:
    """What Sentry calls the monitor of a job."""
    return name.replace(".", "-").replace("_", "-")


def _schedule(due: timedelta | crontab) -> dict[str, Any]:
    if isinstance(due, timedelta):
        return {"type": "interval", "value": due // MINUTE, "unit": "minute"}
    when = f"{_field(due.minute, MINUTES)} {_field(due.hour, HOURS)} * * *"
    return {"type": "crontab", "value": when}


def _field(values: Collection[int], every: int) -> str:
    return "*" if len(values) == every else ",".join(str(value) for value in sorted(values))
