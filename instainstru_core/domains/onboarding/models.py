"""Invites and the founding slots."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.kernel.db import Base, Id, NewId


class InviteBatch(Base):
    """Invites that were sent together, with what was written to all of them."""

    __tablename__ = "invite_batches"

    id: Mapped[NewId]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    message_note: Mapped[str | None]


class Invite(Base):
    """A single-use code that lets one e-mail address sign up as an instructor."""

    __tablename__ = "invites"
    __table_args__ = (
        Index("ix_invites_email", "email"),
        Index("ix_invites_batch", "batch_id", "id", postgresql_where=text("batch_id IS NOT NULL")),
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("(used_at IS NULL) = (used_by IS NULL)", name="used_whole_or_not"),
    )

    id: Mapped[NewId]
    code: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    grants_founding: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None]
    batch_id: Mapped[Id | None] = mapped_column(ForeignKey("invite_batches.id"))
    sends: Mapped[int] = mapped_column(default=0, server_default="0")


class FoundingSlot(Base):
    """A claimed place in the founding program. A claim is for good."""

    __tablename__ = "founding_slots"
    __table_args__ = (CheckConstraint("number >= 1", name="number_positive"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instructor_id: Mapped[Id] = mapped_column(ForeignKey("instructors.id"), unique=True)
    claimed_at: Mapped[datetime]
