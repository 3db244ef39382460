"""Real workers on a real Redis and a real Postgres: every fact is handled once, come what may."""

import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import celery
import httpx
import pytest
from sqlalchemy import text

from instainstru_core import runtime as composition
from instainstru_core.domains.observability import flows
from instainstru_core.domains.observability.schemas import WorkerView
from instainstru_core.kernel import outbox
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime
from tests.brokers import own_broker
from tests.conftest import settings_for
from tests.databases import ServerUrls, clone
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.processes import free_port
from tests.worker.at_work import TABLE, LessonPraised, kill, worker_at_work
from worker.app import Workplace, create_app
from worker.relay import REACT, RELAY


@dataclass
class Site:
    """Where the workers of this module work."""

    settings: Settings
    runtime: Runtime
    app: celery.Celery
    accident: Path
    port: int

    def emit(self, *lessons: str) -> None:
        with self.runtime.begin(SYSTEM) as uow:
            for lesson in lessons:
                uow.emit(LessonPraised(lesson_id=lesson))

    def relay(self, times: int = 1) -> None:
        for _ in range(times):
            self.app.tasks[RELAY.name].apply_async()

    def recall(self) -> None:
        with self.runtime.begin(SYSTEM) as uow:
            patience = timedelta(seconds=10)
            outbox.recall(uow.session, now=uow.now, patience=patience, most=4, limit=100)

    def rows(self, query: str, **values: str) -> list[tuple[object, ...]]:
        with self.runtime.begin(SYSTEM) as uow:
            return [tuple(row) for row in uow.session.execute(text(query), values)]

    def traces(self, prefix: str) -> list[str]:
        query = "SELECT lesson_id FROM traces WHERE lesson_id LIKE :like ORDER BY 1"
        return [str(row[0]) for row in self.rows(query, like=f"{prefix}%")]

    def shown(self, process: subprocess.Popen[bytes]) -> list[WorkerView]:
        """What the status says of this worker."""
        status = flows.worker_status(self.runtime.broker, actor=SYSTEM).data
        return [one for one in status.workers if one.name.startswith(f"worker-{process.pid}@")]


