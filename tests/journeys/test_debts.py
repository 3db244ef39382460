"""Debts: of bought credit that a bank took back, and of payments of debts that it took back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.errors import BookingNotFound, PaymentRefused
from instainstru_core.domains.bookings.events import DebtOpened
from instainstru_core.domains.bookings.schemas import DebtView, RetryPayment
from instainstru_core.domains.bookings.types import DebtKind
from instainstru_core.domains.credits import flows as credit_flows
from instainstru_core.domains.credits.errors import TopUpNotFound
from instainstru_core.domains.credits.schemas import BuyCredit
from instainstru_core.domains.ledger import service as ledger
from instainstru_core.domains.payments.errors import (
    NothingOwed,
    PayerRestricted,
    ProviderUnreachable,
)
from instainstru_core.domains.payments.models import Charge, PaymentCommand
from instainstru_core.domains.payments.types import Action, CommandState, Purpose
from instainstru_core.domains.reporting import service as reporting
from instainstru_core.kernel.authority import SYSTEM
from instainstru_core.kernel.errors import Conflict
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.outbox import OutboxRow
from tests.factories.gateways import decline
from tests.factories.money import STAFF, Market
from tests.together import at_once

BANK = 1_500
"""What the bank keeps of each dispute for itself."""


def lose() -> None:
    raise ProviderUnreachable("The payment provider cannot be reached.")


def bought(market: Market, cents: int = 5_000) -> str:
    """Credit that the student bought."""
    told = credit_flows.top_up(
        market.runtime.begin,
        market.runtime.payments,
        actor=market.student,
        command=BuyCredit(cents=cents),
    )
    assert told.issued_at is not None
    return told.id


def charges(market: Market, purpose: Purpose) -> list[str]:
    """The provider's charges for this, oldest first."""
    query = select(Charge.vendor_charge_id).where(Charge.purpose == purpose).order_by(Charge.id)
    with market.runtime.begin(SYSTEM) as uow:
        return [str(found) for found in uow.session.scalars(query)]


def contested(market: Market, purpose: Purpose, cents: int | None = None) -> str:
    """The bank looks into the latest charge for this, and we heard of it."""
    opened = market.stripe.open_dispute(charges(market, purpose)[-1], amount=cents)
    market.hear(str(opened["id"]))
    return str(opened["id"])


def pay(market: Market, top_up_id: str, card_id: str | None = None) -> list[DebtView]:
    return flows.pay_top_up_debt(
        market.cashier,
        actor=market.student,
        top_up_id=top_up_id,
        command=RetryPayment(payment_method_id=card_id),
    )


def owed(market: Market) -> list[tuple[DebtKind, str | None, int]]:
    with market.runtime.begin(market.student) as uow:
        found = service.debts(uow)
    return [(one.kind, one.booking_id or one.top_up_id, one.cents) for one in found]


def spent_and_lost(market: Market, *, spent: int = 3_000) -> str:
    """Credit of 50 dollars whose payment the bank took back when some of it was spent."""
    top_up = bought(market)
    market.confirmed("2026-06-20T10:00:00", credit=spent)
    market.close(contested(market, Purpose.TOP_UP), won=False)
    return top_up


def letters(market: Market) -> list[tuple[str, str, int]]:
    """What the student was told to owe, message by message: for what, why, how much."""
    with market.runtime.begin(SYSTEM) as uow:
        rows = uow.session.scalars(
            select(OutboxRow).where(OutboxRow.name.endswith(DebtOpened.__name__))
        ).all()
    return [
        (row.payload["reference"], row.payload["because"], row.payload["cents"]) for row in rows
    ]


