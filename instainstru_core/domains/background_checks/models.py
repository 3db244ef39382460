"""Checks that were ordered."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.background_checks.types import CheckStatus
from instainstru_core.kernel.db import Base, Id, NewId


class BackgroundCheck(Base):
    """One check of one person. What the report says about them stays at the provider.

    `looked_at` is when the provider was asked for what stands here: an answer to an earlier
    question changes nothing.
    """

    __tablename__ = "background_checks"
    __table_args__ = (
        Index("ix_background_checks_user", "user_id", "id"),
        Index(
            "uq_background_checks_open",
            "user_id",
            unique=True,
            postgresql_where=text("status IN ('invited', 'pending', 'suspended')"),
        ),
        CheckConstraint("status <> 'clear' OR valid_until IS NOT NULL", name="clear_for_a_time"),
    )

    id: Mapped[NewId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    candidate_id: Mapped[str] = mapped_column(index=True)
    invitation_id: Mapped[str] = mapped_column(unique=True)
    report_id: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[CheckStatus]
    consented_at: Mapped[datetime]
    ordered_at: Mapped[datetime]
    invitation_expires_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    looked_at: Mapped[datetime]
