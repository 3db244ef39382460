"""The record of tasks and the schedule, asked through a real client; answers worked out by hand.

The clock says Monday, June 15th 2026, 10:00 in New York, which is 14:00 UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from instainstru_core import runtime as composition
from instainstru_core.adapters.broker import RedisBroker
from instainstru_core.domains.observability import flows
from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.types import TaskState, Timetable
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime
from tests.brokers import own_broker
from tests.conftest import SetClock, settings_for
from tests.databases import ServerUrls, clone
from tests.factories.observability import heartbeat
from tests.mcp import world as worlds
from tests.mcp.world import Copilot
from tests.processes import free_port
from worker import schedule

NOW = worlds.MORNING
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def row(task: str, number: int, ago: timedelta, state: str, **changes: Any) -> TaskExecution:
    started = NOW - ago
    took = changes.pop("took", 1_000)
    ends = state != "started"
    return TaskExecution(
        **{
            "task_id": f"{task}-{number}",
            "attempt": 1,
            "task_name": task,
            "queue": "default",
            "worker": "w1",
            "state": TaskState(state),
            "started_at": started,
            "finished_at": started + timedelta(milliseconds=took) if ends else None,
            "duration_ms": took if ends else None,
            **changes,
        }
    )


ROWS = (
    # 1, 2, 3 and 4 seconds: the median is 2.5 s, the 95th percentile 3.85 s.
    *[
        row("payments.reconcile", number, number * HOUR, "succeeded", took=number * 1_000)
        for number in (1, 2, 3, 4)
    ],
    row(
        "payments.reconcile", 5, 30 * MINUTE, "failed",
        error_type="stripe.unavailable", error_text="Stripe is away.", arguments="str(26)",
        received_at=NOW - 31 * MINUTE,
    ),
    # A worker died over it; the second attempt went well.
    row("bookings.drive", 1, 5 * HOUR, "failed", error_type="worker_lost", took=60_000),
    row("bookings.drive", 1, 4 * HOUR, "succeeded", attempt=2, took=500),
    # Tried three times, then given up, 20 hours ago and the day before.
    *[
        row(
            "bookings.evaluate_tiers", night, night * DAY - 4 * HOUR - attempt * MINUTE,
            "failed" if attempt == 3 else "retried",
            attempt=attempt, error_type="OperationalError", queue="maintenance",
        )
        for night in (1, 2)
        for attempt in (1, 2, 3)
    ],
    row("bookings.evaluate_tiers", 3, 3 * DAY + 6 * HOUR + 45 * MINUTE, "succeeded", took=700),
    # Under way: with a living worker, and with one that is lost.
    row("search.slow", 1, 90 * MINUTE, "started", worker="lost"),
    row("search.slow", 2, 2 * MINUTE, "started", worker="alive", arguments="str(5)"),
    row("outbox.relay", 1, 2 * DAY, "failed", error_type="RuntimeError"),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    runtime: Runtime
    copilot: Copilot


@pytest.fixture(scope="module")
def place(servers: ServerUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server on a database with these rows and a broker of its own."""
    key = tmp_path_factory.mktemp("keys") / "signing.pem"
    key.write_text(worlds.signing_key())
    with clone(servers) as database_url, own_broker(servers.redis_url) as broker_url:
        runtime = composition.build(settings_on(database_url, broker_url, servers, key), SetClock())
        with runtime.begin(SYSTEM) as uow:
            uow.session.add_all(ROWS)
        with (
            worlds.serving(runtime) as url,
            Copilot(url).connected() as copilot,
        ):
            yield Place(runtime, copilot)
        runtime.close()


def settings_on(database_url: str, broker_url: str, servers: ServerUrls, key: Path) -> Settings:
    known = settings_for(database_url, servers).model_dump(exclude={"database_url", "redis_url"})
    known |= {
        "oauth_issuer": worlds.ISSUER,
        "oauth_audience": worlds.AUDIENCE,
        "oauth_signing_key_file": key,
        "mcp_static_tokens": worlds.static_tokens(),
    }
    return Settings(**known, DATABASE_URL=database_url, REDIS_URL=broker_url)


@pytest.fixture
def copilot(place: Place) -> Copilot:
    return place.copilot


