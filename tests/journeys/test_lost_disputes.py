"""Disputes whose events never come: asking the provider finds what nobody told."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY

from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.types import Outcome
from instainstru_core.domains.credits import flows as credit_flows
from instainstru_core.domains.credits.schemas import BuyCredit
from instainstru_core.domains.payments import service as payments
from instainstru_core.domains.payments.errors import ProviderUnreachable
from instainstru_core.domains.payments.models import Charge, Chargeback
from instainstru_core.domains.payments.types import DisputeState, Purpose
from instainstru_core.kernel.authority import SYSTEM, PermissionMissing
from tests.factories.money import STAFF, Market, call
from tests.worker.workbench import Workbench
from worker.batches import SomeFailed
from worker.tasks.disputes import ASK_DISPUTES, FIND_DISPUTES

DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)
BANK_FEE = 1_500


def taught(market: Market, starts_local: str = "2026-06-18T16:00:00") -> str:
    """A lesson that was paid out."""
    booked = market.confirmed(starts_local)
    market.at(market.after(booked, hours=25))
    assert market.money(booked.id).paid_cents == 10_560
    return booked.id


def ask(market: Market) -> None:
    Workbench(market.runtime).find(ASK_DISPUTES)


def find(market: Market) -> None:
    Workbench(market.runtime).find(FIND_DISPUTES)


def unreachable() -> None:
    raise ProviderUnreachable("The payment provider cannot be reached.")


def states(market: Market) -> list[DisputeState]:
    with market.runtime.begin(SYSTEM) as uow:
        return [row.state for row in uow.session.query(Chargeback).order_by(Chargeback.id)]


def items(task: str, result: str) -> float:
    labels = {"task": task, "result": result}
    return REGISTRY.get_sample_value("instainstru_worker_items_total", labels) or 0


class TestAnEndThatNobodyTold:
    def test_is_found_a_day_after_the_last_word_and_pays_the_instructor(
        self, http_market: Market
    ) -> None:
        """Seed 474 of the simulation: the closing event was lost for good."""
        market = http_market
        booking_id = taught(market)
        dispute = market.dispute(booking_id)
        heard_at = market.clock.now
        market.stripe.close_dispute(dispute, won=True)
        asked = market.troubled()

        market.clock.now = heard_at + DAY - MOMENT
        ask(market)
        assert (states(market), asked.calls["dispute"]) == ([DisputeState.OPEN], 0)

        market.clock.now = heard_at + DAY
        ask(market)
        row = market.money(booking_id)
        assert states(market) == [DisputeState.WON]
        assert (row.outcome, row.paid_cents, row.is_disputed) == (
            Outcome.DISPUTE_WON,
            10_560,
            False,
        )
        assert market.ledger()["dispute_losses"] == BANK_FEE
        market.assert_at_rest()

    def test_changes_nothing_when_the_event_comes_late_all_the_same(self, market: Market) -> None:
        booking_id = taught(market)
        dispute = market.dispute(booking_id)
        market.stripe.close_dispute(dispute, won=False)
        market.clock.advance(DAY)
        ask(market)
        books = market.ledger()
        assert market.money(booking_id).outcome is Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND

        market.clock.advance(timedelta(hours=5))
        market.hear(dispute)
        market.hear(dispute)
        find(market)

        assert market.ledger() == books
        market.clock.advance(40 * DAY)
        calls = market.troubled().calls
        ask(market)
        assert calls["dispute"] == 0
        market.assert_at_rest()

    def test_is_asked_for_each_day_while_the_bank_takes_its_time(self, market: Market) -> None:
        booking_id = taught(market)
        dispute = market.dispute(booking_id)
        calls = market.troubled().calls
        for _ in range(3):
            market.clock.advance(DAY)
            ask(market)
            ask(market)
        assert (calls["dispute"], states(market)) == (3, [DisputeState.OPEN])
        market.close(dispute, won=True)
        assert market.money(booking_id).paid_cents == 10_560

    def test_is_asked_for_when_the_time_for_evidence_is_over(self, market: Market) -> None:
        taught(market)
        opened_at = market.clock.now.replace(microsecond=0)
        dispute = market.dispute(market.detail(taught(market, "2026-06-25T16:00:00")).id)
        with market.runtime.begin(SYSTEM) as uow:
            row = uow.session.query(Chargeback).one()
            due = row.evidence_due_at
            assert due is not None
            assert due > opened_at
        market.clock.now = due - timedelta(hours=1)
        market.hear(dispute)
        calls = market.troubled().calls
        market.clock.now = due - MOMENT
        ask(market)
        assert calls["dispute"] == 0
        market.clock.now = due
        ask(market)
        assert calls["dispute"] == 1

    def test_of_a_charge_for_credit_is_found_too(self, market: Market) -> None:
        credit_flows.top_up(
            market.runtime.begin,
            market.runtime.payments,
            actor=market.student,
            command=BuyCredit(cents=5_000),
        )
        with market.runtime.begin(SYSTEM) as uow:
            charge = uow.session.query(Charge).filter_by(purpose=Purpose.TOP_UP).one()
        dispute = str(market.stripe.open_dispute(charge.vendor_charge_id or "")["id"])
        market.clock.advance(timedelta(seconds=1))
        find(market)
        market.stripe.close_dispute(dispute, won=False)
        market.clock.advance(DAY)
        ask(market)
        assert market.wallet() == (0, 0)
        assert market.standing() == (False, True, 0)
        assert market.ledger()["dispute_losses"] == BANK_FEE


class TestABeginningThatNobodyTold:
    def test_is_found_in_the_list_and_takes_the_payout_back(self, http_market: Market) -> None:
        market = http_market
        booking_id = taught(market)
        market.stripe.open_dispute(market.vendor_charge(booking_id))
        market.clock.advance(timedelta(seconds=1))
        before = items("bookings.find_disputes", "done")

        find(market)
        find(market)

        assert market.money(booking_id).paid_cents == 0
        assert [made["amount_reversed"] for made in market.made("transfers")] == [10_560]
        assert market.ledger()["dispute_losses"] == 13_440 + BANK_FEE
        assert items("bookings.find_disputes", "done") - before == 1
        market.assert_at_rest()

    def test_is_found_with_its_end_when_both_were_lost(self, market: Market) -> None:
        booking_id = taught(market)
        opened = market.stripe.open_dispute(market.vendor_charge(booking_id), amount=4_000)
        market.stripe.close_dispute(str(opened["id"]), won=False)
        market.clock.advance(timedelta(hours=1))
        find(market)
        row = market.money(booking_id)
        assert (row.charged_back_cents, row.is_disputed, row.paid_cents) == (4_000, False, 7_417)
        assert market.standing()[1] is True
        market.assert_at_rest()

    def test_goes_on_from_the_last_look_and_three_days_before(self, market: Market) -> None:
        """What was read is not read again, but for what may have been told too early."""
        find(market)
        read_at = market.clock.now
        market.clock.advance(10 * DAY)
        with market.runtime.begin(SYSTEM) as uow:
            assert payments.disputes_from(uow) == read_at - 3 * DAY

    def test_of_somebody_elses_charge_is_left_alone(self, market: Market) -> None:
        made = call(
            market.stripe,
            "POST",
            "/v1/payment_intents",
            {
                "amount": "700",
                "currency": "usd",
                "payment_method": "pm_card_visa",
                "confirm": "true",
                "automatic_payment_methods[enabled]": "true",
                "automatic_payment_methods[allow_redirects]": "never",
            },
        )
        market.stripe.open_dispute(made["latest_charge"])
        market.clock.advance(timedelta(seconds=1))
        find(market)
        assert (states(market), market.ledger()) == ([], {})

    def test_that_fails_is_read_again_and_stops_no_other(self, market: Market) -> None:
        first, second = taught(market), taught(market, "2026-06-25T16:00:00")
        for booking_id in (first, second):
            market.stripe.open_dispute(market.vendor_charge(booking_id))
        market.clock.advance(timedelta(minutes=5))
        gateway = market.troubled()
        gateway.before("dispute", unreachable)
        with pytest.raises(SomeFailed) as refused:
            find(market)
        assert refused.value.message == "1 of 2 failed and are due again."
        assert len(states(market)) == 1
        market.clock.advance(30 * DAY)
        find(market)
        assert states(market) == [DisputeState.OPEN, DisputeState.OPEN]

    def test_is_no_business_of_people_who_do_not_manage_payments(self, market: Market) -> None:
        for ask_for in (flows.disputes_to_ask, flows.find_disputes):
            with pytest.raises(PermissionMissing):
                ask_for(market.cashier, actor=market.student)


class TestAnswersThatOvertakeEachOther:
    def test_leave_what_was_asked_later(self, market: Market) -> None:
        """Somebody asks, the bank gives the money back and says so, then the old answer comes."""
        booking_id = taught(market)
        dispute = market.dispute(booking_id)
        gateway = market.troubled()

        def the_bank_decides() -> None:
            market.clock.advance(timedelta(seconds=2))
            market.stripe.close_dispute(dispute, won=True)
            market.hear(dispute)

        gateway.after("dispute", the_bank_decides)
        market.hear(dispute)

        assert states(market) == [DisputeState.WON]
        assert market.ledger()["dispute_losses"] == BANK_FEE
        assert market.money(booking_id).paid_cents == 10_560
        market.assert_at_rest()

    def test_of_an_open_dispute_never_give_back_what_the_bank_took(self, market: Market) -> None:
        """The first answer is from before the withdrawal, and comes after the second."""
        booking_id = taught(market)
        dispute = str(market.stripe.open_dispute(market.vendor_charge(booking_id))["id"])
        lines = market.lines_of(dispute)
        taken = lines.pop()
        gateway = market.troubled()

        def the_bank_takes_it() -> None:
            market.clock.advance(timedelta(seconds=2))
            lines.append(taken)
            market.hear(dispute)

        gateway.after("dispute", the_bank_takes_it)
        market.hear(dispute)

        assert market.ledger()["dispute_losses"] == 13_440 + BANK_FEE
        market.hear(dispute)
        assert market.ledger()["dispute_losses"] == 13_440 + BANK_FEE
        market.assert_at_rest()

    def test_post_money_that_comes_back_after_the_last_word(self, market: Market) -> None:
        """The bank says that we won; what it took comes back later, and no event tells."""
        booking_id = taught(market)
        dispute = market.dispute(booking_id)
        market.stripe.close_dispute(dispute, won=True)
        lines = market.lines_of(dispute)
        returned = lines.pop()
        market.hear(dispute)
        assert states(market) == [DisputeState.WON]
        assert market.ledger()["dispute_losses"] == 13_440 + BANK_FEE
        assert market.money(booking_id).paid_cents == 10_560

        lines.append(returned)
        market.clock.advance(DAY)
        ask(market)

        assert market.ledger()["dispute_losses"] == BANK_FEE
        assert market.money(booking_id).paid_cents == 10_560
        market.assert_at_rest()


class TestHealth:
    def test_tells_of_disputes_that_nobody_asks_about(self, market: Market) -> None:
        booking_id = taught(market)
        market.dispute(booking_id)
        due = market.clock.now + DAY
        for late, unasked in ((timedelta(hours=3), 0), (timedelta(hours=3) + MOMENT, 1)):
            market.clock.now = due + late
            with market.runtime.begin(STAFF) as uow:
                found = service.health(uow)
            assert (found.unasked_disputes, found.is_healthy) == (unasked, not unasked)
