"""Cards, connected accounts, commands, and what they brought about."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.payments.types import (
    Action,
    ChargeState,
    CommandState,
    DisputeState,
    IdentityStatus,
    PayoutStatus,
    Purpose,
)
from instainstru_core.kernel.db import Base, Id, NewId


class PaymentCustomer(Base):
    """Who a student is at the provider."""

    __tablename__ = "payment_customers"

    user_id: Mapped[Id] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    vendor_id: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


class PaymentMethod(Base):
    """A saved card. We know its brand and last digits, never its number."""

    __tablename__ = "payment_methods"
    __table_args__ = (
        Index(
            "uq_payment_methods_default",
            "user_id",
            unique=True,
            postgresql_where=text("is_default AND detached_at IS NULL"),
        ),
        Index("ix_payment_methods_user", "user_id", "id"),
    )

    id: Mapped[NewId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    vendor_id: Mapped[str] = mapped_column(unique=True)
    brand: Mapped[str]
    last4: Mapped[str]
    exp_month: Mapped[int]
    exp_year: Mapped[int]
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    detached_at: Mapped[datetime | None]


class PayerStanding(Base):
    """Why a student may not book now. No row means nothing is in the way."""

    __tablename__ = "payer_standings"

    user_id: Mapped[Id] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    locked_at: Mapped[datetime | None]
    locked_for: Mapped[str | None]
    restricted_at: Mapped[datetime | None]
    restricted_for: Mapped[str | None]


class ConnectAccount(Base):
    """An instructor's account at the provider, as it last told us."""

    __tablename__ = "connect_accounts"

    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), primary_key=True
    )
    vendor_id: Mapped[str] = mapped_column(unique=True)
    charges_enabled: Mapped[bool] = mapped_column(default=False)
    payouts_enabled: Mapped[bool] = mapped_column(default=False)
    details_submitted: Mapped[bool] = mapped_column(default=False)
    disabled_reason: Mapped[str | None]
    schedule_applied_at: Mapped[datetime | None]
    onboarded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class IdentityCheck(Base):
    """The check of an instructor's identity; the latest session counts."""

    __tablename__ = "identity_checks"

    instructor_id: Mapped[Id] = mapped_column(
        ForeignKey("instructors.id", ondelete="CASCADE"), primary_key=True
    )
    vendor_id: Mapped[str] = mapped_column(unique=True)
    status: Mapped[IdentityStatus]
    verified_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]


class PaymentCommand(Base):
    """One call to the provider, written before it is made. Its id is the idempotency key.

    A reference has at most one open command, so that nothing about its money happens twice at
    once. `request` holds all that is needed to make the call, `result` what came of it.
    """

    __tablename__ = "payment_commands"
    __table_args__ = (
        UniqueConstraint(
            "reference", "action", "part", "attempt", name="uq_payment_commands_attempt"
        ),
        Index(
            "uq_payment_commands_open",
            "reference",
            unique=True,
            postgresql_where=text("state IN ('requested', 'sent')"),
        ),
        Index(
            "ix_payment_commands_due",
            "due_at",
            "id",
            postgresql_where=text("state IN ('requested', 'sent')"),
        ),
        Index("ix_payment_commands_provider_id", text("(result ->> 'id')")),
        CheckConstraint("attempt >= 1", name="attempt_counts"),
        CheckConstraint(
            "(state IN ('confirmed', 'failed')) = (finished_at IS NOT NULL)", name="finished_or_not"
        ),
    )

    id: Mapped[NewId]
    reference: Mapped[str]
    action: Mapped[Action]
    part: Mapped[str] = mapped_column(default="", server_default="")
    attempt: Mapped[int]
    state: Mapped[CommandState] = mapped_column(default=CommandState.REQUESTED)
    request: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    failure: Mapped[str | None]
    calls: Mapped[int] = mapped_column(default=0, server_default="0")
    requested_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Charge(Base):
    """A hold on a card and what became of it. Amounts are facts of their own, never inferred."""

    __tablename__ = "charges"
    __table_args__ = (
        CheckConstraint(
            "amount_cents > 0 AND captured_cents BETWEEN 0 AND amount_cents"
            " AND refunded_cents BETWEEN 0 AND captured_cents",
            name="amounts_in_order",
        ),
        Index("ix_charges_reference", "reference", "id"),
        Index("ix_charges_student", "student_id", "id"),
        Index("ix_charges_captured", "captured_at", "id"),
    )

    id: Mapped[NewId]
    reference: Mapped[str]
    purpose: Mapped[Purpose]
    student_id: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    intent_id: Mapped[str] = mapped_column(unique=True)
    vendor_charge_id: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[ChargeState]
    amount_cents: Mapped[int]
    captured_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    refunded_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    fee_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    authorized_at: Mapped[datetime]
    capture_before: Mapped[datetime | None]
    captured_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Refund(Base):
    """Money given back to a card; one without a command was made in the provider's dashboard, one
    whose command is given up was made all the same.

    At `failed_at` we learnt that the card's bank did not take it, and that it came back to us.
    """

    __tablename__ = "refunds"
    __table_args__ = (CheckConstraint("cents > 0", name="something"),)

    id: Mapped[NewId]
    charge_id: Mapped[Id] = mapped_column(ForeignKey("charges.id"), index=True)
    command_id: Mapped[Id | None] = mapped_column(ForeignKey("payment_commands.id"), unique=True)
    vendor_id: Mapped[str] = mapped_column(unique=True)
    cents: Mapped[int]
    reason: Mapped[str]
    refunded_at: Mapped[datetime]
    failed_at: Mapped[datetime | None]


