"""The ledger beside the provider's books: every way in which money moves, and what differs."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.domains.bookings import flows
from instainstru_core.domains.bookings.schemas import GiveTip
from instainstru_core.domains.credits import flows as credit_flows
from instainstru_core.domains.credits.schemas import BuyCredit
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.ledger.policy import credit, debit
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments import service
from instainstru_core.domains.payments.models import (
    BalanceLine,
    Charge,
    ConnectAccount,
    Reconciliation,
)
from instainstru_core.domains.payments.ports import PaymentGateway
from instainstru_core.domains.payments.schemas import DifferenceView, ReconciliationView
from instainstru_core.domains.payments.service import reconciling
from instainstru_core.domains.payments.service.reconciling import LAG
from instainstru_core.domains.payments.types import BalanceChange, BalanceChanges
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.uow import Uow
from instainstru_core.runtime import Runtime
from tests.conftest import SetClock
from tests.factories.gateways import Crash, crash
from tests.factories.money import FUNDS, STAFF, Market, call, market
from tests.factories.reconciling import reconcile

CLEARING = AccountKind.STRIPE_CLEARING
LATER = timedelta(hours=2)
SECOND = timedelta(seconds=1)
CAPTURED = 13_440 - 420
"""A lesson of 120 dollars with the student's fee, less 2.9 percent and 30 cents."""
PAID_OUT = 10_560


@pytest.fixture
def shop(runtime: Runtime, stripe: Simulator, clock: SetClock) -> Market:
    return market(runtime, stripe, clock)


def compare(shop: Market, *, after: timedelta = LATER) -> ReconciliationView:
    shop.clock.advance(after)
    return reconcile(shop.runtime.begin, shop.runtime.payments, actor=SYSTEM)


def taught(shop: Market, starts: str = "2026-06-18T16:00:00", *, credit: int = 0) -> str:
    """A lesson that was captured and paid out."""
    booked = shop.confirmed(starts, credit=credit)
    shop.at(shop.after(booked, hours=25))
    return booked.id


def lines(shop: Market) -> int:
    with shop.runtime.begin(SYSTEM) as uow:
        return uow.session.scalars(select(func.count()).select_from(BalanceLine)).one()


def account(shop: Market) -> str:
    with shop.runtime.begin(SYSTEM) as uow:
        return uow.session.scalars(select(ConnectAccount.vendor_id)).one()


def comparisons(shop: Market) -> int:
    with shop.runtime.begin(SYSTEM) as uow:
        return uow.session.scalars(select(func.count()).select_from(Reconciliation)).one()


def send_many(shop: Market, count: int) -> None:
    for _ in range(count):
        send_behind_our_back(shop, 100)


def clean(shop: Market) -> None:
    """The books agree: line by line, in sum, and with what the provider says it holds."""
    found = compare(shop)
    assert found.differences == []
    assert found.is_clean
    assert found.ledger_cents == found.provider_cents == shop.stripe.balance() - FUNDS


class TestBooksThatAgree:
    def test_of_nothing(self, shop: Market) -> None:
        clean(shop)

    def test_after_a_capture_and_a_transfer(self, shop: Market) -> None:
        taught(shop)
        clean(shop)
        assert shop.stripe.balance() - FUNDS == CAPTURED - PAID_OUT

    def test_after_two_transfers_for_one_lesson(self, shop: Market) -> None:
        shop.give_credit(6_000)
        taught(shop, credit=6_000)
        assert len(shop.made("transfers")) == 2
        clean(shop)

    def test_after_a_refund_and_the_reversal_that_goes_with_it(self, shop: Market) -> None:
        booking_id = taught(shop)
        shop.refund(booking_id, 13_440)
        assert [one["amount"] for one in shop.made("refunds")] == [13_440]
        clean(shop)

    def test_after_refunds_in_pieces(self, shop: Market) -> None:
        booking_id = taught(shop)
        shop.refund(booking_id, 1_001)
        shop.refund(booking_id, 333)
        clean(shop)

    @pytest.mark.parametrize("won", [True, False])
    def test_while_a_dispute_is_open_and_when_it_is_closed(self, shop: Market, won: bool) -> None:
        dispute = shop.dispute(taught(shop))
        shop.run_jobs()
        clean(shop)
        shop.close(dispute, won=won)
        shop.run_jobs()
        clean(shop)

    def test_after_a_dispute_about_a_part(self, shop: Market) -> None:
        dispute = shop.dispute(taught(shop), cents=2_000)
        shop.close(dispute, won=False)
        shop.run_jobs()
        clean(shop)

    def test_after_a_tip(self, shop: Market) -> None:
        flows.tip(
            shop.cashier,
            actor=shop.student,
            booking_id=taught(shop),
            command=GiveTip(cents=1_500),
        )
        clean(shop)

    def test_after_a_top_up(self, shop: Market) -> None:
        credit_flows.top_up(
            shop.runtime.begin,
            shop.runtime.payments,
            actor=shop.student,
            command=BuyCredit(cents=5_000),
        )
        clean(shop)

    def test_after_a_hold_that_was_let_go(self, shop: Market) -> None:
        booked = shop.confirmed()
        shop.at(shop.before(booked, hours=23))
        shop.cancel(booked.id, actor=shop.instructor)
        assert shop.intents("canceled") == [13_440]
        clean(shop)

    def test_whatever_goes_to_our_own_bank(self, shop: Market) -> None:
        taught(shop)
        call(shop.stripe, "POST", "/v1/payouts", {"amount": "1000", "currency": "usd"})
        found = compare(shop)
        assert found.is_clean
        assert found.ledger_cents == found.provider_cents == shop.stripe.balance() - FUNDS + 1_000


