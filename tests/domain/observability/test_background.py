"""Workers and queues, and the record of attempts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.observability import flows, service
from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.schemas import TaskFinished, TaskStarted
from instainstru_core.domains.observability.types import (
    Backlog,
    Crew,
    Heartbeat,
    TaskState,
    WorkerState,
)
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.uow import Begin, Uow
from tests.factories.observability import NOW, ScriptedBroker, heartbeat

MOMENT = timedelta(microseconds=1)
STARTED = TaskStarted(task_id="t1", task_name="a.b", queue="default", worker="w1")


def seen(ago: timedelta, name: str = "w1", **changes: object) -> Heartbeat:
    return heartbeat(name, seen_at=NOW - ago, **changes)


class TestWorkerStatus:
    def test_tells_the_lost_from_the_living(self) -> None:
        crew = Crew(
            NOW,
            (seen(flows.LOST_AFTER, "alive"), seen(flows.LOST_AFTER + MOMENT, "lost")),
            NOW - timedelta(seconds=4),
        )
        report = flows.worker_status(ScriptedBroker(crew), actor=SYSTEM)
        status = report.data
        assert [(one.name, one.state) for one in status.workers] == [
            ("alive", WorkerState.ONLINE),
            ("lost", WorkerState.LOST),
        ]
        assert (status.online, status.lost, status.active_tasks) == (1, 1, 1)
        assert status.workers[0].age_seconds == 20.0
        assert status.schedule_age_seconds == 4.0
        assert len(report.warnings) == 1

    @pytest.mark.parametrize(("age", "silent"), [(59, False), (60, True)])
    def test_warns_when_the_schedule_is_silent(self, *, age: int, silent: bool) -> None:
        crew = Crew(NOW, (seen(MOMENT),), NOW - timedelta(seconds=age))
        report = flows.worker_status(ScriptedBroker(crew), actor=SYSTEM)
        assert report.warnings == ([flows.SCHEDULE_SILENT] if silent else [])

    def test_warns_when_nobody_works(self) -> None:
        report = flows.worker_status(ScriptedBroker(Crew(NOW, (), None)), actor=SYSTEM)
        assert report.warnings == [flows.NO_WORKERS, flows.SCHEDULE_SILENT]
        assert (report.data.online, report.data.schedule_age_seconds) == (0, None)

    def test_is_for_staff_only(self) -> None:
        with pytest.raises(PermissionMissing):
            flows.worker_status(ScriptedBroker(Crew(NOW, (), None)), actor=ANONYMOUS)


class TestQueueDepth:
    def test_counts_what_waits_and_who_takes_it(self) -> None:
        crew = Crew(
            NOW,
            (
                seen(timedelta(0), "one", queues=("default", "extra")),
                seen(timedelta(0), "two", queues=("default",)),
                seen(timedelta(hours=1), "lost"),
            ),
            None,
        )
        broker = ScriptedBroker(crew, Backlog({"default": 5, "maintenance": 3}, {"default": 2}))
        report = flows.queue_depth(broker, actor=SYSTEM)
        rows = [(one.name, one.waiting, one.unacked, one.workers) for one in report.data.queues]
        assert rows == [("default", 5, 2, 2), ("maintenance", 3, 0, 0), ("extra", 0, 0, 1)]
        assert (report.data.waiting, report.data.unacked) == (8, 2)
        assert report.warnings == ["Nobody takes from: maintenance."]

    def test_is_for_staff_only(self) -> None:
        with pytest.raises(PermissionMissing):
            flows.queue_depth(ScriptedBroker(Crew(NOW, (), None)), actor=ANONYMOUS)


def rows(uow: Uow) -> list[tuple[int, TaskState, str | None, int | None]]:
    query = select(TaskExecution).order_by(TaskExecution.attempt)
    uow.session.expire_all()
    return [
        (row.attempt, row.state, row.error_type, row.duration_ms)
        for row in uow.session.scalars(query)
    ]


class TestTheRecord:
    def test_keeps_every_attempt(self, uow: Uow) -> None:
        for number in (1, 2):
            assert service.record_task_started(uow, STARTED) == number
            ended = TaskFinished(
                task_id="t1",
                attempt=number,
                state=TaskState.RETRIED if number == 1 else TaskState.SUCCEEDED,
                duration_ms=9,
                error_type="KeyError" if number == 1 else None,
            )
            service.record_task_finished(uow, ended)
        assert rows(uow) == [
            (1, TaskState.RETRIED, "KeyError", 9),
            (2, TaskState.SUCCEEDED, None, 9),
        ]

    def test_ends_an_attempt_whose_worker_died(self, uow: Uow) -> None:
        service.record_task_started(uow, STARTED)
        service.record_task_started(uow, STARTED)
        assert rows(uow) == [
            (1, TaskState.FAILED, "worker_lost", None),
            (2, TaskState.STARTED, None, None),
        ]

    def test_is_forgotten_after_ninety_days_oldest_first(self, uow: Uow) -> None:
        for name, days in (("old", 92), ("older", 93), ("oldest", 94), ("kept", 90)):
            uow.session.add(
                TaskExecution(
                    task_id=name,
                    attempt=1,
                    task_name="a.b",
                    worker="w1",
                    state=TaskState.SUCCEEDED,
                    started_at=uow.now - timedelta(days=days),
                )
            )
        uow.session.flush()
        assert service.forget_task_executions(uow, limit=2) == 2
        assert set(uow.session.scalars(select(TaskExecution.task_id))) == {"old", "kept"}
        assert service.forget_task_executions(uow, limit=2) == 1

    def test_is_for_the_system_only(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow, pytest.raises(PermissionMissing):
            service.record_task_started(uow, STARTED)
