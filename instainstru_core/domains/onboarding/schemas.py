"""Commands in, views out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.accounts.schemas import Email, SignUp
from instainstru_core.domains.background_checks.schemas import BackgroundCheckView
from instainstru_core.domains.instructors.types import Missing
from instainstru_core.domains.onboarding.types import InviteStatus, SkipReason
from instainstru_core.kernel.ids import ID_PATTERN

MAX_BATCH = 100
Code = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=32),
    Field(description="The code of the invite; capital or small letters.", examples=["K7PWQ3XM"]),
]
Note = Annotated[
    str | None,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$",
    ),
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


class ClaimInvite(BaseModel):
    """A code that the signed-in person was sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    invite_code: Code


class SendInvites(CreateInvites):
    """Addresses to invite by mail, with a note that is part of it."""

    message_note: Note = Field(
        default=None, description="A personal note that stands in each mail, in plain text."
    )


class InviteRecipient(BaseModel):
    """What becomes of an address: null means that it gets an invite."""

    model_config = ConfigDict(frozen=True)

    email: str
    skipped: SkipReason | None


class InvitePreview(BaseModel):
    """What sending a batch would do now. Nothing has been written."""

    model_config = ConfigDict(frozen=True)

    recipients: list[InviteRecipient]
    to_send: int
    repeated: int = Field(description="How many addresses were named more than once.")
    grants_founding: bool
    expires_at: datetime
    free: int = Field(description="Founding places that are neither taken nor promised.")


class SkippedAddress(BaseModel):
    """An address that got no invite, and why."""

    model_config = ConfigDict(frozen=True)

    email: str
    reason: SkipReason


class InvitesSent(BaseModel):
    """A batch that was written down and is being mailed. The codes stand in the mails only."""

    model_config = ConfigDict(frozen=True)

    batch_id: str
    invites: list["InviteView"]
    skipped: list[SkippedAddress]


@dataclass(frozen=True, slots=True)
class InviteEnvelope:
    """What a mail to an invited person needs. The code is a secret between them and us."""

    invite_id: str
    email: str = field(repr=False)
    code: str = field(repr=False)
    is_pending: bool
    grants_founding: bool
    expires_at: datetime
    message_note: str | None = field(repr=False)


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
    batch_id: str | None = Field(description="The batch it was mailed with; null without one.")
    sends: int = Field(description="How often it was mailed, or is to be.")


class CreatedInviteView(InviteView):
    """A new invite, with its code."""

    code: str


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
    batch_id: str | None = Field(default=None, pattern=ID_PATTERN)


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


class OnboardingView(BaseModel):
    """What the signed-in instructor has, and what is missing before the profile can be live."""

    model_config = ConfigDict(frozen=True)

    is_live: bool
    missing: list[Missing]
    background_check: BackgroundCheckView
    identity_verified: bool
    can_be_paid: bool
