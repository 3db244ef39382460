"""A real worker, a real beat, a real Redis and Postgres, asked through a real MCP client."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import celery
import pytest
from sqlalchemy import text

from instainstru_core import runtime as composition
from instainstru_core.domains.observability.flows import LOST_AFTER
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime
from tests.brokers import own_broker
from tests.contracts.test_redis_broker import age
from tests.databases import ROOT, ServerUrls, clone
from tests.mcp import world as worlds
from tests.mcp.test_tasks_record import settings_on
from tests.mcp.world import Copilot
from tests.patience import wait_until
from tests.processes import free_port
from tests.worker.at_work import TABLE, LessonPraised, kill, worker_at_work
from worker import schedule
from worker.app import Workplace, create_app
from worker.relay import RELAY
from worker.tasks.accounts import FORGET_SESSIONS
from worker.tasks.bookings import CHECK_HEALTH

TOKEN = "a-token-of-these-tests-that-lasts-until-tomorrow"
BEAT = """
from instainstru_core.kernel import settings
from worker.app import run_beat
run_beat(settings.load())
"""
RELEASE = {"INSTAINSTRU_RELEASE": "7", "INSTAINSTRU_GIT_SHA": "abc"}


@dataclass
class Site:
    runtime: Runtime
    copilot: Copilot
    app: celery.Celery
    accident: Path

    def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return self.copilot.ask(tool, **arguments)

    def until(self, tool: str, holds: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The first answer of which this is true."""
        last: dict[str, Any] = {}

        def is_true() -> bool:
            last.update(self.ask(tool)["data"])
            return bool(holds(last))

        wait_until(is_true, pause=0.1)
        return last

    def emit(self, *lessons: str) -> None:
        with self.runtime.begin(SYSTEM) as uow:
            for lesson in lessons:
                uow.emit(LessonPraised(lesson_id=lesson))
        self.app.tasks[RELAY.name].apply_async()


@contextmanager
def opened(servers: ServerUrls, folder: Path) -> Iterator[Site]:
    key = folder / "signing.pem"
    key.write_text(worlds.signing_key())
    with ExitStack() as kept:
        database_url = kept.enter_context(clone(servers))
        broker_url = kept.enter_context(own_broker(servers.redis_url))
        token = {
            "client_id": "desk-copilot",
            "scopes": ["mcp:read"],
            "expires_at": datetime.now(UTC) + timedelta(days=1),
        }
        known = settings_on(database_url, broker_url, servers, key).model_dump()
        known["mcp_static_tokens"] = {hashlib.sha256(TOKEN.encode()).hexdigest(): token}
        known |= {"DATABASE_URL": database_url, "REDIS_URL": broker_url}
        runtime = composition.build(Settings(**known), utc_now)
        kept.callback(runtime.close)
        with runtime.begin(SYSTEM) as uow:
            uow.session.execute(text(TABLE))
        url = kept.enter_context(worlds.serving(runtime))
        copilot = kept.enter_context(Copilot(url, token=TOKEN).connected())
        app = kept.enter_context(create_app(Workplace(runtime.settings, {})))
        yield Site(runtime, copilot, app, folder / "accident")


@pytest.fixture
def site(servers: ServerUrls, tmp_path: Path) -> Iterator[Site]:
    with opened(servers, tmp_path) as site:
        yield site


