"""Who is signed in: tokens, their rotation and their end."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from instainstru_core.domains.access import policy as access_policy
from instainstru_core.domains.access import service as access
from instainstru_core.domains.accounts import policy, repository
from instainstru_core.domains.accounts.errors import (
    BadCredentials,
    PersonUnknown,
    SessionOver,
    SigningAbsent,
    TokenExpired,
    TokenInvalid,
)
from instainstru_core.domains.accounts.models import User
from instainstru_core.domains.accounts.policy import TokenTerms
from instainstru_core.domains.accounts.repository import LoginSessions, Users
from instainstru_core.domains.accounts.schemas import Credentials, Drafted, Tokens
from instainstru_core.domains.accounts.service.rows import own_id, refuse_inactive, row_of
from instainstru_core.domains.accounts.types import SessionEnd
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel.authority import (
    Actor,
    Door,
    Permission,
    PermissionMissing,
    require,
)
from instainstru_core.kernel.ids import is_id, new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Uow

REFRESH_BYTES = 32
KEEP_ENDED = timedelta(days=30)
SIGN_IN = audit.recorded_with(repository.SIGN_IN)  # all of a sign-in in one journey


def terms_of(settings: Settings) -> TokenTerms:
    """How this process signs its tokens, and how long they last."""
    return TokenTerms(
        secret=strong(settings.jwt_secret.get_secret_value()),
        access_ttl=timedelta(minutes=settings.access_token_minutes),
        refresh_ttl=timedelta(days=settings.refresh_token_days),
    )


@operation("accounts.authenticate")
def authenticate(
    uow: Uow,
    access_token: str,
    *,
    secret: str,
    door: Door,
    request_id: str | None = None,
    alone: bool = False,
) -> Actor:
    """Who this token stands for, and what they may do at this moment. One statement, which is a
    transaction by itself where it is `alone`: first and last of its unit of work.

    Refuses with TokenInvalid, TokenExpired, SessionOver, AccountSuspended or AccountDeactivated.
    """
    claims = policy.read_access_token(access_token, strong(secret))
    if claims is None:
        raise TokenInvalid("This access token is not valid. Sign in again.")
    if uow.now >= claims.expires_at:
        raise TokenExpired("This access token has expired. Refresh it, or sign in again.")
    found = repository.principal(
        uow.session, user_id=claims.user_id, session_id=claims.session_id, alone=alone
    )
    if found is None:
        raise SessionOver("This sign-in has ended. Sign in again.")
    refuse_inactive(found.status)
    if policy.is_session_over(
        now=uow.now,
        started_at=found.started_at,
        expires_at=found.expires_at,
        ended_at=found.ended_at,
        tokens_valid_after=found.tokens_valid_after,
    ):
        raise SessionOver("This sign-in has ended. Sign in again.")
    return Actor(
        id=claims.user_id,
        permissions=access_policy.permissions_for(found.roles, found.overrides),
        door=door,
        request_id=request_id,
    )


@operation("accounts.credentials")
def credentials(uow: Uow, email: str) -> Credentials | None:
    """What a sign-in is verified against. For the flow that does; it never leaves the process."""
    found = Users(uow.session).credentials(policy.normalized_email(email))
    return Credentials(*found, at=uow.now) if found else None


@operation("accounts.own_credentials")
def own_credentials(uow: Uow) -> Credentials:
    """What the signed-in person proves a change with. For the flow that verifies it."""
    user_id = own_id(uow)
    require(uow.actor, Permission.ACCOUNT_MANAGE_OWN)
    row = row_of(uow, user_id)
    return Credentials(user_id=row.id, email=row.email, password_hash=row.password_hash, at=uow.now)


def draft_session(known: Credentials, terms: TokenTerms) -> Drafted:
    """All that a sign-in of this person needs and that does not depend on their password.

    Nothing is written: until `start_session` has done that, its tokens open no door.
    """
    return _drafted(known.user_id, terms, known.at)


@operation("accounts.start_session")
def start_session(
    uow: Uow,
    verified: Credentials,
    drafted: Drafted,
    *,
    rehashed: str | None = None,
) -> Tokens:
    """Sign in a person whose password the flow has verified, unless it changed meanwhile."""
    signed_in = repository.sign_in(
        uow.session,
        SIGN_IN,
        user_id=verified.user_id,
        verified=verified.password_hash,
        kept=rehashed or verified.password_hash,
        session_id=drafted.session_id,
        digest=drafted.refresh_digest,
        now=uow.now,
        expires_at=uow.now + drafted.tokens.refresh_ttl,
        **audit.entry_of(
            uow,
            "accounts.sign_in",
            subject_kind="user",
            subject_id=verified.user_id,
            details={"rehashed": rehashed is not None},
        ),
    )
    if not signed_in:
        refuse_inactive(row_of(uow, verified.user_id).status)
        raise BadCredentials("The password was changed a moment ago. Sign in with the new one.")
    return drafted.tokens


@operation("accounts.active_person")
def active_person(uow: Uow, user_id: str) -> str:
    """This person's id, if their account is open. For flows that know who it is."""
    row = row_of(uow, user_id)
    refuse_inactive(row.status)
    return row.id