class TestOfBoughtCredit:
    def test_is_what_was_spent_of_it_and_is_paid_with_a_card(self, http_market: Market) -> None:
        market = http_market
        top_up = spent_and_lost(market)

        assert owed(market) == [(DebtKind.TOP_UP, top_up, 3_000)]
        assert letters(market) == [(f"topup:{top_up}", "credit", 3_000)]
        assert market.standing() == (False, True, 3_000)
        with pytest.raises(PayerRestricted, match=r"\$30\.00 are open") as refused:
            market.book("2026-06-21T10:00:00")
        assert refused.value.facts == {"debt_cents": 3_000}

        assert pay(market, top_up) == []

        assert owed(market) == []
        assert market.standing() == (False, False, 0)
        assert market.book("2026-06-21T10:00:00").status == "PENDING"
        with market.runtime.begin(STAFF) as uow:
            told = ledger.explain(uow, f"debt:{top_up}")
        assert [(one.fact, one.pot_cents) for one in told.journals] == [
            ("captured", 3_000),
            ("debt_paid", 0),
        ]
        assert told.is_balanced
        assert market.ledger()["dispute_losses"] == BANK
        market.assert_at_rest()

    def test_is_nothing_where_nothing_was_spent(self, market: Market) -> None:
        top_up = bought(market)
        market.close(contested(market, Purpose.TOP_UP), won=False)

        assert (owed(market), letters(market)) == ([], [])
        with pytest.raises(NothingOwed):
            pay(market, top_up)
        assert market.standing() == (False, True, 0)

    def test_is_not_there_while_the_bank_looks_nor_when_it_is_ours(self, market: Market) -> None:
        top_up = bought(market)
        market.confirmed("2026-06-20T10:00:00", credit=3_000)
        opened = contested(market, Purpose.TOP_UP)
        with pytest.raises(NothingOwed):
            pay(market, top_up)
        assert market.standing() == (False, True, 0)

        market.close(opened, won=True)

        with pytest.raises(NothingOwed):
            pay(market, top_up)
        assert market.standing() == (False, False, 0)
        assert market.wallet() == (2_000, 3_000)

    def test_stays_when_the_card_is_refused(self, market: Market) -> None:
        top_up = spent_and_lost(market)
        broken = market.second_card()
        market.change_card(broken, decline="generic_decline")

        with pytest.raises(PaymentRefused):
            pay(market, top_up, broken)

        assert owed(market) == [(DebtKind.TOP_UP, top_up, 3_000)]
        assert market.standing() == (False, True, 3_000)
        assert pay(market, top_up, market.second_card()) == []
        market.assert_at_rest()

    def test_is_nobody_elses(self, market: Market) -> None:
        top_up = spent_and_lost(market)
        other = market.with_another_student()

        for named in (top_up, new_id(), "nothing"):
            with pytest.raises(TopUpNotFound):
                pay(other, named)
        with pytest.raises(BookingNotFound):
            market.pay_debt(top_up)

    def test_is_paid_once_by_a_key(self, market: Market) -> None:
        top_up = spent_and_lost(market)
        answers = [
            flows.pay_top_up_debt(
                market.cashier,
                actor=market.student,
                top_up_id=top_up,
                command=RetryPayment(),
                idempotency_key="debt-1",
            )
            for _ in range(2)
        ]
        assert answers == [[], []]
        assert len(charges(market, Purpose.DEBT)) == 1

    @pytest.mark.parametrize("side", ["before", "after"])
    def test_is_settled_by_the_jobs_where_the_answer_was_lost(
        self, market: Market, side: str
    ) -> None:
        top_up = spent_and_lost(market)
        gateway = market.troubled()
        getattr(gateway, side)("authorize", lose)
        assert [one.cents for one in pay(market, top_up)] == [3_000]

        assert gateway.is_untroubled
        market.at(market.clock.now + timedelta(minutes=5))
        market.run_jobs()

        assert owed(market) == []
        assert market.standing() == (False, False, 0)
        assert len(charges(market, Purpose.DEBT)) == 1
        market.assert_at_rest()

    def test_of_two_disputes_is_what_both_left_open(self, market: Market) -> None:
        top_up = bought(market)
        market.confirmed("2026-06-20T10:00:00", credit=5_000)
        first = contested(market, Purpose.TOP_UP, 2_000)
        second = contested(market, Purpose.TOP_UP, 3_000)
        market.close(first, won=False)
        assert owed(market) == [(DebtKind.TOP_UP, top_up, 2_000)]
        pay(market, top_up)
        assert market.standing() == (False, True, 0)  # the other one is still open

        market.close(second, won=False)

        assert owed(market) == [(DebtKind.TOP_UP, top_up, 3_000)]
        pay(market, top_up)
        assert market.standing() == (False, False, 0)
        assert market.ledger()["dispute_losses"] == 2 * BANK
        market.assert_at_rest()

    def test_that_grows_while_it_is_paid_keeps_what_is_left(self, market: Market) -> None:
        top_up = bought(market)
        market.confirmed("2026-06-20T10:00:00", credit=5_000)
        first = contested(market, Purpose.TOP_UP, 2_000)
        second = contested(market, Purpose.TOP_UP, 3_000)
        market.close(first, won=False)
        market.troubled().before("authorize", lambda: market.close(second, won=False))

        left = pay(market, top_up)

        assert [one.cents for one in left] == [3_000]
        assert market.standing() == (False, True, 3_000)
        assert pay(market, top_up) == []
        assert market.standing() == (False, False, 0)
        market.assert_at_rest()

    def test_is_told_to_staff_with_what_it_is_owed_for(self, market: Market) -> None:
        top_up = spent_and_lost(market)
        with market.runtime.begin(STAFF) as uow:
            found = service.debts_of(uow, market.student.id or "")
            warned = reporting.payment_explain(uow, market.student.id or "").warnings
        assert (
            f"$30.00 are owed for bought credit ({top_up}). The student pays them with a card."
        ) in warned
        assert [(one.kind, one.top_up_id, one.cents) for one in found] == [
            (DebtKind.TOP_UP, top_up, 3_000)
        ]


