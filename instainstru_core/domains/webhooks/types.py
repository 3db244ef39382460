"""Webhook vocabulary. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class WebhookState(StrEnum):
    """Where an event is: waiting, taken by a worker, done, or given up after its attempts."""

    RECEIVED = "received"
    PROCESSING = "processing"
    PROCESSED = "processed"
    FAILED = "failed"
    DEAD = "dead_letter"


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event whose signature was found good, as its source tells it."""

    source: str
    event_id: str
    kind: str
    account_id: str | None
    payload: dict[str, Any]
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """An event that a worker has taken. `attempt` tells its hold from a later one's."""

    id: str
    source: str
    event_id: str
    kind: str
    account_id: str | None
    payload: dict[str, Any]
    happened_at: datetime
    attempt: int
