"""Ledger vocabulary. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from instainstru_core.kernel.money import Cents


class AccountKind(StrEnum):
    """What an account stands for. Those with an owner are one account for each."""

    STRIPE_CLEARING = "stripe_clearing"
    STUDENT_DEBT = "student_debt"
    DEBT_ALLOWANCE = "debt_allowance"
    HELD = "held"
    INSTRUCTOR_PAYABLE = "instructor_payable"
    CREDITS_LIABILITY = "credits_liability"
    TIPS_PAYABLE = "tips_payable"
    PLATFORM_REVENUE = "platform_revenue"
    BREAKAGE = "breakage"
    CREDIT_EXPENSE = "credit_expense"
    STRIPE_FEES = "stripe_fees"
    DISPUTE_LOSSES = "dispute_losses"
    ESCALATION_LOSSES = "escalation_losses"


REFUNDS = ("refunded", "refunded_at_provider", "refund_failed")
"""Facts about money that goes back to cards; that of a failed refund came back to us."""


SENT = ("transferred", "transfer_reversed", "transfer_reversed_at_provider")
"""Facts about money that goes to instructors' accounts, and comes back from them."""


class Nature(StrEnum):
    """On which side of the books an account grows: debits for assets and expenses."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One account: its kind and, where there is one, whose it is."""

    kind: AccountKind
    owner_id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.owner_id}" if self.owner_id else str(self.kind)


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount on one account. Debits are positive, credits negative."""

    account: Account
    cents: Cents
