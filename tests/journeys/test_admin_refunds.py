"""Staff give money back: shown first, then ordered, judged anew at that moment."""

from datetime import timedelta

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text, update

from instainstru_core import runtime as composition
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.errors import (
    NotRefundable,
    PreviewOutdated,
    RefundTooLarge,
)
from instainstru_core.domains.bookings.models import LessonMoney
from instainstru_core.domains.bookings.schemas import (
    BookingDetailView,
    OrderRefund,
    RefundOrderView,
    RefundPreview,
)
from instainstru_core.domains.bookings.types import (
    BookingStatus,
    Outcome,
    RefundAction,
    RefundReason,
    RefundState,
)
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.kernel.errors import Forbidden
from instainstru_core.kernel.idempotency import KeyReused
from tests.factories.money import STAFF, Market

FEE = 420


def taught(market: Market, *, credit: int = 0) -> BookingDetailView:
    """A lesson that took place and was paid for and paid out."""
    booked = market.confirmed(credit=credit)
    market.at(market.after(booked, hours=25))
    assert market.money(booked.id).paid_cents == 10_560
    return booked


def preview(market: Market, booking_id: str, cents: int | None = None) -> RefundPreview:
    with market.runtime.begin(STAFF) as uow:
        return service.preview_refund(
            uow, booking_id, OrderRefund(cents=cents, reason=RefundReason.GOODWILL)
        )


def ordered(market: Market, booking_id: str, *, key: str, cents: int) -> RefundOrderView:
    return flows.refund(
        market.cashier,
        actor=STAFF,
        booking_id=booking_id,
        command=OrderRefund(cents=cents, reason=RefundReason.SERVICE_ISSUE),
        idempotency_key=key,
    )


def refunded(market: Market) -> list[int]:
    """The refunds at the provider, the newest first."""
    return [made["amount"] for made in market.made("refunds")]


