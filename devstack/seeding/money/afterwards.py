"""What comes after a lesson is paid for: tips, refunds by staff, and chargebacks."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

import psycopg

from devstack.seeding.money.books import CLEARING, HELD, PAYABLE, TIPS, TOOK, Books
from devstack.seeding.money.people import Payees, Payers
from devstack.seeding.money.rows import Table
from devstack.seeding.money.settling import REVENUE
from devstack.seeding.money.state import Life
from devstack.stripe_simulator.books import DISPUTE_FEE
from instainstru_core.domains.bookings.policy.settlement import running_share
from instainstru_core.domains.bookings.types import Outcome, RefundReason, TipState
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments.policy import ASK_AFTER
from instainstru_core.domains.payments.types import DisputeState, Purpose

LOSSES = str(AccountKind.DISPUTE_LOSSES)
TIPPED = 0.05
TIP_CENTS = ((500, 40), (1_000, 35), (1_500, 10), (2_000, 15))
REFUNDED = 0.004
CONTESTED, CONTESTED_BY_GONE = 0.001, 0.012
REASONS = ("fraudulent", "product_not_received", "product_unacceptable", "unrecognized")
NOTES = {
    RefundReason.GOODWILL: "The lesson started twenty minutes late.",
    RefundReason.SERVICE_ISSUE: "The piano was out of tune, so half of the lesson was lost.",
    RefundReason.PLATFORM_ERROR: "The reminder told the wrong hour.",
    RefundReason.DUPLICATE: "Booked twice by mistake.",
}


class Aftermath:
    """Lives through what came later, in order of time."""

    def __init__(
        self, books: Books, payers: Payers, payees: Payees, *, now: datetime, dice: Random
    ) -> None:
        self._books = books
        self._payers = payers
        self._payees = payees
        self._now = now
        self._dice = dice
        self._tips = Table(
            "tips",
            ("id", "booking_id", "student_id", "instructor_id", "payment_method_id", "cents",
             "state", "created_at", "charged_at", "transferred_at"),
        )  # fmt: skip
        self._orders = Table(
            "admin_refunds",
            ("id", "chain_id", "booking_id", "cents", "reason", "note", "ordered_by",
             "ordered_at", "done_at"),
        )  # fmt: skip
        self._chargebacks = Table(
            "chargebacks",
            ("id", "vendor_id", "charge_id", "reference", "cents", "reason", "state",
             "withdrawn_cents", "fee_cents", "opened_at", "closed_at", "heard_at", "ask_at"),
        )  # fmt: skip

    def tip(self, life: Life) -> None:
        """Thanks on top, charged and sent on at once."""
        row, dice, books = life.row, self._dice, self._books
        choices = [cents for cents, _ in TIP_CENTS]
        cents = dice.choices(choices, [weight for _, weight in TIP_CENTS])[0]
        at = life.lesson.ends_at + timedelta(hours=25 + dice.expovariate(1 / 30))
        account = self._payees.accounts[row.instructor_id]
        if at > min(self._now, life.lesson.ends_at + timedelta(days=29)) or not account.is_ready:
            return
        card = self._payers.card(row.student_id)
        tip_id = books.names.at(at)
        reference = f"tip:{tip_id}"
        books.authorize(at, reference, card, cents, purpose=Purpose.TIP)
        charged = at + TOOK
        books.post(
            charged, reference, "tipped", reference,
            (HELD, tip_id, cents), (TIPS, row.instructor_id, -cents),
        )  # fmt: skip
        books.transfer(
            charged, reference, row.instructor_id, account.vendor_id, cents, purpose=Purpose.TIP
        )
        self._tips.add(
            tip_id, row.booking_id, row.student_id, row.instructor_id, card.id, cents,
            TipState.SUCCEEDED, at, charged, charged + TOOK,
        )  # fmt: skip

    def refund(self, life: Life) -> None:
        """Staff give back all or a part; the instructor's share comes back in proportion."""
        row, dice, books, charge = life.row, self._dice, self._books, life.charge
        if charge is None or row.settled_at is None:
            return
        at = row.settled_at + timedelta(hours=dice.uniform(5, 200))
        if at > self._now:
            return
        whole = row.captured_cents
        cents = whole if dice.random() < 0.4 else round(whole * dice.choice((0.25, 0.5)))
        payout = running_share(row.owed_cents, part=cents, whole=whole)
        reason = dice.choice(list(NOTES))
        order_id = books.names.at(at)
        books.post(
            at, f"refund_order:{order_id}", "refund_ordered", life.reference,
            (PAYABLE, row.instructor_id, payout), (REVENUE, "", cents - payout),
            (HELD, row.chain_id, -cents), actor=books.staff_id,
        )  # fmt: skip
        books.refund(at, charge, cents)
        row.refund_due_cents = row.refunded_cents = cents
        if cents == whole:
            row.outcome = Outcome.ADMIN_REFUND
        self._take_back(life, at + TOOK, payout)
        self._orders.add(
            order_id, row.chain_id, row.booking_id, cents, reason, NOTES[reason], books.staff_id,
            at, at,
        )  # fmt: skip

    def contest(
        self, life: Life, opened: datetime, closed: datetime | None, *, won: bool, reason: str
    ) -> None:
        """The card's holder goes to the bank; in the end somebody wins."""
        row, books, charge = life.row, self._books, life.charge
        if charge is None:
            return
        cents, fee = charge.captured, DISPUTE_FEE
        found, vendor_id = books.names.at(opened), books.names.vendor("dp")
        books.post(
            opened, f"chargeback:{found}:{cents}:{fee}:{DisputeState.OPEN}",
            "chargeback_withdrawn", life.reference,
            (LOSSES, "", cents + fee), (CLEARING, "", -cents - fee),
        )  # fmt: skip
        row.charged_back_cents, row.is_disputed = cents, True
        self._take_back(life, opened + TOOK, row.owed_cents)
        state, withdrawn = DisputeState.OPEN, cents
        if closed is not None:
            row.is_disputed = False
            state = DisputeState.WON if won else DisputeState.LOST
            if won:
                withdrawn = 0
                self._win(life, closed, f"chargeback:{found}:0:{fee}:{state}")
            else:
                self._lose(life, closed, found)
        self._chargebacks.add(
            found, vendor_id, charge.id, life.reference, cents, reason, state, withdrawn, fee,
            opened, closed, closed or self._now, None if closed else self._now + ASK_AFTER,
        )  # fmt: skip

    def contested(self, lives: Sequence[Life], last_booked: dict[str, datetime]) -> Iterator[Life]:
        """Some of them are contested: closed cases of the past. Who lost us one never came back."""
        for life in lives:
            row, dice = life.row, self._dice
            if row.settled_at is None or not self._pays(life):
                continue
            opened = row.settled_at + timedelta(days=dice.uniform(3, 40))
            closed = opened + timedelta(days=dice.uniform(9, 50))
            gone = last_booked[row.student_id] < closed
            if closed < self._now and dice.random() < (CONTESTED_BY_GONE if gone else CONTESTED):
                won = not gone or dice.random() < 0.3
                self.contest(life, opened, closed, won=won, reason=dice.choice(REASONS))
                yield life

    def write(self, connection: psycopg.Connection) -> None:
        """Tips, orders and chargebacks."""
        for table in (self._tips, self._orders, self._chargebacks):
            table.write(connection)

    def _pays(self, life: Life) -> bool:
        """Whether the account can give money back and get it again."""
        return self._payees.accounts[life.row.instructor_id].is_ready

    def _take_back(self, life: Life, at: datetime, cents: int) -> None:
        """So much of what the instructor got, from the latest transfer first."""
        left = cents
        for made in reversed(life.transfers):
            part = min(left, made.cents - made.reversed)
            if part > 0:
                self._books.reverse(at, made, part)
                life.row.paid_cents -= part
                left -= part

    def _win(self, life: Life, at: datetime, key: str) -> None:
        row, books = life.row, self._books
        cents, row.charged_back_cents = row.charged_back_cents, 0
        books.post(
            at, key, "chargeback_returned", life.reference,
            (LOSSES, "", -cents), (CLEARING, "", cents),
        )  # fmt: skip
        row.outcome = Outcome.DISPUTE_WON
        account = self._payees.accounts[row.instructor_id]
        again = row.owed_cents - row.paid_cents
        made = books.transfer(
            at + TOOK, life.reference, row.instructor_id, account.vendor_id, again
        )
        life.transfers.append(made)
        row.paid_cents += again

    def _lose(self, life: Life, at: datetime, found: str) -> None:
        row = life.row
        self._books.post(
            at, f"chargeback_lost:{found}", "chargeback_lost", life.reference,
            (PAYABLE, row.instructor_id, row.owed_cents), (LOSSES, "", -row.owed_cents),
        )  # fmt: skip
        row.outcome = Outcome.STUDENT_WINS_DISPUTE_FULL_REFUND
        self._books.restrict(row.student_id, at, life.reference)
