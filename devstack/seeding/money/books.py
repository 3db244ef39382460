"""What payments and the ledger write: commands, charges, transfers, refunds, journals."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TypeAlias

import psycopg

from devstack.seeding.money.rows import Names, Table
from devstack.stripe_simulator.books import card_fee
from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.domains.payments.types import ChargeState, Purpose

Entry: TypeAlias = tuple[str, str, int]
"""Kind of account, its owner or nothing, cents: debits positive, credits negative."""

CLEARING = str(AccountKind.STRIPE_CLEARING)
FEES = str(AccountKind.STRIPE_FEES)
HELD = str(AccountKind.HELD)
PAYABLE = str(AccountKind.INSTRUCTOR_PAYABLE)
TIPS = str(AccountKind.TIPS_PAYABLE)
LEASE = timedelta(seconds=90)
TOOK = timedelta(milliseconds=420)
"""How long the provider took for an answer."""

ABSENT_VISA_HOLD = timedelta(days=4, hours=18)
USUAL_HOLD = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Card:
    """A saved card and whose it is."""

    id: str
    vendor_id: str
    student_id: str
    customer_id: str
    brand: str


@dataclass(slots=True)
class Charge:
    """A hold and what became of it."""

    id: str
    reference: str
    purpose: Purpose
    student_id: str
    intent_id: str
    vendor_id: str
    state: ChargeState
    amount: int
    authorized_at: datetime
    capture_before: datetime | None
    captured: int = 0
    refunded: int = 0
    fee: int = 0
    captured_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(slots=True)
class Transfer:
    """Money sent to an instructor."""

    id: str
    reference: str
    purpose: Purpose
    instructor_id: str
    command_id: str
    vendor_id: str
    charge_id: str | None
    cents: int
    at: datetime
    reversed: int = 0


Standing: TypeAlias = dict[str, tuple[datetime, str]]
"""Since when something stands in a student's way, and for which lesson, by the student."""


