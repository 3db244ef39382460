"""Transfers that staff take back in the provider's dashboard: told of, late, twice, or never."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from devstack.stripe_simulator.faults import Fault
from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.schemas import BookingDetailView, GiveTip, OrderRefund
from instainstru_core.domains.bookings.types import PaymentStatus, RefundReason
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.errors import ProviderFailed
from instainstru_core.domains.payments.models import OutsideReversal
from instainstru_core.domains.payments.types import Refused
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.kernel.authority import SYSTEM
from tests.factories.money import STAFF, Market
from tests.together import at_once

TAKEN_BACK = "transfer_reversed_at_the_provider"


def taught(market: Market) -> BookingDetailView:
    """A lesson of which 105.60 dollars were paid out."""
    booked = market.confirmed()
    market.at(market.after(booked, hours=25))
    assert market.money(booked.id).paid_cents == 10_560
    return booked


def latest_transfer(market: Market) -> str:
    return str(market.made("transfers")[0]["id"])


def by_hand(market: Market, cents: int | None = None, *, told: bool = True) -> str:
    """Staff take so much of the latest transfer back in the dashboard, and word comes or not."""
    transfer = latest_transfer(market)
    market.stripe.reverse_by_hand(transfer, cents)
    if told:
        hear(market, transfer)
    return transfer


def hear(market: Market, transfer_id: str) -> None:
    flows.on_transfer(market.cashier, actor=SYSTEM, transfer_id=transfer_id)


def release(market: Market, booking_id: str) -> None:
    with market.runtime.begin(STAFF) as uow:
        service.release_review(uow, booking_id)
    market.run_jobs()


def stands(market: Market, booking_id: str) -> tuple[int, str | None]:
    """What the instructor has of a lesson, and why people are to look at it."""
    row = market.money(booking_id)
    assert row.is_blocked == (row.review_reason == "reverse_refused")
    return row.paid_cents, row.review_reason


def facts(market: Market, reference: str) -> list[str]:
    with market.runtime.begin(STAFF) as uow:
        return [one.fact for one in ledger.explain(uow, reference).journals]


def lose() -> None:
    raise ProviderFailed("The payment provider broke.")


class TestOfALesson:
    def test_is_posted_owed_again_and_left_to_people(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)

        transfer = by_hand(market, 3_000)
        hear(market, transfer)
        market.run_jobs()

        assert stands(market, booked.id) == (7_560, TAKEN_BACK)
        assert market.detail(booked.id).payment_status is PaymentStatus.MANUAL_REVIEW
        books = market.ledger()
        assert books["instructor_payable"] == -3_000
        assert facts(market, f"booking:{booked.id}").count("transfer_reversed_at_provider") == 1
        with market.runtime.begin(SYSTEM) as uow:
            (kept,) = uow.session.scalars(select(OutsideReversal)).all()
            assert (kept.cents, kept.command_id) == (3_000, None)
            entry = uow.session.scalars(
                select(AuditEntry).where(AuditEntry.action == "bookings.note_reversal")
            ).one()
            assert entry.details == {
                "transfer": transfer,
                "reversal": kept.vendor_id,
                "cents": 3_000,
                "origin": "provider_dashboard",
            }
        assert market.reconcile().is_clean
        market.assert_at_rest()

    def test_is_paid_once_more_where_people_release_it(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        by_hand(market, 3_000)

        release(market, booked.id)

        assert stands(market, booked.id) == (10_560, None)
        assert [made["amount"] for made in market.made("transfers")] == [3_000, 10_560]
        assert market.reconcile().is_clean
        market.assert_at_rest()

    def test_is_never_paid_again_by_the_jobs_alone(self, market: Market) -> None:
        booked = taught(market)
        by_hand(market, 3_000)

        market.at(market.clock.now + timedelta(days=3))
        market.run_jobs()

        assert stands(market, booked.id) == (7_560, TAKEN_BACK)
        assert len(market.made("transfers")) == 1

    def test_counts_as_what_a_refund_takes_back_later(self, market: Market) -> None:
        """Staff took 30 dollars back first, then refund what is worth 31.43 of them."""
        booked = taught(market)
        by_hand(market, 3_000)
        with market.runtime.begin(STAFF) as uow:
            assert (
                service.preview_refund(uow, booked.id, _goodwill(4_000)).instructor_cents == 3_143
            )

        market.refund(booked.id, 4_000)
        market.run_jobs()

        assert stands(market, booked.id) == (7_417, None)
        assert market.money(booked.id).refunded_cents == 4_000
        reversed_cents = sum(made["amount_reversed"] for made in market.made("transfers"))
        assert reversed_cents == 3_143
        market.assert_at_rest()

    def test_that_is_less_than_a_refund_leaves_the_rest_to_people(self, market: Market) -> None:
        booked = taught(market)
        by_hand(market, 5_000)

        market.refund(booked.id, 4_000)
        market.run_jobs()

        assert stands(market, booked.id) == (5_560, TAKEN_BACK)
        assert market.money(booked.id).refunded_cents == 4_000
        release(market, booked.id)
        assert stands(market, booked.id) == (7_417, None)
        market.assert_at_rest()

    def test_after_our_own_reversal_is_beyond_what_was_due(self, market: Market) -> None:
        booked = taught(market)
        market.refund(booked.id, 4_000)
        assert stands(market, booked.id) == (7_417, None)

        by_hand(market, 1_000)

        assert stands(market, booked.id) == (6_417, TAKEN_BACK)
        release(market, booked.id)
        assert stands(market, booked.id) == (7_417, None)
        market.assert_at_rest()

    def test_while_a_bank_looks_does_what_is_due(self, http_market: Market) -> None:
        """All of it comes back in the dashboard before our own call could take it back."""
        market = http_market
        booked = taught(market)
        gateway = market.troubled()
        gateway.before("reverse", lambda: by_hand(market))
        opened = market.dispute(booked.id)

        assert stands(market, booked.id) == (0, None)
        market.close(opened, won=True)
        market.run_jobs()
        assert stands(market, booked.id) == (10_560, None)
        assert [made["amount"] for made in market.made("transfers")] == [10_560, 10_560]
        market.assert_at_rest()

    def test_in_part_while_our_own_is_asked_for_leaves_the_rest_to_people(
        self, http_market: Market
    ) -> None:
        market = http_market
        booked = taught(market)
        gateway = market.troubled()
        gateway.before("reverse", lambda: by_hand(market, 3_000))

        market.refund(booked.id, 4_000)
        market.run_jobs()

        assert stands(market, booked.id) == (4_417, TAKEN_BACK)
        release(market, booked.id)
        assert stands(market, booked.id) == (7_417, None)
        market.assert_at_rest()

    def test_in_full_while_our_own_is_refused_stops_only_for_what_is_owed(
        self, http_market: Market
    ) -> None:
        market = http_market
        booked = taught(market)
        gateway = market.troubled()
        gateway.before("reverse", lambda: by_hand(market))

        market.refund(booked.id, 4_000)
        market.run_jobs()

        assert stands(market, booked.id) == (0, TAKEN_BACK)
        release(market, booked.id)
        assert stands(market, booked.id) == (7_417, None)
        assert market.reconcile().is_clean
        market.assert_at_rest()

    def test_of_which_nobody_told_is_found_by_the_nightly_job(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        assert market.reconcile().is_clean
        by_hand(market, 3_000, told=False)

        for _ in range(2):
            market.clock.now += timedelta(days=1)
            assert market.reconcile().is_clean

        assert stands(market, booked.id) == (7_560, TAKEN_BACK)
        assert facts(market, f"booking:{booked.id}").count("transfer_reversed_at_provider") == 1
        market.assert_at_rest()

    def test_of_which_nobody_told_lets_a_refused_reversal_go(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        by_hand(market, told=False)
        market.refund(booked.id, 4_000)
        assert stands(market, booked.id) == (10_560, "reverse_refused")

        assert market.reconcile().is_clean

        assert stands(market, booked.id) == (0, TAKEN_BACK)
        release(market, booked.id)
        assert stands(market, booked.id) == (7_417, None)
        market.assert_at_rest()

    def test_does_what_the_provider_had_refused_for_want_of_money(
        self, http_market: Market
    ) -> None:
        market = http_market
        booked = taught(market)
        market.stripe.faults.add(Fault("account_balance_low", method="POST", path="*/reversals"))
        market.refund(booked.id, 4_000)
        assert stands(market, booked.id) == (10_560, "reverse_refused")

        by_hand(market, 3_143)

        assert stands(market, booked.id) == (7_417, None)
        market.assert_at_rest()

    def test_is_told_to_staff_as_money_that_came_back(self, market: Market) -> None:
        booked = taught(market)
        by_hand(market, 3_000)

        with market.runtime.begin(STAFF) as uow:
            told = reporting.payment_explain(uow, booked.id).data.payments[0]
            moved = reporting.payments_pipeline(uow, "last 7 days").data

        assert told.money.instructor_sent_cents == 7_560
        assert told.money.instructor_owed_cents == 10_560
        assert moved.transferred_cents == 7_560


class TestOfACallThatWasGivenUp:
    def test_is_one_of_ours_and_what_is_missing_is_paid_again(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        market.troubled().after("reverse", lose)
        market.refund(booked.id, 4_000)
        market.clock.now += timedelta(minutes=5)
        with market.runtime.begin(SYSTEM) as uow:
            command = payments.resume(uow, f"booking:{booked.id}")
            assert command is not None
            service.absorb(uow, command, Refused(ProviderFailed.code))
        market.at(market.clock.now + timedelta(minutes=5))
        market.run_jobs()
        assert stands(market, booked.id) == (7_417, None)

        hear(market, latest_transfer(market))
        market.run_jobs()

        assert stands(market, booked.id) == (7_417, None)
        told = facts(market, f"booking:{booked.id}")
        assert (told.count("transfer_reversed"), told.count("transferred")) == (2, 2)
        with market.runtime.begin(SYSTEM) as uow:
            (kept,) = uow.session.scalars(select(OutsideReversal)).all()
            assert kept.command_id == command.id
        assert market.reconcile().is_clean
        market.assert_at_rest()


class TestOfATip:
    def test_is_the_platforms(self, http_market: Market) -> None:
        market = http_market
        booked = taught(market)
        given = flows.tip(
            market.cashier, actor=market.student, booking_id=booked.id, command=GiveTip(cents=1_000)
        )
        before = market.ledger().get("platform_revenue", 0)

        transfer = by_hand(market, 400)
        hear(market, transfer)

        assert market.ledger().get("platform_revenue", 0) == before - 400
        assert "tips_payable" not in market.ledger()
        assert facts(market, f"tip:{given.id}")[-2:] == [
            "transfer_reversed_at_provider",
            "reversal_kept",
        ]
        assert stands(market, booked.id) == (10_560, None)
        assert market.reconcile().is_clean
        market.assert_at_rest()


class TestAtOnce:
    def test_heard_of_by_several_is_taken_in_once(self, racing_market: Market) -> None:
        market = racing_market
        booked = taught(market)
        transfer = by_hand(market, 3_000, told=False)

        answers = at_once([lambda: hear(market, transfer)] * 3 + [lambda: _reconcile(market)])

        assert answers == [None] * 4
        assert stands(market, booked.id) == (7_560, TAKEN_BACK)
        assert facts(market, f"booking:{booked.id}").count("transfer_reversed_at_provider") == 1
        assert market.reconcile().is_clean
        market.assert_at_rest()

    @pytest.mark.parametrize("cents", [3_000, 3_143, 10_560])
    def test_beside_our_own_refund_ends_with_what_is_owed(
        self, racing_market: Market, cents: int
    ) -> None:
        market = racing_market
        booked = taught(market)
        transfer = by_hand(market, cents, told=False)

        at_once([lambda: hear(market, transfer), lambda: market.refund(booked.id, 4_000)])
        market.run_jobs()
        hear(market, transfer)
        market.at(market.clock.now + timedelta(minutes=20))
        market.run_jobs()
        if market.money(booked.id).review_since is not None:
            release(market, booked.id)

        assert stands(market, booked.id) == (7_417, None)
        assert market.money(booked.id).refunded_cents == 4_000
        market.assert_at_rest()


def _reconcile(market: Market) -> None:
    flows.reconcile(market.cashier, actor=SYSTEM)


def _goodwill(cents: int) -> OrderRefund:
    return OrderRefund(cents=cents, reason=RefundReason.GOODWILL)
