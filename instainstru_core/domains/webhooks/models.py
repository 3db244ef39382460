"""The ledger of what vendors told us."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.db import Base, NewId


class WebhookEvent(Base):
    """One event of one source, known by the source's own id. Signatures and secrets stay outside.

    A worker that takes it holds it until `leased_until`; whoever dies is replaced after that.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("source", "event_id", name="uq_webhook_events_source_event"),
        Index(
            "ix_webhook_events_due",
            "due_at",
            "id",
            postgresql_where=text("state IN ('received', 'processing', 'failed')"),
        ),
        Index("ix_webhook_events_received", "received_at", "id"),
    )

    id: Mapped[NewId]
    source: Mapped[str]
    event_id: Mapped[str]
    kind: Mapped[str]
    account_id: Mapped[str | None]
    payload: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]
    state: Mapped[WebhookState] = mapped_column(default=WebhookState.RECEIVED)
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    error: Mapped[str | None]
    replays: Mapped[int] = mapped_column(default=0, server_default="0")
