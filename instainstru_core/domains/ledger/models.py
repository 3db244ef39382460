"""Journals and their entries. Both are written once; a trigger refuses an unbalanced journal."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.ledger.types import AccountKind
from instainstru_core.kernel.db import Base, BigInt, Id, NewId


class Journal(Base):
    """One money fact. `key` says which, so that it is posted once, whoever repeats it."""

    __tablename__ = "journals"
    __table_args__ = (
        Index("ix_journals_reference", "reference", "id"),
        Index("ix_journals_occurred", "occurred_at", "id"),
    )

    id: Mapped[NewId]
    key: Mapped[str] = mapped_column(unique=True)
    fact: Mapped[str]
    reference: Mapped[str]
    occurred_at: Mapped[datetime]
    actor_id: Mapped[str | None]


class LedgerEntry(Base):
    """An amount on an account: debits positive, credits negative. A journal sums to zero."""

    __tablename__ = "ledger_entries"
    __table_args__ = (
        CheckConstraint("cents <> 0", name="not_nothing"),
        Index("ix_ledger_entries_account", "account", "owner_id", "journal_id"),
    )

    journal_id: Mapped[Id] = mapped_column(ForeignKey("journals.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[AccountKind]
    owner_id: Mapped[str] = mapped_column(default="", server_default="")
    cents: Mapped[BigInt]
