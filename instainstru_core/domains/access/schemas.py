"""Commands in, views out."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from instainstru_core.domains.access.types import Role, Scope
from instainstru_core.kernel.authority import Permission

Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]


class OverridePermission(BaseModel):
    """Give one permission to a person, or take it away, whatever the roles say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    granted: bool = Field(description="True gives the permission, false takes it away.")
    reason: Line = Field(examples=["Covers support during the holidays"])


class OverrideView(BaseModel):
    """A permission given to, or taken from, one person."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    permission: Permission
    granted: bool
    reason: str
    created_at: datetime


class RightsView(BaseModel):
    """What one person may do, and why."""

    model_config = ConfigDict(frozen=True)

    user_id: str
    roles: list[Role]
    overrides: list[OverrideView]
    permissions: list[Permission] = Field(description="What follows from roles and overrides.")


class RegisterClient(BaseModel):
    """A program that is to sign in with client credentials."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Operations copilot", "scopes": ["mcp:read"], "org_id": "ops"}]
        },
    )

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=10)]
    org_id: Line | None = None
    expires_at: AwareDatetime | None = Field(
        default=None,
        lt=datetime(2100, 1, 1, tzinfo=UTC),
        description="From this instant on it gets no tokens; null means no end.",
    )


class ClientView(BaseModel):
    """A registered program. Its secret is not known to anyone but itself."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    client_id: str
    name: str
    scopes: list[str]
    org_id: str | None
    created_at: datetime
    expires_at: datetime | None
    disabled_at: datetime | None
    last_used_at: datetime | None


class RegisteredClientView(ClientView):
    """A program just registered, with the secret that is shown this once."""

    client_secret: str = Field(description="Shown once. Only its digest is kept.")


class TokenRequest(BaseModel):
    """An OAuth 2 token request (RFC 6749, section 4.4.2). Fields we do not know are ignored."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "grant_type": "client_credentials",
                    "client_id": "client_01jz8m4t6q3v9k2x7c5b1n0d8f",
                    "client_secret": "the secret told at registration",
                    "scope": "mcp:read",
                }
            ]
        },
    )

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = Field(default="", repr=False)
    scope: str = Field(default="", description="Scopes separated by spaces; empty asks for all.")
    code: str = Field(default="", max_length=500, repr=False)
    code_verifier: str = Field(default="", max_length=200, repr=False)
    redirect_uri: str = Field(default="", max_length=2_000)
    refresh_token: str = Field(default="", max_length=200, repr=False)


class TokenView(BaseModel):
    """An OAuth 2 access token answer (RFC 6749, section 5.1)."""

    model_config = ConfigDict(frozen=True)

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - RFC 6750 names the type so
    expires_in: int = Field(description="Seconds until it expires.")
    scope: str = Field(description="The scopes it may be used for, separated by spaces.")
    refresh_token: str | None = Field(
        default=None, description="Of a person's sign-in: exchanged once for the next two tokens."
    )


class TokenError(BaseModel):
    """Why no token is issued (RFC 6749, section 5.2)."""

    model_config = ConfigDict(frozen=True)

    error: str = Field(examples=["invalid_client"])
    error_description: str


class JwksView(BaseModel):
    """The public keys that tokens are verified with (RFC 7517)."""

    model_config = ConfigDict(frozen=True)

    keys: list[dict[str, Any]]


class IssuerMetadata(BaseModel):
    """What clients learn about the issuer (RFC 8414)."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    registration_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    scopes_supported: list[str]
    response_types_supported: list[str]
    code_challenge_methods_supported: list[str]


class Issuer(BaseModel):
    """How this process issues service tokens."""

    model_config = ConfigDict(frozen=True)

    url: str
    audience: str
    resource: str = ""
    signing_key: str = Field(repr=False)
    ttl: timedelta
    refresh_ttl: timedelta = timedelta(days=30)


class RegisterPublicClient(BaseModel):
    """A program that acts for people and keeps no secret (RFC 7591). Other fields are ignored."""

    model_config = ConfigDict(frozen=True)

    client_name: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")
    ] = "A program"
    redirect_uris: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=300)]],
        Field(min_length=1, max_length=5),
    ]


class PublicClientView(BaseModel):
    """What a registered program is told of itself."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    client_name: str
    redirect_uris: list[str]
    grant_types: list[str] = ["authorization_code", "refresh_token"]
    response_types: list[str] = ["code"]
    token_endpoint_auth_method: str = "none"  # noqa: S105 - the method's name


class AuthorizationRequest(BaseModel):
    """What a program's browser window is opened with (RFC 6749, section 4.1.1, and RFC 7636)."""

    model_config = ConfigDict(frozen=True)

    response_type: str = ""
    client_id: Annotated[str, Field(max_length=4_000)] = ""
    redirect_uri: Annotated[str, Field(max_length=2_000)] = ""
    scope: Annotated[str, Field(max_length=200)] = ""
    state: Annotated[str, Field(max_length=2_000)] = ""
    code_challenge: Annotated[str, Field(max_length=200)] = ""
    code_challenge_method: Annotated[str, Field(max_length=10)] = ""
    resource: Annotated[str, Field(max_length=300)] = ""


class Authorization(BaseModel):
    """The same, once it was found to be in order."""

    model_config = ConfigDict(frozen=True)

    client_id: str
    client_name: str
    redirect_uri: str
    scopes: list[str]
    challenge: str
    state: str
