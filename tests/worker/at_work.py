"""A real worker with one reaction, which leaves a trace and sometimes has an accident."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from instainstru_core.kernel.events import Event
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Uow
from tests.databases import ROOT

START = """
import gc
gc.set_threshold(500_000)  # as the terminal does
from instainstru_core.kernel import settings
from tests.worker.at_work import main
main(settings.load(), {}, {})
"""
TABLE = "CREATE TABLE traces (lesson_id text, pid int)"
ACCIDENT = "AT_WORK_ACCIDENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPraised(Event):
    """A fact of these tests alone."""

    lesson_id: str


def leave_trace(uow: Uow, event: LessonPraised) -> None:
    """What the name of the lesson says: be slow, fall asleep, fail twice, or die once."""
    add = text("INSERT INTO traces VALUES (:lesson_id, :pid)")
    uow.session.execute(add, {"lesson_id": event.lesson_id, "pid": os.getpid()})
    if event.lesson_id.startswith("slow"):
        time.sleep(0.1)
    if event.lesson_id.startswith("asleep"):
        time.sleep(45)
    if event.lesson_id.startswith("flaky"):
        count = text("SELECT count(*) FROM task_executions WHERE state = 'retried'")
        if uow.session.scalar(count) < 2:
            raise RuntimeError("the password is hunter2")
    accident = Path(os.environ[ACCIDENT])
    if event.lesson_id.startswith("deadly") and not accident.exists():
        accident.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def main(settings: Settings, port: int, visibility_seconds: int) -> None:
    from worker.app import run_worker  # noqa: PLC0415 - tests import this module without Celery

    run_worker(
        settings,
        host="127.0.0.1",
        port=port,
        reactions={LessonPraised: (leave_trace,)},
        visibility_seconds=visibility_seconds,
    )


@contextmanager
def worker_at_work(
    settings: Settings,
    port: int,
    accident: Path,
    *,
    visibility_seconds: int = 3_600,
    **environment: str,
) -> Generator[subprocess.Popen[bytes]]:
    """A worker with children of its own; all are gone afterwards, whatever happens.

    It gives out again what others have held for `visibility_seconds`, which takes it for lost: a
    slow machine may need as long for what it does well. `environment` are settings beyond the
    database and the broker.
    """
    with TemporaryDirectory() as metrics:
        known = {
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "REDIS_URL": settings.redis_url.get_secret_value(),
            "PROMETHEUS_MULTIPROC_DIR": metrics,
            ACCIDENT: str(accident),
        }
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", START.format(port, visibility_seconds)],
            env={**os.environ, **known, **environment},
            cwd=ROOT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a worker and its children as a power cut would."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
