"""Queries over people and their sign-ins."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from instainstru_core.domains.access.models import PermissionOverride, ProgramSession, RoleGrant
from instainstru_core.domains.access.types import Role
from instainstru_core.domains.accounts.models import LoginSession, User
from instainstru_core.domains.accounts.policy import Lookup
from instainstru_core.domains.accounts.types import AccountStatus, MatchReason, SessionEnd
from instainstru_core.kernel import direct
from instainstru_core.kernel.authority import Permission
from instainstru_core.kernel.db import Base
from instainstru_core.kernel.direct import Direct
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.repository import Repository

_USERS = Base.metadata.tables[User.__tablename__]
ROLES = (
    select(func.array_agg(cast(RoleGrant.role, Text)))
    .where(RoleGrant.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
OVERRIDES = (
    select(func.jsonb_object_agg(PermissionOverride.permission, PermissionOverride.granted))
    .where(PermissionOverride.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
_PRINCIPAL = (
    select(
        User.status,
        User.tokens_valid_after,
        LoginSession.created_at,
        LoginSession.expires_at,
        LoginSession.ended_at,
        ROLES,
        OVERRIDES,
    )
    .join(LoginSession, LoginSession.user_id == User.id)
    .where(User.id == bindparam("user_id"), LoginSession.id == bindparam("session_id"))
)
PRINCIPAL = Direct(lambda: _PRINCIPAL)  # every authenticated request asks it

# Of an access token that a program holds: whether what it was given for is over. NULL for a sign-in
# that another issuer keeps.
_PROGRAM_IS_OVER = (
    select(or_(ProgramSession.ended_at.is_not(None), ProgramSession.expires_at <= bindparam("now")))
    .where(ProgramSession.id == bindparam("session_id"), ProgramSession.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
_BEHIND_PROGRAM = select(User.id, User.status, ROLES, OVERRIDES, _PROGRAM_IS_OVER)

# Both sides are folded by the database, so that they are folded alike.
_CREDENTIALS = select(User.id, User.email, User.password_hash).where(
    func.lower(User.email) == func.lower(bindparam("email", type_=Text()))
)
CREDENTIALS = Direct(lambda: _CREDENTIALS)

# Every few seconds, for those who are to be written to.
MAILBOXES = select(User.id, User.first_name, User.email, User.status).where(
    User.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Principal:
    """All that decides whether an access token still counts, and what it allows."""

    status: AccountStatus
    tokens_valid_after: datetime | None
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    roles: frozenset[Role]
    overrides: dict[Permission, bool]


@dataclass(frozen=True, slots=True)
class BehindProgram:
    """A person whom a program acts for, with all that decides what it may do at this moment."""

    id: str
    status: AccountStatus
    roles: frozenset[Role]
    overrides: dict[Permission, bool]
    is_over: bool


_SESSIONS = Base.metadata.tables[LoginSession.__tablename__]
START_SESSION = insert(_SESSIONS)

# Notes the sign-in of an active person whose password is still the verified one, and starts it.
_SIGNED_IN = (
    update(_USERS)
    .where(
        _USERS.c.id == bindparam("user_id"),
        _USERS.c.password_hash == bindparam("verified"),
        _USERS.c.status == AccountStatus.ACTIVE,
    )
    .values(last_login_at=bindparam("now"), password_hash=bindparam("kept"))
    .returning(_USERS.c.id)
    .cte("signed_in")
)
_FRESH = {
    "id": bindparam("session_id", type_=_SESSIONS.c.id.type),
    "user_id": _SIGNED_IN.c.id,
    "refresh_digest": bindparam("digest", type_=_SESSIONS.c.refresh_digest.type),
    "created_at": bindparam("now", type_=_SESSIONS.c.created_at.type),
    "used_at": bindparam("now", type_=_SESSIONS.c.used_at.type),
    "expires_at": bindparam("expires_at", type_=_SESSIONS.c.expires_at.type),
}
SIGN_IN: CTE = (
    insert(_SESSIONS)
    .from_select([*_FRESH], select(*_FRESH.values()))
    .returning(_SESSIONS.c.id)
    .cte("begun")
)


def principal(
    session: Session, *, user_id: str, session_id: str, alone: bool = False
) -> Principal | None:
    """The person and the sign-in that a token names, in one statement."""
    asked = {"user_id": user_id, "session_id": session_id}
    found = PRINCIPAL.alone(session, asked) if alone else PRINCIPAL.within(session, asked)
    if not found:
        return None
    status, valid_after, started_at, expires_at, ended_at, held, changed = found[0]
    roles, overrides = _rights(held, changed)
    return Principal(
        status=AccountStatus(status),
        tokens_valid_after=valid_after,
        started_at=started_at,
        expires_at=expires_at,
        ended_at=ended_at,
        roles=roles,
        overrides=overrides,
    )


def behind_program(
    session: Session, *, named: str, session_id: str, now: datetime
) -> BehindProgram | None:
    """The person with this id or address, and whether this program's sign-in is over at this
    moment. One statement.
    """
    which = User.id == named if is_id(named) else func.lower(User.email) == named
    asked = {"session_id": session_id, "now": now}
    found = session.execute(_BEHIND_PROGRAM.where(which), asked).one_or_none()
    if found is None:
        return None
    user_id, status, held, changed, is_over = found
    roles, overrides = _rights(held, changed)
    return BehindProgram(user_id, AccountStatus(status), roles, overrides, is_over is True)


def _rights(
    held: list[str] | None, changed: dict[str, bool] | None
) -> tuple[frozenset[Role], dict[Permission, bool]]:
    """Roles and overrides as the subqueries tell them: NULL where there are none."""
    return (
        frozenset(Role(role) for role in held or []),
        {Permission(name): granted for name, granted in (changed or {}).items()},
    )


def start_session(session: Session, **values: object) -> None:
    """Write a sign-in that begins."""
    session.execute(START_SESSION, values)


def sign_in(session: Session, statement: Direct, **values: object) -> bool:
    """Start a sign-in and keep this hash; False unless the account is active and its password is
    still the one that was verified. The statement is SIGN_IN with whatever belongs to it.
    """
    signed_in = bool(statement.alone(session, values))
    direct.release(session)  # what says why not asks in the session's own way
    return signed_in


class Users(Repository[User]):
    """People."""

    def credentials(self, email: str) -> tuple[str, str, str] | None:
        """Id, address and password hash of the person with this address."""
        found = CREDENTIALS.alone(self.session, {"email": email})
        return found[0] if found else None

    def add_new(self, values: dict[str, Any]) -> bool:
        """Write a person; False when the address, in any case of letters, is taken."""
        written = self.session.execute(
            insert(User)
            .values(values)
            .on_conflict_do_nothing(index_elements=[func.lower(User.email)])
            .returning(User.id)
        ).first()
        return written is not None

    def found(self, wanted: Lookup, *, limit: int) -> Sequence[tuple[User, MatchReason]]:
        """People that a lookup matches, best first, each with the reason."""
        matches, rank = _criteria(wanted)
        query = (
            select(User, rank)
            .where(matches)
            .order_by(rank, User.last_name, User.first_name, User.id)
            .limit(limit)
        )
        order = list(MatchReason)
        return [(user, order[place]) for user, place in self.session.execute(query)]

    def has_administrator(self) -> bool:
        """Whether an administrator is left whose account is open."""
        query = (
            select(User.id)
            .join(RoleGrant, RoleGrant.user_id == User.id)
            .where(RoleGrant.role == Role.ADMIN, User.status == AccountStatus.ACTIVE)
            .limit(1)
        )
        return self.session.scalar(query) is not None

    def cards(self, ids: Collection[str]) -> Sequence[tuple[str, str, str, str, AccountStatus]]:
        """Id, first name, last name, zone and status of these people."""
        query = select(User.id, User.first_name, User.last_name, User.timezone, User.status).where(
            User.id.in_(ids)
        )
        return [(*row,) for row in self.session.execute(query)]

    def mailboxes(self, ids: Collection[str]) -> Sequence[tuple[str, str, str, AccountStatus]]:
        """Id, first name, address and status of these people."""
        asked = {"ids": list(ids)}
        return [(*row,) for row in self.session.execute(MAILBOXES, asked)]


class LoginSessions(Repository[LoginSession]):
    """Sign-ins."""

    def rotate(
        self, *, digest: str, new_digest: str, now: datetime, expires_at: datetime
    ) -> tuple[str, str] | None:
        """Replace a refresh token that is still good, and say whose it was: user and session.

        One statement, so that of two callers with the same token only one succeeds.
        """
        person = (
            select(User.id)
            .where(
                User.id == LoginSession.user_id,
                User.status == AccountStatus.ACTIVE,
                or_(
                    User.tokens_valid_after.is_(None),
                    User.tokens_valid_after <= LoginSession.created_at,
                ),
            )
            .exists()
        )
        rotated = self.session.execute(
            update(LoginSession)
            .where(
                LoginSession.refresh_digest == digest,
                LoginSession.ended_at.is_(None),
                LoginSession.expires_at > now,
                person,
            )
            .values(
                refresh_digest=new_digest,
                previous_digest=digest,
                used_at=now,
                expires_at=expires_at,
            )
            .returning(LoginSession.user_id, LoginSession.id)
            .execution_options(synchronize_session=False)
        ).first()
        return (rotated[0], rotated[1]) if rotated else None

    def end(
        self, which: ColumnElement[bool], *, now: datetime, reason: SessionEnd
    ) -> Sequence[str]:
        """End the running sign-ins that match, and say whose they were."""
        ended = self.session.scalars(
            update(LoginSession)
            .where(which, LoginSession.ended_at.is_(None))
            .values(ended_at=now, ended_reason=reason.value)
            .returning(LoginSession.user_id)
            .execution_options(synchronize_session=False)
        )
        return ended.all()

    def forget(self, *, before: datetime, limit: int) -> int:
        """Delete the oldest sign-ins that ended or ran out before this moment."""
        over = or_(LoginSession.ended_at < before, LoginSession.expires_at < before)
        old = select(LoginSession.id).where(over).order_by(LoginSession.id).limit(limit)
        gone = self.session.scalars(
            delete(LoginSession)
            .where(LoginSession.id.in_(old))
            .returning(LoginSession.id)
            .execution_options(synchronize_session=False)
        )
        return len(gone.all())


def by_id(user_id: str) -> Select[User]:
    return select(User).where(User.id == user_id)


def by_email(email: str) -> Select[User]:
    """The person with this address, in small letters."""
    return select(User).where(func.lower(User.email) == email)


def superseded(session_id: str, digest: str) -> Select[LoginSession]:
    """This running sign-in, if its refresh token is no longer the one with this digest."""
    return (
        select(LoginSession)
        .where(
            LoginSession.id == session_id,
            LoginSession.refresh_digest != digest,
            LoginSession.ended_at.is_(None),
        )
        .with_for_update()
    )


def is_session(session_id: str) -> ColumnElement[bool]:
    return LoginSession.id == session_id


def of_user(user_id: str) -> ColumnElement[bool]:
    return LoginSession.user_id == user_id


def _criteria(wanted: Lookup) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    """What must hold of a person, and how good a match that is (the place of the reason)."""
    if wanted.words:
        return _named(wanted.words)
    place = literal(list(MatchReason).index(wanted.exact))
    if wanted.id:
        return User.id == wanted.id, place
    if wanted.email:
        return func.lower(User.email) == func.lower(wanted.email), place
    return User.phone.in_(wanted.phones), place


def _named(words: tuple[str, ...]) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    full = func.lower(" ".join(words))
    whole = func.lower(User.first_name + " " + User.last_name)
    exact = or_(
        whole == full, func.lower(User.first_name) == full, func.lower(User.last_name) == full
    )
    starts = and_(
        *(
            or_(
                User.first_name.istartswith(word, autoescape=True),
                User.last_name.istartswith(word, autoescape=True),
            )
            for word in words
        )
    )
    contains = and_(
        *(
            or_(
                User.first_name.icontains(word, autoescape=True),
                User.last_name.icontains(word, autoescape=True),
            )
            for word in words
        )
    )
    order = list(MatchReason)
    place = case(
        (exact, order.index(MatchReason.NAME)),
        (starts, order.index(MatchReason.NAME_START)),
        else_=order.index(MatchReason.NAME_PART),
    )
    return contains, place
