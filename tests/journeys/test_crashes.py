"""A crash between any two steps, and every trouble with the provider: one effect in the end.

Each journey is one that goes through all kinds of calls. Whatever happens on the way, it ends with
the same money in the same places as when nothing happens.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text

from devstack.stripe_simulator.faults import CallTrouble, Fault
from instainstru_core.kernel.errors import Refusal
from tests.factories.gateways import Crash, crash
from tests.factories.money import Market

SOON = "2026-06-16T09:00:00"
"""23 hours after the tests begin: the hold is placed at checkout."""
AHEAD = "2026-06-18T16:00:00"
LATER = "2026-06-22T16:00:00"
OPEN_TRANSACTIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""


@dataclass(frozen=True)
class Journey:
    """What people do, and where the money is at the end: at the provider, newest first."""

    act: Callable[[Market], None]
    succeeded: list[int] = field(default_factory=lambda: [13_440])
    canceled: list[int] = field(default_factory=list)
    transfers: list[tuple[int, int]] = field(default_factory=list)
    refunds: list[int] = field(default_factory=list)
    revenue: int = 2_880
    wallet: tuple[int, int] = (0, 0)

    def assert_done(self, market: Market) -> None:
        assert market.intents("succeeded") == self.succeeded
        assert market.intents("canceled") == self.canceled
        assert market.intents("requires_capture") == []
        assert [
            (made["amount"], made["amount_reversed"]) for made in market.made("transfers")
        ] == self.transfers
        assert [made["amount"] for made in market.made("refunds")] == self.refunds
        assert market.ledger().get("platform_revenue", 0) == -self.revenue
        assert market.wallet() == self.wallet
        market.assert_at_rest()


def trying(market: Market, act: Callable[[], object]) -> None:
    """Somebody does this. When it goes wrong they wait, and the jobs do what is left of it."""
    with suppress(Crash, Refusal):
        act()
    market.at(market.clock.now + timedelta(minutes=20))


def taught_soon(market: Market) -> None:
    booked = market.book(SOON)
    trying(market, lambda: market.pay(booked.id))
    jobs_until(market, market.after(booked, hours=26))


def taught_with_credit(market: Market) -> None:
    market.give_credit(8_000)
    booked = market.confirmed(AHEAD, credit=8_000)
    jobs_until(market, market.after(booked, hours=26))


def cancelled_late(market: Market) -> None:
    booked = market.confirmed(AHEAD)
    jobs_until(market, market.before(booked, hours=6))
    trying(market, lambda: market.cancel(booked.id))


def cancelled_late_without_a_hold(market: Market) -> None:
    booked = market.confirmed(AHEAD)
    market.at(market.before(booked, hours=18), run=False)
    trying(market, lambda: market.cancel(booked.id))


def cancelled_by_the_instructor(market: Market) -> None:
    booked = market.confirmed(AHEAD)
    jobs_until(market, market.before(booked, hours=6))
    trying(market, lambda: market.cancel(booked.id, actor=market.instructor))


def locked_and_taught(market: Market) -> None:
    booked = market.confirmed(AHEAD)
    jobs_until(market, market.before(booked, hours=18))
    trying(market, lambda: market.move(booked.id, LATER))
    moved = market.detail(booked.id).moved_to_id
    assert moved is not None
    jobs_until(market, market.after(market.detail(moved), hours=26))


def locked_without_a_hold(market: Market) -> None:
    booked = market.confirmed(AHEAD)
    market.at(market.before(booked, hours=18), run=False)
    trying(market, lambda: market.move(booked.id, LATER))
    moved = market.detail(booked.id).moved_to_id
    assert moved is not None
    jobs_until(market, market.after(market.detail(moved), hours=26))


def locked_and_cancelled_by_the_instructor(market: Market) -> None:
    booked = market.confirmed(AHEAD)
    jobs_until(market, market.before(booked, hours=18))
    child = market.move(booked.id, LATER)
    trying(market, lambda: market.cancel(child.id, actor=market.instructor))


def refunded_by_staff(market: Market) -> None:
    booked = market.confirmed(AHEAD)
    jobs_until(market, market.after(booked, hours=26))
    trying(market, lambda: market.refund(booked.id))


def jobs_until(market: Market, moment: object) -> None:
    """The jobs go on; one that crashes is started again."""
    for _ in range(3):
        try:
            market.at(moment)  # type: ignore[arg-type]
        except Crash:
            market.clock.now += timedelta(minutes=2)
        else:
            return
    raise AssertionError("the jobs crash for ever")


PAID_OUT = [(10_560, 0)]
JOURNEYS = {
    "soon": Journey(taught_soon, transfers=PAID_OUT),
    "credit": Journey(taught_with_credit, succeeded=[5_440], transfers=[(5_120, 0), (5_440, 0)]),
    "late": Journey(cancelled_late, transfers=[(5_280, 0)], revenue=2_160, wallet=(6_000, 0)),
    "late_unheld": Journey(cancelled_late_without_a_hold, revenue=1_440, wallet=(12_000, 0)),
    "instructor": Journey(cancelled_by_the_instructor, succeeded=[], canceled=[13_440], revenue=0),
    "lock": Journey(locked_and_taught, transfers=PAID_OUT),
    "lock_unheld": Journey(locked_without_a_hold, transfers=PAID_OUT),
    "lock_instructor": Journey(locked_and_cancelled_by_the_instructor, refunds=[13_440], revenue=0),
    "refund": Journey(refunded_by_staff, transfers=[(10_560, 10_560)], refunds=[13_440], revenue=0),
}
STEPS = [
    ("soon", "authorize", 1),
    ("soon", "capture", 1),
    ("soon", "transfer", 1),
    ("credit", "authorize", 1),
    ("credit", "transfer", 1),
    ("credit", "transfer", 2),
    ("late", "capture", 1),
    ("late", "transfer", 1),
    ("late_unheld", "authorize", 1),
    ("late_unheld", "capture", 1),
    ("instructor", "void", 1),
    ("lock", "capture", 1),
    ("lock_unheld", "authorize", 1),
    ("lock_unheld", "capture", 1),
    ("lock_instructor", "refund", 1),
    ("refund", "refund", 1),
    ("refund", "reverse", 1),
]
"""Journey, call, and which call of that name."""

PATHS = {
    "authorize": "/v1/payment_intents",
    "capture": "*/capture",
    "void": "*/cancel",
    "refund": "/v1/refunds",
    "transfer": "/v1/transfers",
    "reverse": "*/reversals",
}
TROUBLES: list[CallTrouble] = [
    "timeout_before",
    "timeout_after",
    "error_before",
    "error_after",
    "rate_limit",
]


def nothing() -> None:
    """All is well."""


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_without_trouble_ends_so(market: Market, name: str) -> None:
    JOURNEYS[name].act(market)
    JOURNEYS[name].assert_done(market)


@pytest.mark.parametrize(("name", "call", "nth"), STEPS)
class TestACrash:
    def test_before_a_call_that_is_written_down(
        self, market: Market, name: str, call: str, nth: int
    ) -> None:
        gateway = market.troubled()
        gateway.before(call, nothing, times=nth - 1)
        gateway.before(call, crash)

        JOURNEYS[name].act(market)

        assert gateway.is_untroubled
        JOURNEYS[name].assert_done(market)

    def test_after_a_call_has_had_its_effect(
        self, market: Market, name: str, call: str, nth: int
    ) -> None:
        gateway = market.troubled()
        gateway.after(call, nothing, times=nth - 1)
        gateway.after(call, crash)

        JOURNEYS[name].act(market)

        assert gateway.is_untroubled
        JOURNEYS[name].assert_done(market)

    def test_before_the_result_is_written_down(
        self, market: Market, name: str, call: str, nth: int
    ) -> None:
        forgetting = market.forgetting()
        gateway = market.troubled()
        gateway.after(call, nothing, times=nth - 1)
        gateway.after(call, forgetting.lose)

        JOURNEYS[name].act(market)

        assert gateway.is_untroubled
        JOURNEYS[name].assert_done(market)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("soon", "authorize"),
        ("late", "capture"),
        ("late", "transfer"),
        ("instructor", "void"),
        ("lock_unheld", "authorize"),
        ("lock", "capture"),
        ("refund", "refund"),
        ("refund", "reverse"),
    ],
)
class TestTheProviderInTrouble:
    def test_once_has_one_effect(
        self, market: Market, name: str, call: str, trouble: CallTrouble
    ) -> None:
        market.stripe.faults.add(Fault(trouble, method="POST", path=PATHS[call]))

        JOURNEYS[name].act(market)

        assert market.stripe.faults.active() == []
        JOURNEYS[name].assert_done(market)


class TestEveryCall:
    def test_is_made_while_no_transaction_is_open(self, racing_market: Market) -> None:
        """Rows that are held meanwhile would keep everybody waiting for the provider."""
        market = racing_market
        seen: list[tuple[str, int]] = []
        gateway = market.troubled()

        def look(name: str) -> None:
            with market.runtime.engine.connect() as connection:
                seen.append((name, connection.scalar(text(OPEN_TRANSACTIONS)) or 0))

        for name in ("authorize", "capture", "transfer", "refund", "reverse", "void"):
            gateway.before(name, partial(look, name), times=10)

        taken, dropped = market.confirmed(), market.confirmed("2026-06-18T13:00:00")
        market.at(market.before(dropped, hours=20))
        market.cancel(dropped.id, actor=market.instructor)
        market.at(market.after(taken, hours=25))
        market.refund(taken.id)

        assert Counter(seen) == {
            ("authorize", 0): 2,
            ("void", 0): 1,
            ("capture", 0): 1,
            ("transfer", 0): 1,
            ("refund", 0): 1,
            ("reverse", 0): 1,
        }
