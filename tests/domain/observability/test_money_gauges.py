"""How the work on money stands, counted by hand, and what it costs to ask."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings.flows import tip
from instainstru_core.domains.bookings.schemas import GiveTip
from instainstru_core.domains.bookings.types import BookingStatus, DueKind
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.observability import service
from instainstru_core.domains.observability.models import TaskExecution
from instainstru_core.domains.observability.repository import money_standing
from instainstru_core.domains.observability.schemas import MoneyGauges
from instainstru_core.domains.observability.types import TaskState
from instainstru_core.domains.payments.models import Chargeback, ConnectAccount
from instainstru_core.domains.webhooks.models import WebhookEvent
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories.bookings import booking
from tests.factories.gateways import Crash, crash, decline
from tests.factories.money import Market, call, market
from tests.factories.reconciling import reconcile

GRACE = timedelta(minutes=20)
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def shop(runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    return market(runtime, stripe, clock)


def money(runtime: Runtime) -> MoneyGauges:
    with runtime.begin(SYSTEM) as uow:
        return service.gauges(uow).money


def late(uow: Uow, kind: DueKind, since: timedelta) -> None:
    booking(
        uow,
        status=BookingStatus.COMPLETED,
        money={"due_kind": kind, "due_at": uow.now - since},
    )


def event(uow: Uow, state: WebhookState, ago: timedelta) -> WebhookEvent:
    return WebhookEvent(
        source="stripe",
        event_id=new_id(),
        kind="charge.captured",
        payload={},
        happened_at=uow.now - ago,
        received_at=uow.now - ago,
        state=state,
        due_at=uow.now - ago,
    )


def test_of_a_marketplace_without_money_are_nothing(runtime: Runtime) -> None:
    found = money(runtime)
    assert found.model_dump() == {
        "lessons_overdue": {},
        "lessons_overdue_oldest_age_seconds": 0.0,
        "lessons_in_review": 0,
        "lessons_in_review_oldest_age_seconds": 0.0,
        "commands_stuck": 0,
        "disputes_unasked": 0,
        "lessons_escalated_24h": 0,
        "jobs_late": 0,
        "webhooks_waiting": 0,
        "webhooks_oldest_age_seconds": 0.0,
        "webhooks_dead": 0,
        "books_differences": None,
        "books_age_seconds": None,
        "ledger_cents": {
            AccountKind.INSTRUCTOR_PAYABLE: 0,
            AccountKind.TIPS_PAYABLE: 0,
            AccountKind.CREDITS_LIABILITY: 0,
            AccountKind.STUDENT_DEBT: 0,
        },
    }


def test_ask_the_database_once(
    uow: Uow, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with count_statements() as asked:
        money_standing(uow.session, late=uow.now, unasked=uow.now, since=uow.now)
    assert len(asked) == 1


def test_count_late_lessons_by_kind_once_the_grace_is_over(runtime: Runtime) -> None:
    with runtime.begin(SYSTEM) as uow:
        late(uow, DueKind.HOLD, GRACE)
        late(uow, DueKind.HOLD, GRACE + MOMENT)
        late(uow, DueKind.CAPTURE, HOUR)
        late(uow, DueKind.CAPTURE, 2 * HOUR)
        late(uow, DueKind.CAPTURE, -HOUR)
    found = money(runtime)
    assert found.lessons_overdue == {DueKind.HOLD: 1, DueKind.CAPTURE: 2}
    assert found.lessons_overdue_oldest_age_seconds == 7_200


def test_count_lessons_in_review(runtime: Runtime) -> None:
    with runtime.begin(SYSTEM) as uow:
        for hours in (1, 30):
            since = uow.now - hours * HOUR
            booking(uow, status=BookingStatus.COMPLETED, money={"review_since": since})
    found = money(runtime)
    assert (found.lessons_in_review, found.lessons_in_review_oldest_age_seconds) == (2, 108_000)


def test_count_webhooks_that_wait_and_those_given_up(runtime: Runtime) -> None:
    with runtime.begin(SYSTEM) as uow:
        for state, ago in (
            (WebhookState.RECEIVED, HOUR),
            (WebhookState.FAILED, 3 * HOUR),
            (WebhookState.PROCESSING, 5 * HOUR),
            (WebhookState.PROCESSED, 5 * HOUR),
            (WebhookState.DEAD, 9 * HOUR),
        ):
            uow.session.add(event(uow, state, ago))
    found = money(runtime)
    assert (found.webhooks_waiting, found.webhooks_oldest_age_seconds) == (2, 10_800)
    assert found.webhooks_dead == 1


def test_count_calls_that_nobody_finishes(shop: Market) -> None:
    booked = shop.confirmed()
    gateway = shop.troubled()
    gateway.before("authorize", crash)
    shop.clock.now = shop.before(booked, hours=24)
    with pytest.raises(Crash):
        shop.run_jobs()
    lease = timedelta(seconds=90)
    shop.clock.advance(lease + GRACE)
    assert money(shop.runtime).commands_stuck == 0
    shop.clock.advance(MOMENT)
    found = money(shop.runtime)
    assert found.commands_stuck == 1
    assert found.lessons_overdue == {DueKind.MONEY: 1}, "its lesson waits for it"


def test_count_disputes_that_nobody_asks_about_once_the_grace_is_over(shop: Market) -> None:
    taught = shop.confirmed()
    shop.at(shop.after(taught, hours=25))
    shop.dispute(taught.id)
    with shop.runtime.begin(SYSTEM) as uow:
        ask_at = uow.session.scalars(select(Chargeback.ask_at)).one()
    assert ask_at is not None

    shop.clock.now = ask_at + 3 * HOUR
    assert money(shop.runtime).disputes_unasked == 0
    shop.clock.now += MOMENT
    assert money(shop.runtime).disputes_unasked == 1


def test_count_lessons_that_the_platform_paid_for_a_day(shop: Market) -> None:
    booked = shop.confirmed()
    shop.troubled().before("capture", decline, times=100)
    shop.at(shop.after(booked, hours=24 + 72) + MOMENT)
    escalated_at = shop.money(booked.id).escalated_at
    assert escalated_at is not None

    shop.clock.now = escalated_at + 24 * HOUR
    assert money(shop.runtime).lessons_escalated_24h == 1
    shop.clock.now += MOMENT
    assert money(shop.runtime).lessons_escalated_24h == 0


def test_count_jobs_that_succeeded_too_long_ago(runtime: Runtime, clock: SetClock) -> None:
    """The books are compared each day: two hours more are late. Those never run are unknown."""
    with runtime.begin(SYSTEM) as uow:
        uow.session.add(
            TaskExecution(
                task_id="one",
                attempt=1,
                task_name="payments.reconcile",
                worker="one",
                state=TaskState.SUCCEEDED,
                started_at=uow.now,
                finished_at=uow.now,
            )
        )
    clock.advance(26 * HOUR)
    assert money(runtime).jobs_late == 0
    clock.advance(MOMENT)
    assert money(runtime).jobs_late == 1


def test_tell_what_is_owed_to_whom(shop: Market) -> None:
    shop.give_credit(2_500)
    taught = shop.confirmed()
    shop.close_account()
    shop.at(shop.after(taught, hours=25))
    tip(
        shop.cashier,
        actor=shop.student,
        booking_id=taught.id,
        command=GiveTip(cents=700),
    )
    assert money(shop.runtime).ledger_cents == {
        AccountKind.INSTRUCTOR_PAYABLE: 10_560,
        AccountKind.TIPS_PAYABLE: 700,
        AccountKind.CREDITS_LIABILITY: 2_500,
        AccountKind.STUDENT_DEBT: 0,
    }


def test_tell_how_the_books_compare_and_since_when(shop: Market) -> None:
    def compare() -> None:
        reconcile(shop.runtime.begin, shop.runtime.payments, actor=SYSTEM)

    compare()
    shop.clock.advance(HOUR)
    found = money(shop.runtime)
    assert (found.books_differences, found.books_age_seconds) == (0, 3_600)
    with shop.runtime.begin(SYSTEM) as uow:
        account = uow.session.scalars(select(ConnectAccount.vendor_id)).one()
    form = {"amount": "900", "currency": "usd", "destination": account}
    call(shop.stripe, "POST", "/v1/transfers", form)
    shop.clock.advance(2 * HOUR)
    compare()
    found = money(shop.runtime)
    assert (found.books_differences, found.books_age_seconds) == (1, 0)
