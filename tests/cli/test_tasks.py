"""Background work from the terminal."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.types import TaskState, Timetable
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.clock import utc_now
from instainstru_core.runtime import Runtime
from tests.brokers import own_broker
from tests.cli.conftest import Terminal
from tests.factories.observability import heartbeat
from worker import schedule

MINUTE = timedelta(minutes=1)


@pytest.fixture
def rows(committed_runtime: Runtime) -> None:
    """A success and a failure of one task, and one that is under way, by the wall clock."""
    now = utc_now()
    with committed_runtime.begin(SYSTEM) as uow:
        for number, state in enumerate((TaskState.SUCCEEDED, TaskState.FAILED, TaskState.STARTED)):
            started = now - (10 - number) * MINUTE
            ends = state is not TaskState.STARTED
            uow.session.add(
                TaskExecution(
                    task_id=f"t{number}",
                    attempt=1,
                    task_name="payments.reconcile",
                    queue="maintenance",
                    worker="w1",
                    state=state,
                    started_at=started,
                    finished_at=started if ends else None,
                    duration_ms=250 if ends else None,
                    error_type="stripe.unavailable" if state is TaskState.FAILED else None,
                    error_text="Stripe is away." if state is TaskState.FAILED else None,
                )
            )


@pytest.fixture
def redis_url(committed_runtime: Runtime) -> Iterator[str]:
    with own_broker(committed_runtime.settings.redis_url.get_secret_value()) as url:
        yield url


@pytest.mark.usefixtures("rows")
class TestTheRecord:
    def test_is_shown_newest_first_and_narrowed(self, terminal: Terminal) -> None:
        found = terminal("tasks", "history", "--json")
        assert found.code == 0, found.err
        assert [one["task_id"] for one in found.json["data"]["attempts"]] == ["t2", "t1", "t0"]
        narrow = terminal("tasks", "history", "--state", "succeeded", "--json").json
        assert [one["task_id"] for one in narrow["data"]["attempts"]] == ["t0"]
        page = terminal("tasks", "history", "--limit", "1", "--json").json
        rest = terminal("tasks", "history", "--cursor", page["next_cursor"], "--json").json
        assert [one["task_id"] for one in rest["data"]["attempts"]] == ["t1", "t0"]
        printed = terminal("tasks", "history").out
        assert "stripe.unavailable Stripe is away." in printed
        assert "3 attempts." in printed

    def test_tells_what_failed(self, terminal: Terminal) -> None:
        found = terminal("tasks", "failed", "--window", "7d", "--json").json
        assert (found["total"], found["data"]["groups"][0]["error_type"]) == (
            1,
            "stripe.unavailable",
        )
        assert "1 failures." in terminal("tasks", "failed").out

    def test_tells_how_tasks_fare(self, terminal: Terminal) -> None:
        (one,) = terminal("tasks", "stats", "--json").json["data"]["tasks"]
        assert (one["success_rate"], one["p50_ms"], one["unfinished"]) == (0.5, 250, 1)
        assert "50.0%" in terminal("tasks", "stats").out

    def test_warns_of_a_wrong_name(self, terminal: Terminal) -> None:
        printed = terminal("tasks", "failed", "--task", "payments.reconsile").out
        assert "Near it are: payments.reconcile." in printed


@pytest.mark.usefixtures("rows")
class TestTheBroker:
    def test_tells_who_works_what_waits_and_what_is_due(
        self, terminal: Terminal, committed_runtime: Runtime, redis_url: str
    ) -> None:
        broker = type(committed_runtime.broker)(redis_url)  # type: ignore[call-arg]
        broker.beat(heartbeat("w1"))
        started = utc_now()
        zone = "America/New_York"
        broker.announce(Timetable(started, started, zone, schedule.timetable()))
        broker.close()

        def ask(*words: str) -> object:
            done = terminal(*words, "--json", REDIS_URL=redis_url)
            assert done.code == 0, done.err
            assert terminal(*words, REDIS_URL=redis_url).code == 0
            return done.json["data"]

        workers = ask("tasks", "workers")
        assert [one["name"] for one in workers["workers"]] == ["w1"]  # type: ignore[index]
        queues = ask("tasks", "queues")
        assert queues["waiting"] == 0  # type: ignore[index]
        active = ask("tasks", "active")
        assert [one["worker_state"] for one in active["tasks"]] == ["online"]  # type: ignore[index]
        due = ask("tasks", "schedule")
        jobs = {one["task"]: one for one in due["jobs"]}  # type: ignore[index]
        assert jobs["payments.reconcile"]["last_state"] == "started"
        assert jobs["payments.reconcile"]["schedule"] == "daily at 04:45"

    def test_that_is_away_is_a_refusal(self, terminal: Terminal) -> None:
        away = terminal("tasks", "workers", "--json", REDIS_URL="redis://127.0.0.1:1/0")
        assert (away.code, away.problem["code"]) == (3, "broker.unreachable")
