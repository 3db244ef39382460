"""The audit trail: rows are written, never changed (a trigger refuses)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel.authority import ActorKind, Door
from instainstru_core.kernel.db import Base, NewId


class AuditEntry(Base):
    """One action by one actor. `details` holds counts and field names, never secrets."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_actor", "actor_id", "id"),
        Index("ix_audit_entries_subject", "subject_kind", "subject_id", "id"),
        Index("ix_audit_entries_action", "action", "id"),
        Index("ix_audit_entries_at", "at", postgresql_using="brin"),
    )

    id: Mapped[NewId]
    at: Mapped[datetime]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[str | None]
    door: Mapped[Door | None]
    action: Mapped[str]
    subject_kind: Mapped[str | None]
    subject_id: Mapped[str | None]
    outcome: Mapped[Outcome]
    code: Mapped[str | None]
    request_id: Mapped[str | None]
    arguments_hash: Mapped[str | None]
    duration_ms: Mapped[int | None]
    details: Mapped[dict[str, Any]]
