"""What is due when, and that there is somebody to do it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery.beat import Scheduler
from celery.schedules import crontab

from instainstru_core.domains.observability.service.payments import CADENCE
from instainstru_core.domains.observability.types import Queue, Timing
from instainstru_core.kernel.settings import Settings
from worker import schedule
from worker.app import VISIBILITY_SECONDS, Workplace, create_app
from worker.tasks.bookings import EVALUATE_TIERS

ENTRIES = {entry.job.name: entry for entry in schedule.ENTRIES}
EVERY = {
    "bookings.capture": timedelta(minutes=5),
    "bookings.check_health": timedelta(minutes=15),
    "bookings.expire_checkouts": timedelta(minutes=1),
    "bookings.move_money": timedelta(minutes=1),
    "bookings.place_holds": timedelta(minutes=5),
    "bookings.resolve_no_shows": timedelta(minutes=15),
    "bookings.retry_captures": timedelta(minutes=15),
    "bookings.retry_holds": timedelta(minutes=5),
    "notifications.send_due": timedelta(seconds=2),
    "observability.note_schedule": timedelta(seconds=5),
    "outbox.relay": timedelta(seconds=2),
    "outbox.relay_again": timedelta(minutes=5),
    "payments.find_commands": timedelta(minutes=1),
    "search.forget_overtaken_answers": timedelta(seconds=10),
    "webhooks.process": timedelta(seconds=5),
}
DAILY = {
    "access.forget_codes": (5, 5),
    "accounts.forget_sessions": (4, 5),
    "availability.forget_days": (5, 25),
    "bookings.evaluate_tiers": (3, 15),
    "confirmations.forget": (4, 55),
    "credits.expire": (3, 35),
    "observability.forget_task_executions": (4, 25),
    "onboarding.hide_lapsed": (3, 45),
    "outbox.forget": (4, 15),
    "payments.audit_schedules": (3, 5),
    "payments.reconcile": (4, 45),
    "search.forget_changes": (5, 15),
    "search.forget_histories": (3, 25),
    "search.forget_shown": (3, 55),
    "search.learn_places": (3, 10),
    "webhooks.forget": (4, 35),
}
HOURLY = {
    "bookings.ask_stopped": 40,
    "payments.ask_identities": 45,
    "bookings.ask_disputes": 20,
    "bookings.find_disputes": 15,
    "bookings.send_tips": 35,
    "idempotency.forget": 25,
    "observability.keep_task_days": 55,
    "onboarding.look_again": 50,
    "search.rebuild_embeddings": 30,
}


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

    def test_says_how_often_each_job_runs(self) -> None:
        found = {name: entry.due for name, entry in ENTRIES.items()}
        assert {name: due for name, due in found.items() if isinstance(due, timedelta)} == EVERY
        at = {name: due for name, due in found.items() if isinstance(due, crontab)}
        assert {name: (set(due.hour), set(due.minute)) for name, due in at.items()} == {
            **{name: (set(range(24)), {minute}) for name, minute in HOURLY.items()},
            **{name: ({hour}, {minute}) for name, (hour, minute) in DAILY.items()},
        }

    def test_is_what_health_takes_for_the_cadence_of_jobs_on_money(self) -> None:
        hours = dict.fromkeys(HOURLY, timedelta(hours=1))
        days = dict.fromkeys(DAILY, timedelta(days=1))
        assert {name: (EVERY | hours | days)[name] for name in CADENCE} == CADENCE
        assert not any(ENTRIES[name].job.is_quiet for name in CADENCE), "their record is asked"

    def test_leaves_no_job_on_money_out_of_its_health(self) -> None:
        on_money = {"bookings", "credits", "payments"}
        named = {name for name in ENTRIES if name.partition(".")[0] in on_money}
        assert named == set(CADENCE)

    def test_drops_what_nobody_took_before_it_is_due_again(self) -> None:
        """So that a worker that was away does not do the same a hundred times over."""
        for name, entry in ENTRIES.items():
            if name in DAILY:
                assert entry.expires is None, "once a day is caught up"
                continue
            assert entry.expires is not None
            often = timedelta(hours=1) if name in HOURLY else EVERY[name]
            seconds_apart = often < timedelta(minutes=1)
            assert often <= entry.expires <= (timedelta(seconds=30) if seconds_apart else often)

    def test_is_told_whole_by_beat(self) -> None:
        told = {job.name: job for job in schedule.timetable()}
        assert set(told) == set(ENTRIES)
        for name, often in EVERY.items():
            assert told[name].timing == Timing(every_seconds=often.total_seconds())
        for name, (hour, minute) in DAILY.items():
            assert told[name].timing == Timing(hours=(hour,), minutes=(minute,))
        for name, minute in HOURLY.items():
            assert told[name].timing == Timing(hours=tuple(range(24)), minutes=(minute,))
        for name, job in told.items():
            expires = ENTRIES[name].expires
            assert job.keep_seconds == (expires.total_seconds() if expires else None)
            assert (job.queue, job.is_quiet) == (
                ENTRIES[name].job.queue.value,
                ENTRIES[name].job.is_quiet,
            )

    def test_has_each_name_once(self) -> None:
        assert len({job.name for job in schedule.JOBS}) == len(schedule.JOBS)

    @pytest.mark.parametrize("name", sorted(ENTRIES))
    def test_leaves_the_hours_alone_that_the_clocks_skip_or_repeat(self, name: str) -> None:
        due = ENTRIES[name].due
        if isinstance(due, crontab) and len(due.hour) == 1:
            assert due.hour.isdisjoint({1, 2})

    def test_begins_with_the_sign_that_it_reaches_a_worker(self, settings: Settings) -> None:
        """What takes minutes of work waits for its turn, so that a restart is no rush."""
        with create_app(Workplace(settings, {})) as app:
            handed_out = Scheduler(app).schedule
            assert {name for name, entry in handed_out.items() if entry.is_due().is_due} == {
                "observability.note_schedule"
            }

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
