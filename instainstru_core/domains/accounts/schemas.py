"""Commands in, views out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    SecretStr,
    StringConstraints,
)

from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts import policy
from instainstru_core.domains.accounts.types import (
    AccountStatus,
    MatchReason,
    RestorationReason,
    SuspensionReason,
)
from instainstru_core.kernel.authority import Permission
from instainstru_core.kernel.time import BUSINESS_ZONE, zone

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"


def _known_zone(name: str) -> str:
    zone(name)
    return name


Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(policy.clean_name)
]
Email = Annotated[EmailStr, Field(max_length=254, examples=["maya@example.com"])]
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^\+[1-9][0-9]{7,14}$"),
    Field(description="In E.164 form.", examples=["+12125550123"]),
]
ZipCode = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{5}$"),
    Field(description="A five-digit US ZIP code.", examples=["11201"]),
]
Zone = Annotated[
    str,
    StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$"),
    AfterValidator(_known_zone),
    Field(description="An IANA time zone.", examples=[BUSINESS_ZONE]),
]
Password = Annotated[
    SecretStr,
    Field(max_length=1024, description="8 to 128 characters.", examples=["a long, odd sentence"]),
]


class SignUp(BaseModel):
    """What everyone says who signs up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email
    password: Password
    first_name: Name = Field(examples=["Maya"])
    last_name: Name = Field(examples=["Okafor"])
    phone: Phone | None = None
    zip_code: ZipCode | None = None
    timezone: Zone = BUSINESS_ZONE


class SignUpStudent(SignUp):
    """A person who wants to take lessons."""


class SignUpAccepted(BaseModel):
    """The one answer to every student's sign-up, whether or not the address was known."""

    model_config = ConfigDict(frozen=True)

    status: Literal["accepted"] = "accepted"
    message: str = "Sign in with this address and password."


class NewPerson(BaseModel):
    """A person to be written: what was said at sign-up, with the password already hashed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email
    password_hash: str = Field(repr=False)
    first_name: Name
    last_name: Name
    phone: Phone | None = None
    zip_code: ZipCode | None = None
    timezone: Zone = BUSINESS_ZONE
    role: Role = Role.STUDENT


class SignIn(BaseModel):
    """An address and its password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=254, pattern=ONE_LINE),
        Field(examples=["maya@example.com"]),
    ]
    password: Annotated[SecretStr, Field(max_length=1024, examples=["a long, odd sentence"])]


class ChangePassword(BaseModel):
    """A new password, proved with the present one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    current_password: Annotated[SecretStr, Field(max_length=1024)]
    new_password: Password


def _without_defaults(schema: dict[str, Any]) -> None:
    """What is left out stays as it is, so the document must not promise a default."""
    for field_schema in schema["properties"].values():
        field_schema.pop("default", None)
    schema["examples"] = [{"phone": "+12125550123", "zip_code": None}]


class AskForProof(BaseModel):
    """The address of an account that somebody cannot get into, or has not proven yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email


class ProofAsked(BaseModel):
    """The one answer to everybody who asks, whether or not there is such an account."""

    model_config = ConfigDict(frozen=True)

    status: Literal["accepted"] = "accepted"
    message: str = "If there is an account with this address, a message with a code is on its way."


class ProveAddress(BaseModel):
    """The code of the message, and the password that counts from now on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[
        SecretStr,
        Field(
            max_length=policy.MAX_PROOF_LENGTH,
            description="As it stands in the message.",
            examples=[f"01JZ8M4T6Q3V9K2X7C5B1N0D8F.1750000000.{policy.PROOF_DIGITS * '0'}"],
        ),
    ]
    new_password: Password


class UpdateMe(BaseModel):
    """What to change. What is left out stays; null empties a phone or a ZIP code."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=_without_defaults)

    first_name: Name = ""
    last_name: Name = ""
    phone: Phone | None = None
    zip_code: ZipCode | None = None
    timezone: Zone = BUSINESS_ZONE


Note = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00]*$"),
    Field(description="More about why, for staff.", examples=["Asked for by phone."]),
]


class SuspendAccount(BaseModel):
    """Why an account is suspended."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: SuspensionReason
    note: Note | None = None


class RestoreAccount(BaseModel):
    """Why a suspended account is opened again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: RestorationReason
    note: Note | None = None


class PersonView(BaseModel):
    """A person, as staff and the person see them."""

    model_config = ConfigDict(frozen=True)

    id: str
    email: str
    email_proven_at: datetime | None = Field(
        description="Since when the address is known to be theirs; null where it is only typed in."
    )
    first_name: str
    last_name: str
    public_name: str = Field(description='How others see them: "First L.".')
    phone: str | None
    zip_code: str | None
    timezone: str
    status: AccountStatus
    roles: list[Role]
    created_at: datetime
    last_login_at: datetime | None


class FoundPersonView(PersonView):
    """A person that a lookup found, and why."""

    matched_by: MatchReason


class MeView(PersonView):
    """The signed-in person."""

    permissions: list[Permission]


class PersonCard(BaseModel):
    """What other people may see of a person, and what services need of them."""

    model_config = ConfigDict(frozen=True)

    id: str
    first_name: str
    public_name: str
    timezone: str
    status: AccountStatus


class Mailbox(BaseModel):
    """Where a person is written to, and how they are greeted."""

    model_config = ConfigDict(frozen=True)

    first_name: str
    email: str = Field(repr=False)
    status: AccountStatus


class TokensView(BaseModel):
    """A signed-in browser's access token. The refresh token travels in an HttpOnly cookie."""

    model_config = ConfigDict(frozen=True)

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6750 names the type so
    expires_in: int = Field(description="Seconds until the access token expires.")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The pair that one sign-in holds."""

    access_token: str = field(repr=False)
    expires_in: int
    refresh_token: str = field(repr=False)
    refresh_ttl: timedelta

    @property
    def view(self) -> TokensView:
        """What goes into a body."""
        return TokensView(access_token=self.access_token, expires_in=self.expires_in)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sign-in that has not begun: what it will hold, which is worth nothing until it does."""

    session_id: str
    refresh_digest: str = field(repr=False)
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Credentials:
    """A person's id and password hash as of a moment, for the flow that verifies it."""

    user_id: str
    email: str
    password_hash: str = field(repr=False)
    at: datetime
