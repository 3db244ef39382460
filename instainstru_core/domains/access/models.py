"""Role grants, permission overrides and service clients."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.access.types import Role
from instainstru_core.kernel.authority import Permission
from instainstru_core.kernel.db import Base, Id


class RoleGrant(Base):
    """A person holds a role."""

    __tablename__ = "role_grants"

    user_id: Mapped[Id] = mapped_column(primary_key=True)
    role: Mapped[Role] = mapped_column(primary_key=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[str | None]


class PermissionOverride(Base):
    """A permission given to, or taken from, one person whatever their roles say."""

    __tablename__ = "permission_overrides"

    user_id: Mapped[Id] = mapped_column(primary_key=True)
    permission: Mapped[Permission] = mapped_column(primary_key=True)
    granted: Mapped[bool]
    reason: Mapped[str]
    created_at: Mapped[datetime]


class ServiceClient(Base):
    """A program that signs in with client credentials. Its secret is kept as a SHA-256 digest."""

    __tablename__ = "service_clients"

    client_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    secret_digest: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    org_id: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class AuthorizationCode(Base):
    """A person let a program act for them. Its code is kept as a digest and exchanged once."""

    __tablename__ = "authorization_codes"

    digest: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str]
    redirect_uri: Mapped[str]
    user_id: Mapped[Id]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    challenge: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class ProgramSession(Base):
    """A program acts for a person until this ends. Its refresh token changes at each use.

    The id comes of the code it began with, so that a code shown twice can end what it began.
    """

    __tablename__ = "program_sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[Id] = mapped_column(index=True)
    client_id: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    refresh_digest: Mapped[str] = mapped_column(unique=True)
    previous_digest: Mapped[str | None]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
