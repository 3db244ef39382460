"""Payouts and earnings of instructors."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from devstack.stripe_simulator.faults import Fault
from devstack.stripe_simulator.simulator import Simulator
from instainstru_core.adapters.stripe.gateway import StripeGateway
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments import flows, service
from instainstru_core.domains.payments.errors import (
    AccountNotFound,
    AccountNotReady,
    CallRefused,
    CommandOpen,
    NothingToPayOut,
    ProviderUnreachable,
)
from instainstru_core.domains.payments.flows import sync
from instainstru_core.domains.payments.models import ConnectAccount, InstantPayout, Payout
from instainstru_core.domains.payments.schemas import DayEarnedView, EarningsView, EarningsWindow
from instainstru_core.domains.payments.types import PayoutSeen, PayoutStatus, Purpose
from instainstru_core.kernel.authority import SYSTEM, Actor, PermissionMissing
from instainstru_core.kernel.idempotency import BadKey
from instainstru_core.kernel.outbox import OutboxRow
from instainstru_core.kernel.uow import Begin, Uow
from tests.conftest import SetClock
from tests.factories import payments_people as people
from tests.factories.stripe import Outside


@pytest.fixture
def account(begin: Begin, gateway: StripeGateway, stripe: Simulator, maya: Actor) -> str:
    """Maya's account, ready to be paid."""
    flows.start_onboarding(begin, gateway, actor=maya, web_url="https://x.example")
    with begin(SYSTEM) as uow:
        vendor_id = uow.session.get_one(ConnectAccount, maya.id).vendor_id
    stripe.complete_onboarding(vendor_id)
    sync.sync_account(begin, gateway, actor=SYSTEM, vendor_id=vendor_id)
    return vendor_id


def told(uow: Uow) -> list[str]:
    names = uow.session.scalars(select(OutboxRow.name).order_by(OutboxRow.id))
    return [name for name in names if name.startswith("Payout")]


class TestTheBalance:
    def test_is_what_the_account_has(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, account: str, maya: Actor
    ) -> None:
        assert flows.available_balance(begin, gateway, actor=maya).available_cents == 0
        outside.fund(account, 10_560)
        assert flows.available_balance(begin, gateway, actor=maya).available_cents == 10_560

    def test_needs_an_account_that_is_ready(
        self, begin: Begin, gateway: StripeGateway, maya: Actor, jonas: Actor
    ) -> None:
        with pytest.raises(AccountNotFound):
            flows.available_balance(begin, gateway, actor=maya)
        flows.start_onboarding(begin, gateway, actor=maya, web_url="https://x.example")
        with pytest.raises(AccountNotReady):
            flows.available_balance(begin, gateway, actor=maya)
        with pytest.raises(PermissionMissing):
            flows.available_balance(begin, gateway, actor=jonas)


