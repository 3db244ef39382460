"""The jobs on lessons' money: what they find, what they do, and what stops them."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.schemas import GiveTip, RetryPayment
from instainstru_core.domains.bookings.types import BookingStatus, DueKind
from instainstru_core.domains.credits import flows as credit_flows
from instainstru_core.domains.credits.schemas import BuyCredit
from instainstru_core.domains.payments.models import PaymentCommand
from instainstru_core.domains.payments.repository.commands import OPEN
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.uow import DatabaseUnreachable, QueryTooSlow, Uow
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories.bookings import booking
from tests.factories.gateways import Crash, crash, decline
from tests.factories.money import Market, market
from tests.worker.workbench import Workbench
from worker import schedule
from worker.batches import SomeFailed, each
from worker.jobs import Job
from worker.tasks import bookings as jobs
from worker.tasks.bookings import AT_ONCE, DRIVE, PAGE, RESUME

LESSONS = ("2026-06-18T10:00:00", "2026-06-18T13:00:00", "2026-06-18T16:00:00")
ON_THE_TABLE = {entry.job.name: entry.job for entry in schedule.ENTRIES}
FINDERS = {
    DueKind.CHECKOUT: "bookings.expire_checkouts",
    DueKind.HOLD: "bookings.place_holds",
    DueKind.HOLD_EXPIRY: "bookings.place_holds",
    DueKind.HOLD_RETRY: "bookings.retry_holds",
    DueKind.CAPTURE: "bookings.capture",
    DueKind.CAPTURE_RETRY: "bookings.retry_captures",
    DueKind.NO_SHOW: "bookings.resolve_no_shows",
    DueKind.MONEY: "bookings.move_money",
}


@pytest.fixture
def shop(runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    return market(runtime, stripe, clock)


@pytest.fixture
def bench(runtime: Runtime) -> Workbench:
    return Workbench(runtime)


def begun(uow: Uow, shop: Market, count: int, **money: object) -> list[str]:
    """So many abandoned checkouts, told by the ids of their chains in order."""
    assert shop.student.id is not None
    rows = [
        booking(
            uow,
            teacher=shop.teacher,
            student_id=shop.student.id,
            starts_at=uow.now + timedelta(days=60, hours=2 * number),
            status=BookingStatus.PENDING,
            money=money or None,
        )
        for number in range(count)
    ]
    return sorted(row.chain_id for row in rows)


def counted(task: str, result: str) -> float:
    labels = {"task": task, "result": result}
    return REGISTRY.get_sample_value("instainstru_worker_items_total", labels) or 0.0


def held(shop: Market) -> int:
    """How many lessons have a hold."""
    with shop.runtime.begin(SYSTEM) as uow:
        query = select(func.count()).where(LessonMoney.authorized_at.is_not(None))
        return uow.session.scalars(query).one()


def three_due_holds(shop: Market) -> list[str]:
    """Three lessons whose holds are due now; their chains in the order in which they are done."""
    booked = [shop.confirmed(starts) for starts in LESSONS]
    shop.clock.now = shop.before(booked[-1], hours=23)
    return sorted(shop.money(one.id).chain_id for one in booked)


class TestFinding:
    def test_hands_out_everything_that_is_due_a_few_lessons_at_a_time(
        self, runtime: Runtime, shop: Market, bench: Workbench
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            chains = begun(uow, shop, PAGE + AT_ONCE + 5)
        found = bench.find(jobs.EXPIRE_CHECKOUTS)
        assert [len(task) for task in found] == [AT_ONCE] * (PAGE // AT_ONCE + 1) + [5]
        assert [chain for task in found for chain in task] == chains
        assert {job for job, _ in bench.tasks} == {DRIVE}

    def test_asks_once_more_than_there_are_full_pages(
        self,
        runtime: Runtime,
        shop: Market,
        bench: Workbench,
        count_statements: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            begun(uow, shop, PAGE)
        with count_statements() as asked:
            bench.find(jobs.EXPIRE_CHECKOUTS)
        assert len(asked) == 2

    @pytest.mark.parametrize("kind", sorted(DueKind))
    def test_is_the_work_of_one_job_for_each_kind(
        self, runtime: Runtime, shop: Market, bench: Workbench, kind: DueKind
    ) -> None:
        with runtime.begin(SYSTEM) as uow:
            (chain,) = begun(uow, shop, 1, due_kind=kind, due_at=uow.now)
        found = {
            name: bench.find(job)
            for name, job in ON_THE_TABLE.items()
            if name.startswith("bookings.") and name != "bookings.send_tips"
        }
        assert {name for name, tasks in found.items() if tasks} == {FINDERS[kind]}
        assert found[FINDERS[kind]] == [(chain,)]

    def test_leaves_what_is_due_a_moment_later(
        self, runtime: Runtime, shop: Market, bench: Workbench, clock: SetClock
    ) -> None:
        moment = timedelta(microseconds=1)
        with runtime.begin(SYSTEM) as uow:
            begun(uow, shop, 1, due_kind=DueKind.HOLD, due_at=uow.now + moment)
        assert bench.find(jobs.PLACE_HOLDS) == []
        clock.advance(moment)
        assert len(bench.find(jobs.PLACE_HOLDS)) == 1

    def test_never_dials_out(self, shop: Market) -> None:
        three_due_holds(shop)
        gateway = shop.troubled()
        Workbench(shop.runtime).find(jobs.PLACE_HOLDS)
        assert gateway.calls.total() == 0

    def test_drops_what_no_worker_takes_as_it_is_found_again(self) -> None:
        for job in (DRIVE, RESUME):
            assert (job.keep_seconds, job.retries) == (600, 0)


class TestDriving:
    def test_places_every_hold_and_finds_nothing_after_it(
        self, shop: Market, bench: Workbench
    ) -> None:
        three_due_holds(shop)
        assert bench.run(jobs.PLACE_HOLDS) == []
        assert held(shop) == 3
        assert bench.find(jobs.PLACE_HOLDS) == []

    def test_does_once_what_is_handed_out_twice(self, shop: Market) -> None:
        three_due_holds(shop)
        gateway = shop.troubled()
        bench = Workbench(shop.runtime)
        bench.find(jobs.PLACE_HOLDS)
        bench.find(jobs.PLACE_HOLDS)
        assert len(bench.tasks) == 2
        assert bench.work() == []
        assert gateway.calls["authorize"] == 3
        assert len(shop.intents("requires_capture")) == 3

    def test_stops_at_no_bad_lesson_and_ends_as_failed(self, shop: Market) -> None:
        chains = three_due_holds(shop)
        gateway = shop.troubled()
        gateway.before("authorize", lambda: None)
        gateway.before("authorize", crash)
        bench = Workbench(shop.runtime)
        done, failed = counted(DRIVE.name, "done"), counted(DRIVE.name, "failed")
        assert bench.run(jobs.PLACE_HOLDS) == ["worker.some_failed"]
        (failure,) = bench.failures
        assert isinstance(failure, SomeFailed)
        assert failure.message == "1 of 3 failed and are due again."
        assert counted(DRIVE.name, "done") - done == 2
        assert counted(DRIVE.name, "failed") - failed == 1
        with shop.runtime.begin(SYSTEM) as uow:
            (left,) = uow.session.scalars(
                select(PaymentCommand.reference).where(PaymentCommand.state.in_(OPEN))
            )
        assert left == f"booking:{chains[1]}"
        assert held(shop) == 2

    def test_comes_back_to_the_bad_lesson_when_its_call_is_given_up(
        self, shop: Market, clock: SetClock
    ) -> None:
        three_due_holds(shop)
        gateway = shop.troubled()
        gateway.after("authorize", crash)
        bench = Workbench(shop.runtime)
        assert bench.run(jobs.PLACE_HOLDS) == ["worker.some_failed"]
        clock.advance(timedelta(seconds=89))
        assert bench.find(jobs.FIND_COMMANDS) == []
        clock.advance(timedelta(seconds=1))
        assert bench.run(jobs.FIND_COMMANDS) == []
        assert held(shop) == 3
        assert len(shop.intents("requires_capture")) == 3

    def test_takes_a_refused_card_for_a_result_and_not_for_a_failure(self, shop: Market) -> None:
        three_due_holds(shop)
        gateway = shop.troubled()
        gateway.before("authorize", decline, times=3)
        bench = Workbench(shop.runtime)
        assert bench.run(jobs.PLACE_HOLDS) == []
        with shop.runtime.begin(SYSTEM) as uow:
            due = uow.session.scalars(
                select(LessonMoney.due_kind).where(LessonMoney.hold_failures == 1)
            )
            assert due.all() == [DueKind.HOLD_RETRY] * 3

    def test_leaves_a_lesson_that_somebody_is_at(self, shop: Market, bench: Workbench) -> None:
        chains = three_due_holds(shop)
        busy = counted(DRIVE.name, "busy")
        with shop.runtime.mutex.hold(f"booking:{chains[1]}", seconds=30):
            assert bench.run(jobs.PLACE_HOLDS) == []
        assert counted(DRIVE.name, "busy") - busy == 1
        assert held(shop) == 2
        assert bench.run(jobs.PLACE_HOLDS) == []
        assert held(shop) == 3

    def test_ends_when_the_database_cannot_be_reached(self, shop: Market) -> None:
        three_due_holds(shop)
        bench = Workbench(shop.runtime)
        bench.find(jobs.PLACE_HOLDS)
        asked: list[None] = []

        @contextmanager
        def gone(_: Actor) -> Iterator[Uow]:
            asked.append(None)
            raise DatabaseUnreachable("The database cannot be reached right now.")
            yield

        bench.runtime = replace(shop.runtime, begin=gone)
        assert bench.work() == ["database.unreachable"]
        assert len(asked) == 1, "the other two would only wait for the same"
        assert held(shop) == 0

    @pytest.mark.nightly
    def test_keeps_nothing_of_the_lessons_that_are_done(
        self, committed_runtime: Runtime, stripe: Simulator, clock: SetClock
    ) -> None:
        shop = market(committed_runtime, stripe, clock)
        bench = Workbench(committed_runtime)
        with committed_runtime.begin(SYSTEM) as uow:
            begun(uow, shop, PAGE)
        bench.find(jobs.EXPIRE_CHECKOUTS)
        sizes: list[int] = []
        for job, chains in bench.tasks:
            job.work(bench.desk(), *chains)
            gc.collect()
            sizes.append(sys.getallocatedblocks())
        grown = sizes[-1] - sizes[1]
        assert grown < PAGE, f"{grown} more objects after {PAGE - 2 * AT_ONCE} more lessons"
        with committed_runtime.begin(SYSTEM) as uow:
            states = select(Booking.status, func.count()).group_by(Booking.status)
            counts = {str(row[0]): row[1] for row in uow.session.execute(states)}
        assert counts == {"PAYMENT_FAILED": PAGE, "COMPLETED": 1}


class TestEach:
    def test_goes_on_after_a_lesson_whose_row_is_locked_too_long(self) -> None:
        def act(item: str) -> bool:
            if item == "slow":
                raise QueryTooSlow("The database took too long to answer.")
            seen.append(item)
            return True

        seen: list[str] = []
        with pytest.raises(SomeFailed):
            each("tests.each", ["slow", "a", "b"], act)
        assert seen == ["a", "b"]

    def test_ends_when_the_time_of_the_task_is_up(self) -> None:
        def act(_: str) -> bool:
            seen.append(None)
            raise SoftTimeLimitExceeded

        seen: list[None] = []
        with pytest.raises(SoftTimeLimitExceeded):
            each("tests.each", ["a", "b"], act)
        assert len(seen) == 1

    def test_of_nothing_is_nothing(self) -> None:
        each("tests.each", [], lambda _: True)


class TestResuming:
    def test_sends_a_tip_on_whose_transfer_was_lost(self, shop: Market, clock: SetClock) -> None:
        taught = shop.confirmed()
        shop.at(shop.after(taught, hours=25))
        gateway = shop.troubled()
        gateway.before("transfer", crash)
        with pytest.raises(Crash):
            flows.tip(
                shop.cashier,
                actor=shop.student,
                booking_id=taught.id,
                command=GiveTip(cents=1_000),
            )
        bench = Workbench(shop.runtime)
        bench.find(jobs.SEND_TIPS)
        ((job, (reference,)),) = bench.tasks
        assert (job, reference.partition(":")[0]) == (RESUME, "tip")
        assert bench.work() == [], "its caller may still be at it"
        clock.advance(timedelta(seconds=90))
        assert bench.run(jobs.SEND_TIPS) == []
        assert bench.find(jobs.SEND_TIPS) == []
        assert gateway.calls["transfer"] == 2
        assert shop.made("transfers")[0]["amount"] == 1_000
        shop.assert_at_rest()

    def test_issues_the_credit_of_a_top_up_whose_answer_was_lost(
        self, shop: Market, clock: SetClock
    ) -> None:
        gateway = shop.troubled()
        gateway.after("authorize", crash)
        with pytest.raises(Crash):
            credit_flows.top_up(
                shop.runtime.begin,
                gateway,  # type: ignore[arg-type]
                actor=shop.student,
                command=BuyCredit(cents=5_000),
            )
        assert shop.wallet() == (0, 0)
        clock.advance(timedelta(seconds=90))
        bench = Workbench(shop.runtime)
        assert bench.run(jobs.FIND_COMMANDS) == []
        assert shop.wallet() == (5_000, 0)
        assert shop.intents("succeeded") == [5_000]
        assert bench.find(jobs.FIND_COMMANDS) == []

    def test_settles_a_debt_whose_payment_was_lost(self, shop: Market, clock: SetClock) -> None:
        taught = shop.confirmed()
        gateway = shop.troubled()
        gateway.before("capture", decline, times=100)
        shop.at(shop.after(taught, hours=24 + 73))
        assert shop.standing() == (True, False, 13_440)
        gateway.after("authorize", crash)
        with pytest.raises(Crash):
            flows.pay_debt(
                shop.cashier,
                actor=shop.student,
                booking_id=taught.id,
                command=RetryPayment(payment_method_id=shop.second_card()),
            )
        clock.advance(timedelta(seconds=90))
        bench = Workbench(shop.runtime)
        assert bench.run(jobs.FIND_COMMANDS) == []
        assert shop.standing() == (False, False, 0)
        shop.assert_at_rest()

    def test_leaves_a_reference_that_is_nothing_of_ours(self, bench: Workbench) -> None:
        busy = counted(RESUME.name, "busy")
        bench.tasks = [(RESUME, ("odd:none",))]
        assert bench.work() == []
        assert counted(RESUME.name, "busy") - busy == 1


def test_every_finder_is_on_the_table_once() -> None:
    assert set(FINDERS) == set(DueKind)
    assert set(FINDERS.values()) <= set(ON_THE_TABLE)
    quiet: list[Job] = [ON_THE_TABLE[name] for name in FINDERS.values()]
    assert not any(job.is_quiet for job in quiet), "their record tells that they run"
