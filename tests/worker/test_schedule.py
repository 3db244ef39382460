"""What is due when, and that there is somebody to do it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab

from instainstru_core.domains.observability.types import Queue
from instainstru_core.kernel.settings import Settings
from worker import schedule
from worker.app import VISIBILITY_SECONDS, Workplace, create_app
from worker.tasks.bookings import EVALUATE_TIERS

ENTRIES = {entry.job.name: entry for entry in schedule.ENTRIES}


class TestTheTable:
    def test_names_only_tasks_there_are(self, settings: Settings) -> None:
        with create_app(Workplace(settings, {})) as app:
            table = app.conf.beat_schedule
            assert {entry["task"] for entry in table.values()} <= set(app.tasks)
            assert sorted(table) == sorted(ENTRIES)

    def test_routes_every_task_to_a_queue_there_is(self, settings: Settings) -> None:
        with create_app(Workplace(settings, {})) as app:
            routes = {name: route["queue"] for name, route in app.conf.task_routes.items()}
            assert set(routes) == {job.name for job in schedule.JOBS}
            assert set(routes.values()) <= {queue.value for queue in Queue}

    def test_has_each_name_once(self) -> None:
        assert len({job.name for job in schedule.JOBS}) == len(schedule.JOBS)

    @pytest.mark.parametrize("name", sorted(ENTRIES))
    def test_leaves_the_hours_alone_that_the_clocks_skip_or_repeat(self, name: str) -> None:
        due = ENTRIES[name].due
        if isinstance(due, crontab) and len(due.hour) == 1:
            assert due.hour.isdisjoint({1, 2})

    def test_tells_time_by_new_york(self, settings: Settings) -> None:
        with create_app(Workplace(settings, {})) as app:
            due = crontab(hour=3, minute=15, app=app)
            assert ENTRIES[EVALUATE_TIERS.name].due == due
            before = datetime(2026, 6, 15, 6, 0, tzinfo=UTC)
            due.nowfun = lambda: before.astimezone(ZoneInfo("America/New_York"))
            assert due.remaining_estimate(before) == timedelta(hours=1, minutes=15)

    def test_gives_out_again_what_was_killed_because_it_was_stuck(self, settings: Settings) -> None:
        with create_app(Workplace(settings, {})) as app:
            for job in schedule.JOBS:
                task = app.tasks[job.name]
                assert (task.acks_late, task.acks_on_timeout, task.acks_on_failure) == (
                    True,
                    False,
                    True,
                )

    def test_has_no_task_that_outlives_the_broker_s_patience(self) -> None:
        """Else the broker would give a task out again that is still running or waiting."""
        for job in schedule.JOBS:
            assert job.hard_seconds < VISIBILITY_SECONDS