@operation("accounts.as_person")
def as_person(uow: Uow, actor: Actor, named: str, *, session_id: str) -> Actor:
    """The actor as the person an issuer named, by id or verified address. Public: the door has
    verified the token. They may do what both their token and their roles allow at this moment.

    Refuses with PersonUnknown, AccountSuspended, AccountDeactivated, SessionOver or
    PermissionMissing. A sign-in that another issuer keeps is its to end: it is not known here.
    """
    key = named if is_id(named) else policy.normalized_email(named)
    found = repository.behind_program(uow.session, named=key, session_id=session_id, now=uow.now)
    if found is None:
        raise PersonUnknown(
            "There is no account of this person here. Sign in with the address of your account."
        )
    refuse_inactive(found.status)
    if found.is_over:
        raise SessionOver("This sign-in has ended. Sign in to the copilot again.")
    held = access_policy.permissions_for(found.roles, found.overrides)
    if not access_policy.may_use_copilot(held):
        raise PermissionMissing(
            "Only staff may use the copilot. Ask an administrator for the role."
        )
    return replace(actor, id=found.id, permissions=actor.permissions & held)


@operation("accounts.note_failed_sign_in")
def note_failed_sign_in(uow: Uow, user_id: str | None, code: str) -> None:
    """Record a refused sign-in. The person is named only where the address is known."""
    audit.record(
        uow,
        "accounts.sign_in",
        subject_kind="user",
        subject_id=user_id,
        outcome=Outcome.REFUSED,
        code=code,
    )


@operation("accounts.rotate_session")
def rotate_session(uow: Uow, refresh_token: str, terms: TokenTerms) -> Tokens | None:
    """New tokens for a refresh token, once. None when it is no longer good.

    A token that was exchanged before is in two hands: its sign-in ends, unless the exchange was
    the last one and so short ago that this is a second tab of the same browser. The flow refuses,
    once that end is committed.
    """
    session_id = policy.session_named(refresh_token)
    if session_id is None:
        return None
    sessions = LoginSessions(uow.session)
    digest = policy.digest_of(refresh_token)
    fresh = _fresh_token(session_id)
    rotated = sessions.rotate(
        digest=digest,
        new_digest=policy.digest_of(fresh),
        now=uow.now,
        expires_at=uow.now + terms.refresh_ttl,
    )
    if rotated is not None:
        user_id, session_id = rotated
        return _tokens(user_id, session_id, fresh, terms, uow.now)
    stale = sessions.one_or_none(repository.superseded(session_id, digest))
    if stale is not None and (
        stale.previous_digest != digest or policy.is_reuse(now=uow.now, rotated_at=stale.used_at)
    ):
        stale.ended_at = uow.now
        stale.ended_reason = SessionEnd.REFRESH_REUSED.value
        audit.record(
            uow,
            "accounts.refresh",
            subject_kind="user",
            subject_id=stale.user_id,
            outcome=Outcome.REFUSED,
            code="accounts.refresh_reused",
        )
    return None


