"""Queries over grants, overrides and service clients."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.access.models import (
    AuthorizationCode,
    PermissionOverride,
    ProgramSession,
    RoleGrant,
    ServiceClient,
)
from instainstru_core.domains.access.types import ProgramEnd, Role
from instainstru_core.kernel.authority import Permission
from instainstru_core.kernel.repository import Repository


class RoleGrants(Repository[RoleGrant]):
    """Who holds which role."""

    def grant(self, row: RoleGrant) -> bool:
        """Write the grant; False when the person has held the role already."""
        written = self.session.execute(
            insert(RoleGrant)
            .values(
                user_id=row.user_id,
                role=row.role,
                granted_at=row.granted_at,
                granted_by=row.granted_by,
            )
            .on_conflict_do_nothing()
            .returning(RoleGrant.user_id)
        ).first()
        return written is not None

    def revoke(self, user_id: str, role: Role) -> bool:
        """Take the role away; False when the person did not hold it."""
        taken = self.session.execute(
            delete(RoleGrant)
            .where(RoleGrant.user_id == user_id, RoleGrant.role == role)
            .returning(RoleGrant.user_id)
            .execution_options(synchronize_session=False)
        ).first()
        return taken is not None

    def holders(self, role: Role) -> int:
        query = select(func.count()).select_from(RoleGrant).where(RoleGrant.role == role)
        return self.session.scalar(query) or 0

    def of(self, user_ids: Collection[str]) -> Sequence[tuple[str, Role]]:
        """Every role of these people, as pairs."""
        query = select(RoleGrant.user_id, RoleGrant.role).where(RoleGrant.user_id.in_(user_ids))
        return [(user_id, role) for user_id, role in self.session.execute(query)]


class Overrides(Repository[PermissionOverride]):
    """Permissions given or taken, person by person."""

    def put(
        self, user_id: str, permission: Permission, *, granted: bool, reason: str, at: datetime
    ) -> None:
        """Write the override, in place of the one there was, even at this very moment."""
        written = insert(PermissionOverride).values(
            user_id=user_id, permission=permission, granted=granted, reason=reason, created_at=at
        )
        self.session.execute(
            written.on_conflict_do_update(
                index_elements=["user_id", "permission"],
                set_={name: written.excluded[name] for name in ("granted", "reason", "created_at")},
            )
        )


class ServiceClients(Repository[ServiceClient]):
    """Programs that may sign in."""


def overrides_of(user_id: str) -> Select[PermissionOverride]:
    return (
        select(PermissionOverride)
        .where(PermissionOverride.user_id == user_id)
        .order_by(PermissionOverride.permission)
    )


def client(client_id: str) -> Select[ServiceClient]:
    return select(ServiceClient).where(ServiceClient.client_id == client_id)


def clients() -> Select[ServiceClient]:
    return select(ServiceClient).order_by(ServiceClient.created_at, ServiceClient.client_id)


def rights(session: Session, user_id: str) -> tuple[frozenset[Role], dict[Permission, bool]]:
    """A person's roles and overrides, in one statement."""
    roles = (
        select(func.array_agg(cast(RoleGrant.role, Text)))
        .where(RoleGrant.user_id == user_id)
        .scalar_subquery()
    )
    overrides = (
        select(func.jsonb_object_agg(PermissionOverride.permission, PermissionOverride.granted))
        .where(PermissionOverride.user_id == user_id)
        .scalar_subquery()
    )
    row = session.execute(select(roles, overrides)).one()
    held: list[str] = row[0] or []
    changed: dict[str, bool] = row[1] or {}
    return (
        frozenset(Role(role) for role in held),
        {Permission(name): granted for name, granted in changed.items()},
    )


def spend_code(session: Session, digest: str, *, at: datetime) -> AuthorizationCode | None:
    """Take the code with this digest; None where there is none, or somebody took it before."""
    return session.scalars(
        update(AuthorizationCode)
        .where(AuthorizationCode.digest == digest, AuthorizationCode.used_at.is_(None))
        .values(used_at=at)
        .returning(AuthorizationCode)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def void_codes(session: Session, user_id: str, *, at: datetime) -> None:
    """Take every code that this person gave and nobody has exchanged."""
    session.execute(
        update(AuthorizationCode)
        .where(AuthorizationCode.user_id == user_id, AuthorizationCode.used_at.is_(None))
        .values(used_at=at)
        .execution_options(synchronize_session=False)
    )


def forget_codes(session: Session, *, before: datetime, limit: int) -> int:
    """Delete the oldest of the codes that ended before this, and say how many."""
    old = (
        select(AuthorizationCode.digest)
        .where(AuthorizationCode.expires_at < before)
        .order_by(AuthorizationCode.expires_at)
        .limit(limit)
    )
    gone = session.scalars(
        delete(AuthorizationCode)
        .where(AuthorizationCode.digest.in_(old))
        .returning(AuthorizationCode.digest)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def spent_code(session: Session, digest: str) -> AuthorizationCode | None:
    """A code that was taken before."""
    return session.scalars(
        select(AuthorizationCode).where(
            AuthorizationCode.digest == digest, AuthorizationCode.used_at.is_not(None)
        )
    ).one_or_none()


def rotate(
    session: Session, session_id: str, *, digest: str, new_digest: str, client_id: str, at: datetime
) -> ProgramSession | None:
    """Put a new refresh token in the place of this one; None unless it is the one that counts."""
    return session.scalars(
        update(ProgramSession)
        .where(
            ProgramSession.id == session_id,
            ProgramSession.refresh_digest == digest,
            ProgramSession.client_id == client_id,
            ProgramSession.ended_at.is_(None),
            ProgramSession.expires_at > at,
        )
        .values(refresh_digest=new_digest, previous_digest=digest, used_at=at)
        .returning(ProgramSession)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def superseded(session: Session, session_id: str, digest: str) -> ProgramSession | None:
    """The session that goes on, of which this is an old refresh token or none that was ever."""
    return session.scalars(
        select(ProgramSession).where(
            ProgramSession.id == session_id,
            ProgramSession.refresh_digest != digest,
            ProgramSession.ended_at.is_(None),
        )
    ).one_or_none()


def end_sessions(
    session: Session, *, at: datetime, reason: ProgramEnd, session_id: str = "", user_id: str = ""
) -> list[str]:
    """End what goes on of one session, or of a person; says whose it was."""
    which = ProgramSession.user_id == user_id if user_id else ProgramSession.id == session_id
    ended = session.scalars(
        update(ProgramSession)
        .where(which, ProgramSession.ended_at.is_(None))
        .values(ended_at=at, ended_reason=reason.value)
        .returning(ProgramSession.user_id)
        .execution_options(synchronize_session=False)
    )
    return list(ended)


def forget_sessions(session: Session, *, before: datetime, limit: int) -> int:
    """Delete the oldest of the sessions that ran out before this, and say how many."""
    old = (
        select(ProgramSession.id)
        .where(ProgramSession.expires_at < before)
        .order_by(ProgramSession.expires_at)
        .limit(limit)
    )
    gone = session.scalars(
        delete(ProgramSession)
        .where(ProgramSession.id.in_(old))
        .returning(ProgramSession.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