@pytest.fixture(scope="module")
def site(servers: ServerUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with clone(servers) as database_url, own_broker(servers.redis_url) as broker_url:
        known = settings_for(database_url, servers)
        settings = Settings(
            **known.model_dump(exclude={"database_url", "redis_url"}),
            DATABASE_URL=database_url,
            REDIS_URL=broker_url,
        )
        runtime = composition.build(settings)
        with runtime.begin(SYSTEM) as uow:
            uow.session.execute(text(TABLE))
        try:
            with create_app(Workplace(settings, {})) as app:
                accident = tmp_path_factory.mktemp("worker") / "accident"
                yield Site(settings, runtime, app, accident, free_port())
        finally:
            runtime.close()


@pytest.fixture(scope="module")
def _worker(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    with worker_at_work(site.settings, site.port, site.accident) as process:
        wait_until(lambda: bool(site.shown(process)))
        yield process


@pytest.mark.usefixtures("_worker")
class TestAFact:
    def test_is_handled_once_though_it_is_handed_out_twice(self, site: Site) -> None:
        lessons = [f"plain-{number:03}" for number in range(40)]
        site.emit(*lessons)
        site.relay(times=4)
        wait_until(lambda: len(site.traces("plain")) == len(lessons))
        reaction = "tests.worker.at_work.leave_trace"
        handed_out = site.rows("SELECT event_id FROM outbox_receipts")
        for (event_id,) in handed_out:
            site.app.tasks[REACT.name].apply_async((event_id, reaction))
        done = "SELECT count(*) FROM task_executions WHERE state = 'succeeded'"
        wait_until(lambda: site.rows(done)[0][0] >= 2 * len(lessons))  # type: ignore[operator]
        assert site.traces("plain") == lessons
        assert site.rows("SELECT count(*) FROM outbox WHERE relayed_at IS NULL") == [(0,)]

    def test_survives_the_death_of_the_process_that_handles_it(self, site: Site) -> None:
        site.emit("deadly")
        site.relay()
        wait_until(lambda: site.traces("deadly") == ["deadly"])
        ((task_id,),) = site.rows(
            "SELECT task_id FROM task_executions t WHERE error_type = 'worker_lost'"
            " AND started_at >"
            " (SELECT occurred_at FROM outbox WHERE payload->>'lesson_id' = 'deadly')"
        )
        states = "SELECT attempt, state FROM task_executions WHERE task_id = :task ORDER BY 1"
        wait_until(
            lambda: site.rows(states, task=str(task_id)) == [(1, "failed"), (2, "succeeded")]
        )

    def test_is_tried_again_and_each_attempt_is_on_record(self, site: Site) -> None:
        site.emit("flaky")
        site.relay()
        wait_until(lambda: site.traces("flaky") == ["flaky"])
        ((task_id,),) = site.rows(
            "SELECT DISTINCT task_id FROM task_executions WHERE state = 'retried'"
        )
        attempts = (
            "SELECT attempt, state, error_type FROM task_executions"
            " WHERE task_id = :task ORDER BY 1"
        )
        expected = [
            (1, "retried", "RuntimeError"),
            (2, "retried", "RuntimeError"),
            (3, "succeeded", None),
        ]
        wait_until(lambda: site.rows(attempts, task=str(task_id)) == expected)
        ((kept,),) = site.rows("SELECT string_agg(t::text, '') FROM task_executions t")
        assert "hunter2" not in str(kept)
        ((told,),) = site.rows(
            "SELECT DISTINCT error_text FROM task_executions WHERE state = 'retried'"
        )
        assert told == "the password is [hidden]"
        received = "SELECT count(DISTINCT received_at) FROM task_executions WHERE task_id = :task"
        assert site.rows(received, task=str(task_id)) == [(3,)], "each attempt has its own"

    def test_leaves_a_record_of_when_a_worker_got_it_and_of_what_shape_it_was(
        self, site: Site
    ) -> None:
        site.emit("noted")
        site.relay()
        wait_until(lambda: site.traces("noted") == ["noted"])
        ((in_order, shapes),) = site.rows(
            "SELECT received_at <= started_at AND started_at - received_at < interval '30 s',"
            " arguments FROM task_executions WHERE task_name = 'outbox.react'"
            " ORDER BY started_at DESC LIMIT 1"
        )
        assert (in_order, shapes) == (True, "str(26), str(32)")


@pytest.mark.usefixtures("_worker")
class TestAWorker:
    def test_answers_a_plain_ping(self, site: Site) -> None:
        with celery.Celery(broker=site.settings.redis_url.get_secret_value()) as stranger:
            wait_until(lambda: bool(stranger.control.ping(timeout=1.0, limit=1)))

    def test_shows_what_its_children_did(self, site: Site) -> None:
        site.relay()
        counted = re.compile(
            r'^instainstru_worker_tasks_total\{state="succeeded",task="outbox.relay"\} [1-9]',
            re.MULTILINE,
        )
        page = f"http://127.0.0.1:{site.port}/metrics"
        wait_until(lambda: counted.search(httpx.get(page).text) is not None)
        assert httpx.get(f"http://127.0.0.1:{site.port}/healthz").json() == {"status": "ok"}

    def test_that_is_killed_loses_no_fact_and_doubles_none(self, site: Site) -> None:
        """And one that ends in order leaves no trace."""
        lessons = [f"slow-{number:02}" for number in range(20)]

        def all_are_handled() -> bool:
            site.recall()  # as beat does: the worker may have died while it took a task
            site.relay()  # or as the relay itself
            return site.traces("slow") == lessons

        with worker_at_work(site.settings, free_port(), site.accident) as process:
            wait_until(lambda: bool(site.shown(process)))
            site.emit(*lessons)
            site.relay(times=4)
            wait_until(lambda: len(site.traces("slow")) > 3)
            kill(process)
        with worker_at_work(
            site.settings, free_port(), site.accident, visibility_seconds=4
        ) as heir:
            wait_until(all_are_handled, pause=2)
            wait_until(lambda: bool(site.shown(heir)))
            heir.send_signal(signal.SIGTERM)
            assert heir.wait(PATIENCE_SECONDS) == 0
        assert site.shown(heir) == [], "it signed off in order"
        assert len(site.shown(process)) == 1, "it did not sign off, so it is not forgotten"
        site.runtime.broker.sign_off(site.shown(process)[0].name)
