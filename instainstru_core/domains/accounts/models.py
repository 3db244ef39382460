"""People and their sign-in sessions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from instainstru_core.domains.accounts.types import AccountStatus
from instainstru_core.kernel.db import Base, Id, NewId


class User(Base):
    """A person. `email` keeps the typed form; uniqueness ignores case. That it is theirs is known
    since `email_proven_at`.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index("uq_users_email", func.lower(text("email")), unique=True),
        Index("ix_users_phone", "phone"),
        Index("ix_users_created", "created_at"),
        Index(
            "ix_users_name_trgm",
            "first_name",
            "last_name",
            postgresql_using="gin",
            postgresql_ops={"first_name": "gin_trgm_ops", "last_name": "gin_trgm_ops"},
        ),
        Index(
            "ix_users_full_name_trgm",
            func.lower(text("(first_name || ' ') || last_name")).label("full_name"),
            postgresql_using="gin",
            postgresql_ops={"full_name": "gin_trgm_ops"},
        ),
    )

    id: Mapped[NewId]
    email: Mapped[str]
    email_proven_at: Mapped[datetime | None]
    password_hash: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    phone: Mapped[str | None]
    zip_code: Mapped[str | None]
    timezone: Mapped[str] = mapped_column(
        default="America/New_York", server_default="America/New_York"
    )
    status: Mapped[AccountStatus] = mapped_column(default=AccountStatus.ACTIVE)
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    tokens_valid_after: Mapped[datetime | None]


class LoginSession(Base):
    """One sign-in on one device. Its refresh token changes at each use; an old one ends it."""

    __tablename__ = "login_sessions"

    id: Mapped[NewId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    refresh_digest: Mapped[str] = mapped_column(unique=True)
    previous_digest: Mapped[str | None]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]