class TestAFullRefund:
    def test_goes_back_to_the_card_and_takes_the_payout_back(self, market: Market) -> None:
        booked = taught(market)

        told = market.refund(booked.id)

        assert told.action is RefundAction.REFUND
        assert told.state is RefundState.DONE
        assert (told.refund_cents, told.instructor_cents) == (13_440, 10_560)
        assert refunded(market) == [13_440]
        assert [made["amount_reversed"] for made in market.made("transfers")] == [10_560]
        assert market.detail(booked.id).status is BookingStatus.COMPLETED
        assert market.ledger() == {"stripe_clearing": -FEE, "stripe_fees": FEE}
        market.assert_at_rest()

    def test_is_how_the_lesson_was_settled_for_whoever_asks(self, market: Market) -> None:
        booked = taught(market)

        market.refund(booked.id)

        assert market.money(booked.id).outcome is Outcome.ADMIN_REFUND
        with market.runtime.begin(STAFF) as uow:
            (told,) = reporting.payment_explain(uow, booked.id).data.payments
        assert (told.status, told.outcome) == (BookingStatus.COMPLETED, Outcome.ADMIN_REFUND)
        assert told.why == "Cancelled, or refunded in full, by staff: everything goes back."

    def test_of_before_is_told_as_one_too(self, market: Market) -> None:
        """Revision 0026: until then such a lesson was told as charged in full."""
        whole, part = market.confirmed("2026-06-18T13:00:00"), market.confirmed()
        market.at(market.after(part, hours=25))
        market.refund(whole.id)
        market.refund(part.id, 13_439)
        script = ScriptDirectory.from_config(composition.alembic_config("postgresql:///unused"))
        with market.runtime.begin(STAFF) as uow:
            uow.session.execute(
                update(LessonMoney).values(outcome=Outcome.LESSON_COMPLETED_FULL_PAYOUT)
            )
            uow.session.execute(text(script.get_revision("0026").module.SAY_SO))

        assert market.money(whole.id).outcome is Outcome.ADMIN_REFUND
        assert market.money(part.id).outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT

    def test_is_made_once(self, market: Market) -> None:
        """Scenario 64."""
        booked = taught(market)
        market.refund(booked.id)
        books = market.ledger()

        with pytest.raises(NotRefundable):
            market.refund(booked.id)

        assert refunded(market) == [13_440]
        assert market.ledger() == books

    def test_in_pieces_takes_back_exactly_all(self, market: Market) -> None:
        booked = taught(market)

        taken = [market.refund(booked.id, cents).instructor_cents for cents in (1, 4_479, 3_333)]
        taken.append(market.refund(booked.id).instructor_cents)

        assert taken == [1, 3_519, 2_619, 4_421]
        assert sum(taken) == 10_560
        assert refunded(market) == [5_627, 3_333, 4_479, 1]
        row = market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (Outcome.ADMIN_REFUND, 0)
        assert market.ledger() == {"stripe_clearing": -FEE, "stripe_fees": FEE}
        market.assert_at_rest()

    def test_of_what_a_bank_left_is_one_too(self, market: Market) -> None:
        """The bank kept 33.60 of it, staff give the rest back: as credit, as cards refuse that."""
        booked = taught(market)
        market.close(market.dispute(booked.id, cents=3_360), won=False)
        assert market.money(booked.id).outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT

        with pytest.raises(RefundTooLarge):
            market.refund(booked.id, 10_081)
        assert market.money(booked.id).outcome is Outcome.LESSON_COMPLETED_FULL_PAYOUT
        market.refund(booked.id)

        row = market.money(booked.id)
        assert (row.outcome, row.refund_due_cents) == (Outcome.ADMIN_REFUND, 10_080)

    def test_gives_used_credit_back_on_its_old_expiry(self, market: Market) -> None:
        market.give_credit(5_000, days=40)
        booked = taught(market, credit=5_000)

        told = market.refund(booked.id)

        assert (told.refund_cents, told.credit_back_cents) == (8_440, 5_000)
        assert told.instructor_cents == 10_560
        assert market.wallet() == (5_000, 0)
        assert market.expiries() == [market.began + timedelta(days=40)]
        assert market.ledger() == {
            "credit_expense": 5_000,
            "credits_liability": -5_000,
            "stripe_clearing": -275,
            "stripe_fees": 275,
        }
        market.assert_at_rest()

    def test_revokes_the_milestone_of_its_lesson(self, market: Market) -> None:
        """Scenario 61, the refund of what triggered it."""
        market.completed(4)
        booked = taught(market)
        assert market.wallet() == (1_000, 0)

        market.refund(booked.id, 13_439)
        assert market.wallet() == (1_000, 0)
        market.refund(booked.id)

        assert market.wallet() == (0, 0)
        market.assert_at_rest()

    def test_of_a_cancellation_revokes_the_credit_it_issued(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.cancel(booked.id)
        assert market.wallet() == (12_000, 0)

        told = market.refund(booked.id)

        assert (told.refund_cents, told.credit_revoked_cents) == (13_440, 12_000)
        assert market.money(booked.id).outcome is Outcome.ADMIN_REFUND
        assert market.wallet() == (0, 0)
        assert market.ledger() == {"stripe_clearing": -FEE, "stripe_fees": FEE}
        market.assert_at_rest()

    def test_of_a_cancellation_leaves_credit_that_was_spent(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.cancel(booked.id)
        later = market.confirmed("2026-06-29T16:00:00", credit=9_000)

        told = market.refund(booked.id)

        assert (told.refund_cents, told.credit_revoked_cents) == (13_440, 3_000)
        assert market.wallet() == (0, 9_000)
        market.at(market.after(later, hours=25))
        assert market.money(later.id).paid_cents == 10_560
        market.assert_at_rest()


class TestAPartialRefund:
    def test_takes_the_share_of_the_instructor_back_and_leaves_the_lesson(
        self, market: Market
    ) -> None:
        booked = taught(market)

        told = market.refund(booked.id, 4_000)

        assert (told.refund_cents, told.instructor_cents) == (4_000, 3_143)
        row = market.money(booked.id)
        assert (row.outcome, row.paid_cents) == (Outcome.LESSON_COMPLETED_FULL_PAYOUT, 7_417)
        assert market.detail(booked.id).status is BookingStatus.COMPLETED
        assert market.ledger() == {
            "platform_revenue": -2_880 + 857,
            "stripe_clearing": 13_440 - FEE - 4_000 - 7_417,
            "stripe_fees": FEE,
        }
        market.assert_at_rest()

    def test_gives_the_same_part_of_used_credit_back(self, market: Market) -> None:
        market.give_credit(5_000)
        booked = taught(market, credit=5_000)

        told = market.refund(booked.id, 4_220)

        assert (told.credit_back_cents, told.instructor_cents) == (2_500, 5_280)
        assert market.wallet() == (2_500, 0)
        market.assert_at_rest()

    def test_takes_from_the_latest_transfer_first(self, market: Market) -> None:
        market.give_credit(8_000)
        booked = taught(market, credit=8_000)

        market.refund(booked.id, 2_720)

        assert [(made["amount"], made["amount_reversed"]) for made in market.made("transfers")] == [
            (5_120, 5_120),
            (5_440, 160),
        ]
        market.assert_at_rest()

    def test_before_the_payout_lessens_it(self, market: Market) -> None:
        booked = market.confirmed()
        market.close_account()
        market.at(market.after(booked, hours=25))
        market.refund(booked.id, 4_000)
        market.open_account()

        market.at(market.after(booked, hours=72))

        assert [made["amount"] for made in market.made("transfers")] == [7_417]
        assert market.money(booked.id).paid_cents == 7_417
        market.assert_at_rest()

    def test_of_more_than_is_left_is_refused_and_changes_nothing(self, market: Market) -> None:
        booked = taught(market)
        market.refund(booked.id, 10_000)
        books = market.ledger()

        with pytest.raises(RefundTooLarge) as refusal:
            market.refund(booked.id, 3_441)

        assert refusal.value.facts["left_cents"] == 3_440
        assert market.ledger() == books
        assert refunded(market) == [10_000]

    def test_with_a_key_is_made_once(self, market: Market) -> None:
        booked = taught(market)

        first = ordered(market, booked.id, key="one", cents=1_000)
        again = ordered(market, booked.id, key="one", cents=1_000)

        assert first == again
        assert refunded(market) == [1_000]
        with pytest.raises(KeyReused):
            ordered(market, booked.id, key="one", cents=2_000)
        assert ordered(market, booked.id, key="two", cents=1_000).id != first.id
        assert refunded(market) == [1_000, 1_000]


class TestBeforeAnythingWasTaken:
    @pytest.mark.parametrize("hours", [48, 20])
    def test_the_lesson_is_cancelled_and_a_hold_let_go(self, market: Market, hours: int) -> None:
        market.give_credit(5_000)
        booked = market.confirmed(credit=5_000)
        market.at(market.before(booked, hours=hours))

        told = market.refund(booked.id)

        assert (told.id, told.action, told.refund_cents) == (None, RefundAction.VOID, 0)
        assert told.state is RefundState.DONE
        assert market.detail(booked.id).status is BookingStatus.CANCELLED
        assert market.money(booked.id).outcome is Outcome.ADMIN_REFUND
        assert market.intents("requires_capture") == []
        assert refunded(market) == []
        assert market.wallet() == (5_000, 0)
        market.assert_at_rest()
        market.confirmed(booked.starts_local.isoformat())

    def test_a_part_cannot_be_given_back(self, market: Market) -> None:
        booked = market.confirmed()

        with pytest.raises(RefundTooLarge):
            market.refund(booked.id, 1_000)

        assert market.detail(booked.id).status is BookingStatus.CONFIRMED

    def test_an_unpaid_checkout_has_nothing_to_give_back(self, market: Market) -> None:
        booked = market.book()

        with pytest.raises(NotRefundable):
            market.refund(booked.id)

        assert market.detail(booked.id).status is BookingStatus.PENDING

    def test_locked_money_waits_for_its_lesson(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        child = market.move(booked.id, "2026-06-22T16:00:00")

        with pytest.raises(NotRefundable):
            market.refund(child.id)

        assert refunded(market) == []


class TestAPreview:
    def test_tells_what_would_happen_and_changes_nothing(self, market: Market) -> None:
        booked = taught(market)
        books = market.ledger()

        seen = preview(market, booked.id, 4_000)

        assert (seen.action, seen.charged_cents, seen.refunded_before_cents) == (
            RefundAction.REFUND,
            13_440,
            0,
        )
        assert (seen.refund_cents, seen.instructor_cents, seen.platform_cents) == (
            4_000,
            3_143,
            857,
        )
        assert market.ledger() == books
        assert refunded(market) == []

    def test_is_confirmed_as_it_was_shown(self, market: Market) -> None:
        booked = taught(market)
        seen = preview(market, booked.id, 4_000)

        told = market.refund(booked.id, 4_000, confirm=seen.confirm)

        assert told.refund_cents == seen.refund_cents
        assert refunded(market) == [4_000]

    def test_no_longer_holds_after_another_refund(self, market: Market) -> None:
        booked = taught(market)
        seen = preview(market, booked.id, 4_000)
        market.refund(booked.id, 500)

        with pytest.raises(PreviewOutdated):
            market.refund(booked.id, 4_000, confirm=seen.confirm)

        assert refunded(market) == [500]

    def test_of_a_hold_no_longer_holds_once_it_was_taken(self, market: Market) -> None:
        booked = market.confirmed()
        seen = preview(market, booked.id)
        assert seen.action is RefundAction.VOID
        market.at(market.after(booked, hours=25))

        with pytest.raises(PreviewOutdated):
            market.refund(booked.id, confirm=seen.confirm)

        assert refunded(market) == []

    def test_no_longer_holds_once_issued_credit_was_spent(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.cancel(booked.id)
        seen = preview(market, booked.id)
        market.confirmed("2026-06-29T16:00:00", credit=9_000)

        with pytest.raises(PreviewOutdated):
            market.refund(booked.id, confirm=seen.confirm)

        assert refunded(market) == []

    def test_is_for_staff(self, market: Market) -> None:
        booked = taught(market)
        wish = OrderRefund(reason=RefundReason.OTHER)

        with pytest.raises(Forbidden), market.runtime.begin(market.student) as uow:
            service.preview_refund(uow, booked.id, wish)
        with pytest.raises(Forbidden):
            flows.refund(market.cashier, actor=market.student, booking_id=booked.id, command=wish)

        assert refunded(market) == []