class TestAPaymentThatTheBankTakesBack:
    def test_restores_the_debt_of_bought_credit(self, http_market: Market) -> None:
        market = http_market
        top_up = spent_and_lost(market)
        pay(market, top_up)
        opened = contested(market, Purpose.DEBT)
        assert market.standing() == (False, False, 0)

        market.close(opened, won=False)
        market.hear(opened)

        assert owed(market) == [(DebtKind.TOP_UP, top_up, 3_000)]
        assert market.standing() == (False, True, 3_000)
        assert market.ledger()["dispute_losses"] == 2 * BANK
        pay(market, top_up, market.second_card())
        assert market.standing() == (False, False, 0)
        assert market.ledger()["dispute_losses"] == 2 * BANK
        market.assert_at_rest()

    def test_restores_nothing_where_the_bank_gives_it_back(self, market: Market) -> None:
        top_up = spent_and_lost(market)
        pay(market, top_up)
        market.close(contested(market, Purpose.DEBT), won=True)

        assert owed(market) == []
        assert market.standing() == (False, False, 0)
        assert market.ledger()["dispute_losses"] == 2 * BANK
        market.assert_at_rest()

    def test_in_part_restores_so_much(self, market: Market) -> None:
        top_up = spent_and_lost(market)
        pay(market, top_up)
        market.close(contested(market, Purpose.DEBT, 1_001), won=False)

        assert owed(market) == [(DebtKind.TOP_UP, top_up, 1_001)]
        pay(market, top_up)
        market.close(contested(market, Purpose.DEBT), won=False)
        assert owed(market) == [(DebtKind.TOP_UP, top_up, 1_001)]
        pay(market, top_up)
        assert market.ledger()["dispute_losses"] == 3 * BANK
        market.assert_at_rest()

    def test_restores_that_of_a_lesson_whose_credit_was_spent(self, market: Market) -> None:
        booked = market.confirmed()
        market.at(market.before(booked, hours=18))
        market.cancel(booked.id)
        market.confirmed("2026-06-25T10:00:00", credit=12_000)
        market.close(market.dispute(booked.id), won=False)
        market.pay_debt(booked.id)
        assert market.standing() == (False, False, 0)

        market.close(contested(market, Purpose.DEBT), won=False)

        assert market.money(booked.id).debt_cents == 12_000
        assert letters(market) == [
            (f"booking:{booked.id}", "lesson", 12_000),
            (f"debt:{booked.id}", "payment", 12_000),
        ]
        assert market.standing() == (False, True, 12_000)
        market.pay_debt(booked.id)
        assert market.money(booked.id).debt_cents == 0
        assert market.standing() == (False, False, 0)
        market.assert_at_rest()

    def test_in_any_order_of_its_words_restores_it_once(self, market: Market) -> None:
        top_up = spent_and_lost(market)
        pay(market, top_up)
        opened = str(market.stripe.open_dispute(charges(market, Purpose.DEBT)[0])["id"])
        market.stripe.close_dispute(opened, won=False)

        for _ in range(3):  # its end is the first that we hear
            market.clock.advance(timedelta(seconds=1))
            market.hear(opened)

        assert owed(market) == [(DebtKind.TOP_UP, top_up, 3_000)]
        market.run_jobs()
        with market.runtime.begin(STAFF) as uow:
            told = ledger.explain(uow, f"debt:{top_up}")
        assert [one.fact for one in told.journals] == [
            "captured",
            "debt_paid",
            "chargeback_withdrawn",
            "debt_restored",
        ]
        assert (told.pot_cents, told.is_balanced) == (0, True)