class Books:
    """Everything that payments and the ledger know, on its way into the database."""

    def __init__(self, dice: Random, staff_id: str) -> None:
        self.names = Names(dice)
        self.staff_id = staff_id
        self.charges: list[Charge] = []
        self.transfers: list[Transfer] = []
        self._attempts: Counter[tuple[str, str, str]] = Counter()
        self._journals = Table(
            "journals", ("id", "key", "fact", "reference", "occurred_at", "actor_id")
        )
        self._entries = Table(
            "ledger_entries", ("journal_id", "position", "account", "owner_id", "cents")
        )
        self._commands = Table(
            "payment_commands",
            ("id", "reference", "action", "part", "attempt", "state", "request", "result",
             "failure", "calls", "requested_at", "sent_at", "due_at", "finished_at"),
        )  # fmt: skip
        self._refunds = Table(
            "refunds",
            ("id", "charge_id", "command_id", "vendor_id", "cents", "reason", "refunded_at"),
        )
        self._locks: Standing = {}
        self._restrictions: Standing = {}

    def post(
        self,
        at: datetime,
        key: str,
        fact: str,
        reference: str,
        *entries: Entry,
        actor: str | None = None,
    ) -> None:
        """One journal: one entry for each account that changes. Nothing moves: no journal."""
        sums: dict[tuple[str, str], int] = {}
        for kind, owner, cents in entries:
            account = (kind, owner)
            sums[account] = sums.get(account, 0) + cents
        if sum(sums.values()):
            msg = f"{key} does not balance: {sums}"
            raise ValueError(msg)
        moved = [(account, cents) for account, cents in sums.items() if cents]
        if not moved:
            return
        journal_id = self.names.at(at)
        self._journals.add(journal_id, key, fact, reference, at, actor)
        for position, ((kind, owner), cents) in enumerate(moved):
            self._entries.add(journal_id, position, kind, owner, cents)

    def authorize(
        self,
        at: datetime,
        reference: str,
        card: Card,
        cents: int,
        *,
        absent: bool = True,
        purpose: Purpose = Purpose.LESSON,
    ) -> Charge:
        """Hold an amount; for anything but a lesson, take it at once."""
        lesson = purpose is Purpose.LESSON
        intent_id = self.names.vendor("pi")
        command_id = self._command(
            at,
            reference,
            "authorize" if lesson else "charge",
            _authorization(card, cents, purpose, absent=absent),
            result=intent_id,
        )
        life = ABSENT_VISA_HOLD if absent and card.brand == "visa" else USUAL_HOLD
        charge = Charge(
            id=self.names.at(at),
            reference=reference,
            purpose=purpose,
            student_id=card.student_id,
            intent_id=intent_id,
            vendor_id=self.names.vendor("ch"),
            state=ChargeState.HELD,
            amount=cents,
            authorized_at=at,
            capture_before=at + life if lesson else None,
        )
        self.charges.append(charge)
        if not lesson:
            self._take(at, charge, command_id)
        return charge

    def refuse_hold(self, at: datetime, reference: str, card: Card, cents: int, code: str) -> None:
        """A hold that the card's bank refused."""
        request = _authorization(card, cents, Purpose.LESSON, absent=True)
        self._command(at, reference, "authorize", request, failure=code)

    def capture(self, at: datetime, charge: Charge) -> None:
        """Take a held amount."""
        command_id = self._command(
            at, charge.reference, "capture", _capture(charge), result=charge.intent_id
        )
        self._take(at, charge, command_id)

    def lose_hold(self, at: datetime, charge: Charge, code: str) -> None:
        """A capture that came too late: the hold was gone."""
        self._command(at, charge.reference, "capture", _capture(charge), failure=code)
        charge.state, charge.ended_at = ChargeState.EXPIRED, at

    def void(self, at: datetime, charge: Charge) -> None:
        """Let a hold go."""
        request = f'{{"charge_id": "{charge.id}", "intent_id": "{charge.intent_id}"}}'
        self._command(at, charge.reference, "void", request, result=charge.intent_id)
        charge.state, charge.ended_at = ChargeState.VOIDED, at

    def refund(self, at: datetime, charge: Charge, cents: int) -> None:
        """Give a captured amount back, or a part of it."""
        reason, vendor_id = "requested_by_customer", self.names.vendor("re")
        request = (
            f'{{"charge_id": "{charge.id}", "intent_id": "{charge.intent_id}",'
            f' "cents": {cents}, "reason": "{reason}"}}'
        )
        command_id = self._command(at, charge.reference, "refund", request, result=vendor_id)
        charge.refunded += cents
        self._refunds.add(self.names.at(at), charge.id, command_id, vendor_id, cents, reason, at)
        pot = charge.reference.partition(":")[2]
        self.post(
            at, f"refund:{command_id}", "refunded", charge.reference,
            (HELD, pot, cents), (CLEARING, "", -cents),
        )  # fmt: skip

    def transfer(
        self,
        at: datetime,
        reference: str,
        instructor_id: str,
        account_id: str,
        cents: int,
        *,
        source: Charge | None = None,
        purpose: Purpose = Purpose.LESSON,
    ) -> Transfer:
        """Send an amount to an instructor, out of a charge or out of our balance."""
        part = "" if purpose is Purpose.TIP else "card" if source else "balance"
        vendor_id = self.names.vendor("tr")
        charge_id, vendor_charge = (source.id, source.vendor_id) if source else (None, None)
        request = (
            f'{{"instructor_id": "{instructor_id}", "account_id": "{account_id}",'
            f' "cents": {cents}, "purpose": "{purpose}", "charge_id": {_quoted(charge_id)},'
            f' "source_charge_id": {_quoted(vendor_charge)}}}'
        )
        command_id = self._command(at, reference, "transfer", request, part=part, result=vendor_id)
        made = Transfer(
            self.names.at(at), reference, purpose, instructor_id, command_id, vendor_id,
            charge_id, cents, at,
        )  # fmt: skip
        self.transfers.append(made)
        payable = TIPS if purpose is Purpose.TIP else PAYABLE
        self.post(
            at, f"transfer:{command_id}", "transferred", reference,
            (payable, instructor_id, cents), (CLEARING, "", -cents),
        )  # fmt: skip
        return made

    def reverse(self, at: datetime, made: Transfer, cents: int) -> None:
        """Take an amount of a transfer back."""
        request = (
            f'{{"transfer_id": "{made.id}", "vendor_id": "{made.vendor_id}", "cents": {cents}}}'
        )
        vendor_id = self.names.vendor("trr")
        command_id = self._command(
            at, made.reference, "reverse", request, part=made.id, result=vendor_id
        )
        made.reversed += cents
        self.post(
            at, f"reverse:{command_id}", "transfer_reversed", made.reference,
            (CLEARING, "", cents), (PAYABLE, made.instructor_id, -cents),
        )  # fmt: skip

    def lock(self, student_id: str, at: datetime, reference: str) -> None:
        """A student owes us for a lesson: until that is paid no other can be booked."""
        _first(self._locks, student_id, (at, reference))

    def restrict(self, student_id: str, at: datetime, reference: str) -> None:
        """A student took money back at the bank and lost us the case."""
        _first(self._restrictions, student_id, (at, reference))

    def standings(self) -> Table:
        """What stands in the way of students, one row for each: it may be both."""
        found = Table(
            "payer_standings",
            ("user_id", "locked_at", "locked_for", "restricted_at", "restricted_for"),
        )
        for student_id in sorted({*self._locks, *self._restrictions}):
            lock = self._locks.get(student_id, (None, None))
            found.add(student_id, *lock, *self._restrictions.get(student_id, (None, None)))
        return found

    def write(self, connection: psycopg.Connection) -> None:
        """All of it, what is referred to first."""
        for table in (
            self._journals, self._entries, self._commands, _charges(self.charges), self._refunds,
            _transfers(self.transfers), self.standings(),
        ):  # fmt: skip
            table.write(connection)

    def _take(self, at: datetime, charge: Charge, command_id: str) -> None:
        done = at + TOOK
        charge.state, charge.captured, charge.captured_at = (
            ChargeState.CAPTURED,
            charge.amount,
            done,
        )
        charge.fee = card_fee(charge.amount)
        pot = charge.reference.partition(":")[2]
        self.post(
            done, f"capture:{command_id}", "captured", charge.reference,
            (CLEARING, "", charge.amount), (HELD, pot, -charge.amount),
            (FEES, "", charge.fee), (CLEARING, "", -charge.fee),
        )  # fmt: skip

    def _command(
        self,
        at: datetime,
        reference: str,
        action: str,
        request: str,
        *,
        part: str = "",
        result: str | None = None,
        failure: str | None = None,
    ) -> str:
        slot = (reference, action, part)
        self._attempts[slot] += 1
        command_id, told = self.names.at(at), str(at)
        self._commands.add(
            command_id, reference, action, part, self._attempts[slot],
            "confirmed" if failure is None else "failed", request,
            None if result is None else f'{{"id": "{result}"}}', failure, 1, told, told, at + LEASE,
            at + TOOK,
        )  # fmt: skip
        return command_id


