"""What can be asked about the events vendors sent, and what is answered."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.webhooks.types import WebhookState

Word = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]


class ReceivedView(BaseModel):
    """What became of an event that came in."""

    model_config = ConfigDict(frozen=True)

    id: str
    is_duplicate: bool


class WebhookFilters(BaseModel):
    """Which events are wanted. What is not given does not narrow the search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: WebhookState | None = None
    kind: Word | None = Field(
        default=None,
        description="One kind such as `payout.paid`, or all of a thing as `payout.*`.",
        examples=["payout.paid", "charge.*"],
    )
    source: Word | None = Field(default=None, examples=["stripe"])


class WebhookEventView(BaseModel):
    """One event and how far it is. Without what it says, which may be about people."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    source: str
    event_id: str = Field(description="What the source calls it.")
    kind: str
    account_id: str | None
    state: WebhookState
    was_ignored: bool = Field(description="Whether it was of a kind that nobody here handles.")
    happened_at: datetime
    received_at: datetime
    due_at: datetime = Field(
        description="When it is or was due; while it is processed, when its worker is given up."
    )
    processed_at: datetime | None
    attempts: int
    failures: int
    losses: int
    replays: int
    error: str | None = Field(description="The code of the last failure.")


class WebhookEventDetailView(WebhookEventView):
    """One event with all that its source said."""

    payload: dict[str, Any]


class WebhookBacklogView(BaseModel):
    """How far we are with what vendors told us."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    waiting: int = Field(description="Received or failed before, and to be processed.")
    overdue: int = Field(description="Of these, due already.")
    processing: int
    stuck: int = Field(description="Of these, held by a worker that is not heard of any more.")
    dead: int = Field(description="Given up after their attempts; replay them from the terminal.")
    oldest_due_at: datetime | None = Field(description="Since when the oldest one is due.")
    received_last_day: int
