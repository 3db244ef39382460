"""Defects of the earlier system that could come back here; each has a test of its own, or is
covered by a journey, or cannot occur.

Here: D10, D22, D26, D27, D28, D30, D32, D33, D34, D35, D38, D40, D42, D43, D46, D47, D48.

| Id | Covered by |
|---|---|
| D1, D7 | `test_holds`: a refused hold is tried again and dropped; another card reaches the bank |
| D2 | `test_escalation`: 72 hours from the first failure |
| D3 | `tests/domain/payments/test_commands`: what is there already is recognized |
| D4, D5, D6 | `test_checkout`: half an hour, an abandoned checkout, a time lost meanwhile |
| D7 | `test_commands`: a decline is never replayed for the next attempt |
| D11 | `test_chargebacks`: a dispute that is won pays the instructor again |
| D12, D13 | `test_cancelling`: credit comes back as it was; half of the whole payout |
| D14 | `test_absences`, `test_capture`: the balance makes up for what credit paid |
| D15 | `test_moving`: everything comes back when the instructor cancels a locked lesson |
| D16, D17 | `test_edges`: odd cents |
| D18, D19 | `test_moving`: a taken time moves no money; onto or next to itself |
| D20 | `test_tips` |
| D21, D39 | `tests/worker/test_webhooks`: the account of the event; a worker that died |
| D23, D24, D25 | `test_admin_refunds`: a hold is let go; many parts; judged anew when ordered |
| D29 | `test_absences`: reported after it was completed |
| D31 | `test_holds`, `test_recovery`: a hold ends when its charge says |
| D37 | `test_edges`: cancelled before the hold, or after it was refused |
| D41 | `test_capture`: the price of the booking |
| D44 | `tests/domain/credits/test_ending`, the schedule of the worker |
| D49 | `test_edges`: a new card far ahead |
| D50 | `test_moving`: priced anew when its length changes; near, length and price stay |

Impossible: D8 and D9, no charge has an application fee or an automatic transfer, so a refund
asks for neither; D36, no early cancellation takes an amount; D45, there is one wallet, and what it
holds lowers a charge or stays.
"""

import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.adapters.mutex import RedisMutex
from instainstru_core.domains.availability.errors import SlotTaken
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.errors import NotOverYet, NotPayable, NotRefundable
from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    OrderRefund,
    ReportAbsence,
)
from instainstru_core.domains.bookings.types import (
    Absent,
    BookingStatus,
    DueKind,
    Outcome,
    PaymentStatus,
    RefundReason,
)
from instainstru_core.domains.ledger.models import LedgerEntry
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.ports import InProgress
from instainstru_core.runtime import Runtime
from tests.factories import money
from tests.factories.gateways import Crash
from tests.factories.money import STAFF, Market, call

SOON = "2026-06-16T09:00:00"
SUCCESSOR = 10**17
"""A fence beyond every number that Redis gives now."""
LATER = "2026-06-22T16:00:00"


def taught(market: Market) -> BookingDetailView:
    booked = market.confirmed()
    market.at(market.after(booked, hours=25))
    return booked


def report(market: Market, booking_id: str, absent: Absent) -> None:
    actor = market.student if absent is Absent.INSTRUCTOR else market.instructor
    flows.report_absence(
        market.cashier, actor=actor, booking_id=booking_id, command=ReportAbsence(absent=absent)
    )


