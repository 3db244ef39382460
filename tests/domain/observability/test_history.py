"""The record of tasks as a domain: who may ask, and what the broker adds to it."""

from datetime import timedelta

import pytest

from instainstru_core.domains.observability import flows, service
from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.types import (
    Clockwork,
    Crew,
    ScheduledJob,
    TaskState,
    Timetable,
    Timing,
    WorkerState,
)
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.observability import NOW, ScriptedBroker
from worker import schedule

NOBODY = Crew(NOW, (), None)
MOMENT = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
RELAY = ScheduledJob(
    "outbox.relay", "default", Timing(every_seconds=2), is_quiet=True, keep_seconds=10
)


def told(**changes: object) -> Timetable:
    known = {
        "started_at": NOW - 60 * MINUTE,
        "seen_at": NOW,
        "timezone": "America/New_York",
        "jobs": (RELAY,),
    }
    return Timetable(**{**known, **changes})  # type: ignore[arg-type]


def broker(timetable: Timetable | None, **runs: timedelta) -> ScriptedBroker:
    quiet = {name.replace("_", "."): NOW - ago for name, ago in runs.items()}
    return ScriptedBroker(NOBODY, clockwork=Clockwork(NOW, timetable, quiet))


def failed(uow: Uow, ago: timedelta) -> None:
    uow.session.add(
        TaskExecution(
            task_id="t1",
            attempt=1,
            task_name="outbox.relay",
            worker="w1",
            state=TaskState.FAILED,
            started_at=NOW - ago,
            finished_at=NOW - ago,
        )
    )
    uow.session.flush()


class TestTheSchedule:
    def test_that_was_never_told_is_unknown(self, begin: Begin) -> None:
        report = flows.beat_schedule(begin, broker(None), actor=SYSTEM)
        assert (report.data.timezone, report.data.beat_state, report.data.jobs) == (None, None, [])
        assert (report.total, report.warnings) == (None, [flows.schedule.NEVER_ANNOUNCED])

    def test_knows_when_quiet_jobs_ran_from_the_broker(self, begin: Begin) -> None:
        seconds = timedelta(seconds=1)
        report = flows.beat_schedule(begin, broker(told(), outbox_relay=seconds), actor=SYSTEM)
        (job,) = report.data.jobs
        assert (job.last_run_at, job.last_success_at) == (NOW - seconds, NOW - seconds)
        assert (job.last_state, job.missed_runs) == (TaskState.SUCCEEDED, 0)
        assert (job.next_run_at, report.warnings) == (NOW + seconds, [])

    def test_knows_when_quiet_jobs_failed_from_the_record(self, begin: Begin, uow: Uow) -> None:
        failed(uow, MOMENT)
        report = flows.beat_schedule(begin, broker(told(), outbox_relay=MINUTE), actor=SYSTEM)
        (job,) = report.data.jobs
        assert (job.last_state, job.last_run_at) == (TaskState.FAILED, NOW - MOMENT)
        assert job.last_success_at == NOW - MINUTE
        assert report.warnings == ["Failed when they ran last: outbox.relay."]

    @pytest.mark.parametrize(
        ("silent", "state"),
        [(flows.LOST_AFTER, WorkerState.ONLINE), (flows.LOST_AFTER + MOMENT, WorkerState.LOST)],
    )
    def test_is_not_promised_by_a_beat_that_is_lost(
        self, begin: Begin, silent: timedelta, state: WorkerState
    ) -> None:
        told_then = broker(told(seen_at=NOW - silent), outbox_relay=MOMENT)
        report = flows.beat_schedule(begin, told_then, actor=SYSTEM)
        assert report.data.beat_state is state
        is_lost = state is WorkerState.LOST
        assert (report.data.jobs[0].next_run_at is None) is is_lost
        assert report.warnings == ([flows.schedule.BEAT_LOST] if is_lost else [])

    def test_names_what_it_missed(self, begin: Begin) -> None:
        report = flows.beat_schedule(begin, broker(told(), outbox_relay=MINUTE), actor=SYSTEM)
        assert report.data.jobs[0].missed_runs == 25
        assert report.warnings == ["Missed runs: outbox.relay."]

    def test_has_the_quiet_jobs_that_the_worker_has(self) -> None:
        quiet = {entry.job.name for entry in schedule.ENTRIES if entry.job.is_quiet}
        assert set(service.QUIET) == quiet


class TestPermissions:
    def test_are_asked_for(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow:
            for ask in (service.task_history, service.failed_tasks, service.task_stats):
                with pytest.raises(PermissionMissing):
                    ask(uow)
            with pytest.raises(PermissionMissing):
                service.running_tasks(uow, limit=1)
            with pytest.raises(PermissionMissing):
                service.runs_of(uow, [])
        with pytest.raises(PermissionMissing):
            flows.active_tasks(begin, broker(None), actor=ANONYMOUS)
        with pytest.raises(PermissionMissing):
            flows.beat_schedule(begin, broker(None), actor=ANONYMOUS)


class TestAnEmptyRecord:
    def test_is_unknown_not_zero(self, uow: Uow) -> None:
        for report in (service.task_history(uow), service.failed_tasks(uow)):
            assert report.total == 0
            assert report.warnings == [
                "No task has left a record on this database yet: this is unknown, not zero."
            ]
        assert service.task_stats(uow).data.tasks == []
