"""The rules of double entry: what a journal is, and on which side an account grows."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from instainstru_core.domains.ledger.types import Account, AccountKind, Entry, Nature
from instainstru_core.kernel.money import Cents

NATURES: Mapping[AccountKind, Nature] = MappingProxyType(
    {
        AccountKind.STRIPE_CLEARING: Nature.ASSET,
        AccountKind.STUDENT_DEBT: Nature.ASSET,
        AccountKind.DEBT_ALLOWANCE: Nature.ASSET,
        AccountKind.HELD: Nature.LIABILITY,
        AccountKind.INSTRUCTOR_PAYABLE: Nature.LIABILITY,
        AccountKind.CREDITS_LIABILITY: Nature.LIABILITY,
        AccountKind.TIPS_PAYABLE: Nature.LIABILITY,
        AccountKind.PLATFORM_REVENUE: Nature.INCOME,
        AccountKind.BREAKAGE: Nature.INCOME,
        AccountKind.CREDIT_EXPENSE: Nature.EXPENSE,
        AccountKind.STRIPE_FEES: Nature.EXPENSE,
        AccountKind.DISPUTE_LOSSES: Nature.EXPENSE,
        AccountKind.ESCALATION_LOSSES: Nature.EXPENSE,
    }
)
"""The allowance stands against the debts, so it counts among the assets and is negative there."""

DEBIT_GROWS = frozenset({Nature.ASSET, Nature.EXPENSE})


class Unbalanced(ValueError):
    """A journal that does not sum to zero. A bug of ours, never somebody's mistake."""


def debit(kind: AccountKind, cents: int, owner: str = "") -> Entry:
    """So much on the debit side of an account."""
    return Entry(Account(kind, owner), Cents(_amount(cents)))


def credit(kind: AccountKind, cents: int, owner: str = "") -> Entry:
    """So much on the credit side of an account."""
    return Entry(Account(kind, owner), Cents(-_amount(cents)))


def journal(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One entry for each account that changes, in the order in which they were named first."""
    sums: dict[Account, int] = {}
    for entry in entries:
        sums[entry.account] = sums.get(entry.account, 0) + entry.cents.amount
    off_by = sum(sums.values())
    if off_by:
        parts = ", ".join(f"{account} {cents:+d}" for account, cents in sums.items())
        raise Unbalanced(f"The journal is off by {off_by:+d} cents: {parts}")
    return tuple(Entry(account, Cents(cents)) for account, cents in sums.items() if cents)


def pot(reference: str) -> Account:
    """Where the money of a reference waits until it is known whose it is."""
    return Account(AccountKind.HELD, reference.partition(":")[2] or reference)


def natural(kind: AccountKind, cents: int) -> int:
    """A sum of entries as people read it: positive on the side on which the account grows."""
    return cents if NATURES[kind] in DEBIT_GROWS else -cents


def _amount(cents: int) -> int:
    if cents < 0:
        raise ValueError(f"An entry of {cents} cents: take the other side of the account instead.")
    return cents