def _authorization(card: Card, cents: int, purpose: Purpose, *, absent: bool) -> str:
    return (
        f'{{"student_id": "{card.student_id}", "customer_id": "{card.customer_id}",'
        f' "payment_method_id": "{card.vendor_id}", "cents": {cents}, "purpose": "{purpose}",'
        f' "off_session": {"true" if absent else "false"}}}'
    )


def _capture(charge: Charge) -> str:
    return (
        f'{{"charge_id": "{charge.id}", "intent_id": "{charge.intent_id}",'
        f' "cents": {charge.amount}}}'
    )


def _quoted(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'


def _charges(found: list[Charge]) -> Table:
    table = Table(
        "charges",
        ("id", "reference", "purpose", "student_id", "intent_id", "vendor_charge_id", "state",
         "amount_cents", "captured_cents", "refunded_cents", "fee_cents", "authorized_at",
         "capture_before", "captured_at", "ended_at"),
    )  # fmt: skip
    for one in found:
        table.add(
            one.id, one.reference, one.purpose, one.student_id, one.intent_id, one.vendor_id,
            one.state, one.amount, one.captured, one.refunded, one.fee, one.authorized_at,
            one.capture_before, one.captured_at, one.ended_at,
        )  # fmt: skip
    return table


def _transfers(found: list[Transfer]) -> Table:
    table = Table(
        "transfers",
        ("id", "reference", "purpose", "instructor_id", "command_id", "vendor_id", "charge_id",
         "cents", "reversed_cents", "transferred_at"),
    )  # fmt: skip
    for one in found:
        table.add(
            one.id, one.reference, one.purpose, one.instructor_id, one.command_id, one.vendor_id,
            one.charge_id, one.cents, one.reversed, one.at,
        )  # fmt: skip
    return table


def _first(known: Standing, student_id: str, since: tuple[datetime, str]) -> None:
    """What stands in somebody's way already stays as it is."""
    known[student_id] = min(known.get(student_id, since), since)
