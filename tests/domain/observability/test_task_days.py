"""How tasks fared is kept day by day and stays equal to the attempts, whatever happens to them.

The clock says Monday, June 15th 2026, 10:00 in New York, unless a test moves it.
"""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from instainstru_core.domains.observability import service
from instainstru_core.domains.observability.models import TaskDay, TaskExecution
from instainstru_core.domains.observability.schemas import TaskFinished, TaskStarted
from instainstru_core.domains.observability.schemas.executions import TaskFigures
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.kernel.authority import ANONYMOUS, SYSTEM, PermissionMissing
from instainstru_core.kernel.time import day_span
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock

ALL = "2026-02-01/2026-12-31"
YESTERDAY = date(2026, 6, 14)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BY_HAND = text(
    """
    SELECT task_name,
           count(*),
           count(*) FILTER (WHERE state = 'succeeded'),
           count(*) FILTER (WHERE is_last AND state = 'failed') AS failed,
           count(*) FILTER (WHERE is_last AND state IN ('started', 'retried')),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms)
               FILTER (WHERE state = 'succeeded'),
           percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms)
               FILTER (WHERE state = 'succeeded'),
           max(duration_ms) FILTER (WHERE state = 'succeeded'),
           max(finished_at) FILTER (WHERE state = 'succeeded'),
           max(finished_at) FILTER (WHERE state = 'failed')
    FROM (
        SELECT *, attempt = max(attempt) OVER (PARTITION BY task_id) AS is_last
        FROM task_executions
    ) AS one
    WHERE started_at >= :start AND started_at < :end
    GROUP BY task_name ORDER BY failed DESC, count(*) DESC, task_name COLLATE "C"
    """
)


def by_hand(uow: Uow, start: datetime, end: datetime) -> list[TaskFigures]:
    """The figures of all tasks in this span, from the attempts by plain SQL."""

    def figures(name: str, *row: Any) -> TaskFigures:
        attempts, succeeded, failed, unfinished, p50, p95, most, success, failure = row
        ended = succeeded + failed
        return TaskFigures(
            task=name,
            attempts=attempts,
            succeeded=succeeded,
            failed=failed,
            unfinished=unfinished,
            success_rate=round(succeeded / ended, 4) if ended else None,
            p50_ms=None if p50 is None else round(p50),
            p95_ms=None if p95 is None else round(p95),
            max_ms=most,
            last_success_at=success,
            last_failure_at=failure,
        )

    rows = uow.session.execute(BY_HAND, {"start": start, "end": end})
    return [figures(*row) for row in rows]