def ids(attempts: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(one["task_id"], one["attempt"]) for one in attempts]


class TestHistory:
    def test_is_every_attempt_newest_first_with_what_is_known_of_it(self, copilot: Copilot) -> None:
        answer = copilot.ask("celery_task_history", window="59m")
        assert ids(answer["data"]["attempts"]) == [
            ("search.slow-2", 1),
            ("payments.reconcile-5", 1),
        ]
        assert answer["data"]["attempts"][1] == {
            "task": "payments.reconcile",
            "task_id": "payments.reconcile-5",
            "attempt": 1,
            "state": "failed",
            "queue": "default",
            "worker": "w1",
            "arguments": "str(26)",
            "received_at": "2026-06-15T13:29:00Z",
            "started_at": "2026-06-15T13:30:00Z",
            "finished_at": "2026-06-15T13:30:01Z",
            "duration_ms": 1_000,
            "error_type": "stripe.unavailable",
            "error_text": "Stripe is away.",
        }
        assert (answer["total"], answer["truncated"], answer["source"]) == (2, False, "database")
        assert answer["data"]["records_since"] == "2026-06-12T07:15:00Z"

    def test_filters_by_task_and_state_for_real(self, copilot: Copilot) -> None:
        """Fact 7.1: the other copilot's filter was ignored."""
        of_task = copilot.ask("celery_task_history", task_name="bookings.drive")
        assert ids(of_task["data"]["attempts"]) == [
            ("bookings.drive-1", 2),
            ("bookings.drive-1", 1),
        ]
        of_both = copilot.ask(
            "celery_task_history", task_name="bookings.evaluate_tiers", state="retried"
        )
        assert ids(of_both["data"]["attempts"]) == [
            ("bookings.evaluate_tiers-1", 2),
            ("bookings.evaluate_tiers-1", 1),
        ]
        assert of_both["total"] == 2

    def test_goes_on_where_the_page_ended(self, copilot: Copilot) -> None:
        seen: list[tuple[str, int]] = []
        cursor: str | None = None
        while True:
            answer = copilot.ask(
                "celery_task_history", window="last 7 days", limit=4, cursor=cursor
            )
            seen += ids(answer["data"]["attempts"])
            cursor = answer["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == len(ROWS) == answer["total"]

    def test_refuses_the_cursor_of_another_question(self, copilot: Copilot) -> None:
        first = copilot.ask("celery_task_history", window="last 7 days", limit=4)
        refused = copilot.refused(
            "celery_task_history", window="last 7 days", state="failed", cursor=first["next_cursor"]
        )
        assert refused["code"] == "paging.bad_cursor"

    def test_does_not_take_a_wrong_name_for_peace(self, copilot: Copilot) -> None:
        answer = copilot.ask("celery_task_history", task_name="payment.reconcile")
        assert (answer["total"], answer["data"]["attempts"]) == (0, [])
        assert answer["warnings"][-1] == (
            "No task of this name is on record: check the name. Near it are: payments.reconcile."
        )
        known = copilot.ask("celery_task_history", task_name="payments.reconcile", state="retried")
        assert known["warnings"] == [
            "This task is on record, but no attempt of it fits this question."
        ]

    def test_says_which_jobs_leave_no_record(self, copilot: Copilot) -> None:
        answer = copilot.ask("celery_task_history", task_name="outbox.relay")
        assert answer["warnings"] == [
            "outbox.relay comes every few seconds: only its failures are on record."
        ]

    def test_tells_unknown_from_zero(self, copilot: Copilot) -> None:
        answer = copilot.ask("celery_task_history", window="last month")
        assert answer["warnings"] == [
            "Records begin at 2026-06-12 07:15 UTC: this window is unknown."
        ]
        part = copilot.ask("celery_task_history", window="last 7 days")
        assert part["warnings"] == [
            "Records begin at 2026-06-12 07:15 UTC: before that it is unknown."
        ]


class TestFailures:
    def test_are_told_by_when_they_failed_and_whether_they_recovered(
        self, copilot: Copilot
    ) -> None:
        answer = copilot.ask("celery_failed_tasks")
        assert [(one["task_id"], one["recovered"]) for one in answer["data"]["failures"]] == [
            ("payments.reconcile-5", False),
            ("bookings.drive-1", True),
            ("bookings.evaluate_tiers-1", False),
        ]
        drive = answer["data"]["failures"][1]
        assert (drive["started_at"], drive["finished_at"]) == (
            "2026-06-15T09:00:00Z",
            "2026-06-15T09:01:00Z",
        )
        assert (answer["total"], answer["window"]["start"]) == (3, "2026-06-14T14:00:00Z")

    def test_are_grouped_over_the_whole_window(self, copilot: Copilot) -> None:
        answer = copilot.ask("celery_failed_tasks", window="last 3 days", limit=1)
        assert answer["data"]["groups"] == [
            {
                "task": "bookings.evaluate_tiers",
                "error_type": "OperationalError",
                "count": 2,
                "recovered": 0,
                "last_at": "2026-06-14T18:03:01Z",
            },
            {
                "task": "bookings.drive",
                "error_type": "worker_lost",
                "count": 1,
                "recovered": 1,
                "last_at": "2026-06-15T09:01:00Z",
            },
            {
                "task": "outbox.relay",
                "error_type": "RuntimeError",
                "count": 1,
                "recovered": 0,
                "last_at": "2026-06-13T14:00:01Z",
            },
            {
                "task": "payments.reconcile",
                "error_type": "stripe.unavailable",
                "count": 1,
                "recovered": 0,
                "last_at": "2026-06-15T13:30:01Z",
            },
        ]
        assert (answer["total"], answer["truncated"]) == (5, True)
        assert len(answer["data"]["failures"]) == 1

    def test_of_one_task_are_those_of_no_other(self, copilot: Copilot) -> None:
        answer = copilot.ask("celery_failed_tasks", task_name="bookings.evaluate_tiers")
        assert [one["task"] for one in answer["data"]["failures"]] == ["bookings.evaluate_tiers"]
        assert answer["next_actions"][0]["arguments"] == {
            "task_name": "bookings.evaluate_tiers",
            "window": "24h",
        }


class TestStatistics:
    def test_are_of_tasks_that_ended_and_of_attempts_that_succeeded(self, copilot: Copilot) -> None:
        answer = copilot.ask("celery_task_stats")
        found = {one.pop("task"): one for one in answer["data"]["tasks"]}
        assert found["payments.reconcile"] == {
            "attempts": 5,
            "succeeded": 4,
            "failed": 1,
            "unfinished": 0,
            "success_rate": 0.8,
            "p50_ms": 2_500,
            "p95_ms": 3_850,
            "max_ms": 4_000,
            "last_success_at": "2026-06-15T13:00:01Z",
            "last_failure_at": "2026-06-15T13:30:01Z",
        }
        drive = found["bookings.drive"]
        assert (drive["attempts"], drive["succeeded"], drive["failed"]) == (2, 1, 0)
        assert (drive["success_rate"], drive["p50_ms"]) == (1.0, 500)
        tiers = found["bookings.evaluate_tiers"]
        assert (tiers["attempts"], tiers["failed"], tiers["success_rate"]) == (3, 1, 0.0)
        assert (tiers["p50_ms"], tiers["last_success_at"]) == (None, None)
        slow = found["search.slow"]
        assert (slow["unfinished"], slow["success_rate"]) == (2, None)
        assert list(found)[:2] == ["payments.reconcile", "bookings.evaluate_tiers"]
        assert answer["next_actions"][0]["arguments"]["task_name"] == "payments.reconcile"


class TestActiveTasks:
    def test_tell_who_has_them_and_whether_that_worker_lives(self, place: Place) -> None:
        place.runtime.broker.beat(heartbeat("alive", active_tasks=1))
        answer = place.copilot.ask("celery_active_tasks")
        assert [
            (one["task_id"], one["worker"], one["worker_state"], one["running_seconds"])
            for one in answer["data"]["tasks"]
        ] == [
            ("search.slow-1", "lost", "lost", 5_400.0),
            ("search.slow-2", "alive", "online", 120.0),
        ]
        assert (answer["total"], answer["data"]["told_by_workers"]) == (2, 1)
        assert len(answer["warnings"]) == 1
        assert "lost" in answer["warnings"][0]


class TestSchedule:
    @pytest.fixture
    def jobs(self, place: Place) -> dict[str, dict[str, Any]]:
        place.runtime.broker.announce(
            Timetable(
                started_at=NOW - 2 * HOUR,
                seen_at=NOW,
                timezone="America/New_York",
                jobs=schedule.timetable(),
            )
        )
        answer = place.copilot.ask("celery_beat_schedule")
        assert (answer["data"]["timezone"], answer["data"]["beat_state"]) == (
            "America/New_York",
            "online",
        )
        return {one.pop("task"): one for one in answer["data"]["jobs"]}

    def test_is_of_new_york_with_the_last_run_and_the_next(
        self, jobs: dict[str, dict[str, Any]]
    ) -> None:
        assert len(jobs) == len(schedule.ENTRIES)
        assert jobs["bookings.evaluate_tiers"] == {
            "schedule": "daily at 03:15",
            "queue": "maintenance",
            "last_run_at": "2026-06-14T18:03:00Z",
            "last_state": "failed",
            "last_success_at": "2026-06-12T07:15:00.700000Z",
            "next_run_at": "2026-06-16T07:15:00Z",
            "missed_runs": 1,
        }

    def test_counts_from_the_start_of_beat_what_never_ran(
        self, jobs: dict[str, dict[str, Any]]
    ) -> None:
        never = jobs["bookings.place_holds"]
        assert (never["schedule"], never["last_run_at"]) == ("every 5 minutes", None)
        assert never["missed_runs"] == 23, "two hours are 24 times; the last one has its grace"
        assert jobs["credits.expire"]["missed_runs"] == 0

    def test_tells_each_job_its_own_last_run(self, jobs: dict[str, dict[str, Any]]) -> None:
        """Fact 7.1: all showed whatever task ran last."""
        assert jobs["payments.reconcile"]["last_run_at"] == "2026-06-15T13:30:00Z"
        assert jobs["outbox.relay"]["last_state"] == "failed"
        assert jobs["payments.audit_schedules"]["last_run_at"] is None


class TestASilentBroker:
    @pytest.fixture
    def copilot(self, place: Place) -> Iterator[Copilot]:
        """A server whose broker is not there."""
        silent = RedisBroker(f"redis://127.0.0.1:{free_port()}/0")
        with worlds.serving(replace(place.runtime, broker=silent)) as url:
            yield Copilot(url)
        silent.close()

    @pytest.mark.parametrize(
        "tool", ["celery_worker_status", "celery_queue_depth", "celery_beat_schedule"]
    )
    def test_is_a_refusal_not_nobody_and_nothing(self, copilot: Copilot, tool: str) -> None:
        refused = copilot.refused(tool)
        assert (refused["code"], refused["retryable"]) == ("broker.unreachable", True)

    def test_leaves_the_record_but_not_the_state_of_workers(self, copilot: Copilot) -> None:
        answer = copilot.ask("celery_active_tasks")
        assert [one["worker_state"] for one in answer["data"]["tasks"]] == [None, None]
        assert answer["data"]["told_by_workers"] is None
        assert answer["warnings"] == [flows.schedule.NO_BROKER]


class TestPaymentHealth:
    def test_is_told_from_the_record_job_by_job(self, copilot: Copilot) -> None:
        answer = copilot.ask("celery_payment_health")
        jobs = {one["task_name"]: one for one in answer["data"]["jobs"]}
        assert jobs["payments.reconcile"] == {
            "task_name": "payments.reconcile",
            "last_run_at": "2026-06-15T13:30:00Z",
            "last_state": "failed",
            "last_success_at": "2026-06-15T13:00:01Z",
            "is_late": False,
        }
        assert (jobs["bookings.capture"]["last_run_at"], jobs["bookings.capture"]["is_late"]) == (
            None,
            None,
        )
        assert answer["data"]["issues"] == [
            {
                "severity": "critical",
                "message": "bookings.evaluate_tiers is late.",
                "count": 1,
            },
            {
                "severity": "warning",
                "message": "payments.reconcile failed when it ran last.",
                "count": 1,
            },
        ]
        assert answer["data"]["is_healthy"] is False
        assert answer["next_actions"][0]["arguments"] == {
            "task_name": "bookings.evaluate_tiers",
            "window": "last 7 days",
        }
