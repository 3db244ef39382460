"""The jobs of the night and of the quarter hour: pages, failures, and what they say aloud."""

from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.domains.bookings.types import BookingStatus
from instainstru_core.domains.payments.errors import ProviderUnreachable
from instainstru_core.domains.payments.models import ConnectAccount, Reconciliation
from instainstru_core.domains.pricing.models import InstructorTier
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories.bookings import booking
from tests.factories.credits import lot, owed
from tests.factories.gateways import Troubled
from tests.factories.instructors import live_instructor, person, profile
from tests.factories.money import Market, market, payee
from tests.worker.workbench import Workbench
from worker.batches import SomeFailed
from worker.exporter import Standing
from worker.tasks import bookings, credits, payments

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def bench(runtime: Runtime) -> Workbench:
    return Workbench(runtime)


@pytest.fixture
def shop(runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    return market(runtime, stripe, clock)


def unreachable() -> None:
    raise ProviderUnreachable("The payment provider cannot be reached.")


def test_credit_expires_page_by_page(
    runtime: Runtime, bench: Workbench, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credits, "PAGE", 2)
    with runtime.begin(SYSTEM) as uow:
        maya = person(uow)
        for _ in range(5):
            lot(uow, maya, 1_000, days=1)
        lot(uow, maya, 300, days=2)
    clock.advance(DAY)
    bench.find(credits.EXPIRE)
    with runtime.begin(SYSTEM) as uow:
        assert owed(uow, maya) == 300


def test_tiers_are_evaluated_page_by_page(
    runtime: Runtime, bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookings, "PAGE", 2)
    with runtime.begin(SYSTEM) as uow:
        for _ in range(3):
            teacher = live_instructor(uow)
            for _ in range(5):
                booking(
                    uow,
                    teacher=teacher,
                    starts_at=uow.now - DAY,
                    status=BookingStatus.COMPLETED,
                )
    bench.find(bookings.EVALUATE_TIERS)
    with runtime.begin(SYSTEM) as uow:
        tiers = uow.session.scalars(select(InstructorTier.tier)).all()
    assert [str(tier) for tier in tiers] == ["growth"] * 3


class TestAuditingSchedules:
    def accounts(self, runtime: Runtime, stripe: Simulator, count: int) -> None:
        with runtime.begin(SYSTEM) as uow:
            for _ in range(count):
                payee(uow, stripe, profile(uow))

    def repaired(self, runtime: Runtime) -> int:
        with runtime.begin(SYSTEM) as uow:
            query = select(func.count()).where(ConnectAccount.schedule_applied_at.is_not(None))
            return uow.session.scalars(query).one()

    def test_looks_at_every_account_page_by_page(
        self,
        runtime: Runtime,
        bench: Workbench,
        stripe: Simulator,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(payments, "PAGE", 2)
        self.accounts(runtime, stripe, 5)
        bench.find(payments.AUDIT_SCHEDULES)
        assert self.repaired(runtime) == 5

    def test_stops_at_no_bad_account_and_ends_as_failed(
        self, runtime: Runtime, stripe: Simulator
    ) -> None:
        self.accounts(runtime, stripe, 3)
        gateway = Troubled(runtime.payments)
        gateway.before("set_payout_schedule", unreachable)
        bench = Workbench(replace(runtime, payments=gateway))  # type: ignore[arg-type]
        with pytest.raises(SomeFailed) as refused:
            bench.find(payments.AUDIT_SCHEDULES)
        assert refused.value.message == "1 of 3 failed and are due again."
        assert self.repaired(runtime) == 2


class TestReconciling:
    def test_writes_down_how_the_books_compare(self, shop: Market, bench: Workbench) -> None:
        taught = shop.confirmed()
        shop.at(shop.after(taught, hours=26))
        bench.find(payments.RECONCILE)
        with shop.runtime.begin(SYSTEM) as uow:
            row = uow.session.scalars(select(Reconciliation)).one()
        assert (row.differences["items"], row.compared_at) == ([], shop.clock.now)

    def test_asks_for_another_attempt_when_the_provider_does_not_answer(self, shop: Market) -> None:
        gateway = shop.troubled()
        gateway.before("balance_changes", unreachable)
        with pytest.raises(ProviderUnreachable) as failure:
            Workbench(shop.runtime).find(payments.RECONCILE)
        assert payments.RECONCILE.is_worth_retrying(failure.value)


class TestHealth:
    """What nobody does in time, and what people let lie, is said aloud and shown."""

    def said(self, bench: Workbench) -> list[dict[str, object]]:
        with structlog.testing.capture_logs() as lines:
            bench.find(bookings.CHECK_HEALTH)
        return [dict(line) for line in lines if line["event"] == "payments_unhealthy"]

    def shown(self, shop: Market, name: str) -> float | None:
        page = CollectorRegistry()
        page.register(Standing(shop.runtime))
        return page.get_sample_value(f"instainstru_{name}")

    def test_of_work_that_keeps_up_says_nothing(
        self, shop: Market, bench: Workbench, clock: SetClock
    ) -> None:
        booked = shop.confirmed()
        clock.now = shop.before(booked, hours=24) + timedelta(minutes=20)
        assert self.said(bench) == []

    def test_tells_of_lessons_that_are_late(
        self, shop: Market, bench: Workbench, clock: SetClock
    ) -> None:
        booked = shop.confirmed()
        clock.now = shop.before(booked, hours=24) + timedelta(minutes=20) + MOMENT
        (line,) = self.said(bench)
        assert (line["log_level"], line["overdue"]) == ("error", 1)

    def test_tells_of_commands_that_nobody_finishes(self, shop: Market, bench: Workbench) -> None:
        booked = shop.confirmed()
        gateway = shop.troubled()
        gateway.after("authorize", unreachable, times=100)
        shop.clock.now = shop.before(booked, hours=24)
        shop.run_jobs()
        shop.clock.advance(timedelta(minutes=30))
        (line,) = self.said(bench)
        assert line["stuck_commands"] == 1

    def test_tells_of_a_review_that_lies_for_more_than_a_day(
        self, shop: Market, bench: Workbench, clock: SetClock
    ) -> None:
        booked = shop.confirmed()
        chain = shop.money(booked.id).chain_id
        with shop.runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(LessonMoney, chain)
            row.review_since, row.review_reason = uow.now, "refund_refused"
            row.is_blocked, row.due_at, row.due_kind = True, None, None
        clock.advance(DAY)
        assert self.said(bench) == []
        assert self.shown(shop, "lessons_in_review") == 1
        assert self.shown(shop, "lessons_in_review_oldest_age_seconds") == 86_400
        clock.advance(MOMENT)
        (line,) = self.said(bench)
        assert (line["in_review"], line["overdue"]) == (1, 0)
        assert line["oldest_review_since"] == (clock.now - DAY - MOMENT).isoformat()