def begun(uow: Uow, task_id: str, at: datetime, **changes: Any) -> TaskExecution:
    row = TaskExecution(
        **{
            "task_id": task_id,
            "attempt": 1,
            "task_name": "payments.reconcile",
            "worker": "w1",
            "state": TaskState.SUCCEEDED,
            "started_at": at,
            "finished_at": at + timedelta(seconds=1),
            "duration_ms": 1_000,
            **changes,
        }
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def kept(uow: Uow) -> dict[date, int]:
    """The attempts that are kept, by day."""
    rows = uow.session.execute(select(TaskDay.day, TaskDay.attempts).order_by(TaskDay.day))
    found: dict[date, int] = {}
    for day, attempts in rows:
        found[day] = found.get(day, 0) + attempts
    return found


def stats(uow: Uow, window: str = ALL, task_name: str | None = None) -> list[TaskFigures]:
    return service.task_stats(uow, window, task_name=task_name, limit=100).data.tasks


@pytest.fixture
def history(uow: Uow) -> Uow:
    """Forty days of attempts, in the spring when clocks went forward too, many over midnight."""
    dice = random.Random(7)
    first = datetime(2026, 3, 1, tzinfo=UTC)
    for number in range(600):
        at = first + timedelta(seconds=dice.randrange(40 * 86_400))
        for attempt in range(1, dice.choice((1, 1, 1, 2, 3)) + 1):
            state = dice.choice([*TaskState])
            begun(
                uow, f"t{number}", at, attempt=attempt, task_name=dice.choice("abc"), state=state,
                duration_ms=None if state is TaskState.STARTED else dice.randrange(90_000),
                finished_at=None if state is TaskState.STARTED else at + timedelta(minutes=1),
            )  # fmt: skip
            at += timedelta(hours=dice.choice((0, 1, 9)))
    return uow


class TestWhatIsKept:
    def test_equals_the_attempts_over_any_window(self, history: Uow) -> None:
        assert service.keep_task_days(history, limit=100) == 42
        history.session.execute(delete(TaskDay).where(TaskDay.day == date(2026, 3, 17)))
        windows = {
            "2026-03-01/2026-04-15": day_span(date(2026, 3, 1), date(2026, 4, 15)),
            "2026-03-07/2026-03-09": day_span(date(2026, 3, 7), date(2026, 3, 9)),
            "2026-03-08": day_span(date(2026, 3, 8), date(2026, 3, 8)),
            "2026-03-10/2026-03-20": day_span(date(2026, 3, 10), date(2026, 3, 20)),
        }
        for window, span in windows.items():
            assert stats(history, window) == by_hand(history, span.start, span.end), window
        start = datetime(2026, 3, 10, 13, 30, tzinfo=UTC)
        end = datetime(2026, 3, 22, 2, 15, tzinfo=UTC)
        assert stats(history, f"{start:%FT%TZ}/{end:%FT%TZ}") == by_hand(history, start, end)

    def test_is_the_truth_for_these_days_without_reading_an_attempt(self, history: Uow) -> None:
        before = stats(history, "2026-03-01/2026-04-15")
        service.keep_task_days(history, limit=100)
        history.session.execute(delete(TaskExecution).where(TaskExecution.task_id != "t1"))
        assert stats(history, "2026-03-01/2026-04-15") == before

    def test_is_asked_for_one_task(self, history: Uow) -> None:
        service.keep_task_days(history, limit=100)
        every = {one.task: one for one in stats(history, ALL)}
        assert stats(history, ALL, "b") == [every["b"]]
        assert stats(history, ALL, "nothing") == []

    def test_is_no_day_that_may_still_change(self, uow: Uow, begin: Begin, clock: SetClock) -> None:
        begun(uow, "t1", uow.now - 2 * DAY)
        begun(uow, "t2", uow.now - DAY)
        begun(uow, "t3", uow.now)
        clock.now = datetime(2026, 6, 15, 4, 59, 59, tzinfo=UTC)  # 0:59:59 in New York
        with begin(SYSTEM) as early:
            assert service.keep_task_days(early, limit=10) == 1
            assert kept(early) == {date(2026, 6, 13): 1}
        clock.advance(timedelta(seconds=1))
        with begin(SYSTEM) as later:
            assert service.keep_task_days(later, limit=10) == 1
            assert kept(later) == {date(2026, 6, 13): 1, YESTERDAY: 1}

    def test_is_of_new_york_days_also_when_clocks_change(self, uow: Uow) -> None:
        # March 8th 2026 has 23 hours, from 5:00 to 4:00 UTC.
        for number, at in enumerate(
            (
                datetime(2026, 3, 8, 4, 59, 59, 999_999, tzinfo=UTC),
                datetime(2026, 3, 8, 5, tzinfo=UTC),
                datetime(2026, 3, 9, 3, 59, 59, 999_999, tzinfo=UTC),
                datetime(2026, 3, 9, 4, tzinfo=UTC),
            )
        ):
            begun(uow, f"t{number}", at)
        service.keep_task_days(uow, limit=10)
        assert kept(uow) == {date(2026, 3, 7): 1, date(2026, 3, 8): 2, date(2026, 3, 9): 1}

    def test_is_at_most_so_many_days_at_once_the_oldest_first(self, history: Uow) -> None:
        assert service.keep_task_days(history, limit=2) == 2
        assert list(kept(history)) == [date(2026, 2, 28), date(2026, 3, 1)]
        assert service.keep_task_days(history, limit=100) == 40
        assert service.keep_task_days(history, limit=100) == 0

    def test_is_nothing_where_no_task_ever_ran(self, uow: Uow) -> None:
        assert service.keep_task_days(uow, limit=10) == 0

    def test_needs_a_permission(self, begin: Begin) -> None:
        with begin(ANONYMOUS) as uow, pytest.raises(PermissionMissing):
            service.keep_task_days(uow, limit=10)


class TestLateNews:
    """What changes an attempt of a day that is over drops what is kept of that day."""

    @pytest.fixture(autouse=True)
    def days(self, uow: Uow) -> None:
        begun(uow, "t0", uow.now - 2 * DAY)
        begun(
            uow, "late", uow.now - DAY, state=TaskState.STARTED, finished_at=None, duration_ms=None
        )
        assert service.keep_task_days(uow, limit=10) == 2

    def test_of_an_end_is_told(self, uow: Uow) -> None:
        command = TaskFinished(
            task_id="late", attempt=1, state=TaskState.SUCCEEDED, duration_ms=86_400_000
        )
        service.record_task_finished(uow, command)
        assert kept(uow) == {date(2026, 6, 13): 1}
        (told,) = stats(uow)
        assert (told.succeeded, told.unfinished, told.max_ms) == (2, 0, 86_400_000)
        assert service.keep_task_days(uow, limit=10) == 1
        assert stats(uow) == [told]

    def test_of_a_next_attempt_is_told(self, uow: Uow) -> None:
        command = TaskStarted(
            task_id="late", task_name="payments.reconcile", queue=None, worker="w2"
        )
        assert service.record_task_started(uow, command) == 2
        assert kept(uow) == {date(2026, 6, 13): 1}
        (told,) = stats(uow)
        # The first died with its worker; of the two only the second decides, and has not ended.
        assert (told.attempts, told.succeeded, told.failed, told.unfinished) == (3, 1, 0, 1)

    def test_of_an_attempt_that_began_on_a_day_that_is_over_is_told(self, uow: Uow) -> None:
        command = TaskStarted(
            task_id="new",
            task_name="payments.reconcile",
            queue=None,
            worker="w2",
            started_at=uow.now - DAY,
        )
        service.record_task_started(uow, command)
        assert kept(uow) == {date(2026, 6, 13): 1}

    def test_of_today_drops_nothing(self, uow: Uow) -> None:
        before = kept(uow)
        command = TaskStarted(
            task_id="new", task_name="payments.reconcile", queue=None, worker="w2"
        )
        attempt = service.record_task_started(uow, command)
        service.record_task_finished(
            uow,
            TaskFinished(task_id="new", attempt=attempt, state=TaskState.SUCCEEDED, duration_ms=3),
        )
        assert kept(uow) == before

    def test_that_is_forgotten_is_not_told_any_more(
        self, uow: Uow, begin: Begin, clock: SetClock
    ) -> None:
        clock.advance(timedelta(days=88, hours=12))
        with begin(SYSTEM) as later:
            # 90 days before it is 22:00 on June 13th: of that day an hour stays.
            begun(later, "t2", datetime(2026, 6, 14, 3, tzinfo=UTC))
            assert service.forget_task_executions(later, limit=10) == 1
            assert kept(later) == {YESTERDAY: 1}
            assert [one.attempts for one in stats(later)] == [2]
