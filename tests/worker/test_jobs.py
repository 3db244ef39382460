"""The patience of the system with one attempt after the other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Conflict, Unavailable
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from worker.attempts import Again, Delivery, LostTooOften, carry_out
from worker.jobs import Desk, Job, in_pages, until_done

DELIVERY = Delivery(task_id="t1", worker="w1", queue="default", retries=0)


class AlreadyDone(Conflict):
    code = "test.already_done"


class Asleep(Unavailable):
    code = "test.asleep"


def desk_of(runtime: Runtime) -> Desk:
    return Desk(runtime=runtime, actor=SYSTEM, reactions={}, hand_out=lambda *_: None)


def failing(failure: Exception) -> Callable[[Desk], None]:
    def work(_desk: Desk) -> None:
        raise failure

    return work


def attempts(runtime: Runtime) -> list[tuple[int, TaskState, str | None]]:
    with runtime.begin(SYSTEM) as uow:
        rows = uow.session.scalars(select(TaskExecution).order_by(TaskExecution.attempt))
        return [(row.attempt, row.state, row.error_type) for row in rows]


class TestAnAttempt:
    def test_that_succeeds_is_written_down(self, runtime: Runtime) -> None:
        carry_out(Job("a.b", lambda _: None), desk_of(runtime), DELIVERY, ())
        assert attempts(runtime) == [(1, TaskState.SUCCEEDED, None)]

    def test_that_breaks_asks_for_another(self, runtime: Runtime) -> None:
        job = Job("a.b", failing(RuntimeError("secret")))
        with pytest.raises(Again):
            carry_out(job, desk_of(runtime), DELIVERY, ())
        assert attempts(runtime) == [(1, TaskState.RETRIED, "RuntimeError")]

    def test_that_cannot_be_answered_now_asks_for_another(self, runtime: Runtime) -> None:
        with pytest.raises(Again):
            carry_out(Job("a.b", failing(Asleep("zzz"))), desk_of(runtime), DELIVERY, ())
        assert attempts(runtime) == [(1, TaskState.RETRIED, "test.asleep")]

    def test_that_is_refused_is_not_repeated(self, runtime: Runtime) -> None:
        with pytest.raises(AlreadyDone):
            carry_out(Job("a.b", failing(AlreadyDone("no"))), desk_of(runtime), DELIVERY, ())
        assert attempts(runtime) == [(1, TaskState.FAILED, "test.already_done")]

    def test_is_the_last_when_patience_ends(self, runtime: Runtime) -> None:
        job = Job("a.b", failing(RuntimeError()), retries=2)
        with pytest.raises(RuntimeError):
            carry_out(job, desk_of(runtime), replace(DELIVERY, retries=2), ())
        assert attempts(runtime) == [(1, TaskState.FAILED, "RuntimeError")]

    def test_whose_worker_is_told_to_end_is_no_success(self, runtime: Runtime) -> None:
        def die(_desk: Desk) -> None:
            raise SystemExit

        with pytest.raises(SystemExit):
            carry_out(Job("a.b", die), desk_of(runtime), DELIVERY, ())
        carry_out(Job("a.b", lambda _: None), desk_of(runtime), DELIVERY, ())
        assert attempts(runtime) == [
            (1, TaskState.FAILED, "worker_stopped"),
            (2, TaskState.SUCCEEDED, None),
        ]

    def test_keeps_shapes_of_arguments_and_a_text_without_secrets(self, runtime: Runtime) -> None:
        def work(_desk: Desk, *_given: str) -> None:
            raise RuntimeError("maya@example.org said: password=hunter2")

        received = runtime.clock() - timedelta(seconds=3)
        delivery = replace(DELIVERY, received_at=received)
        with pytest.raises(Again):
            carry_out(Job("a.b", work), desk_of(runtime), delivery, ("hunter2", "maya"))
        with runtime.begin(SYSTEM) as uow:
            row = uow.session.scalars(select(TaskExecution)).one()
        assert (row.arguments, row.received_at) == ("str(7), str(4)", received)
        assert row.error_text == "m…@example.org said: password=[hidden]"
        assert (row.started_at, row.finished_at) == (runtime.clock(), runtime.clock())

    def test_that_killed_too_many_workers_is_given_up(self, runtime: Runtime) -> None:
        job = Job("a.b", lambda _: None, retries=0)
        for _ in range(4):
            carry_out(job, desk_of(runtime), DELIVERY, ())
        with pytest.raises(LostTooOften):
            carry_out(job, desk_of(runtime), DELIVERY, ())
        assert attempts(runtime)[-1] == (5, TaskState.FAILED, "LostTooOften")

    def test_of_a_quiet_job_is_written_down_only_when_it_fails(self, runtime: Runtime) -> None:
        carry_out(Job("a.b", lambda _: None, is_quiet=True), desk_of(runtime), DELIVERY, ())
        assert attempts(runtime) == []
        job = Job("a.b", failing(RuntimeError()), is_quiet=True, retries=0)
        with pytest.raises(RuntimeError):
            carry_out(job, desk_of(runtime), DELIVERY, ())
        assert attempts(runtime) == [(1, TaskState.FAILED, "RuntimeError")]

    def test_of_a_quiet_job_is_noted_by_the_broker(self, runtime: Runtime) -> None:
        before = runtime.broker.clockwork().at
        job = Job("test.quiet", lambda _: None, is_quiet=True)
        carry_out(job, desk_of(runtime), DELIVERY, ())
        assert runtime.broker.clockwork().quiet_runs["test.quiet"] >= before


class TestWaiting:
    @pytest.mark.parametrize(("retries", "longest"), [(0, 5.0), (1, 10.0), (3, 40.0), (9, 600.0)])
    def test_doubles_up_to_ten_minutes(self, retries: int, longest: float) -> None:
        job = Job("a.b", lambda _: None)
        waits = [job.wait_seconds(retries) for _ in range(50)]
        assert min(waits) >= longest / 2
        assert max(waits) <= longest


class TestWork:
    def test_goes_from_page_to_page(self, runtime: Runtime) -> None:
        seen: list[str] = []

        def step(_uow: Uow, after: str) -> str | None:
            seen.append(after)
            return None if after == "b" else chr(ord(after or "`") + 1)

        in_pages(step)(desk_of(runtime))
        assert seen == ["", "a", "b"]

    def test_repeats_until_a_batch_is_not_full(self, runtime: Runtime) -> None:
        counts = iter([3, 3, 1, 3])
        until_done(lambda _: next(counts), batch=3)(desk_of(runtime))
        assert next(counts) == 3
