"""Messages that were or are to be sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.notifications.types import DeliveryState, Template
from instainstru_core.kernel.db import Base, Id, NewId


class Delivery(Base):
    """One message to one person, or to somebody invited who has no account yet. `key` makes it
    one, however often its cause is seen.

    The words are made from `facts` when it is sent. The address is read then, not kept here.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_due",
            "due_at",
            "id",
            postgresql_where=text("state IN ('queued', 'sending')"),
        ),
        Index("ix_deliveries_reference", "reference"),
        Index("ix_deliveries_created", "created_at", "id"),
        CheckConstraint("num_nonnulls(user_id, invite_id) = 1", name="one_recipient"),
    )

    id: Mapped[NewId]
    key: Mapped[str] = mapped_column(unique=True)
    template: Mapped[Template]
    user_id: Mapped[Id | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    invite_id: Mapped[Id | None] = mapped_column(
        ForeignKey("invites.id", ondelete="CASCADE"), index=True
    )
    reference: Mapped[str | None]
    facts: Mapped[dict[str, Any]]
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    vendor_id: Mapped[str | None]
    error: Mapped[str | None]