class TestAnInstantPayout:
    def test_takes_everything_once_per_key(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, account: str, maya: Actor
    ) -> None:
        outside.fund(account, 10_560)
        first = flows.instant_payout(begin, gateway, actor=maya, key="k")
        assert (first.cents, first.is_instant, first.status) == (
            10_560,
            True,
            PayoutStatus.PENDING,
        )
        assert outside.simulator.balance(account) == 0
        outside.fund(account, 500)
        assert flows.instant_payout(begin, gateway, actor=maya, key="k") == first
        assert outside.simulator.balance(account) == 500
        second = flows.instant_payout(begin, gateway, actor=maya, key=None)
        assert second.cents == 500
        with begin(maya) as uow:
            page = service.payouts(uow, limit=1)
            assert page.items == [second]
            assert service.payouts(uow, cursor=page.next_cursor).items == [first]

    def test_of_nothing_is_refused_and_leaves_the_key_unused(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, account: str, maya: Actor
    ) -> None:
        with pytest.raises(NothingToPayOut):
            flows.instant_payout(begin, gateway, actor=maya, key="k")
        outside.fund(account, 500)
        assert flows.instant_payout(begin, gateway, actor=maya, key="k").cents == 500

    def test_whose_answer_was_lost_is_found_again_with_its_key(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, account: str, maya: Actor
    ) -> None:
        outside.fund(account, 10_560)
        outside.simulator.faults.add(Fault("timeout_after", path="/v1/payouts"))
        with pytest.raises(ProviderUnreachable):
            flows.instant_payout(begin, gateway, actor=maya, key="k")
        outside.fund(account, 500)
        assert flows.instant_payout(begin, gateway, actor=maya, key="k").cents == 10_560
        assert outside.simulator.balance(account) == 500

    def test_is_not_asked_for_again_after_a_day_of_doubt(
        self, begin: Begin, outside: Outside, clock: SetClock, account: str, maya: Actor
    ) -> None:
        """The provider has forgotten the key by then: the same call could pay out twice."""
        outside.fund(account, 10_560)
        outside.simulator.faults.add(Fault("timeout_after", path="/v1/payouts"))
        with pytest.raises(ProviderUnreachable):
            flows.instant_payout(begin, outside.gateway, actor=maya, key="k")
        outside.fund(account, 10_560)
        clock.advance(timedelta(hours=23, seconds=1))
        with pytest.raises(CommandOpen):
            flows.instant_payout(begin, outside.gateway, actor=maya, key="k")
        assert outside.simulator.balance(account) == 10_560

    def test_that_others_were_quicker_with_has_nothing_left(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, account: str, maya: Actor
    ) -> None:
        outside.fund(account, 500)
        with begin(maya) as uow:
            service.keep_instant_wish(uow, "k", 800)
        with pytest.raises(NothingToPayOut):
            flows.instant_payout(begin, gateway, actor=maya, key="k")
        with begin(SYSTEM) as uow:
            assert uow.session.scalars(select(InstantPayout)).all() == []
        assert flows.instant_payout(begin, gateway, actor=maya, key="k").cents == 500
        assert outside.simulator.balance(account) == 0

    def test_that_the_provider_refuses_may_be_asked_for_again(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, account: str, maya: Actor
    ) -> None:
        outside.fund(account, 500)
        outside.simulator.disable_account(account)
        with pytest.raises(CallRefused):
            flows.instant_payout(begin, gateway, actor=maya, key="k")
        outside.simulator.complete_onboarding(account)
        assert flows.instant_payout(begin, gateway, actor=maya, key="k").cents == 500

    @pytest.mark.parametrize("key", ["a\nb", "x" * 201])
    def test_refuses_a_key_that_is_none(
        self, begin: Begin, gateway: StripeGateway, account: str, maya: Actor, key: str
    ) -> None:
        with pytest.raises(BadKey):
            flows.instant_payout(begin, gateway, actor=maya, key=key)


