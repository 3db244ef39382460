"""Where a lesson's money is, from what the ledger says of it. Pure.

Debits are positive. A pot, what is owed and income grow on the credit side.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from instainstru_core.domains.ledger.types import REFUNDS, SENT, AccountKind

PAYABLE = (AccountKind.INSTRUCTOR_PAYABLE, AccountKind.TIPS_PAYABLE)
CREDIT_USED = ("credit_consumed", "credit_forfeited", "credit_reinstated")
CREDIT_NEW = ("credit_issued", "credit_revoked")
CHARGED_BACK = ("chargeback_withdrawn", "chargeback_returned")
LOSSES = (AccountKind.DISPUTE_LOSSES, AccountKind.ESCALATION_LOSSES)


@dataclass(frozen=True, slots=True)
class Position:
    """What came in for a lesson, what went where, and what still lies in its pot. Cents."""

    charged: int = 0
    refunded: int = 0
    charged_back: int = 0
    credit_used: int = 0
    credit_new: int = 0
    instructor_owed: int = 0
    instructor_sent: int = 0
    platform: int = 0
    provider_fees: int = 0
    losses: int = 0
    in_pot: int = 0


def position(entries: Iterable[tuple[str, AccountKind, int]]) -> Position:
    """The position that these entries make: of each the fact, the kind of account, the cents."""
    sums: Counter[tuple[str, AccountKind]] = Counter()
    for fact, account, cents in entries:
        sums[fact, account] += cents

    def total(*accounts: AccountKind, facts: tuple[str, ...] | None = None) -> int:
        return sum(
            cents
            for (fact, account), cents in sums.items()
            if account in accounts and (facts is None or fact in facts)
        )

    held, liability = AccountKind.HELD, AccountKind.CREDITS_LIABILITY
    sent = total(*PAYABLE, facts=SENT)
    return Position(
        charged=-total(held, facts=("captured",)),
        refunded=total(held, facts=REFUNDS),
        charged_back=-total(AccountKind.STRIPE_CLEARING, facts=CHARGED_BACK),
        credit_used=-total(held, facts=CREDIT_USED),
        credit_new=-total(liability, facts=CREDIT_NEW),
        instructor_owed=sent - total(*PAYABLE),
        instructor_sent=sent,
        platform=-total(AccountKind.PLATFORM_REVENUE),
        provider_fees=total(AccountKind.STRIPE_FEES),
        losses=total(*LOSSES),
        in_pot=-total(held),
    )