class Charging:
    """A provider that also takes a fee of its own, as Stripe does each month."""

    def __init__(self, gateway: PaymentGateway, at: datetime) -> None:
        self._gateway, self._at = gateway, at

    def balance_changes(
        self, *, since: datetime, until: datetime, cursor: str | None
    ) -> BalanceChanges:
        page = self._gateway.balance_changes(since=since, until=until, cursor=cursor)
        fee = BalanceChange("txn_monthly", "stripe_fee", -200, 0, -200, None, self._at)
        return BalanceChanges((*page.items, fee), page.next_cursor)


class TestAFeeOfTheProvider:
    def test_is_posted_once_and_no_difference(self, shop: Market) -> None:
        taught(shop)
        before = shop.ledger()["stripe_fees"]
        charging = Charging(shop.runtime.payments, shop.clock.now)
        shop.runtime = replace(shop.runtime, payments=charging)  # type: ignore[arg-type]

        first, second = compare(shop), compare(shop)

        assert (first.differences, second.differences) == ([], [])
        assert shop.ledger()["stripe_fees"] == before + 200


def send_behind_our_back(shop: Market, cents: int) -> str:
    """A transfer that somebody makes at the provider, by hand."""
    form = {"amount": str(cents), "currency": "usd", "destination": account(shop)}
    sent: str = call(shop.stripe, "POST", "/v1/transfers", form)["id"]
    return sent


class Forgetful:
    """The provider's books without what came of this one thing."""

    def __init__(self, gateway: PaymentGateway, lost: str) -> None:
        self.gateway = gateway
        self.lost = lost

    def balance_changes(
        self, *, since: datetime, until: datetime, cursor: str | None
    ) -> BalanceChanges:
        page = self.gateway.balance_changes(since=since, until=until, cursor=cursor)
        left = tuple(line for line in page.items if line.source_id != self.lost)
        return replace(page, items=left)