class TestAPayout:
    def test_is_told_once_when_it_arrives_however_often_it_is_asked_about(
        self, begin: Begin, outside: Outside, clock: SetClock, account: str, maya: Actor
    ) -> None:
        outside.fund(account, 10_560)
        payout_id = outside.simulator.pay_out(account)["id"]

        def ask() -> PayoutStatus:
            clock.advance(timedelta(seconds=1))
            sync.sync_payout(
                begin, outside.gateway, actor=SYSTEM, account_vendor_id=account, payout_id=payout_id
            )
            with begin(maya) as uow:
                (shown,) = service.payouts(uow).items
            assert (shown.cents, shown.is_instant) == (10_560, False)
            return shown.status

        assert ask() is PayoutStatus.PENDING
        outside.simulator.settle_payout(payout_id, account)
        assert (ask(), ask()) == (PayoutStatus.PAID, PayoutStatus.PAID)
        with begin(SYSTEM) as uow:
            row = uow.session.scalars(select(Payout)).one()
            (fact,) = uow.session.scalars(select(OutboxRow).filter_by(name="PayoutSent"))
            assert fact.payload == {
                "payout_id": row.id,
                "instructor_id": maya.id,
                "cents": 10_560,
                "is_instant": False,
            }
        outside.simulator.settle_payout(payout_id, account, failure_code="account_closed")
        assert (ask(), ask()) == (PayoutStatus.FAILED, PayoutStatus.FAILED)
        with begin(SYSTEM) as uow:
            assert told(uow) == ["PayoutSent", "PayoutFailed"]
            assert uow.session.scalars(select(Payout.failure_code)).one() == "account_closed"

    def test_that_is_first_seen_when_it_has_arrived_is_told_too(
        self, begin: Begin, gateway: StripeGateway, outside: Outside, account: str
    ) -> None:
        outside.fund(account, 500)
        payout_id = outside.simulator.pay_out(account)["id"]
        outside.simulator.settle_payout(payout_id, account)
        for _ in range(2):
            sync.sync_payout(
                begin, gateway, actor=SYSTEM, account_vendor_id=account, payout_id=payout_id
            )
        with begin(SYSTEM) as uow:
            assert told(uow) == ["PayoutSent"]

    def test_keeps_what_was_asked_for_later_whichever_answer_comes_last(
        self, uow: Uow, account: str
    ) -> None:
        first = PayoutSeen("po_1", 500, PayoutStatus.IN_TRANSIT, None, is_instant=False)
        later = PayoutSeen("po_1", 500, PayoutStatus.PAID, uow.now, is_instant=False)
        service.note_payout(uow, account, later, asked_at=uow.now)
        view = service.note_payout(uow, account, first, asked_at=uow.now - timedelta(seconds=1))
        assert view is not None
        assert view.status is PayoutStatus.PAID
        assert told(uow) == ["PayoutSent"]

    def test_of_nobodys_account_changes_nothing(self, uow: Uow) -> None:
        seen = PayoutSeen("po_1", 500, PayoutStatus.PAID, uow.now, is_instant=False)
        assert service.note_payout(uow, "acct_nobody", seen, asked_at=uow.now) is None
        assert told(uow) == []


class TestEarnings:
    def test_are_counted_by_new_york_days(self, begin: Begin, clock: SetClock, maya: Actor) -> None:
        assert maya.id is not None
        with begin(SYSTEM) as uow:
            late = datetime(2026, 6, 15, 3, 59, 59, tzinfo=UTC)
            people.transfer(uow, maya.id, 10_560, transferred_at=late)
            people.transfer(uow, maya.id, 8_500, reversed_cents=8_500)
            people.transfer(uow, maya.id, 1_000, purpose=Purpose.TIP)
            people.owed(uow, maya.id, 5_280)
            people.owed(uow, maya.id, 300, kind=AccountKind.TIPS_PAYABLE)
            people.transfer(uow, people.payee(uow).id or "", 99)
            people.payout(uow, maya.id, 4_000, status=PayoutStatus.PAID)
            people.payout(uow, maya.id, 700, status=PayoutStatus.FAILED)
        with begin(maya) as uow:
            assert service.earnings(uow, EarningsWindow()) == EarningsView(
                first_on=date(2026, 5, 17),
                last_on=date(2026, 6, 15),
                lessons_cents=19_060,
                tips_cents=1_000,
                reversed_cents=8_500,
                earned_cents=11_560,
                paid_out_cents=4_000,
                pending_cents=5_580,
                days=[
                    DayEarnedView(day=date(2026, 6, 14), cents=10_560),
                    DayEarnedView(day=date(2026, 6, 15), cents=1_000),
                ],
            )
            day = EarningsWindow(first_on=date(2026, 6, 14), last_on=date(2026, 6, 14))
            found = service.earnings(uow, day)
        assert (found.earned_cents, found.paid_out_cents, found.pending_cents) == (
            10_560,
            0,
            5_580,
        )

    def test_are_nothing_at_first(self, begin: Begin, maya: Actor, jonas: Actor) -> None:
        with begin(maya) as uow:
            found = service.earnings(uow, EarningsWindow())
        assert (found.earned_cents, found.pending_cents, found.days) == (0, 0, [])
        with begin(jonas) as uow, pytest.raises(PermissionMissing):
            service.earnings(uow, EarningsWindow())