class TestTheDebtOfAnEscalation:
    def test_is_restored_whole_and_paid_again_without_a_second_gift(self, market: Market) -> None:
        """The late cancellation of it issues its credit once, with the first payment."""
        booked = market.confirmed()
        market.at(market.before(booked, hours=5))
        gateway = market.troubled()
        gateway.before("capture", decline, times=1_000)
        market.cancel(booked.id)
        market.at(market.clock.now + timedelta(hours=73))
        market.run_jobs()
        assert market.standing() == (True, False, 13_440)
        market.pay_debt(booked.id, market.second_card())
        assert market.wallet() == (6_000, 0)
        before = market.ledger()

        market.close(contested(market, Purpose.DEBT), won=False)

        assert market.money(booked.id).debt_cents == 13_440
        assert market.standing() == (False, True, 13_440)
        market.pay_debt(booked.id)
        assert market.standing() == (False, False, 0)
        assert market.wallet() == (6_000, 0)
        after = market.ledger()
        assert after.pop("dispute_losses") == BANK
        fees = after["stripe_fees"] - before["stripe_fees"]
        assert after["stripe_clearing"] == before["stripe_clearing"] - BANK - fees
        assert after["platform_revenue"] == before["platform_revenue"]
        market.assert_at_rest()


class TestAtOnce:
    def test_paid_twice_is_charged_once(self, racing_market: Market) -> None:
        market = racing_market
        top_up = spent_and_lost(market)

        answers = at_once([lambda: pay(market, top_up)] * 3)

        assert all(answer == [] or isinstance(answer, Conflict) for answer in answers)
        assert [] in answers
        assert len(charges(market, Purpose.DEBT)) == 1
        assert owed(market) == []
        assert market.standing() == (False, False, 0)
        market.assert_at_rest()

    def test_paid_while_the_bank_takes_more_back_ends_the_same(self, racing_market: Market) -> None:
        market = racing_market
        top_up = bought(market)
        market.confirmed("2026-06-20T10:00:00", credit=5_000)
        first = contested(market, Purpose.TOP_UP, 2_000)
        second = contested(market, Purpose.TOP_UP, 3_000)
        market.close(first, won=False)
        market.stripe.close_dispute(second, won=False)
        market.clock.advance(timedelta(days=1))

        at_once([lambda: pay(market, top_up), lambda: market.hear(second)])

        paid = sum(call.request["cents"] for call in _debt_calls(market))
        assert sum(cents for *_, cents in owed(market)) == 5_000 - paid
        if paid < 5_000:
            pay(market, top_up)
        assert market.standing() == (False, False, 0)
        assert market.ledger()["dispute_losses"] == 2 * BANK
        market.assert_at_rest()

    def test_lost_while_it_is_paid_for_again_is_owed_once(self, racing_market: Market) -> None:
        market = racing_market
        top_up = spent_and_lost(market)
        pay(market, top_up)
        opened = contested(market, Purpose.DEBT)
        market.stripe.close_dispute(opened, won=False)
        market.clock.advance(timedelta(days=1))

        at_once([lambda: market.hear(opened)] * 3 + [lambda: pay(market, top_up)])

        assert sum(cents for *_, cents in owed(market)) in {0, 3_000}
        if owed(market):
            pay(market, top_up)
        assert [call.request["cents"] for call in _debt_calls(market)] == [3_000, 3_000]
        assert market.standing() == (False, False, 0)
        market.assert_at_rest()


def _debt_calls(market: Market) -> list[PaymentCommand]:
    """The payments of debts that went through."""
    query = select(PaymentCommand).where(
        PaymentCommand.action == Action.CHARGE,
        PaymentCommand.state == CommandState.CONFIRMED,
        PaymentCommand.reference.startswith("debt:"),
    )
    with market.runtime.begin(SYSTEM) as uow:
        return list(uow.session.scalars(query))
