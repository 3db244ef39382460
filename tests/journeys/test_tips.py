"""Tips: charged at once, all of it for the instructor, apart from the lesson's own money."""

from datetime import timedelta

import pytest

from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.errors import NotTippable
from instainstru_core.domains.bookings.schemas import BookingDetailView, GiveTip, TipView
from instainstru_core.domains.bookings.types import TipState
from instainstru_core.domains.observability import service as observability
from instainstru_core.domains.observability.types import Severity
from instainstru_core.kernel.authority import SYSTEM
from tests.factories.gateways import Crash, crash
from tests.factories.money import Market

FEE = 59
"""What the provider keeps of 10 dollars."""
LESSON = {
    "platform_revenue": -2_880,
    "stripe_clearing": 13_440 - 420 - 10_560,
    "stripe_fees": 420,
}
WITH_TIP = LESSON | {
    "stripe_clearing": LESSON["stripe_clearing"] - FEE,
    "stripe_fees": LESSON["stripe_fees"] + FEE,
}


@pytest.fixture
def taught(market: Market) -> BookingDetailView:
    """A lesson that took place and was paid out."""
    booked = market.confirmed()
    market.at(market.after(booked, hours=25))
    return booked


def tip(
    market: Market, booking_id: str, *, card_id: str | None = None, key: str | None = None
) -> TipView:
    return flows.tip(
        market.cashier,
        actor=market.student,
        booking_id=booking_id,
        command=GiveTip(cents=1_000, payment_method_id=card_id),
        idempotency_key=key,
    )


def sent(market: Market) -> list[int]:
    """The transfers to the instructor, the newest first."""
    return [made["amount"] for made in market.made("transfers")]


class TestATip:
    def test_is_the_instructors_to_the_cent_and_leaves_the_lesson_alone(
        self, market: Market, taught: BookingDetailView
    ) -> None:
        """Scenario 68."""
        before = market.money(taught.id)

        given = tip(market, taught.id)

        assert (given.cents, given.state) == (1_000, TipState.SUCCEEDED)
        assert sent(market) == [1_000, 10_560]
        assert market.intents("succeeded") == [1_000, 13_440]
        after = market.money(taught.id)
        names = after.__table__.columns.keys()
        assert [getattr(after, name) for name in names] == [getattr(before, name) for name in names]
        assert market.ledger() == WITH_TIP
        market.assert_at_rest()

    def test_is_given_once(self, market: Market, taught: BookingDetailView) -> None:
        tip(market, taught.id)

        with pytest.raises(NotTippable):
            tip(market, taught.id)

        assert sent(market) == [1_000, 10_560]

    def test_repeated_with_its_key_is_the_same_tip(
        self, market: Market, taught: BookingDetailView
    ) -> None:
        first = tip(market, taught.id, key="thanks")

        assert tip(market, taught.id, key="thanks") == first
        assert sent(market) == [1_000, 10_560]

    def test_may_be_given_until_30_days_after_the_end(
        self, market: Market, taught: BookingDetailView
    ) -> None:
        market.at(taught.ends_at + timedelta(days=30))
        assert tip(market, taught.id).state is TipState.SUCCEEDED

    def test_is_refused_later(self, market: Market, taught: BookingDetailView) -> None:
        market.at(taught.ends_at + timedelta(days=30, seconds=1))

        with pytest.raises(NotTippable):
            tip(market, taught.id)

        assert market.intents("succeeded") == [13_440]

    def test_is_refused_before_the_lesson_is_completed(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, hours=1))

        with pytest.raises(NotTippable):
            tip(market, booked.id)

        assert market.intents("succeeded") == []

    def test_with_a_declined_card_charges_nothing_and_may_be_given_again(
        self, market: Market, taught: BookingDetailView
    ) -> None:
        broken = market.second_card("pm_card_chargeCustomerFail")

        refused = tip(market, taught.id, card_id=broken)

        assert (refused.state, refused.failure) == (TipState.FAILED, "payments.card_declined")
        assert market.ledger() == LESSON
        assert tip(market, taught.id).state is TipState.SUCCEEDED
        assert market.ledger() == WITH_TIP
        market.assert_at_rest()

    def test_waits_until_its_instructor_can_be_paid(
        self, market: Market, taught: BookingDetailView
    ) -> None:
        market.close_account()
        given = tip(market, taught.id)
        assert given.state is TipState.CHARGED
        assert market.ledger() == WITH_TIP | {
            "stripe_clearing": WITH_TIP["stripe_clearing"] + 1_000,
            "tips_payable": -1_000,
        }

        market.open_account()
        with market.runtime.begin(SYSTEM) as uow:
            assert service.unsent_tips(uow) == [given.id]
        flows.resume(market.cashier, actor=SYSTEM, reference=f"tip:{given.id}")

        assert sent(market) == [1_000, 10_560]
        with market.runtime.begin(SYSTEM) as uow:
            assert service.unsent_tips(uow) == []
        market.assert_at_rest()

    def test_that_has_not_been_sent_on_for_a_day_is_told_by_the_health_of_payments(
        self, market: Market, taught: BookingDetailView
    ) -> None:
        market.close_account()
        tip(market, taught.id)

        for after, waiting in ((timedelta(hours=24), 0), (timedelta(seconds=1), 1)):
            market.clock.advance(after)
            with market.runtime.begin(SYSTEM) as uow:
                found = service.health(uow)
                issues = observability.payment_health(uow).data.issues
            assert (found.waiting_tips, found.is_healthy) == (waiting, not waiting)
            assert [(one.severity, one.message, one.count) for one in issues] == [
                (Severity.WARNING, "Tips that have not been sent on.", 1)
            ] * waiting

    @pytest.mark.parametrize("call", ["authorize", "transfer"])
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_is_finished_after_a_crash(
        self, market: Market, taught: BookingDetailView, call: str, moment: str
    ) -> None:
        gateway = market.troubled()
        getattr(gateway, moment)(call, crash)
        with pytest.raises(Crash):
            tip(market, taught.id)

        market.at(market.clock.now + timedelta(minutes=5))

        assert sent(market) == [1_000, 10_560]
        assert market.intents("succeeded") == [1_000, 13_440]
        assert market.ledger() == WITH_TIP
        market.assert_at_rest()
