"""Bookings that were made before there were payments: what becomes of each, and that it ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, text

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core import runtime as composition
from instainstru_core.domains.bookings.models import Booking, LessonMoney
from instainstru_core.domains.bookings.types import BookingStatus, Outcome, PaymentStatus
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.ids import new_id
from tests.conftest import SetClock, gateway_of, settings_for
from tests.databases import ServerUrls, empty
from tests.factories import acts, money
from tests.factories.instructors import LiveInstructor
from tests.factories.money import PAYER_PERMISSIONS, Market

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PEOPLE = """
INSERT INTO users (id, email, password_hash, first_name, last_name, status, created_at)
VALUES (:student, 'zoe@old.example', '', 'Zoe', 'Moss', 'active', now()),
    (:instructor, 'maya@old.example', '', 'Maya', 'Ober', 'active', now());
"""
TEACHER = """
INSERT INTO instructors (id, slug, years_experience, timezone, buffer_minutes,
    travel_buffer_minutes, overnight_protection, is_live, is_founding, created_at, updated_at)
VALUES (:instructor, 'maya', 1, 'America/New_York', 15, 60, true, true, false, now(), now())
"""
CATALOG = (
    "INSERT INTO categories (id, slug, name, position) VALUES (:one, 'music', 'Music', 1)",
    (
        "INSERT INTO subcategories (id, category_id, slug, name, position)"
        " VALUES (:one, :one, 'piano', 'Piano', 1)"
    ),
    (
        "INSERT INTO services (id, subcategory_id, slug, name, description, synonyms, age_groups,"
        " durations, online_capable, position, is_active)"
        " VALUES (:one, :one, 'piano', 'Piano', '', '{}', '{}', '{60}', true, 1, true)"
    ),
    (
        "INSERT INTO offerings (id, instructor_id, service_id, durations, age_groups, is_active,"
        " created_at) VALUES (:one, :instructor, :one, '{60}', '{}', true, now())"
    ),
)
LESSON = """
INSERT INTO bookings (id, chain_id, student_id, instructor_id, offering_id, service_id,
    service_name, format, status, payment_status, starts_at, ends_at, starts_local,
    lesson_timezone, lesson_day, duration_minutes, hourly_rate_cents, lesson_price_cents,
    student_fee_cents, instructor_fee_cents, total_cents, payout_cents, instructor_fee_rate,
    instructor_tier, pricing_version, created_at, confirmed_at, completed_at, cancelled_at,
    cancelled_by)
SELECT :id, :id, :student, :instructor, :one, :one, 'Piano', 'online', status, 'none', at,
    at + interval '1 hour', at AT TIME ZONE 'America/New_York', 'America/New_York',
    (at AT TIME ZONE 'America/New_York')::date, 60, 12000, 12000, 1440, 1440, 13440, 10560, 0.12,
    'growth', '2025-12', now(), now(),
    CASE WHEN status = 'COMPLETED' THEN at + interval '1 hour' END,
    CASE WHEN status = 'CANCELLED' THEN now() END,
    CASE WHEN status = 'CANCELLED' THEN 'student' END
FROM (SELECT CAST(:status AS text), CAST(:at AS timestamptz)) AS lesson (status, at)
"""
BEFORE = {
    "over": (BookingStatus.CONFIRMED, -3 * DAY),
    "completed": (BookingStatus.COMPLETED, -3 * DAY),
    "cancelled": (BookingStatus.CANCELLED, 2 * DAY),
    "soon": (BookingStatus.CONFIRMED, 3 * HOUR),
    "ahead": (BookingStatus.CONFIRMED, 3 * DAY),
}
"""What stood in the database, and how far from now each lesson started."""


def write(connection: Connection, ids: dict[str, str]) -> datetime:
    """The bookings of before, at the database's own time, which is told."""
    now: datetime = connection.scalar(text("SELECT date_trunc('minute', now())"))  # type: ignore[assignment]
    for statement in (PEOPLE, TEACHER, *CATALOG):
        connection.execute(text(statement), ids)
    for name, (status, after) in BEFORE.items():
        values = {**ids, "id": ids[name], "status": status.value, "at": now + after}
        connection.execute(text(LESSON), values)
    return now


@pytest.fixture
def ids() -> dict[str, str]:
    return {name: new_id() for name in ("student", "instructor", "one", *BEFORE)}