class TestADifference:
    def test_that_only_the_provider_knows_is_found(self, shop: Market) -> None:
        taught(shop)
        sent = send_behind_our_back(shop, 900)
        found = compare(shop)
        assert found.differences == [
            DifferenceView(source_id=sent, kind="transfer", our_cents=None, their_cents=-900)
        ]
        assert not found.is_clean
        assert found.ledger_cents - found.provider_cents == 900

    def test_that_only_we_know_is_found(self, shop: Market) -> None:
        taught(shop)
        lost = str(shop.made("transfers")[0]["id"])
        shop.runtime = replace(shop.runtime, payments=Forgetful(shop.runtime.payments, lost))  # type: ignore[arg-type]
        found = compare(shop)
        assert found.differences == [
            DifferenceView(source_id=lost, kind=None, our_cents=-PAID_OUT, their_cents=None)
        ]
        assert not found.is_clean

    def test_of_an_amount_is_found(self, shop: Market) -> None:
        booking_id = taught(shop)
        charge = shop.vendor_charge(booking_id)
        with shop.runtime.begin(SYSTEM) as uow:
            row = uow.session.scalars(select(Charge).filter_by(vendor_charge_id=charge)).one()
            row.fee_cents += 7
        found = compare(shop)
        assert found.differences == [
            DifferenceView(
                source_id="ledger",
                kind="ledger",
                our_cents=CAPTURED - PAID_OUT,
                their_cents=CAPTURED - 7 - PAID_OUT,
            ),
            DifferenceView(
                source_id=charge, kind="charge", our_cents=CAPTURED - 7, their_cents=CAPTURED
            ),
        ]

    def test_of_the_last_hour_is_left_for_the_next_time(self, shop: Market) -> None:
        taught(shop)
        shop.clock.advance(LATER)
        sent = send_behind_our_back(shop, 900)
        assert compare(shop, after=LAG).is_clean, "it may still be on its way to us"
        found = compare(shop, after=SECOND)
        assert [one.source_id for one in found.differences] == [sent]

    def test_that_has_moved_in_the_last_hour_is_left_too(self, shop: Market) -> None:
        """A dispute that was opened long ago and is won just now, and that we hear of later."""
        dispute = shop.dispute(taught(shop))
        shop.run_jobs()
        assert compare(shop).is_clean
        shop.stripe.close_dispute(dispute, won=True)
        assert compare(shop, after=LAG).is_clean
        assert not compare(shop, after=SECOND).is_clean
        shop.hear(dispute)
        shop.run_jobs()
        clean(shop)

    def test_is_told_each_night_until_it_is_gone(self, shop: Market) -> None:
        taught(shop)
        sent = send_behind_our_back(shop, 900)
        for _ in range(4):
            found = compare(shop, after=timedelta(days=3))
            assert [one.source_id for one in found.differences] == [sent]
        call(shop.stripe, "POST", f"/v1/transfers/{sent}/reversals", {"amount": "900"})
        found = compare(shop)
        assert {one.their_cents for one in found.differences} == {-900, 900}

    def test_between_the_ledger_and_its_own_facts_is_found(self, shop: Market) -> None:
        taught(shop)
        with shop.runtime.begin(SYSTEM) as uow:
            ledger.post(
                uow,
                key="by hand",
                fact="captured",
                reference="booking:none",
                entries=[debit(CLEARING, 5), credit(AccountKind.PLATFORM_REVENUE, 5)],
            )
        found = compare(shop)
        ours = CAPTURED - PAID_OUT
        assert found.differences == [
            DifferenceView(source_id="ledger", kind="ledger", our_cents=ours + 5, their_cents=ours)
        ]

    def test_is_one_that_may_be_too_many_to_tell(
        self, shop: Market, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Then all of the past is looked at again, so that none is forgotten."""
        monkeypatch.setattr(reconciling, "MOST_DIFFERENCES", 2)
        taught(shop)
        sent = [send_behind_our_back(shop, 900 + number) for number in range(3)]
        told = [one.source_id for one in compare(shop).differences]
        assert len(told) == 2
        monkeypatch.setattr(reconciling, "MOST_DIFFERENCES", 3)
        with shop.runtime.begin(SYSTEM) as uow:
            last = uow.session.scalars(select(Reconciliation)).one()
            last.differences = {"items": [*last.differences["items"], last.differences["items"][0]]}
        found = compare(shop, after=timedelta(days=30))
        assert sorted(one.source_id for one in found.differences) == sorted(sent)


class TestReading:
    def test_goes_on_from_page_to_page(self, shop: Market) -> None:
        send_many(shop, 230)
        gateway = shop.troubled()
        found = compare(shop)
        assert gateway.calls["balance_changes"] == 3
        assert (lines(shop), found.lines) == (231, 231), "the platform's first money among them"

    def test_again_writes_nothing_twice(self, shop: Market) -> None:
        taught(shop)
        compare(shop)
        known = lines(shop)
        found = compare(shop)
        assert (lines(shop), known) == (3, 3)
        assert (found.lines, found.is_clean) == (2, True), "what is older than two days is known"

    def test_that_was_cut_off_between_pages_begins_again(self, shop: Market) -> None:
        send_many(shop, 120)
        gateway = shop.troubled()
        gateway.before("balance_changes", lambda: None)
        gateway.before("balance_changes", crash)
        with pytest.raises(Crash):
            compare(shop)
        assert lines(shop) == 100
        assert comparisons(shop) == 0
        found = compare(shop)
        assert (lines(shop), found.lines) == (121, 121)
        assert comparisons(shop) == 1

    def test_that_takes_hours_takes_nothing_new_for_a_difference(self, shop: Market) -> None:
        """What happens meanwhile is neither read nor compared."""
        send_many(shop, 120)
        gateway = shop.troubled()

        def hours_pass() -> None:
            shop.clock.advance(timedelta(hours=5))
            taught(shop)
            shop.clock.advance(timedelta(hours=5))

        gateway.after("balance_changes", hours_pass)
        found = compare(shop)
        assert {one.our_cents for one in found.differences} == {None}, "only what was sent by hand"
        assert len(found.differences) == 120

    def test_goes_back_to_the_first_money_there_ever_was(self, shop: Market) -> None:
        taught(shop)
        shop.clock.advance(timedelta(days=200))
        clean(shop)
        assert lines(shop) == 2

    def test_takes_one_transaction_for_each_page(self, shop: Market) -> None:
        send_many(shop, 120)
        begun: list[Actor] = []
        begin = shop.runtime.begin

        def counted(actor: Actor) -> AbstractContextManager[Uow]:
            begun.append(actor)
            return begin(actor)

        shop.clock.advance(LATER)
        reconcile(counted, shop.runtime.payments, actor=SYSTEM)
        assert len(begun) == 4, "where from, two pages, the comparison"


class TestTheLastComparison:
    def test_is_told_to_staff(self, shop: Market) -> None:
        with shop.runtime.begin(STAFF) as uow:
            assert service.reconciliation(uow) is None
        found = compare(shop)
        with shop.runtime.begin(STAFF) as uow:
            assert service.reconciliation(uow) == found
        assert found.until == found.compared_at - LAG

    def test_is_nothing_for_others(self, shop: Market) -> None:
        with shop.runtime.begin(shop.student) as uow, pytest.raises(PermissionMissing):
            service.reconciliation(uow)
