"""Who pays with which card, and who is paid into which account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import psycopg

from devstack.seeding.money.books import Card
from devstack.seeding.money.rows import Names, Table
from devstack.seeding.world import Instructor, Student
from instainstru_core.domains.instructors.types import Milestone
from instainstru_core.domains.payments.types import IdentityStatus

LOOKS = (("visa", "4242", 60), ("mastercard", "4444", 25), ("amex", "8431", 9),
         ("discover", "1117", 6))  # fmt: skip
REFUSED = ("visa", "0341", 0)
"""A card that can be saved and never pays."""

EXPIRES = (12, 2034)
SECOND_CARD = 0.15
UNUSED_CARD = 0.5
NOT_ONBOARDED = 0.12


@dataclass(slots=True)
class SavedCard:
    """A card with its row."""

    card: Card
    last4: str
    at: datetime
    is_default: bool


@dataclass(slots=True)
class Account:
    """An instructor's account at the provider, and the check of who they are."""

    instructor_id: str
    vendor_id: str
    check_id: str
    created_at: datetime
    onboarded_at: datetime | None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    check: IdentityStatus = IdentityStatus.REQUIRES_INPUT

    @property
    def is_ready(self) -> bool:
        return self.onboarded_at is not None and self.disabled_at is None

    def disable(self, at: datetime) -> None:
        """The provider wants to know more, and pays nothing until it does."""
        self.disabled_at, self.disabled_reason = at, "requirements.past_due"


class Payers:
    """Students as the provider knows them."""

    def __init__(self, names: Names, dice: Random) -> None:
        self._names = names
        self._dice = dice
        self.cards: dict[str, SavedCard] = {}
        self._more: list[SavedCard] = []

    def add(self, student: Student, first_paid_at: datetime | None) -> None:
        """Give a student a card before the first payment; without one, perhaps."""
        dice = self._dice
        if first_paid_at is None and dice.random() > UNUSED_CARD:
            return
        at = student.created_at + timedelta(minutes=9)
        if first_paid_at is not None:
            at = max(student.created_at, first_paid_at - timedelta(minutes=dice.randint(2, 90)))
        customer_id = self._names.vendor("cus")
        self.cards[student.id] = self._card(student.id, customer_id, at, is_default=True)
        if dice.random() < SECOND_CARD:
            self._more.append(self._card(student.id, customer_id, at, is_default=False))

    def card(self, student_id: str) -> Card:
        """What a student pays with."""
        return self.cards[student_id].card

    def spoil(self, student_id: str, at: datetime) -> Card:
        """Give a student another default card that never pays."""
        old = self.cards[student_id]
        old.is_default = False
        self._more.append(old)
        made = self._card(student_id, old.card.customer_id, at, is_default=True, look=REFUSED)
        self.cards[student_id] = made
        return made.card

    def write(self, connection: psycopg.Connection) -> None:
        """Customers and their cards."""
        customers = Table("payment_customers", ("user_id", "vendor_id", "created_at"))
        methods = Table(
            "payment_methods",
            ("id", "user_id", "vendor_id", "brand", "last4", "exp_month", "exp_year",
             "is_default", "created_at"),
        )  # fmt: skip
        since: dict[str, datetime] = {}
        for one in (*self.cards.values(), *self._more):
            card = one.card
            since[card.student_id] = min(since.get(card.student_id, one.at), one.at)
            methods.add(
                card.id, card.student_id, card.vendor_id, card.brand, one.last4, *EXPIRES,
                one.is_default, one.at,
            )  # fmt: skip
        for student_id, one in self.cards.items():
            customers.add(student_id, one.card.customer_id, since[student_id])
        customers.write(connection)
        methods.write(connection)

    def _card(
        self,
        student_id: str,
        customer_id: str,
        at: datetime,
        *,
        is_default: bool,
        look: tuple[str, str, int] | None = None,
    ) -> SavedCard:
        brand, last4, _ = look or self._dice.choices(LOOKS, [weight for *_, weight in LOOKS])[0]
        card = Card(self._names.at(at), self._names.vendor("pm"), student_id, customer_id, brand)
        return SavedCard(card, last4, at, is_default)


class Payees:
    """Instructors as the provider knows them."""

    def __init__(self, names: Names, dice: Random) -> None:
        self._names = names
        self._dice = dice
        self.accounts: dict[str, Account] = {}

    def known(self, people: Iterable[Instructor]) -> None:
        """Remember accounts for these. Who was ever live has one that was ready then."""
        self.accounts = {one.instructor_id: one for one in self.made(people)}

    def made(self, people: Iterable[Instructor]) -> list[Account]:
        """Accounts for these, for those of them who came so far."""
        return [account for one in people if (account := self._account(one)) is not None]

    def _account(self, person: Instructor) -> Account | None:
        dice = self._dice
        reached = dict(person.milestones)
        configured = reached.get(Milestone.SERVICES_CONFIGURED)
        if configured is None:
            return None
        live = person.live_since
        if live is None and dice.random() < NOT_ONBOARDED:
            return None
        at = max(person.created_at, configured - timedelta(hours=dice.uniform(1, 40)))
        onboarded = None if live is None else max(at, reached[Milestone.IDENTITY_VERIFIED])
        account = Account(
            person.id, self._names.vendor("acct"), self._names.vendor("vs"), at, onboarded
        )
        if onboarded is not None:
            account.check = IdentityStatus.VERIFIED
        return account


def write_accounts(connection: psycopg.Connection, accounts: Iterable[Account]) -> None:
    """Accounts and identity checks."""
    table = Table(
        "connect_accounts",
        ("instructor_id", "vendor_id", "charges_enabled", "payouts_enabled", "details_submitted",
         "disabled_reason", "schedule_applied_at", "onboarded_at", "created_at", "updated_at"),
    )  # fmt: skip
    checks = Table(
        "identity_checks", ("instructor_id", "vendor_id", "status", "verified_at", "updated_at")
    )
    for one in accounts:
        ready, done = one.is_ready, one.onboarded_at is not None
        updated = one.disabled_at or one.onboarded_at or one.created_at
        table.add(
            one.instructor_id, one.vendor_id, False, ready, done, one.disabled_reason,
            one.onboarded_at, one.onboarded_at, one.created_at, updated,
        )  # fmt: skip
        verified = one.onboarded_at if one.check is IdentityStatus.VERIFIED else None
        checks.add(
            one.instructor_id, one.check_id, one.check, verified, one.onboarded_at or one.created_at
        )
    table.write(connection)
    checks.write(connection)