class TestMoney:
    def test_taken_back_at_the_provider_already_is_not_taken_back_again(
        self, market: Market
    ) -> None:
        """D10: read from the transfer, not from a phrase."""
        booked = taught(market)
        transfer = market.made("transfers")[0]["id"]
        call(market.stripe, "POST", f"/v1/transfers/{transfer}/reversals", {"amount": "10560"})

        market.refund(booked.id)

        assert [made["amount_reversed"] for made in market.made("transfers")] == [10_560]
        assert market.money(booked.id).review_reason == "reverse_refused"

    @pytest.mark.parametrize(("keep", "succeeded"), [(True, [13_440]), (False, [])])
    def test_of_a_lesson_that_staff_cancel_never_stays_held(
        self, market: Market, keep: bool, succeeded: list[int]
    ) -> None:
        """D22."""
        booked = market.confirmed()
        market.at(market.before(booked, hours=20))
        assert market.intents("requires_capture") == [13_440]

        market.cancel(booked.id, actor=STAFF, keep=keep)

        assert market.intents("requires_capture") == []
        assert market.intents("succeeded") == succeeded
        assert market.detail(booked.id).payment_status is PaymentStatus.SETTLED
        market.assert_at_rest()

    def test_that_was_never_taken_is_never_given_back(self, market: Market) -> None:
        """D40: settled does not mean taken."""
        booked = market.confirmed()
        market.cancel(booked.id)
        assert market.money(booked.id).settled_at is not None

        with pytest.raises(NotRefundable):
            market.refund(booked.id)

        assert market.made("refunds") == []

    def test_goes_to_the_instructor_as_it_was_shown(self, market: Market) -> None:
        """D42: one function prices what is shown and what is paid."""
        booked = taught(market)

        shown = market.detail(booked.id, market.instructor)

        assert (shown.instructor_fee_cents, shown.payout_cents) == (1_440, 10_560)
        assert [made["amount"] for made in market.made("transfers")] == [10_560]

    def test_is_settled_whole_or_not_at_all(self, market: Market) -> None:
        """D47: the journal, the credit and the outcome are one transaction."""
        market.give_credit(5_000)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=6))
        forgetting = market.forgetting()
        gateway = market.troubled()
        gateway.after("capture", forgetting.lose)
        with pytest.raises(Crash):
            market.cancel(booked.id)
        row = market.money(booked.id)
        assert (row.captured_cents, row.outcome, market.wallet()) == (0, None, (0, 5_000))

        market.at(market.clock.now + timedelta(minutes=5))

        row = market.money(booked.id)
        assert row.outcome is Outcome.STUDENT_CANCEL_LT12_SPLIT_50_50
        assert market.wallet() == (6_000, 0)
        market.assert_at_rest()

    @pytest.mark.parametrize("reason", list(RefundReason))
    def test_is_given_back_for_no_reason_that_means_another_at_the_provider(
        self, market: Market, reason: RefundReason
    ) -> None:
        """D48: a dispute is no duplicate; our reason is ours."""
        booked = taught(market)

        flows.refund(
            market.cashier,
            actor=STAFF,
            booking_id=booked.id,
            command=OrderRefund(cents=100, reason=reason),
        )

        assert [made["reason"] for made in market.made("refunds")] == [None]


class TestALesson:
    def test_is_completed_in_one_way_whoever_says_so(self, market: Market) -> None:
        """D28: never before its end, and always with its milestone."""
        market.completed(4)
        first = market.confirmed()
        market.at(market.after(first, minutes=-1))
        for actor in (market.instructor, STAFF):
            with pytest.raises(NotOverYet):
                flows.complete(market.cashier, actor=actor, booking_id=first.id)
        assert market.wallet() == (0, 0)

        market.at(first.ends_at)
        flows.complete(market.cashier, actor=STAFF, booking_id=first.id)

        assert market.wallet() == (1_000, 0)

    def test_that_is_completed_without_a_hold_is_charged_all_the_same(self, market: Market) -> None:
        """D30."""
        booked = market.confirmed()
        market.at(market.after(booked, hours=1), run=False)
        market.complete(booked.id)
        assert market.money(booked.id).authorized_at is None

        market.at(market.after(booked, hours=25))

        assert market.intents("succeeded") == [13_440]
        assert market.money(booked.id).paid_cents == 10_560
        market.assert_at_rest()

    def test_whose_hold_ends_before_it_asks_for_a_hold_and_not_for_the_amount(
        self, market: Market
    ) -> None:
        """D32: the two kinds of failure are counted apart."""
        booked = market.confirmed()
        market.change_card(hold_seconds=8 * 3_600)
        market.at(market.before(booked, hours=23))
        market.change_card(decline="insufficient_funds")

        market.at(market.before(booked, hours=17))

        row = market.money(booked.id)
        assert (row.hold_failures, row.capture_failures) == (1, 0)
        assert (row.capture_first_failed_at, row.due_kind) == (None, DueKind.HOLD_RETRY)
        market.at(market.after(booked, hours=1))
        assert market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        assert market.intents("requires_capture") == []
        market.assert_at_rest()

    def test_that_is_settled_is_never_looked_at_again(self, market: Market) -> None:
        """D33."""
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        child = market.move(booked.id, LATER)
        market.at(market.after(child, hours=25))
        assert market.money(child.id).paid_cents == 10_560

        with market.runtime.begin(SYSTEM) as uow:
            assert set(uow.session.scalars(select(LessonMoney.due_at))) == {None}

    @pytest.mark.parametrize(
        ("absent", "refunds", "transfers"),
        [(Absent.INSTRUCTOR, [13_440], []), (Absent.STUDENT, [], [10_560])],
    )
    def test_that_is_locked_knows_that_its_amount_was_taken_when_nobody_came(
        self, market: Market, absent: Absent, refunds: list[int], transfers: list[int]
    ) -> None:
        """D35."""
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        child = market.move(booked.id, LATER)
        market.at(market.after(child, hours=1))
        report(market, child.id, absent)

        market.at(market.after(child, hours=26))

        assert market.intents("succeeded") == [13_440]
        assert [made["amount"] for made in market.made("refunds")] == refunds
        assert [made["amount"] for made in market.made("transfers")] == transfers
        market.assert_at_rest()

    def test_at_midnight_keeps_the_pause_to_the_day_before(
        self, runtime: Runtime, market: Market
    ) -> None:
        """D38."""
        owl = money.market(runtime, market.stripe, market.clock, hours=("00:00-24:00",))
        owl.confirmed("2026-06-19T00:00:00")

        with pytest.raises(SlotTaken):
            owl.with_another_student().book("2026-06-18T23:00:00")

        assert owl.with_another_student().book("2026-06-18T22:45:00").status == "PENDING"

    def test_that_nobody_paid_for_is_over_after_its_start(self, market: Market) -> None:
        """D46."""
        booked = market.book(SOON)
        broken = market.second_card("pm_card_chargeCustomerFail")
        market.pay(booked.id, card_id=broken)

        market.at(market.after(booked, hours=1))

        assert market.detail(booked.id).status is BookingStatus.PAYMENT_FAILED
        with market.runtime.begin(SYSTEM) as uow:
            assert uow.session.scalars(select(LedgerEntry.cents)).all() == []


