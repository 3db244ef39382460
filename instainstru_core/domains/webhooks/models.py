"""The ledger of what vendors told us."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.db import Base, NewId


class WebhookEvent(Base):
    """One event of one source, known by the source's own id. Signatures and secrets stay outside.

    A worker that takes it moves `due_at` to the end of its lease; whoever dies is replaced then.
    `attempts` counts how often it was taken, `failures` how often that failed for good, `losses`
    how often the worker was never heard of again.
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
        Index("ix_webhook_events_dead", "id", postgresql_where=text("state = 'dead_letter'")),
        Index("ix_webhook_events_object_id", text("(payload #>> '{data,object,id}')")),
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
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    losses: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[datetime]
    processed_at: Mapped[datetime | None]
    was_ignored: Mapped[bool] = mapped_column(default=False, server_default="false")
    error: Mapped[str | None]
    replays: Mapped[int] = mapped_column(default=0, server_default="0")