@pytest.fixture
def market(
    servers: ServerUrls, clock: SetClock, stripe: Simulator, ids: dict[str, str]
) -> Iterator[Market]:
    """A database with bookings of before, brought up to date, and their student."""
    with empty(servers) as url:
        config = composition.alembic_config(url)
        command.upgrade(config, "0001")
        engine = create_engine(url)
        with engine.begin() as connection:
            clock.now = write(connection, ids)
        engine.dispose()
        command.upgrade(config, "head")
        runtime = composition.build(settings_for(url, servers), clock)
        student = Actor(id=ids["student"], permissions=PAYER_PERMISSIONS)
        teacher = cast("LiveInstructor", SimpleNamespace(id=ids["instructor"]))
        runtime = replace(runtime, payments=gateway_of(stripe))
        yield Market(runtime, stripe, clock, teacher, student, card_id="")
        runtime.close()


def standing(market: Market, booking_id: str) -> tuple[Any, ...]:
    """Its status, the word for its money, how that was settled, and what was taken and sent."""
    with market.runtime.begin(SYSTEM) as uow:
        row = uow.session.get_one(Booking, booking_id)
        found = uow.session.get_one(LessonMoney, booking_id)
        amounts = found.captured_cents, found.paid_cents
        return row.status, row.payment_status, found.outcome, *amounts


SETTLED = (PaymentStatus.SETTLED, Outcome.BEFORE_PAYMENTS, 0, 0)


class TestBookingsFromBefore:
    def test_that_are_over_or_about_to_begin_are_settled_without_money(
        self, market: Market, ids: dict[str, str]
    ) -> None:
        for name in ("over", "completed", "cancelled", "soon"):
            assert standing(market, ids[name]) == (BEFORE[name][0], *SETTLED), name

    def test_are_completed_in_their_time_and_move_nothing(
        self, market: Market, ids: dict[str, str]
    ) -> None:
        market.run_jobs()
        assert standing(market, ids["over"]) == (BookingStatus.COMPLETED, *SETTLED)
        assert standing(market, ids["soon"]) == (BookingStatus.CONFIRMED, *SETTLED)
        with market.runtime.begin(SYSTEM) as uow:
            row = uow.session.get_one(Booking, ids["over"])
            assert row.completed_at == row.ends_at

        market.at(market.clock.now + 28 * HOUR)
        market.run_jobs()

        for name in ("over", "completed", "soon"):
            assert standing(market, ids[name]) == (BookingStatus.COMPLETED, *SETTLED), name
        assert standing(market, ids["cancelled"]) == (BookingStatus.CANCELLED, *SETTLED)
        assert (market.ledger(), market.made("payment_intents")) == ({}, [])

    def test_that_lie_ahead_ask_for_a_card_and_are_dropped_without_one(
        self, market: Market, ids: dict[str, str]
    ) -> None:
        assert standing(market, ids["ahead"]) == (
            BookingStatus.CONFIRMED,
            PaymentStatus.PAYMENT_METHOD_REQUIRED,
            None,
            0,
            0,
        )

        market.at(market.clock.now + 3 * DAY - 12 * HOUR)
        market.run_jobs()

        assert standing(market, ids["ahead"])[:3] == (
            BookingStatus.PAYMENT_FAILED,
            PaymentStatus.SETTLED,
            Outcome.PAYMENT_FAILED_NO_CHARGE,
        )
        told = ("HoldFailed", "HoldFailed", "HoldFailed", "HoldWarned", "BookingDropped")
        assert tuple(acts.facts(market, *set(told))) == told
        market.assert_at_rest()

    def test_that_lie_ahead_are_paid_for_like_all_others_with_a_card(
        self, market: Market, ids: dict[str, str]
    ) -> None:
        with market.runtime.begin(SYSTEM) as uow:
            card_id = money.card(uow, market.stripe, ids["student"])
            money.payee(uow, market.stripe, ids["instructor"])
        acts.retry(market, ids["ahead"], card_id)
        assert standing(market, ids["ahead"])[1] is PaymentStatus.SCHEDULED

        market.at(market.clock.now + 4 * DAY + 2 * HOUR)

        assert standing(market, ids["ahead"]) == (
            BookingStatus.COMPLETED,
            PaymentStatus.SETTLED,
            Outcome.LESSON_COMPLETED_FULL_PAYOUT,
            13_440,
            10_560,
        )
        market.assert_at_rest()