class TestACheckout:
    def test_that_succeeded_does_not_outlive_the_cancellation(self, market: Market) -> None:
        """D27: the answer belongs to its key, and nobody is kept waiting."""
        booked = market.book(SOON)
        paid = market.pay(booked.id, key="first")
        assert market.pay(booked.id, key="first") == paid
        market.cancel(booked.id, actor=market.instructor)

        with pytest.raises(NotPayable):
            market.pay(booked.id, key="second")

        assert market.intents("requires_capture") == []
        assert market.pay(market.book(SOON).id).result == "confirmed"

    def test_may_use_other_credit_the_next_time(self, market: Market) -> None:
        """D43: what was set aside at the first try does not bind the second."""
        market.give_credit(8_000)
        broken = market.second_card("pm_card_chargeCustomerFail")
        booked = market.book(SOON)
        assert market.pay(booked.id, card_id=broken, credit=8_000).result == "declined"
        assert market.wallet() == (8_000, 0)

        market.pay(booked.id, credit=2_000)

        assert market.wallet() == (6_000, 2_000)
        assert market.intents("requires_capture") == [11_440]


class TestCreditOfADisputedLesson:
    def test_that_is_frozen_while_reserved_is_used_and_released_as_ever(
        self, market: Market
    ) -> None:
        """D34: frozen is not a state of its own."""
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.cancel(booked.id)
        used = market.confirmed("2026-06-29T10:00:00", credit=4_000)
        released = market.confirmed("2026-06-29T16:00:00", credit=5_000)
        dispute = market.dispute(booked.id)

        market.cancel(released.id)
        market.at(market.after(used, hours=25))

        assert market.money(used.id).paid_cents == 10_560
        assert market.wallet() == (0, 0)
        market.close(dispute, won=True)
        assert market.wallet() == (8_000, 0)
        market.assert_at_rest()

    def test_that_has_expired_is_no_debt(self, market: Market) -> None:
        """D34: expired is not spent."""
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.cancel(booked.id)
        market.at(market.clock.now + timedelta(days=366))

        market.close(market.dispute(booked.id), won=False)

        assert market.standing() == (False, True, 0)
        assert market.money(booked.id).debt_cents == 0


class TestTheMutex:
    """D26."""

    @pytest.fixture
    def mutex(self, runtime: Runtime) -> RedisMutex:
        return RedisMutex(runtime.settings.redis_url.get_secret_value())

    def test_is_held_by_one_and_free_afterwards(self, mutex: RedisMutex) -> None:
        name = new_id()
        with (
            mutex.hold(name, seconds=600) as first,
            pytest.raises(InProgress),
            mutex.hold(name, seconds=600),
        ):
            pass
        with mutex.hold(name, seconds=600) as second:
            assert first is not None
            assert second is not None
            assert second > first

    def test_is_not_freed_by_a_holder_whose_time_was_up(self, mutex: RedisMutex) -> None:
        name = new_id()
        with mutex.hold(name, seconds=0.05):
            time.sleep(0.1)
            successor = mutex.hold(name, seconds=600)
            successor.__enter__()
        with pytest.raises(InProgress), mutex.hold(name, seconds=600):
            pass
        successor.__exit__(None, None, None)

    def test_keeps_a_late_holder_from_what_its_successor_has_changed(self, market: Market) -> None:
        booked = market.confirmed()
        chain_id = market.detail(booked.id).chain_id
        with market.runtime.begin(SYSTEM) as uow:
            service.advance(uow, chain_id, fence=SUCCESSOR)

        with pytest.raises(InProgress), market.runtime.begin(SYSTEM) as uow:
            service.advance(uow, chain_id, fence=SUCCESSOR - 1)
        with market.runtime.begin(SYSTEM) as uow:
            service.advance(uow, chain_id, fence=None)
