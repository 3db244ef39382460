"""What the audit trail can be asked, and what it answers."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel.authority import ActorKind, Door

Word = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]


class AuditFilters(BaseModel):
    """Which entries are wanted. What is not given does not narrow the search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actor_id: Word | None = Field(default=None, description="A user's id or a service's client id.")
    action: Word | None = Field(
        default=None,
        description="One action such as `bookings.cancel`, or a whole subject as `bookings.*`.",
        examples=["bookings.cancel", "accounts.*"],
    )
    subject_kind: Word | None = Field(default=None, examples=["booking"])
    subject_id: Word | None = None
    outcome: Outcome | None = None
    door: Door | None = None
    request_id: Word | None = None
    since: AwareDatetime | None = Field(default=None, description="Entries at or after this.")
    until: AwareDatetime | None = Field(default=None, description="Entries before this instant.")


class AuditEntryView(BaseModel):
    """One action by one actor."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    at: datetime
    actor_kind: ActorKind
    actor_id: str | None
    door: Door | None
    action: str
    subject_kind: str | None
    subject_id: str | None
    outcome: Outcome
    code: str | None = Field(description="The refusal's code when the action was refused.")
    request_id: str | None
    arguments_hash: str | None
    duration_ms: int | None
    details: dict[str, Any] = Field(description="Counts and names of fields; never secrets.")
