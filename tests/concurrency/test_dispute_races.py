"""Disputes that are asked about, refunds that are settled, people who teach and learn: at once.

Real connections, with and without the mutex, as in the races of money.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from instainstru_core.domains.availability.errors import SlotTaken
from instainstru_core.domains.availability.models import OccupiedTime
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.schemas import SettleRefund
from instainstru_core.domains.bookings.types import RefundWay
from instainstru_core.domains.credits import flows as credit_flows
from instainstru_core.domains.credits.schemas import BuyCredit
from instainstru_core.domains.payments.models import Charge, Chargeback
from instainstru_core.kernel.authority import SYSTEM, Actor
from instainstru_core.kernel.errors import Conflict, Refusal
from tests.factories import money
from tests.factories.instructors import live_instructor
from tests.factories.money import STAFF, Market
from tests.together import at_once
from tests.worker.workbench import Workbench
from worker.tasks.disputes import ASK_DISPUTES, FIND_DISPUTES


def finish(market: Market) -> None:
    """Whatever was left is done by the jobs."""
    market.at(market.clock.now + timedelta(minutes=20))
    market.run_jobs()
    market.assert_at_rest()


class TestADisputeThatIsAskedAbout:
    """The job asks, and the event that nobody counted on any more comes at that very moment."""

    @pytest.mark.parametrize(("won", "left", "losses"), [(True, 10_560, 1_500), (False, 0, 4_380)])
    def test_while_its_event_comes_ends_once(
        self, market: Market, *, won: bool, left: int, losses: int
    ) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, hours=25))
        dispute = market.dispute(booked.id)
        market.stripe.close_dispute(dispute, won=won)
        market.clock.advance(timedelta(days=1))

        def asking() -> None:
            Workbench(market.runtime).find(ASK_DISPUTES)

        answers = at_once([asking, lambda: market.hear(dispute), asking])

        assert answers == [None, None, None]
        finish(market)
        assert market.money(booked.id).paid_cents == left
        assert market.ledger()["dispute_losses"] == losses
        made = [(one["amount"], one["amount_reversed"]) for one in market.made("transfers")]
        assert made == [(10_560, 0)] * won + [(10_560, 10_560)]

    def test_that_nobody_heard_of_is_written_once(self, market: Market) -> None:
        topping_up = credit_flows.top_up(
            market.runtime.begin,
            market.runtime.payments,
            actor=market.student,
            command=BuyCredit(cents=5_000),
        )
        assert topping_up.issued_at is not None
        with market.runtime.begin(SYSTEM) as uow:
            charge_id = uow.session.query(Charge).one().vendor_charge_id
        dispute = str(market.stripe.open_dispute(charge_id or "")["id"])
        market.clock.advance(timedelta(seconds=1))

        def finding() -> None:
            Workbench(market.runtime).find(FIND_DISPUTES)

        answers = at_once([finding, lambda: market.hear(dispute), finding])

        assert answers == [None, None, None]
        with market.runtime.begin(SYSTEM) as uow:
            assert uow.session.query(Chargeback).count() == 1
        assert market.ledger()["dispute_losses"] == 5_000 + 1_500


class TestARefusedRefund:
    def test_that_two_of_staff_settle_becomes_credit_once(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.after(booked, hours=25))
        market.close(market.dispute(booked.id, cents=2_822), won=False)
        market.refund(booked.id, 4_000)

        def settling() -> object:
            return flows.settle_refund(
                market.cashier,
                actor=STAFF,
                booking_id=booked.id,
                command=SettleRefund(way=RefundWay.CREDIT, reason="The bank was first."),
            )

        answers = at_once([settling] * 3)

        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert [isinstance(answer, Conflict) for answer in refused] == [True, True]
        finish(market)
        assert market.wallet() == (4_000, 0)


class TestSomebodyWhoTeachesAndLearns:
    """Nobody is in two lessons at once, whether they teach or learn in them."""

    WHEN = "2026-06-18T10:00:00"

    def learner(self, market: Market) -> Market:
        """The instructor as a student of another instructor."""
        with market.runtime.begin(SYSTEM) as uow:
            other = live_instructor(uow)
            money.payee(uow, market.stripe, other.id)
            card_id = money.card(uow, market.stripe, market.teacher.id)
        student = Actor(id=market.teacher.id, permissions=money.PAYER_PERMISSIONS)
        return replace(market, teacher=other, student=student, card_id=card_id)

    def test_gets_one_of_two_lessons_that_are_booked_at_one_instant(self, market: Market) -> None:
        learner = self.learner(market)

        answers = at_once([lambda: market.book(self.WHEN), lambda: learner.book(self.WHEN)])

        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert [type(answer) for answer in refused] == [SlotTaken]
        with market.runtime.begin(SYSTEM) as uow:
            assert uow.session.query(OccupiedTime).count() == 1

    def test_is_refused_the_second_in_both_directions_and_beside_it_is_not(
        self, market: Market
    ) -> None:
        learner = self.learner(market)
        learner.confirmed(self.WHEN)
        with pytest.raises(SlotTaken, match="The instructor has another lesson"):
            market.book(self.WHEN)
        market.confirmed("2026-06-18T11:00:00")
        with pytest.raises(SlotTaken, match="You have another lesson"):
            learner.book("2026-06-18T11:30:00")

    def test_has_the_time_again_when_a_checkout_is_over(self, market: Market) -> None:
        """And whoever left the checkout does not get it back once it is somebody else's."""
        learner = self.learner(market)
        left = learner.book(self.WHEN)
        market.clock.advance(timedelta(minutes=30))
        taught = market.book(self.WHEN)
        with pytest.raises(Refusal):
            learner.pay(left.id)
        assert market.pay(taught.id).result == "confirmed"
