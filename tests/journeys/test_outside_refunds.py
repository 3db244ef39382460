"""Refunds that staff make in the provider's dashboard, told of, told late, twice, or never."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from devstack.stripe_simulator.faults import Fault
from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.events import LessonRefunded
from instainstru_core.domains.bookings.models import AdminRefund
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    GiveTip,
    OrderRefund,
    SettleRefund,
)
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    Outcome,
    PaymentStatus,
    RefundOrigin,
    RefundReason,
    RefundWay,
)
from instainstru_core.domains.credits import flows as credit_flows
from instainstru_core.domains.credits.schemas import BuyCredit
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.errors import (
    CallRefused,
    ProviderFailed,
    ProviderUnreachable,
)
from instainstru_core.domains.payments.models import Charge, PaymentCommand, Refund
from instainstru_core.domains.payments.types import CommandState, Purpose, Refused
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.policy import telling
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.outbox import OutboxRow
from tests.factories.money import STAFF, Market
from tests.together import at_once

FEE = 420
"""What the provider keeps of 134.40 dollars."""


def taught(market: Market, *, credit: int = 0) -> BookingDetailView:
    """A lesson of 134.40 dollars that was paid out."""
    booked = market.confirmed(credit=credit)
    market.at(market.after(booked, hours=25))
    assert market.money(booked.id).paid_cents == 10_560
    return booked


def orders(market: Market) -> list[tuple[int, RefundOrigin, RefundReason, bool]]:
    with market.runtime.begin(SYSTEM) as uow:
        rows = uow.session.scalars(select(AdminRefund).order_by(AdminRefund.id)).all()
        return [(row.cents, row.origin, row.reason, row.done_at is not None) for row in rows]


def told(market: Market) -> list[int]:
    """What the student was told to get back, message by message."""
    with market.runtime.begin(SYSTEM) as uow:
        rows = uow.session.scalars(
            select(OutboxRow).where(OutboxRow.name.endswith(LessonRefunded.__name__))
        ).all()
        return [row.payload["cents"] for row in rows]


def settle(market: Market, booking_id: str) -> None:
    flows.settle_refund(
        market.cashier,
        actor=STAFF,
        booking_id=booking_id,
        command=SettleRefund(way=RefundWay.CREDIT, reason="The card was closed."),
    )


def charge_for(market: Market, purpose: Purpose) -> str:
    with market.runtime.begin(SYSTEM) as uow:
        found = uow.session.scalars(select(Charge).where(Charge.purpose == purpose)).one()
        assert found.vendor_charge_id is not None
        return found.vendor_charge_id


def refuse() -> None:
    raise CallRefused("The provider answered no.")


def fail() -> None:
    raise ProviderFailed("The payment provider broke.")


def lose() -> None:
    raise ProviderUnreachable("The payment provider cannot be reached.")


def given_by_hand(market: Market, booking_id: str, cents: int | None = None) -> None:
    market.refund_by_hand(booking_id, cents)


class TestOfASettledLesson:
    def test_takes_from_everybody_what_a_refund_by_staff_takes(self, http_market: Market) -> None:
        market = http_market
        market.give_credit(5_000, days=40)
        booked = taught(market, credit=5_000)

        market.refund_by_hand(booked.id, 2_110)  # a quarter of 84.40

        row = market.money(booked.id)
        assert (row.refund_due_cents, row.refunded_cents, row.paid_cents) == (2_110, 2_110, 7_920)
        assert market.wallet() == (1_250, 0)
        assert orders(market) == [
            (2_110, RefundOrigin.PROVIDER_DASHBOARD, RefundReason.OTHER, True)
        ]
        assert told(market) == [2_110]
        assert market.detail(booked.id).payment_status is PaymentStatus.SETTLED
        market.assert_at_rest()

    def test_in_full_pays_nobody(self, http_market: Market) -> None:
        market = http_market
        market.completed(4)
        booked = taught(market)
        assert market.wallet() == (1_000, 0)

        market.refund_by_hand(booked.id)

        row = market.money(booked.id)
        assert (row.refunded_cents, row.paid_cents) == (13_440, 0)
        assert market.wallet() == (0, 0)
        assert market.ledger() == {"stripe_clearing": -FEE, "stripe_fees": FEE}
        assert market.detail(booked.id).status is BookingStatus.COMPLETED
        market.assert_at_rest()

    def test_revokes_credit_that_a_cancellation_issued(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.cancel(booked.id)
        assert market.wallet() == (12_000, 0)

        market.refund_by_hand(booked.id, 3_360)

        assert market.wallet() == (9_000, 0)
        market.assert_at_rest()

    def test_in_pieces_takes_back_exactly_all(self, market: Market) -> None:
        booked = taught(market)
        market.refund(booked.id, 3_361)
        market.refund_by_hand(booked.id, 1)
        market.refund_by_hand(booked.id)

        row = market.money(booked.id)
        assert (row.refunded_cents, row.paid_cents) == (13_440, 0)
        assert [made[:2] for made in orders(market)] == [
            (3_361, RefundOrigin.STAFF),
            (1, RefundOrigin.PROVIDER_DASHBOARD),
            (10_078, RefundOrigin.PROVIDER_DASHBOARD),
        ]
        market.assert_at_rest()

    def test_is_taken_in_once_however_often_it_is_told(self, market: Market) -> None:
        booked = taught(market)
        refund = market.refund_by_hand(booked.id, 3_360)
        books = market.ledger()
        for _ in range(2):
            market.hear_of_refund(refund)
            flows.on_intent(market.cashier, actor=SYSTEM, intent_id=market.intent(booked.id))
        assert market.reconcile().is_clean

        assert market.ledger() == books
        assert (told(market), len(orders(market))) == ([3_360], 1)

    def test_that_nobody_told_of_is_found_by_the_nightly_job(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        market.refund_by_hand(booked.id, 3_360, told=False)
        assert market.money(booked.id).refunded_cents == 0

        found = market.reconcile()

        assert found.is_clean
        assert found.ledger_cents == market.stripe.balance() - 10_000_000
        row = market.money(booked.id)
        assert (row.refunded_cents, row.paid_cents) == (3_360, 7_920)
        assert told(market) == [3_360]
        market.assert_at_rest()

    def test_is_the_refund_that_staff_ordered_and_the_provider_did_not_make(
        self, market: Market
    ) -> None:
        """Staff ordered 40 here, the provider could not be reached, so they gave it back there."""
        booked = taught(market)
        gateway = market.troubled()
        gateway.before("refund", refuse)
        ordered = market.refund(booked.id, 4_000)
        assert (ordered.state, market.money(booked.id).is_blocked) == ("pending", True)

        market.refund_by_hand(booked.id, 4_000)

        row = market.money(booked.id)
        assert (row.refund_due_cents, row.refunded_cents, row.is_blocked) == (4_000, 4_000, False)
        assert row.review_since is None
        assert [made[1:] for made in orders(market)] == [
            (RefundOrigin.STAFF, RefundReason.GOODWILL, True)
        ]
        assert row.paid_cents == 10_560 - 3_143
        market.assert_at_rest()

    def test_takes_back_credit_that_stood_in_for_it(self, http_market: Market) -> None:
        """40 became credit, as the provider refused them; then all was given back after all."""
        market = http_market
        booked = taught(market)
        market.troubled().before("refund", refuse)
        market.refund(booked.id, 4_000)
        settle(market, booked.id)
        assert market.wallet() == (4_000, 0)

        market.refund_by_hand(booked.id)

        row = market.money(booked.id)
        assert (row.refund_due_cents, row.refunded_cents, row.refund_settled_cents) == (
            13_440,
            13_440,
            0,
        )
        assert (market.wallet(), row.paid_cents, row.outcome) == ((0, 0), 0, Outcome.ADMIN_REFUND)
        assert market.ledger() == {"stripe_clearing": -FEE, "stripe_fees": FEE}
        market.assert_at_rest()

    def test_leaves_such_credit_that_is_spent_to_the_platform(self, market: Market) -> None:
        booked = taught(market)
        market.troubled().before("refund", refuse)
        market.refund(booked.id, 4_000)
        settle(market, booked.id)
        market.confirmed("2026-06-29T16:00:00", credit=3_000)

        market.refund_by_hand(booked.id)

        assert market.wallet() == (0, 3_000)
        assert market.standing() == (False, False, 0)
        assert market.ledger()["platform_revenue"] == 3_000

    def test_is_written_down_and_stands_in_the_story(self, market: Market) -> None:
        booked = taught(market)
        refund = market.refund_by_hand(booked.id, 3_360)

        with market.runtime.begin(STAFF) as uow:
            entry = uow.session.scalars(
                select(AuditEntry).where(AuditEntry.action == "bookings.note_refund")
            ).one()
            assert entry.subject_id == booked.id
            assert entry.details == {
                "refund": refund,
                "cents": 3_360,
                "origin": "provider_dashboard",
                "has_failed": False,
            }
            story = reporting.booking_story(uow, booked.id).data.timeline
            told_of = [event.what for event in story]
            assert "Refunded in the provider's dashboard: other" in told_of
            assert {"refunded_at_provider", "refund_ordered"} <= set(told_of)
            (payment,) = reporting.payment_explain(uow, booked.id).data.payments
            journals = ledger.explain(uow, f"booking:{market.money(booked.id).chain_id}").journals
        assert payment.money.refunded_cents == 3_360
        day = telling.moment(market.clock.now)
        where = f"$33.60 went back to the card on {day} in the payment provider's dashboard."
        assert [one.where for one in payment.refunds] == [f"{where} {telling.IN_BANKS}"]
        assert [one.fact for one in journals][-3:] == [
            "refunded_at_provider",
            "refund_ordered",
            "transfer_reversed",
        ]

    def test_is_taken_in_once_by_several_who_hear_of_it_at_the_same_instant(
        self, racing_market: Market
    ) -> None:
        market = racing_market
        booked = taught(market)
        refund = market.refund_by_hand(booked.id, 3_360, told=False)

        at_once([lambda: market.hear_of_refund(refund)] * 4)
        market.run_jobs()

        row = market.money(booked.id)
        assert (row.refund_due_cents, row.refunded_cents, row.paid_cents) == (3_360, 3_360, 7_920)
        assert (told(market), len(orders(market))) == ([3_360], 1)
        market.assert_at_rest()


class TestOfALessonThatIsNotSettled:
    def locked(self, market: Market) -> BookingDetailView:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        return market.move(booked.id, "2026-06-22T16:00:00")

    def test_counts_when_it_is_settled(self, http_market: Market) -> None:
        market = http_market
        child = self.locked(market)
        market.refund_by_hand(child.id, 3_360)
        assert market.detail(child.id).status is BookingStatus.CONFIRMED

        market.at(market.after(child, hours=25))

        row = market.money(child.id)
        assert (row.outcome, row.refund_due_cents, row.refunded_cents, row.paid_cents) == (
            Outcome.LESSON_COMPLETED_FULL_PAYOUT,
            3_360,
            3_360,
            7_920,
        )
        assert market.ledger()["platform_revenue"] == -2_160
        market.assert_at_rest()

    def test_lessens_the_credit_of_a_cancellation(self, market: Market) -> None:
        child = self.locked(market)
        market.refund_by_hand(child.id, 3_360)
        market.at(market.before(child, hours=6))

        market.cancel(child.id)

        assert market.wallet() == (4_500, 0)
        assert market.money(child.id).paid_cents == 3_960
        market.assert_at_rest()

    def test_leaves_the_rest_for_the_instructors_cancellation(self, market: Market) -> None:
        child = self.locked(market)
        market.refund_by_hand(child.id, 3_360)

        market.cancel(child.id, actor=market.instructor)

        row = market.money(child.id)
        assert (row.outcome, row.refund_due_cents, row.refunded_cents) == (
            Outcome.INSTRUCTOR_CANCEL_FULL_REFUND,
            13_440,
            13_440,
        )
        assert [made["amount"] for made in market.made("refunds")] == [10_080, 3_360]
        market.assert_at_rest()

    def test_in_full_ends_it(self, http_market: Market) -> None:
        market = http_market
        market.give_credit(5_000, days=40)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=18))
        child = market.move(booked.id, "2026-06-22T16:00:00")

        market.refund_by_hand(child.id)

        row = market.money(child.id)
        assert (row.outcome, row.refunded_cents) == (Outcome.ADMIN_REFUND, 8_440)
        assert market.detail(child.id).status is BookingStatus.CANCELLED
        assert market.wallet() == (5_000, 0)
        market.confirmed("2026-06-22T16:00:00")  # the time is free again
        assert row.due_at is None

    def test_beside_a_part_that_the_bank_kept_ends_it_too(self, market: Market) -> None:
        child = self.locked(market)
        market.refund_by_hand(child.id, 3_360)
        market.close(market.dispute(child.id, cents=10_080), won=False)

        row = market.money(child.id)
        assert (row.outcome, row.refund_due_cents, row.paid_cents) == (
            Outcome.ADMIN_REFUND,
            3_360,
            0,
        )
        assert market.ledger()["dispute_losses"] == 1_500
        market.assert_at_rest()


class TestThatFailsLater:
    """The card was closed: the provider gives the money back to us after days."""

    @pytest.mark.parametrize("by_hand", [True, False])
    def test_stops_the_lesson_until_staff_make_it_credit(
        self, http_market: Market, *, by_hand: bool
    ) -> None:
        market = http_market
        booked = taught(market)
        if by_hand:
            market.refund_by_hand(booked.id, 3_360)
        else:
            market.refund(booked.id, 3_360)
        refund = str(market.made("refunds")[0]["id"])
        market.clock.now += timedelta(days=3)
        market.stripe.fail_refund(refund)
        for _ in range(2):
            market.hear_of_refund(refund)

        row = market.money(booked.id)
        assert (row.refunded_cents, row.is_blocked, row.review_reason) == (
            0,
            True,
            "refund_refused",
        )
        assert market.detail(booked.id).payment_status is PaymentStatus.MANUAL_REVIEW
        assert [made[3] for made in orders(market)] == [False]
        settle(market, booked.id)

        row = market.money(booked.id)
        assert (row.refund_settled_cents, row.is_blocked, row.paid_cents) == (3_360, False, 7_920)
        assert market.wallet() == (3_360, 0)
        assert [made[3] for made in orders(market)] == [True]
        assert market.ledger()["platform_revenue"] == -2_880 + 720
        assert market.reconcile().is_clean
        market.assert_at_rest()

    def test_while_the_payout_cannot_be_taken_back_leaves_nothing_to_look_at_once_it_is_settled(
        self, http_market: Market
    ) -> None:
        market = http_market
        booked = taught(market)
        market.stripe.faults.add(Fault("account_balance_low", method="POST", path="*/reversals"))
        market.refund(booked.id, 3_360)
        assert market.money(booked.id).review_reason == "reverse_refused"
        refund = str(market.made("refunds")[0]["id"])
        market.clock.now += timedelta(days=3)
        market.stripe.fail_refund(refund)
        market.hear_of_refund(refund)

        settle(market, booked.id)

        row = market.money(booked.id)
        assert (row.refund_settled_cents, row.paid_cents) == (3_360, 7_920)
        assert (row.is_blocked, row.review_since, row.review_reason) == (False, None, None)
        market.assert_at_rest()

    def test_is_found_by_the_nightly_job_when_nobody_told(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        market.refund(booked.id, 3_360)
        assert market.reconcile().is_clean
        market.clock.now += timedelta(days=3)
        market.stripe.fail_refund(str(market.made("refunds")[0]["id"]))

        assert market.reconcile().is_clean

        assert market.money(booked.id).is_blocked

    def test_and_was_never_heard_of_changes_nothing(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        refund = market.refund_by_hand(booked.id, 3_360, told=False)
        market.stripe.fail_refund(refund)

        assert market.reconcile().is_clean

        row = market.money(booked.id)
        assert (row.refunded_cents, row.is_blocked, row.paid_cents) == (0, False, 10_560)
        assert (orders(market), told(market)) == ([], [])
        with market.runtime.begin(SYSTEM) as uow:
            kept = uow.session.scalars(select(Refund)).one()
            assert (kept.vendor_id, kept.failed_at) == (refund, kept.refunded_at)
        market.assert_at_rest()

    def test_before_the_lesson_is_settled_is_made_again_then(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        child = market.move(booked.id, "2026-06-22T16:00:00")
        refund = market.refund_by_hand(child.id, 3_360)
        market.stripe.fail_refund(refund)
        market.hear_of_refund(refund)
        assert market.money(child.id).is_blocked is False

        market.at(market.after(child, hours=25))

        row = market.money(child.id)
        assert (row.refund_due_cents, row.refunded_cents, row.paid_cents) == (3_360, 3_360, 7_920)
        assert [(made["amount"], made["status"]) for made in market.made("refunds")] == [
            (3_360, "succeeded"),
            (3_360, "failed"),
        ]
        market.assert_at_rest()


class TestOfACallThatWasGivenUp:
    """The provider said that it broke, and looked up it was not there: it was made once more."""

    def given_up(self, market: Market, booking_id: str, cents: int) -> str:
        """A refund of so much that was made twice, of which we know the second."""
        market.troubled().after("refund", fail)
        assert market.refund(booking_id, cents).state == "pending"
        first = str(market.made("refunds")[0]["id"])
        market.clock.now += timedelta(minutes=5)
        with market.runtime.begin(SYSTEM) as uow:
            command = payments.resume(uow, f"booking:{booking_id}")
            assert command is not None
            service.absorb(uow, command, Refused(ProviderFailed.code))
        market.at(market.clock.now + timedelta(minutes=5))
        market.run_jobs()
        assert market.money(booking_id).refunded_cents == cents
        return first

    def test_is_one_of_ours_and_called_so(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        first = self.given_up(market, booked.id, 3_360)

        for _ in range(2):
            market.hear_of_refund(first)

        row = market.money(booked.id)
        assert (row.refund_due_cents, row.refunded_cents, row.paid_cents) == (6_720, 6_720, 5_280)
        assert orders(market) == [
            (3_360, RefundOrigin.STAFF, RefundReason.GOODWILL, True),
            (3_360, RefundOrigin.GIVEN_UP_CALL, RefundReason.PLATFORM_ERROR, True),
        ]
        with market.runtime.begin(SYSTEM) as uow:
            kept = uow.session.scalars(select(Refund).where(Refund.vendor_id == first)).one()
            command = uow.session.get_one(PaymentCommand, kept.command_id)
            assert (command.state, kept.reason) == (
                CommandState.FAILED,
                "requested_by_customer",
            )
            entry = uow.session.scalars(
                select(AuditEntry).where(AuditEntry.action == "bookings.note_refund")
            ).one()
            assert entry.details["origin"] == "given_up_call"
        with market.runtime.begin(STAFF) as uow:
            facts = [one.fact for one in ledger.explain(uow, f"booking:{booked.id}").journals]
            told = reporting.payment_explain(uow, booked.id).data.payments[0]
            story = reporting.booking_story(uow, booked.id).data
        assert (facts.count("refunded"), facts.count("refunded_at_provider")) == (2, 0)
        assert not any("dashboard" in refund.where for refund in told.refunds)
        words = [one.what for one in story.timeline]
        assert any(one.startswith("Refunded once more by a call") for one in words)
        market.assert_at_rest()

    def test_is_found_by_the_nightly_job_when_nobody_told(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        self.given_up(market, booked.id, 3_360)

        assert market.reconcile().is_clean

        assert [made[1] for made in orders(market)] == [
            RefundOrigin.STAFF,
            RefundOrigin.GIVEN_UP_CALL,
        ]
        market.run_jobs()
        market.assert_at_rest()

    def test_that_did_not_reach_the_card_changes_nothing(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        first = self.given_up(market, booked.id, 3_360)
        market.stripe.fail_refund(first)

        market.hear_of_refund(first)

        row = market.money(booked.id)
        assert (row.refunded_cents, row.paid_cents, row.is_blocked) == (3_360, 7_920, False)
        assert len(orders(market)) == 1
        market.assert_at_rest()


class TestBesideOurOwnRefund:
    def test_that_is_under_way_both_count(self, http_market: Market) -> None:
        """Our answer is lost, so our refund is open when word of the other comes."""
        market = http_market
        booked = taught(market)
        gateway = market.troubled()
        gateway.after("refund", lose)
        assert market.refund(booked.id, 4_000).state == "pending"
        market.refund_by_hand(booked.id, 4_000)

        market.at(market.clock.now + timedelta(hours=1))

        row = market.money(booked.id)
        assert (row.refund_due_cents, row.refunded_cents, row.is_blocked) == (8_000, 8_000, False)
        assert row.paid_cents == 10_560 - 6_286
        market.assert_at_rest()

    def test_that_comes_too_late_is_not_made_twice(self, http_market: Market) -> None:
        """All was given back in the dashboard a moment before our call for all came."""
        market = http_market
        booked = taught(market)
        gateway = market.troubled()
        gateway.before("refund", lambda: given_by_hand(market, booked.id))
        market.refund(booked.id)

        market.at(market.clock.now + timedelta(hours=1))

        row = market.money(booked.id)
        assert (row.refund_due_cents, row.refunded_cents, row.is_blocked) == (
            13_440,
            13_440,
            False,
        )
        assert [made["amount"] for made in market.made("refunds")] == [13_440]
        assert row.paid_cents == 0
        market.assert_at_rest()

    def test_that_asks_for_too_much_asks_for_the_rest(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        gateway = market.troubled()
        gateway.before("refund", lambda: given_by_hand(market, booked.id, 1_000))
        market.refund(booked.id)

        market.at(market.clock.now + timedelta(hours=1))

        row = market.money(booked.id)
        assert (row.refunded_cents, row.is_blocked) == (13_440, False)
        assert [made["amount"] for made in market.made("refunds")] == [12_440, 1_000]
        market.assert_at_rest()


class TestOfWhatWasNotForALesson:
    def top_up(self, market: Market) -> str:
        credit_flows.top_up(
            market.runtime.begin,
            market.runtime.payments,
            actor=market.student,
            command=BuyCredit(cents=5_000),
        )
        return charge_for(market, Purpose.TOP_UP)

    def test_revokes_bought_credit_and_gives_it_again_when_it_fails(self, market: Market) -> None:
        charge = self.top_up(market)
        expiries = market.expiries()
        refund = str(market.stripe.refund_by_hand(charge, 3_000)["id"])
        for _ in range(2):
            market.hear_of_refund(refund)
        assert market.wallet() == (2_000, 0)
        assert "platform_revenue" not in market.ledger()

        market.clock.now += timedelta(days=2)
        market.stripe.fail_refund(refund)
        for _ in range(2):
            market.hear_of_refund(refund)

        assert market.wallet() == (5_000, 0)
        assert market.expiries() == expiries * 2
        assert "platform_revenue" not in market.ledger()
        market.assert_at_rest()

    def test_leaves_spent_credit_to_the_platform(self, market: Market) -> None:
        charge = self.top_up(market)
        market.confirmed(credit=4_000)

        market.hear_of_refund(str(market.stripe.refund_by_hand(charge)["id"]))

        assert market.wallet() == (0, 4_000)
        assert market.standing() == (False, False, 0)
        assert market.ledger()["platform_revenue"] == 4_000

    def test_leaves_the_instructor_a_tip(self, market: Market) -> None:
        booked = taught(market)
        flows.tip(
            market.cashier, actor=market.student, booking_id=booked.id, command=GiveTip(cents=1_000)
        )

        market.stripe.refund_by_hand(charge_for(market, Purpose.TIP))
        assert market.reconcile().is_clean

        books = market.ledger()
        assert "tips_payable" not in books
        assert books["platform_revenue"] == -2_880 + 1_000
        market.assert_at_rest()


class TestPreviews:
    def test_of_a_refund_tell_what_is_left(self, market: Market) -> None:
        booked = taught(market)
        market.refund_by_hand(booked.id, 3_360)
        with market.runtime.begin(STAFF) as uow:
            shown = service.preview_refund(
                uow, booked.id, OrderRefund(reason=RefundReason.GOODWILL)
            )
        assert (shown.refunded_before_cents, shown.refund_cents, shown.instructor_cents) == (
            3_360,
            10_080,
            7_920,
        )
