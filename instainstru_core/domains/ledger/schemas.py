"""What the ledger answers. Where a field says nothing else, debits are positive cents."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from instainstru_core.domains.ledger.types import AccountKind, Nature


class LedgerEntryView(BaseModel):
    """An amount on one account."""

    model_config = ConfigDict(frozen=True)

    account: AccountKind
    owner_id: str = Field(description="Whose account it is; empty where the platform has one.")
    cents: int = Field(description="Debits are positive, credits negative.")


class JournalView(BaseModel):
    """One money fact. Its entries sum to zero."""

    model_config = ConfigDict(frozen=True)

    id: str
    key: str = Field(description="What makes the fact happen once.")
    fact: str
    reference: str = Field(description="What it is about: a lesson, a tip for it, a debt.")
    occurred_at: datetime
    actor_id: str | None
    entries: list[LedgerEntryView]
    pot_cents: int = Field(description="What is in the pot after this journal.")


class LedgerExplanationView(BaseModel):
    """Every cent that moved for one reference, in the order in which it was written down.

    Of a lesson with its tips and its student's debt.
    """

    model_config = ConfigDict(frozen=True)

    reference: str
    journals: list[JournalView]
    totals: list[LedgerEntryView] = Field(description="What all of it did to each account.")
    pot_cents: int = Field(description="What is still in the pot. Settled money leaves it empty.")
    is_balanced: bool
    truncated: bool = Field(
        description="Whether there are more journals than shown. Totals and pot count them all."
    )


class TrialBalanceLine(BaseModel):
    """All accounts of one kind."""

    model_config = ConfigDict(frozen=True)

    account: AccountKind
    nature: Nature
    accounts: int = Field(description="How many accounts of this kind were ever used.")
    cents: int = Field(description="Debits are positive, credits negative.")
    balance_cents: int = Field(
        description="The same as people read it: positive on the side on which the account grows."
    )


class TrialBalanceView(BaseModel):
    """Every kind of account. All debits and credits together are zero."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    lines: list[TrialBalanceLine]
    total_cents: int
    is_balanced: bool
