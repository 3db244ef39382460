"""Commands in, views out."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.accounts.schemas import Email, SignUp
from instainstru_core.domains.onboarding.types import InviteStatus, SkipReason

MAX_BATCH = 100
Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=32),
    Field(description="The code of the invite; capital or small letters.", examples=["K7PWQ3XM"]),
]
Line = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00-\x1f\x7f]*$")]


class SignUpInstructor(SignUp):
    """A person who was invited to teach."""

    invite_code: Code


class InstructorSignedUp(BaseModel):
    """The new instructor."""

    model_config = ConfigDict(frozen=True)

    instructor_id: str
    is_founding: bool = Field(description="Whether this is one of the founding instructors.")
    founding_number: int | None = Field(description="The founding place; null without one.")


class CreateInvites(BaseModel):
    """Addresses to invite. Each gets a code of its own."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"emails": ["maya@example.com"], "grants_founding": True, "expires_in_days": 14}
            ]
        },
    )

    emails: Annotated[list[Email], Field(min_length=1, max_length=MAX_BATCH)]
    grants_founding: bool = Field(
        default=False, description="Whether sign-up takes a founding place, if one is left."
    )
    expires_in_days: int = Field(default=14, ge=1, le=180)


class InviteView(BaseModel):
    """An invite as staff see it. The code is told once, when it is created."""

    model_config = ConfigDict(frozen=True)

    id: str
    email: str
    grants_founding: bool
    status: InviteStatus
    created_at: datetime
    created_by: str | None
    expires_at: datetime
    used_at: datetime | None
    used_by: str | None
    revoked_at: datetime | None


class CreatedInviteView(InviteView):
    """A new invite, with its code."""

    code: str


class SkippedAddress(BaseModel):
    """An address that got no invite, and why."""

    model_config = ConfigDict(frozen=True)

    email: str
    reason: SkipReason


class InvitesCreated(BaseModel):
    """What became of a batch of addresses."""

    model_config = ConfigDict(frozen=True)

    invites: list[CreatedInviteView]
    skipped: list[SkippedAddress]


class InviteFilters(BaseModel):
    """Which invites are wanted. What is not given does not narrow the search."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: InviteStatus | None = None
    email: Line | None = None
    grants_founding: bool | None = None


class CheckInvite(BaseModel):
    """A code that somebody holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code


class InviteCheck(BaseModel):
    """Whether a code can still be used. Whom it was sent to is never said."""

    model_config = ConfigDict(frozen=True)

    valid: bool
    grants_founding: bool | None = Field(default=None, description="Null unless valid.")
    expires_at: datetime | None = Field(default=None, description="Null unless valid.")


class FoundingStatus(BaseModel):
    """How full the founding program is."""

    model_config = ConfigDict(frozen=True)

    total: int = Field(description="How many founding places there are.")
    filled: int = Field(description="How many are taken, for good.")
    remaining: int = Field(description="How many are not taken.")
    allocated: int = Field(description="How many are promised by pending invites.")
