"""Proposed changes, each bound to who was shown it, to the payload and to the state shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.confirmations.policy import TOKEN_LENGTH
from instainstru_core.domains.confirmations.types import ConfirmationState
from instainstru_core.kernel.authority import ActorKind
from instainstru_core.kernel.db import Base


class Confirmation(Base):
    """One change that somebody was shown. `id` is the token, and the key of its execution."""

    __tablename__ = "confirmations"
    __table_args__ = (
        CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="done_with_result"),
        CheckConstraint("state <> 'executing' OR lease_until IS NOT NULL", name="leased"),
        CheckConstraint("expires_at > proposed_at", name="expires_later"),
    )

    id: Mapped[str] = mapped_column(String(TOKEN_LENGTH), primary_key=True)
    action: Mapped[str]
    actor_kind: Mapped[ActorKind]
    actor_id: Mapped[str]
    operator: Mapped[str | None]
    payload: Mapped[dict[str, Any]]
    state_version: Mapped[str]
    summary: Mapped[str]
    state: Mapped[ConfirmationState]
    attempts: Mapped[int]
    proposed_at: Mapped[datetime] = mapped_column(index=True)
    expires_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]