@operation("accounts.sign_out")
def sign_out(
    uow: Uow, terms: TokenTerms, *, refresh_token: str | None, access_token: str | None
) -> None:
    """End the sign-ins that these tokens belong to. Unknown tokens end nothing and say nothing.

    An access token past its time still ends its own sign-in.
    """
    sessions = LoginSessions(uow.session)
    claims = policy.read_access_token(access_token, terms.secret) if access_token else None
    named = {claims.session_id if claims else None, policy.session_named(refresh_token or "")}
    ended: set[str] = set()
    for session_id in sorted(filter(None, named)):
        which = repository.is_session(session_id)
        ended.update(sessions.end(which, now=uow.now, reason=SessionEnd.SIGNED_OUT))
    for user_id in sorted(ended):
        audit.record(uow, "accounts.sign_out", subject_kind="user", subject_id=user_id)


@operation("accounts.sign_out_everywhere")
def sign_out_everywhere(uow: Uow) -> None:
    """End every sign-in of the signed-in person, this one too."""
    row = row_of(uow, own_id(uow), lock=True)
    end_all(uow, row, SessionEnd.SIGNED_OUT_EVERYWHERE)
    audit.record(uow, "accounts.sign_out_everywhere", subject_kind="user", subject_id=row.id)


@operation("accounts.change_password")
def change_password(
    uow: Uow, verified: Credentials, password_hash: str, terms: TokenTerms
) -> Tokens:
    """Set the new password, end every sign-in, and start a fresh one for the caller."""
    user_id = own_id(uow)
    require(uow.actor, Permission.ACCOUNT_MANAGE_OWN)
    row = row_of(uow, user_id, lock=True)
    if row.password_hash != verified.password_hash:
        raise BadCredentials("The password was changed a moment ago. Sign in with the new one.")
    row.password_hash = password_hash
    end_all(uow, row, SessionEnd.PASSWORD_CHANGED)
    audit.record(uow, "accounts.change_password", subject_kind="user", subject_id=row.id)
    return new_session(uow, row.id, terms)


@operation("accounts.forget_sessions")
def forget_sessions(uow: Uow, *, limit: int) -> int:
    """Delete the oldest sign-ins that ended or ran out a month ago; says how many."""
    require(uow.actor, Permission.ACCESS_MANAGE)
    return LoginSessions(uow.session).forget(before=uow.now - KEEP_ENDED, limit=limit)


def may_sign(secret: str) -> bool:
    """Whether a secret is long enough to sign anything with."""
    return len(secret.encode()) >= policy.MIN_SECRET_BYTES


def strong(secret: str) -> str:
    """The secret, if anything may be signed with it."""
    if not may_sign(secret):
        raise SigningAbsent(
            "Signing in is not set up on this server. Set INSTAINSTRU_JWT_SECRET to at least"
            f" {policy.MIN_SECRET_BYTES} random characters."
        )
    return secret


def end_all(uow: Uow, row: User, reason: SessionEnd) -> None:
    """End every sign-in of this person, and every program that acts for them."""
    row.tokens_valid_after = uow.now
    LoginSessions(uow.session).end(repository.of_user(row.id), now=uow.now, reason=reason)
    access.end_programs(uow, row.id)


def new_session(uow: Uow, user_id: str, terms: TokenTerms) -> Tokens:
    drafted = _drafted(user_id, terms, uow.now)
    repository.start_session(
        uow.session,
        id=drafted.session_id,
        user_id=user_id,
        refresh_digest=drafted.refresh_digest,
        created_at=uow.now,
        used_at=uow.now,
        expires_at=uow.now + terms.refresh_ttl,
    )
    return drafted.tokens


def _drafted(user_id: str, terms: TokenTerms, now: datetime) -> Drafted:
    session_id = new_id()
    fresh = _fresh_token(session_id)
    return Drafted(
        session_id=session_id,
        refresh_digest=policy.digest_of(fresh),
        tokens=_tokens(user_id, session_id, fresh, terms, now),
    )


def _fresh_token(session_id: str) -> str:
    return policy.refresh_token_of(session_id, secrets.token_urlsafe(REFRESH_BYTES))


def _tokens(
    user_id: str, session_id: str, refresh: str, terms: TokenTerms, now: datetime
) -> Tokens:
    access_token = policy.signed_access_token(
        terms, user_id=user_id, session_id=session_id, token_id=new_id(), now=now
    )
    return Tokens(
        access_token=access_token,
        expires_in=int(terms.access_ttl.total_seconds()),
        refresh_token=refresh,
        refresh_ttl=terms.refresh_ttl,
    )