@pytest.fixture(scope="module")
def busy(servers: ServerUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a worker, for those who leave both as they are."""
    with opened(servers, tmp_path_factory.mktemp("busy")) as site, working(site):
        yield site


@contextmanager
def working(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    with worker_at_work(site.runtime.settings, free_port(), site.accident, **RELEASE) as process:
        name = f"worker-{process.pid}@"
        site.until(
            "celery_worker_status",
            lambda data: any(one["name"].startswith(name) for one in data["workers"]),
        )
        yield process


@pytest.fixture
def worker(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    with working(site) as process:
        yield process


@pytest.fixture
def beat(busy: Site) -> Iterator[subprocess.Popen[bytes]]:
    settings = busy.runtime.settings
    known = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
    }
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", BEAT],
        env={**os.environ, **known, **RELEASE},
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            kill(process)


class TestQueues:
    def test_are_as_deep_as_what_waits_in_them(self, site: Site) -> None:
        """Facts 7.1 and 9.1: the other copilot's depth was always 0."""
        for _ in range(3):
            site.app.tasks[CHECK_HEALTH.name].apply_async()
        site.app.tasks[FORGET_SESSIONS.name].apply_async()
        answer = site.ask("celery_queue_depth")
        assert [
            (one["name"], one["waiting"], one["workers"]) for one in answer["data"]["queues"]
        ] == [("default", 3, 0), ("maintenance", 1, 0)]
        assert (answer["data"]["waiting"], answer["source"]) == (4, "broker")
        assert answer["warnings"] == ["Nobody takes from: default, maintenance."]


class TestAWorker:
    def test_that_works_leaves_every_attempt_on_record(self, busy: Site) -> None:
        busy.emit("flaky-1")
        done = {"task_name": "outbox.react", "state": "succeeded"}
        wait_until(lambda: busy.ask("celery_task_history", **done)["total"] == 1, pause=0.1)
        attempts = busy.ask("celery_task_history", task_name="outbox.react")["data"]["attempts"]
        assert [(one["attempt"], one["state"], one["error_text"]) for one in attempts] == [
            (3, "succeeded", None),
            (2, "retried", "the password is [hidden]"),
            (1, "retried", "the password is [hidden]"),
        ]
        assert len({one["task_id"] for one in attempts}) == 1
        (figures,) = busy.ask("celery_task_stats", task_name="outbox.react")["data"]["tasks"]
        assert (figures["attempts"], figures["success_rate"]) == (3, 1.0)
        assert busy.ask("celery_failed_tasks", task_name="outbox.react")["total"] == 0

    def test_that_is_killed_is_lost_and_so_is_what_it_held(
        self, site: Site, worker: subprocess.Popen[bytes]
    ) -> None:
        """Fact 9.1: the other copilot showed dead workers as online."""
        site.emit("asleep-1")
        name = f"worker-{worker.pid}@"
        site.until("celery_active_tasks", lambda data: data["tasks"])
        (task,) = site.ask("celery_active_tasks")["data"]["tasks"]
        assert (task["task"], task["worker_state"]) == ("outbox.react", "online")
        assert task["worker"].startswith(name)
        kill(worker)
        age(site.runtime.settings.redis_url.get_secret_value(), task["worker"], LOST_AFTER * 2)
        status = site.until("celery_worker_status", lambda data: data["lost"])
        assert [one["state"] for one in status["workers"]] == ["lost"]
        answer = site.ask("celery_active_tasks")
        assert [one["worker_state"] for one in answer["data"]["tasks"]] == ["lost"]
        assert "lost" in answer["warnings"][0]


class TestBeat:
    @pytest.mark.usefixtures("beat")
    def test_tells_its_schedule_and_when_each_job_ran(self, busy: Site) -> None:
        def relayed(data: dict[str, Any]) -> bool:
            return any(
                one["task"] == RELAY.name
                and (one["last_state"], one["missed_runs"]) == ("succeeded", 0)
                for one in data["jobs"]
            )

        found = busy.until("celery_beat_schedule", relayed)
        assert (found["timezone"], found["beat_state"]) == ("America/New_York", "online")
        jobs = {one["task"]: one for one in found["jobs"]}
        assert set(jobs) == {entry.job.name for entry in schedule.ENTRIES}
        relay = jobs[RELAY.name]
        assert relay["schedule"] == "every 2 seconds"
        tiers = jobs["bookings.evaluate_tiers"]
        assert (tiers["schedule"], tiers["last_run_at"]) == ("daily at 03:15", None)
        assert tiers["missed_runs"] == 0
        processes = busy.ask("deploy_overview")["data"]["processes"]
        assert {
            (one["component"], one["state"], one["release"], one["git_sha"])
            for one in processes
            if one["component"] in {"worker", "beat"}
        } == {("worker", "up", "7", "abc"), ("beat", "up", "7", "abc")}
