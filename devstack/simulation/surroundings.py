"""Everybody else: the provider, the banks, staff, and students with troubled cards."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import TextClause, text

from devstack.simulation.fates import Fates
from devstack.simulation.jobs import Worker
from devstack.simulation.stage import Stage
from devstack.simulation.world import STAFF, Student, Teacher
from devstack.stripe_simulator.errors import StripeRefusal
from instainstru_core.domains.bookings import flows, service
from instainstru_core.domains.bookings.errors import NotRefundable
from instainstru_core.domains.bookings.schemas import (
    RefundSettlementView,
    RetryPayment,
    SettleRefund,
)
from instainstru_core.domains.bookings.types import RefundWay
from instainstru_core.domains.payments.flows import payouts
from instainstru_core.domains.payments.flows.cards import remove_card

DECLINES = ("generic_decline", "insufficient_funds", "lost_card", "expired_card")
TROUBLED = text(
    "SELECT id, student_id FROM bookings WHERE payment_status = 'payment_method_required'"
    " AND moved_to_id IS NULL ORDER BY id"
)
INDEBTED = text(
    "SELECT booking_id, student_id FROM lesson_money WHERE debt_cents > 0 ORDER BY chain_id"
)
OWED_FOR_CREDIT = text("SELECT id, user_id FROM credit_top_ups WHERE debt_cents > 0 ORDER BY id")
BESIDE_LESSONS = text(
    "SELECT vendor_charge_id, captured_cents - refunded_cents FROM charges"
    " WHERE purpose IN ('top_up', 'debt') AND captured_cents > refunded_cents ORDER BY id"
)
CONTESTED_A_DAY = 0.05
STOPPED = text(
    "SELECT booking_id FROM lesson_money WHERE is_blocked"
    " OR review_reason = 'transfer_reversed_at_the_provider' ORDER BY chain_id"
)
OBJECTED = text(
    "SELECT booking_id FROM no_show_reports WHERE disputed_at IS NOT NULL"
    " AND resolution IS NULL ORDER BY booking_id"
)


class Surroundings:
    """Plans what happens around the lessons."""

    def __init__(self, stage: Stage, worker: Worker, fates: Fates) -> None:
        self._stage = stage
        self._worker = worker
        self._fates = fates
        self._disputes: list[str] = []
        self._disabled: set[str] = set()

    def plan(self, *, first_night_hours: float) -> None:
        stage = self._stage
        days = (stage.ends_at - stage.clock.now).days
        for day in range(days):
            night = stage.clock.now + timedelta(hours=first_night_hours + 24 * day)
            stage.plan(night, "night", self._night)
            stage.plan(night + timedelta(hours=9), "day", self._day)
        for student in stage.people.students:
            self._plan_card(student, days)
        for teacher in stage.people.teachers:
            self._plan_account(teacher, days)

    def note_dispute(self, dispute_id: str) -> None:
        """A bank has opened it, and decides some day."""
        stage = self._stage
        self._disputes.append(dispute_id)
        won = stage.chance(0.5)
        stage.after(
            "verdict",
            lambda: self._decide(dispute_id, won=won),
            hours=stage.dice.choice([0.01, 30, 100, 300]),
        )

    def note_refund(self, refund_id: str) -> None:
        """A refund was made, by whomever. Some come back days later: the card is closed."""
        stage = self._stage
        if stage.mischief.strikes(stage.mischief.chances.refund_fails):
            hours = stage.mischief.dice.choice([0.01, 5, 50, 150])
            stage.after("refund fails", lambda: self._fail(refund_id), hours=hours)

    def settle_all(self) -> None:
        """In the end the banks decide, accounts work, staff have looked, debtors are asked."""
        for dispute_id in self._disputes:
            self._decide(dispute_id, won=self._stage.chance(0.5))
        for account_id in sorted(self._disabled):
            self._stage.stripe.complete_onboarding(account_id)
        self._disabled.clear()
        self._look_after(patience=1.0)

    def _night(self) -> None:
        self._worker.night(provider=self._stage.chance(0.2))
        mischief = self._stage.mischief
        if mischief.strikes(mischief.chances.worker_down):
            hours = mischief.dice.choice([0.5, 2, 7])
            begin = mischief.dice.uniform(0, 20)
            self._stage.after("outage", lambda: self._worker.go_down(hours), hours=begin)

    def _day(self) -> None:
        if self._stage.clock.now.weekday() == 1:
            for teacher in self._stage.people.teachers:
                self._pay_out(teacher)
        self._contest()
        self._look_after(patience=0.5)

    def _contest(self) -> None:
        """Card holders go to their banks about bought credit, and about what paid a debt."""
        stage = self._stage
        for charge_id, left in self._rows(BESIDE_LESSONS):
            amount = int(int(left) * stage.dice.choice([1.0, 0.5]))
            if amount <= 0 or not stage.chance(CONTESTED_A_DAY):
                continue
            try:
                made = stage.stripe.open_dispute(charge_id, amount=amount)
            except StripeRefusal as refusal:
                stage.trace.note("dispute", charge_id, "refused", refusal.message)
                continue
            stage.trace.note("dispute", charge_id, made["id"], amount)

    def _look_after(self, *, patience: float) -> None:
        """Students with troubled cards and open debts, and staff, some of them today."""
        stage = self._stage
        students = {student.id: student for student in stage.people.students}
        for query, name, act in (
            (TROUBLED, "retry payment", self._retry),
            (INDEBTED, "pay debt", self._pay_debt),
            (OWED_FOR_CREDIT, "pay debt", self._pay_top_up_debt),
        ):
            for booking_id, student_id in self._rows(query):
                if stage.dice.random() < patience:
                    stage.after(name, act(booking_id, students[student_id]), minutes=1)
        for (booking_id,) in self._rows(STOPPED):
            if stage.dice.random() < patience:
                if stage.chance(0.3) and patience < 1:
                    stage.after("release", self._release(booking_id), minutes=2)
                else:
                    stage.after("settle refund", self._settle_refund(booking_id), minutes=2)
        if patience == 1:
            for (booking_id,) in self._rows(OBJECTED):
                stage.after("resolve", self._fates.resolve(booking_id), minutes=2)

    def _rows(self, query: TextClause) -> list[tuple[str, ...]]:
        with self._stage.runtime.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def _retry(self, booking_id: str, student: Student) -> Callable[[], None]:
        stage = self._stage
        command = RetryPayment(payment_method_id=stage.dice.choice(student.cards))

        def retry() -> None:
            told = flows.retry_payment(
                stage.runtime.cashier,
                actor=student.actor,
                booking_id=booking_id,
                command=command,
            )
            stage.trace.note("retry payment", booking_id, told.result, told.failure)

        return retry

    def _pay_debt(self, booking_id: str, student: Student) -> Callable[[], None]:
        return self._paying(booking_id, student, partial(flows.pay_debt, booking_id=booking_id))

    def _pay_top_up_debt(self, top_up_id: str, student: Student) -> Callable[[], None]:
        return self._paying(top_up_id, student, partial(flows.pay_top_up_debt, top_up_id=top_up_id))

    def _paying(
        self, own_id: str, student: Student, act: Callable[..., object]
    ) -> Callable[[], None]:
        stage = self._stage
        command = RetryPayment(payment_method_id=stage.dice.choice(student.cards))

        def pay() -> None:
            act(stage.runtime.cashier, actor=student.actor, command=command)
            stage.trace.note("pay debt", own_id)

        return pay

    def _release(self, booking_id: str) -> Callable[[], None]:
        stage = self._stage

        def release() -> None:
            with stage.runtime.begin(STAFF) as uow:
                service.release_review(uow, booking_id)
            stage.trace.note("release", booking_id)

        return release

    def _settle_refund(self, booking_id: str) -> Callable[[], None]:
        """A refused refund becomes credit, unless the bank gave all of it back.

        What stopped for another reason, or while a bank still looks, is tried again.
        """
        stage = self._stage
        key = f"settle-{stage.dice.getrandbits(64):x}"

        def settle(way: RefundWay) -> RefundSettlementView:
            return flows.settle_refund(
                stage.runtime.cashier,
                actor=STAFF,
                booking_id=booking_id,
                command=SettleRefund(way=way, reason="The bank closed the charge for refunds."),
                idempotency_key=f"{key}-{way}",
            )

        def decide() -> None:
            try:
                told = settle(RefundWay.CREDIT)
            except NotRefundable as refusal:
                if not refusal.facts.get("bank_cents"):
                    self._release(booking_id)()
                    return
                told = settle(RefundWay.BANK)
            stage.trace.note("settle refund", booking_id, told.credit_cents, told.bank_cents)

        return decide

    def _fail(self, refund_id: str) -> None:
        try:
            self._stage.stripe.fail_refund(refund_id)
        except StripeRefusal:
            return
        self._stage.trace.note("refund failed", refund_id)

    def _decide(self, dispute_id: str, *, won: bool) -> None:
        try:
            self._stage.stripe.close_dispute(dispute_id, won=won)
        except StripeRefusal:
            return
        self._stage.trace.note("verdict", dispute_id, "won" if won else "lost")

    def _plan_card(self, student: Student, days: int) -> None:
        stage, dice = self._stage, self._stage.dice
        main = student.cards[0]
        vendor_id = stage.people.vendor_cards[main]
        if student.fails_from is not None:
            decline = dice.choice(DECLINES)
            stage.plan(
                student.fails_from,
                "card fails",
                lambda: stage.stripe.change_card(vendor_id, decline=decline),
            )
        if stage.chance(0.06):

            def remove() -> None:
                runtime = stage.runtime
                remove_card(runtime.begin, runtime.payments, actor=student.actor, card_id=main)

            stage.plan(
                stage.clock.now + timedelta(days=days * dice.random()),
                "remove card",
                remove,
                repeats=True,
            )

    def _plan_account(self, teacher: Teacher, days: int) -> None:
        stage, dice = self._stage, self._stage.dice
        if stage.chance(0.15):
            at = stage.clock.now + timedelta(days=days * dice.random())
            stage.plan(at, "disable", lambda: self._disable(teacher))
            again = at + timedelta(days=dice.uniform(0.2, 6))
            stage.plan(again, "enable", lambda: self._enable(teacher))
        if stage.chance(0.5):
            at = stage.clock.now + timedelta(days=days * dice.random())
            stage.plan(at, "instant payout", self._pay_out_at_once(teacher), repeats=True)

    def _disable(self, teacher: Teacher) -> None:
        self._disabled.add(teacher.account_id)
        self._stage.stripe.disable_account(teacher.account_id)

    def _enable(self, teacher: Teacher) -> None:
        self._disabled.discard(teacher.account_id)
        self._stage.stripe.complete_onboarding(teacher.account_id)

    def _pay_out(self, teacher: Teacher) -> None:
        """It is the account's day, if there is something to pay."""
        stripe = self._stage.stripe
        if stripe.balance(teacher.account_id) <= 0:
            return
        try:
            made = stripe.pay_out(teacher.account_id)
            if self._stage.chance(0.1):
                stripe.settle_payout(
                    str(made["id"]), teacher.account_id, failure_code="account_closed"
                )
        except StripeRefusal as refusal:
            self._stage.trace.note("pay out", teacher.id, "refused", refusal.code)

    def _pay_out_at_once(self, teacher: Teacher) -> Callable[[], None]:
        stage = self._stage
        key = f"instant-{stage.dice.getrandbits(64):x}"

        def pay() -> None:
            runtime = stage.runtime
            told = payouts.instant_payout(
                runtime.begin, runtime.payments, actor=teacher.actor, key=key
            )
            stage.trace.note("instant payout", teacher.id, told.cents, told.status)

        return pay
