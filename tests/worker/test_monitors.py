"""What Sentry is told of the schedule, by the real SDK, over a socket."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from pydantic import SecretStr

from instainstru_core.kernel.settings import Settings
from tests.brokers import own_broker
from tests.conftest import settings_for
from tests.databases import ServerUrls, clone
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.processes import free_port
from tests.worker.at_work import worker_at_work
from tests.worker.sentry import KEY, Receiver, listening
from worker import schedule
from worker.app import Workplace, create_app
from worker.attempts import Again
from worker.jobs import Job
from worker.monitors import Monitors, configs, slug
from worker.relay import RELAY
from worker.tasks.bookings import CHECK_HEALTH, DRIVE, PLACE_HOLDS
from worker.tasks.payments import RECONCILE

SLUG = "bookings-place-holds"
TASK = "1b7f9f9e-3b0c-4f0e-9d9a-8f6f1f2b3c4d"
RULES = {
    "timezone": "America/New_York",
    "checkin_margin": 10,
    "max_runtime": 30,
    "failure_issue_threshold": 2,
}


@pytest.fixture
def sentry() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def monitors(settings: Settings, sentry: Receiver) -> Iterator[Monitors]:
    found = Monitors(configured(settings, sentry.dsn), schedule.ENTRIES)
    yield found
    found.close()


def configured(settings: Settings, dsn: str) -> Settings:
    changes = {"sentry_dsn": SecretStr(dsn), "release": "v7"}
    return settings.model_copy(update=changes)


def attempt(monitors: Monitors, job: Job, failure: BaseException | None = None) -> None:
    with monitors.watching(job, TASK):
        if failure is not None:
            raise failure


class TestWhatSentryKnows:
    def test_is_when_each_job_is_due(self) -> None:
        known = configs(schedule.ENTRIES)
        assert known[PLACE_HOLDS.name] == {
            "schedule": {"type": "interval", "value": 5, "unit": "minute"},
            **RULES,
        }
        assert known[RECONCILE.name] == {
            "schedule": {"type": "crontab", "value": "45 4 * * *"},
            **RULES,
        }
        assert known["bookings.send_tips"]["schedule"]["value"] == "35 * * * *"

    def test_is_every_job_of_the_schedule_that_is_not_quiet(self) -> None:
        loud = {entry.job.name for entry in schedule.ENTRIES if not entry.job.is_quiet}
        known = configs(schedule.ENTRIES)
        assert set(known) == loud
        assert len(loud) == 35
        for config in known.values():
            assert config["schedule"]["value"], "no job is due every 0 minutes"

    def test_calls_each_monitor_as_sentry_allows(self) -> None:
        names = {slug(entry.job.name) for entry in schedule.ENTRIES}
        assert len(names) == len(schedule.ENTRIES)
        assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz-") for name in names)


class TestACheckIn:
    def test_tells_of_the_beginning_and_of_a_good_end(
        self, monitors: Monitors, sentry: Receiver
    ) -> None:
        attempt(monitors, PLACE_HOLDS)
        monitors.close()
        begun, ended = sentry.check_ins(SLUG)
        assert (begun["status"], ended["status"]) == ("in_progress", "ok")
        assert begun["check_in_id"] == ended["check_in_id"]
        assert (begun["item"], begun["environment"], begun["release"]) == ("check_in", "int", "v7")
        assert begun["monitor_config"] == configs(schedule.ENTRIES)[PLACE_HOLDS.name]
        assert "duration" not in begun or begun["duration"] is None
        assert 0 <= ended["duration"] < 1
        assert len(sentry.told) == 2, "and of nothing else"
        assert all(KEY in key for key in sentry.keys)

    def test_tells_of_a_bad_end(self, monitors: Monitors, sentry: Receiver) -> None:
        with pytest.raises(RuntimeError):
            attempt(monitors, PLACE_HOLDS, RuntimeError("the password is hunter2"))
        monitors.close()
        assert sentry.statuses(SLUG) == ["in_progress", "error"]
        assert "hunter2" not in str(sentry.told)

    def test_stays_open_while_another_attempt_is_due(
        self, monitors: Monitors, sentry: Receiver
    ) -> None:
        with pytest.raises(Again):
            attempt(monitors, RECONCILE, Again())
        attempt(monitors, RECONCILE)
        monitors.close()
        name = slug(RECONCILE.name)
        assert sentry.statuses(name) == ["in_progress", "in_progress", "ok"]
        assert len({one["check_in_id"] for one in sentry.check_ins(name)}) == 1

    def test_stays_open_when_the_worker_is_told_to_stop(
        self, monitors: Monitors, sentry: Receiver
    ) -> None:
        with pytest.raises(SystemExit):
            attempt(monitors, PLACE_HOLDS, SystemExit())
        monitors.close()
        assert sentry.statuses(SLUG) == ["in_progress"]

    @pytest.mark.parametrize("job", [RELAY, DRIVE], ids=["quiet", "handed out"])
    def test_is_not_for_jobs_that_are_quiet_or_not_on_the_table(
        self, monitors: Monitors, sentry: Receiver, job: Job
    ) -> None:
        attempt(monitors, job)
        monitors.close()
        assert sentry.told == []

    def test_that_nobody_takes_neither_stops_nor_slows_the_job(self, settings: Settings) -> None:
        self.is_at_peace(settings, f"http://{KEY}@127.0.0.1:{free_port()}/42")

    def test_that_is_never_answered_neither_stops_nor_slows_the_job(
        self, settings: Settings
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.is_at_peace(settings, f"http://{KEY}@127.0.0.1:{silent.getsockname()[1]}/42")

    def test_for_an_address_that_is_none_is_left_out_and_said_once(
        self, settings: Settings
    ) -> None:
        with structlog.testing.capture_logs() as lines:
            self.is_at_peace(settings, "http://nowhere")
        assert [line["event"] for line in lines] == ["errors_not_watched"]

    def is_at_peace(self, settings: Settings, dsn: str) -> None:
        """Hundreds of jobs, and the end, take less than a few that wait for an answer would."""
        monitors = Monitors(configured(settings, dsn), schedule.ENTRIES)
        started = time.perf_counter()
        done: list[int] = []
        for number in range(300):
            with monitors.watching(PLACE_HOLDS, str(number)):
                done.append(number)
        assert len(done) == 300
        monitors.close()
        assert time.perf_counter() - started < PATIENCE_SECONDS


def test_a_real_worker_tells_of_what_it_does(
    servers: ServerUrls, sentry: Receiver, tmp_path: Path
) -> None:
    with clone(servers) as database_url, own_broker(servers.redis_url) as broker_url:
        settings = settings_for(database_url, servers).model_copy(
            update={"redis_url": SecretStr(broker_url)}
        )
        with (
            create_app(Workplace(settings, {})) as app,
            worker_at_work(
                settings,
                free_port(),
                tmp_path / "accident",
                SENTRY_DSN=sentry.dsn,
                SENTRY_ENVIRONMENT="staging",
            ),
        ):
            app.tasks[CHECK_HEALTH.name].apply_async()
            name = slug(CHECK_HEALTH.name)
            wait_until(lambda: sentry.statuses(name) == ["in_progress", "ok"])
        assert {one["environment"] for one in sentry.told} == {"staging"}
