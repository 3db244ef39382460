"""The jobs that hold and take the money of many lessons, in a process of their own.

`python -m benchmarks.jobs` does everything that is due, first the holds, then, two days later by
its own clock, the captures, and tells how its memory grew and how long it took.
"""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.paying import payees, payers, unheld
from benchmarks.results import Result
from benchmarks.world import PATIENT_MS, World
from devstack.places import ROOT
from instainstru_core import runtime as composition
from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.kernel import settings as configuration
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import Clock, utc_now
from worker.jobs import Desk, Job
from worker.tasks.bookings import CAPTURE, PLACE_HOLDS

PEOPLE = 40
SETTLED_IN = 1_000
"""After so many lessons everything is loaded that is ever needed."""

LATER = timedelta(hours=23 + 1 + 24 + 1)
"""From the holds until every lesson is over and can no longer be objected to."""

TARGET_MB = 10.0
RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Run:
    """What one job did: lessons, seconds, and megabytes beyond those of the first lessons."""

    lessons: int
    seconds: float
    grown_mb: float


def job_results(world: World, lessons: int) -> list[Result]:
    """Both jobs over so many lessons, each of which has a hold placed and is then charged."""
    runtime = composition.build(world.settings)
    url = world.stripe_url or ""
    unheld(runtime, payers(runtime, url, PEOPLE), payees(runtime, url, PEOPLE), lessons)
    runtime.close()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.jobs"],
        cwd=ROOT,
        env={**os.environ, **world.environment},
        check=True,
        stdout=subprocess.PIPE,
    )
    found = [Run(**run) for run in json.loads(done.stdout.splitlines()[-1])]
    words = zip(("hold", "capture"), found, strict=True)
    return [_result(what, run, lessons) for what, run in words]


def _result(what: str, run: Run, lessons: int) -> Result:
    if run.lessons != lessons:
        raise LookupError(f"{what}: {run.lessons} of {lessons} lessons were done")
    each = "charged, settled and paid out" if what == "capture" else "held"
    detail = f"{run.lessons / run.seconds:.0f} lessons a second, each {each}; simulator over HTTP"
    against = f"memory grown from {SETTLED_IN:,} to {lessons:,} lessons"
    return Result(f"{what} job", against, run.grown_mb, TARGET_MB, "MB", detail)


def main() -> None:
    """Do what is due and print what it took."""
    configured = configuration.load(slow_query_ms=PATIENT_MS)
    ahead = timedelta(0)

    def now() -> datetime:
        return utc_now() + ahead

    held = _run(configured, now, PLACE_HOLDS)
    ahead = LATER
    captured = _run(configured, now, CAPTURE)
    print(json.dumps([asdict(held), asdict(captured)]))


def _run(configured: configuration.Settings, clock: Clock, job: Job) -> Run:
    """One job with all that it hands out, here and now."""
    composition.configure_logging(configured, "benchmark")
    runtime = composition.build(configured, clock)
    done, first, last = 0, 0.0, 0.0

    def hand_out(handed: Job, given: tuple[str, ...]) -> None:
        nonlocal done, first, last
        handed.work(desk, *given)
        before, done = done, done + len(given)
        last = _resident_mb()
        if before < SETTLED_IN <= done:
            first = last

    desk = Desk(runtime, SYSTEM, reactions={}, hand_out=hand_out)
    started = time.perf_counter()
    job.work(desk)
    took = time.perf_counter() - started
    moved = LessonMoney.authorized_at if job is PLACE_HOLDS else LessonMoney.settled_at
    with runtime.begin(SYSTEM) as uow:
        count = select(func.count()).where(moved >= uow.now - timedelta(seconds=took + 5))
        lessons = uow.session.scalars(count).one()
    runtime.close()
    return Run(lessons, took, last - first)


def _resident_mb() -> float:
    found = RESIDENT.search(Path("/proc/self/status").read_text())
    if found is None:
        raise LookupError("This system does not tell how much memory a process holds.")
    return int(found.group(1)) * 1024 / 1e6


if __name__ == "__main__":
    main()
