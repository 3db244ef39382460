"""Programs that go on acting for a person: refresh tokens, each of which is exchanged once."""

import secrets
from datetime import datetime, timedelta

from instainstru_core.domains.access import policy, repository
from instainstru_core.domains.access.models import ProgramSession
from instainstru_core.domains.access.schemas import Issuer, TokenRequest, TokenView
from instainstru_core.domains.access.service.rights import permissions_of
from instainstru_core.domains.access.types import ProgramEnd
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

REFRESH_GRANT = "refresh_token"
REFRESH_BYTES = 32
KEEP_ENDED = timedelta(days=30)


def begin_session(
    uow: Uow, *, session_id: str, user_id: str, client_id: str, scopes: list[str], issuer: Issuer
) -> str:
    """Write a session and answer with its first refresh token."""
    fresh = _fresh(session_id)
    uow.session.add(
        ProgramSession(
            id=session_id,
            user_id=user_id,
            client_id=client_id,
            scopes=scopes,
            refresh_digest=policy.digest_of(fresh),
            created_at=uow.now,
            used_at=uow.now,
            expires_at=uow.now + issuer.refresh_ttl,
        )
    )
    uow.session.flush()
    return fresh


@operation("access.refresh")
def refresh(uow: Uow, request: TokenRequest, issuer: Issuer) -> TokenView | None:
    """New tokens for a refresh token, once. None when it is no longer good.

    One that was exchanged before is in two hands: what it began ends. What the person may no
    longer do is left out; who may no longer read ends it too.
    """
    session_id = policy.session_named(request.refresh_token)
    if session_id is None:
        return None
    digest, fresh = policy.digest_of(request.refresh_token), _fresh(session_id)
    row = repository.rotate(
        uow.session,
        session_id,
        digest=digest,
        new_digest=policy.digest_of(fresh),
        client_id=request.client_id,
        at=uow.now,
    )
    if row is None:
        stale = repository.superseded(uow.session, session_id, digest)
        if stale is not None and policy.is_stolen(
            digest, stale.previous_digest, now=uow.now, rotated_at=stale.used_at
        ):
            end(uow, session_id, ProgramEnd.REFRESH_REUSED)
        return None
    held = permissions_of(uow, row.user_id)
    scopes = [scope for scope in row.scopes if policy.SCOPE_PERMISSIONS[scope] <= held]
    asked = policy.granted_scopes(request.scope, scopes)
    if not policy.may_use_copilot(held):
        end(uow, session_id, ProgramEnd.RIGHTS_LOST)
        return None
    token = person_token(
        user_id=row.user_id,
        client_id=row.client_id,
        scopes=scopes if asked is None else asked,
        session_id=session_id,
        now=uow.now,
        issuer=issuer,
    )
    return token.model_copy(update={"refresh_token": fresh})


def end(uow: Uow, session_id: str, reason: ProgramEnd) -> None:
    """End a session that goes on, and write down why."""
    for user_id in repository.end_sessions(
        uow.session, at=uow.now, reason=reason, session_id=session_id
    ):
        audit.record(
            uow,
            "access.refresh",
            subject_kind="user",
            subject_id=user_id,
            outcome=Outcome.REFUSED,
            code=f"access.{reason.value}",
        )


@operation("access.end_programs")
def end_programs(uow: Uow, user_id: str) -> int:
    """No program goes on acting for this person; says how many did. Called by accounts.

    Codes that were not exchanged yet begin nothing any more.
    """
    repository.void_codes(uow.session, user_id, at=uow.now)
    ended = repository.end_sessions(
        uow.session, at=uow.now, reason=ProgramEnd.SIGNED_OUT, user_id=user_id
    )
    return len(ended)


@operation("access.forget_programs")
def forget_programs(uow: Uow, *, limit: int) -> int:
    """Delete sessions that ran out a month ago, and say how many."""
    return repository.forget_sessions(uow.session, before=uow.now - KEEP_ENDED, limit=limit)


def person_token(
    *,
    user_id: str,
    client_id: str,
    scopes: list[str],
    session_id: str,
    now: datetime,
    issuer: Issuer,
) -> TokenView:
    """A signed token that names the person, the program and the session."""
    token = policy.signed_token(
        signing_key=issuer.signing_key,
        issuer=issuer.url,
        audience=issuer.audience,
        subject=user_id,
        client_id=policy.program_of(client_id),
        scopes=scopes,
        token_id=new_id(),
        now=now,
        ttl=issuer.ttl,
        session_id=session_id,
    )
    return TokenView(
        access_token=token,
        expires_in=int(issuer.ttl.total_seconds()),
        scope=" ".join(scopes),
    )


def _fresh(session_id: str) -> str:
    return policy.refresh_token_of(session_id, secrets.token_urlsafe(REFRESH_BYTES))
