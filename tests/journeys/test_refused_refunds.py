"""Refunds that the provider refuses because a bank was there before, and how staff settle them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.audit.models import AuditEntry
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.errors import (
    NothingToResolve,
    NotRefundable,
    PreviewOutdated,
)
from instainstru_core.domains.bookings.events import RefundSettled
from instainstru_core.domains.bookings.models import AdminRefund
from instainstru_core.domains.bookings.schemas import (
    RefundSettlementPreview,
    RefundSettlementView,
    SettleRefund,
)
from instainstru_core.domains.bookings.types import Outcome, RefundWay
from instainstru_core.domains.credits.models import CreditLot
from instainstru_core.domains.notifications import reactions
from instainstru_core.domains.notifications.models import Delivery
from instainstru_core.domains.notifications.types import Template
from instainstru_core.domains.payments.errors import ProviderUnreachable
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.domains.reporting.policy import telling
from instainstru_core.kernel.authority import SYSTEM, PermissionMissing
from instainstru_core.kernel.idempotency import KeyReused
from tests.factories.money import STAFF, Market

BANK_FEE = 1_500
CREDIT, BANK = RefundWay.CREDIT, RefundWay.BANK
WHY = "The bank closed the charge for refunds."


def taught(market: Market, *, credit: int = 0) -> str:
    """A lesson of 134.40 dollars that was paid out."""
    booked = market.confirmed(credit=credit)
    market.at(market.after(booked, hours=25))
    return booked.id


def preview(market: Market, booking_id: str, way: RefundWay) -> RefundSettlementPreview:
    with market.runtime.begin(STAFF) as uow:
        wish = SettleRefund(way=way, reason=WHY)
        return service.preview_refund_settlement(uow, booking_id, wish)


def settle(
    market: Market, booking_id: str, way: RefundWay, *, confirm: str | None = None, key: str = ""
) -> RefundSettlementView:
    return flows.settle_refund(
        market.cashier,
        actor=STAFF,
        booking_id=booking_id,
        command=SettleRefund(way=way, reason=WHY, confirm=confirm),
        idempotency_key=key or None,
    )


def unreachable() -> None:
    raise ProviderUnreachable("The payment provider cannot be reached.")


def orders_done(market: Market) -> list[bool]:
    with market.runtime.begin(SYSTEM) as uow:
        rows = uow.session.scalars(select(AdminRefund).order_by(AdminRefund.id)).all()
        return [row.done_at is not None for row in rows]


def refused_after_a_lost_part(market: Market) -> str:
    """The bank took 28.22 dollars back; then staff ordered 40, which the provider refuses."""
    booking_id = taught(market)
    market.close(market.dispute(booking_id, cents=2_822), won=False)
    told = market.refund(booking_id, 4_000)
    assert (told.state, market.money(booking_id).is_blocked) == ("pending", True)
    return booking_id


class TestARefundOfWhatTheBankLeft:
    def test_becomes_credit_and_leaves_nothing_behind(self, http_market: Market) -> None:
        """Seeds 182, 372, 447 and 466 of the simulation: no way led out of this."""
        market = http_market
        booking_id = refused_after_a_lost_part(market)
        before = market.ledger()
        shown = preview(market, booking_id, CREDIT)
        assert shown.model_dump(exclude={"confirm", "booking_id", "currency"}) == {
            "way": CREDIT,
            "charged_cents": 13_440,
            "charged_back_cents": 2_822,
            "refunded_before_cents": 0,
            "outstanding_cents": 4_000,
            "credit_cents": 4_000,
            "bank_cents": 0,
        }
        assert market.ledger() == before

        done = settle(market, booking_id, CREDIT, confirm=shown.confirm)

        assert (done.credit_cents, done.bank_cents) == (4_000, 0)
        row = market.money(booking_id)
        assert (row.is_blocked, row.review_since, row.due_at) == (False, None, None)
        assert (row.refund_due_cents, row.refunded_cents, row.refund_settled_cents) == (
            4_000,
            0,
            4_000,
        )
        assert market.wallet() == (4_000, 0)
        assert market.expiries() == [market.clock.now + timedelta(days=365)]
        assert orders_done(market) == [True]
        after = market.ledger()
        assert after["credits_liability"] == -4_000
        assert after["platform_revenue"] == before["platform_revenue"]
        assert row.paid_cents == 10_560 - 2_217 - 3_143  # 28.22 and 40 of 134.40
        market.assert_at_rest()

    def test_is_told_to_the_student_alone_and_written_down(self, market: Market) -> None:
        booking_id = refused_after_a_lost_part(market)
        settle(market, booking_id, CREDIT)
        with market.runtime.begin(SYSTEM) as uow:
            event = RefundSettled(booking_id=booking_id, credit_cents=4_000, bank_cents=0)
            reactions.on_refund_settled(uow, event)
            rows = uow.session.scalars(
                select(Delivery).where(Delivery.template == Template.REFUND_SETTLED)
            ).all()
            assert [row.user_id for row in rows] == [market.student.id]
            entry = uow.session.scalars(
                select(AuditEntry).where(AuditEntry.action == "bookings.settle_refund")
            ).one()
        assert entry.details == {
            "way": "credit",
            "credit_cents": 4_000,
            "bank_cents": 0,
            "reason": WHY,
        }
        assert entry.actor_id == STAFF.id

    def test_is_not_closed_as_if_the_bank_had_given_it(self, market: Market) -> None:
        booking_id = refused_after_a_lost_part(market)
        with pytest.raises(NotRefundable, match=r"\$0.00 of the \$40.00") as refused:
            preview(market, booking_id, BANK)
        assert refused.value.facts["outstanding_cents"] == 4_000

    def test_is_settled_once_however_often_it_is_asked_for(self, market: Market) -> None:
        booking_id = refused_after_a_lost_part(market)
        first = settle(market, booking_id, CREDIT, key="settle-1")
        assert settle(market, booking_id, CREDIT, key="settle-1") == first
        with pytest.raises(KeyReused):
            settle(market, booking_id, BANK, key="settle-1")
        with pytest.raises(NotRefundable):
            settle(market, booking_id, CREDIT, key="settle-2")
        with pytest.raises(NothingToResolve), market.runtime.begin(STAFF) as uow:
            service.release_review(uow, booking_id)
        assert market.wallet() == (4_000, 0)

    def test_lets_staff_refund_no_more_than_is_left(self, market: Market) -> None:
        booking_id = refused_after_a_lost_part(market)
        settle(market, booking_id, CREDIT)
        told = market.refund(booking_id)
        assert told.refund_cents == 13_440 - 2_822 - 4_000
        assert told.credit_revoked_cents == 0
        settle(market, booking_id, CREDIT)
        assert market.wallet() == (13_440 - 2_822, 0)
        assert market.money(booking_id).paid_cents == 0
        assert orders_done(market) == [True, True]
        market.assert_at_rest()


class TestARefundThatTheBankMadeMeanwhile:
    def refused(self, market: Market, cents: int, disputed: int | None = None) -> tuple[str, str]:
        """Staff order a refund; the bank was faster, and we have not heard of it."""
        booking_id = taught(market)
        charge = market.vendor_charge(booking_id)
        dispute = str(market.stripe.open_dispute(charge, amount=disputed)["id"])
        market.refund(booking_id, cents)
        assert market.money(booking_id).is_blocked
        return booking_id, dispute

    def test_waits_for_the_banks_last_word(self, market: Market) -> None:
        booking_id, dispute = self.refused(market, 3_000)
        market.hear(dispute)
        for way in (CREDIT, BANK):
            with pytest.raises(NotRefundable, match="still looking"):
                preview(market, booking_id, way)

    def test_is_closed_without_giving_it_twice(self, market: Market) -> None:
        booking_id, dispute = self.refused(market, 3_000)
        market.close(dispute, won=False)
        with pytest.raises(NotRefundable, match="twice"):
            preview(market, booking_id, CREDIT)

        done = settle(market, booking_id, BANK)

        assert (done.credit_cents, done.bank_cents) == (0, 3_000)
        assert market.wallet() == (0, 0)
        row = market.money(booking_id)
        assert (row.paid_cents, row.outcome) == (0, Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND)
        books = market.ledger()
        assert books["stripe_clearing"] == -420 - BANK_FEE
        assert books["dispute_losses"] + books.get("platform_revenue", 0) == BANK_FEE
        market.assert_at_rest()

    def test_becomes_credit_when_the_dispute_is_won(self, market: Market) -> None:
        booking_id, dispute = self.refused(market, 3_000)
        market.close(dispute, won=True)
        assert settle(market, booking_id, CREDIT).credit_cents == 3_000
        assert market.wallet() == (3_000, 0)
        market.assert_at_rest()

    def test_becomes_credit_as_far_as_the_bank_did_not_make_it(self, market: Market) -> None:
        """100 dollars were ordered and 60 taken back, of 134.40: 25.60 would be given twice."""
        booking_id, dispute = self.refused(market, 10_000, disputed=6_000)
        market.close(dispute, won=False)
        shown = preview(market, booking_id, CREDIT)
        assert (shown.credit_cents, shown.bank_cents) == (7_440, 2_560)
        settle(market, booking_id, CREDIT, confirm=shown.confirm)
        assert market.wallet() == (7_440, 0)
        assert market.money(booking_id).paid_cents == 0
        market.assert_at_rest()

    def test_is_judged_anew_when_it_is_settled(self, market: Market) -> None:
        booking_id, dispute = self.refused(market, 3_000)
        shown = preview(market, booking_id, CREDIT)
        market.close(dispute, won=False)
        with pytest.raises(NotRefundable):
            settle(market, booking_id, CREDIT, confirm=shown.confirm)
        with pytest.raises(PreviewOutdated):
            settle(market, booking_id, BANK, confirm=shown.confirm)
        assert market.wallet() == (0, 0)

    def test_is_taken_back_where_credit_was_given_before_the_bank_was_heard_of(
        self, market: Market
    ) -> None:
        booking_id, dispute = self.refused(market, 3_000)
        settle(market, booking_id, CREDIT)
        assert market.wallet() == (3_000, 0)
        market.hear(dispute)
        booked = market.book("2026-06-29T16:00:00")
        frozen = market.pay(booked.id, credit=3_000).booking.money
        assert frozen is not None
        assert frozen.credit_cents == 0
        market.cancel(booked.id)
        market.close(dispute, won=False)
        assert market.wallet() == (0, 0)
        assert market.money(booking_id).paid_cents == 0
        market.assert_at_rest()

    def test_is_owed_where_that_credit_is_spent(self, market: Market) -> None:
        booking_id, dispute = self.refused(market, 3_000)
        settle(market, booking_id, CREDIT)
        spent = market.confirmed("2026-06-29T16:00:00", credit=3_000)
        market.hear(dispute)
        assert market.standing() == (False, True, 0)
        market.close(dispute, won=False)
        assert market.standing() == (False, True, 3_000)
        assert market.money(spent.id).credit_cents == 3_000


class TestALessonThatIsNotSettledYet:
    def test_ends_with_credit_for_the_part_that_the_bank_left(self, market: Market) -> None:
        """Locked money, a part of which the bank took back: the instructor cancels, all is due."""
        lot_ends = market.clock.now + timedelta(days=100)
        market.give_credit(5_000, days=100)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=18))
        moved = market.move(booked.id, "2026-06-22T16:00:00")
        market.close(market.dispute(moved.id, cents=1_772), won=False)
        market.cancel(moved.id, actor=market.instructor)
        assert market.money(moved.id).is_blocked

        shown = preview(market, moved.id, CREDIT)
        assert (shown.outstanding_cents, shown.bank_cents) == (8_440 - 1_772, 0)
        settle(market, moved.id, CREDIT, confirm=shown.confirm)

        row = market.money(moved.id)
        assert row.outcome is Outcome.INSTRUCTOR_CANCEL_FULL_REFUND
        assert (row.refund_due_cents, row.refunded_cents, row.refund_settled_cents) == (
            6_668,
            0,
            6_668,
        )
        assert row.credit_back_cents == 6_668 + 5_000
        assert market.wallet() == (6_668 + 5_000, 0)
        assert market.expiries() == [lot_ends, market.clock.now + timedelta(days=365)]
        with market.runtime.begin(SYSTEM) as uow:
            sources = [str(lot.source) for lot in uow.session.scalars(select(CreditLot))]
        assert sorted(sources) == ["adjustment", "refund"]
        market.assert_at_rest()


class TestWhatTheCopilotTells:
    def test_is_why_the_refund_waits_and_then_what_became_of_it(self, market: Market) -> None:
        """Never that it is still on its way to the card."""
        booking_id = refused_after_a_lost_part(market)

        def told() -> tuple[list[str], str]:
            with market.runtime.begin(STAFF) as uow:
                (payment,) = reporting.payment_explain(uow, booking_id).data.payments
            return [refund.where for refund in payment.refunds], payment.next

        where, comes_next = told()
        assert comes_next == telling.REFUND_REFUSED
        settle(market, booking_id, CREDIT)
        where, comes_next = told()
        assert comes_next == telling.OVER
        day = telling.moment(market.clock.now)
        assert where == [f"$40.00 became credit of the student instead of a refund on {day}."]


class TestAnOrderOfStaff:
    def test_is_done_once_the_provider_has_made_it(self, market: Market) -> None:
        booking_id = taught(market)
        gateway = market.troubled()
        gateway.before("refund", unreachable)
        market.refund(booking_id, 1_000)
        assert orders_done(market) == [False]
        market.at(market.clock.now + timedelta(minutes=10))
        assert orders_done(market) == [True]
        market.refund(booking_id, 2_000)
        assert orders_done(market) == [True, True]
        market.assert_at_rest()


class TestWhoMaySettle:
    def test_is_staff_and_only_where_a_refund_was_refused(self, market: Market) -> None:
        booking_id = taught(market)
        with pytest.raises(NotRefundable, match="Order a refund instead"):
            preview(market, booking_id, CREDIT)
        wish = SettleRefund(way=CREDIT, reason=WHY)
        with pytest.raises(PermissionMissing), market.runtime.begin(market.student) as uow:
            service.preview_refund_settlement(uow, booking_id, wish)
        with pytest.raises(PermissionMissing):
            flows.settle_refund(
                market.cashier, actor=market.instructor, booking_id=booking_id, command=wish
            )
