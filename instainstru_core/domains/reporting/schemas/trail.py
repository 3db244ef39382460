"""Views of what was done, and of what vendors told us."""

from datetime import datetime
from typing import Any

from instainstru_core.domains.audit.types import Outcome
from instainstru_core.domains.reporting.schemas.base import View
from instainstru_core.domains.webhooks.types import WebhookState
from instainstru_core.kernel.authority import ActorKind, Door


class TrailEntry(View):
    """One action by one actor. `details` holds counts and names of fields, never secrets."""

    id: str
    at: datetime
    actor_kind: ActorKind
    actor_id: str | None
    actor: str | None
    door: Door | None
    action: str
    subject_kind: str | None
    subject_id: str | None
    outcome: Outcome
    code: str | None
    request_id: str | None
    duration_ms: int | None
    details: dict[str, Any]


class Trail(View):
    """The newest entries that fit, and all that fit in figures."""

    entries: list[TrailEntry]
    by_outcome: dict[str, int]
    by_action: dict[str, int]
    by_actor: dict[str, int]


class HookRow(View):
    """One event that a vendor sent, and how far it is."""

    id: str
    source: str
    event_id: str
    kind: str
    state: WebhookState
    was_ignored: bool
    received_at: datetime
    processed_at: datetime | None
    took_seconds: float | None
    attempts: int
    failures: int
    replays: int
    error: str | None


class Hooks(View):
    """The last received events that fit, and all that fit by state."""

    by_state: dict[WebhookState, int]
    events: list[HookRow]


class HookDetail(HookRow):
    """One event with what it says: without people, secrets and free text."""

    account_id: str | None
    happened_at: datetime
    due_at: datetime
    may_replay: bool
    object_id: str | None
    booking_id: str | None
    payload: dict[str, Any]
