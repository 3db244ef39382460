"""Credit lots, and what is set aside of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.credits.types import CreditSource, ReservationState
from instainstru_core.kernel.db import Base, Id, NewId


class CreditLot(Base):
    """One issue of credit. What was issued is somewhere: available, reserved, or gone.

    Freezing is a mark beside the amounts, so that it changes none of them. So is `claimed_cents`:
    what of it was spent, and became a debt when it should have been taken back. `key` makes an
    issue happen once.

    `milestone` is the number of the student's lesson that earned it, as long as that lesson counts:
    each number earns once.
    """

    __tablename__ = "credit_lots"
    __table_args__ = (
        CheckConstraint(
            "issued_cents > 0 AND available_cents >= 0 AND reserved_cents >= 0"
            " AND consumed_cents >= 0 AND expired_cents >= 0 AND revoked_cents >= 0"
            " AND forfeited_cents >= 0 AND claimed_cents BETWEEN 0 AND issued_cents",
            name="no_less_than_nothing",
        ),
        CheckConstraint(
            "issued_cents = available_cents + reserved_cents + consumed_cents + expired_cents"
            " + revoked_cents + forfeited_cents",
            name="adds_up",
        ),
        Index("ix_credit_lots_wallet", "user_id", "expires_at", "issued_at", "id"),
        Index("ix_credit_lots_reference", "reference"),
        Index(
            "ix_credit_lots_expiring",
            "expires_at",
            "id",
            postgresql_where=text("available_cents > 0"),
        ),
        Index(
            "uq_credit_lots_milestone",
            "user_id",
            "milestone",
            unique=True,
            postgresql_where=text("milestone IS NOT NULL"),
        ),
    )

    id: Mapped[NewId]
    key: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"))
    source: Mapped[CreditSource]
    reference: Mapped[str | None]
    issued_cents: Mapped[int]
    available_cents: Mapped[int]
    reserved_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    consumed_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    expired_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    revoked_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    forfeited_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    claimed_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime | None]
    note: Mapped[str | None]
    milestone: Mapped[int | None]


class CreditReservation(Base):
    """A part of a lot that is set aside for a reference, and what became of it.

    What was consumed or forfeited and came back later is told by `reinstated_cents`.
    """

    __tablename__ = "credit_reservations"
    __table_args__ = (
        CheckConstraint(
            "cents > 0 AND reinstated_cents BETWEEN 0 AND cents"
            " AND (reinstated_cents = 0 OR state IN ('consumed', 'forfeited'))",
            name="something",
        ),
        Index("ix_credit_reservations_reference", "reference", "state"),
    )

    id: Mapped[NewId]
    lot_id: Mapped[Id] = mapped_column(ForeignKey("credit_lots.id"), index=True)
    reference: Mapped[str]
    cents: Mapped[int]
    state: Mapped[ReservationState] = mapped_column(default=ReservationState.RESERVED)
    reinstated_cents: Mapped[int] = mapped_column(default=0, server_default="0")
    reserved_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class TopUp(Base):
    """Credit that a student buys with a card. Issued once its charge has succeeded.

    `debt_cents` is owed for it: a bank took the payment back, and so much of it was spent.
    """

    __tablename__ = "credit_top_ups"
    __table_args__ = (
        CheckConstraint("debt_cents >= 0", name="owes_or_not"),
        Index("ix_credit_top_ups_debt", "user_id", postgresql_where=text("debt_cents > 0")),
    )

    id: Mapped[NewId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id"), index=True)
    payment_method_id: Mapped[Id] = mapped_column(ForeignKey("payment_methods.id"))
    cents: Mapped[int]
    created_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    debt_cents: Mapped[int] = mapped_column(default=0, server_default="0")