class Transfer(Base):
    """Money sent to an instructor's connected account, and what of it came back."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint(
            "cents > 0 AND reversed_cents BETWEEN 0 AND cents", name="amounts_in_order"
        ),
        Index("ix_transfers_reference", "reference", "id"),
        Index("ix_transfers_instructor", "instructor_id", "transferred_at", "id"),
    )

    id: Mapped[NewId]
    reference: Mapped[str]
    purpose: Mapped[Purpose]
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id"))
    command_id: Mapped[Id] = mapped_column(ForeignKey("payment_commands.id"), unique=True)
    vendor_id: Mapped[str] = mapped_column(unique=True)
    charge_id: Mapped[Id | None] = mapped_column(ForeignKey("charges.id"))
    cents: Mapped[int]
    reversed_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    transferred_at: Mapped[datetime]


class OutsideReversal(Base):
    """What came back of a transfer and was taken in afterwards.

    Without a command it was taken back in the provider's dashboard; else by a call of ours that was
    taken for failed. Those of confirmed commands are told by these.
    """

    __tablename__ = "outside_reversals"
    __table_args__ = (CheckConstraint("cents > 0", name="something"),)

    id: Mapped[NewId]
    transfer_id: Mapped[Id] = mapped_column(ForeignKey("transfers.id"), index=True)
    command_id: Mapped[Id | None] = mapped_column(ForeignKey("payment_commands.id"), unique=True)
    vendor_id: Mapped[str] = mapped_column(unique=True)
    cents: Mapped[int]
    reversed_at: Mapped[datetime]


class Chargeback(Base):
    """A charge that the card's holder disputes at the bank.

    `heard_at` is when the provider was asked for what is written here. At `ask_at` it is asked
    again, should nobody have sent word by then; None where nothing is left to hear.
    """

    __tablename__ = "chargebacks"
    __table_args__ = (
        Index("ix_chargebacks_reference", "reference"),
        Index("ix_chargebacks_ask", "ask_at", "id", postgresql_where=text("ask_at IS NOT NULL")),
    )

    id: Mapped[NewId]
    vendor_id: Mapped[str] = mapped_column(unique=True)
    charge_id: Mapped[Id] = mapped_column(ForeignKey("charges.id"), index=True)
    reference: Mapped[str]
    cents: Mapped[int]
    reason: Mapped[str]
    state: Mapped[DisputeState]
    withdrawn_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    fee_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    evidence_due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]
    ask_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]


class ProviderLook(Base):
    """How far a list of the provider's was read for what we never heard of."""

    __tablename__ = "provider_looks"

    name: Mapped[str] = mapped_column(primary_key=True)
    looked_until: Mapped[datetime]


class Payout(Base):
    """Money that leaves a connected account for the instructor's bank."""

    __tablename__ = "payouts"
    __table_args__ = (Index("ix_payouts_instructor", "instructor_id", "id"),)

    id: Mapped[NewId]
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id", ondelete="CASCADE"))
    vendor_id: Mapped[str] = mapped_column(unique=True)
    cents: Mapped[int]
    status: Mapped[PayoutStatus]
    is_instant: Mapped[bool]
    arrives_at: Mapped[datetime | None]
    failure_code: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class InstantPayout(Base):
    """An instructor's wish to be paid out at once. Its id is the idempotency key of the call.

    It is written before the call, so that a repeat asks for the same amount with the same key.
    """

    __tablename__ = "instant_payouts"
    __table_args__ = (
        UniqueConstraint("instructor_id", "key", name="uq_instant_payouts_key"),
        CheckConstraint("cents > 0", name="something"),
    )

    id: Mapped[NewId]
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id", ondelete="CASCADE"))
    key: Mapped[str]
    cents: Mapped[int]
    payout_id: Mapped[Id | None] = mapped_column(ForeignKey("payouts.id", ondelete="CASCADE"))
    requested_at: Mapped[datetime]


class BalanceLine(Base):
    """A line of the provider's books, matched with ours by the nightly reconciliation."""

    __tablename__ = "balance_lines"
    __table_args__ = (Index("ix_balance_lines_at", "at", "vendor_id"),)

    vendor_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    cents: Mapped[int]
    fee_cents: Mapped[int]
    net_cents: Mapped[int]
    source_id: Mapped[str | None] = mapped_column(index=True)
    at: Mapped[datetime]


class Reconciliation(Base):
    """One comparison of the ledger with the provider's books."""

    __tablename__ = "reconciliations"

    id: Mapped[NewId]
    compared_at: Mapped[datetime]
    until: Mapped[datetime]
    ledger_cents: Mapped[int]
    vendor_cents: Mapped[int]
    lines: Mapped[int]
    differences: Mapped[dict[str, Any]]
