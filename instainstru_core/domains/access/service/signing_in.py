"""People who sign in to the copilot: code and PKCE, for programs that keep no secret.

A program registers without leaving a row: its id is what it said of itself, signed. A code is a
row, so that it is exchanged once. Tokens name the person (`sub`), the program (`client_id`) and the
sign-in (`sid`); what they allow is what the person may do when they are used, not when they signed
in.
"""

import secrets
from datetime import timedelta

from instainstru_core.domains.access import policy, repository
from instainstru_core.domains.access.errors import (
    BadTokenRequest,
    CodeRefused,
    RedirectRefused,
    ScopeNotAllowed,
    TargetRefused,
    UnknownClient,
)
from instainstru_core.domains.access.models import AuthorizationCode
from instainstru_core.domains.access.schemas import (
    Authorization,
    AuthorizationRequest,
    Issuer,
    PublicClientView,
    RegisterPublicClient,
    TokenRequest,
    TokenView,
)
from instainstru_core.domains.access.service import continuing
from instainstru_core.domains.access.service.rights import permissions_of
from instainstru_core.domains.access.types import ProgramEnd, Scope
from instainstru_core.domains.audit import service as audit
from instainstru_core.domains.audit.types import Outcome
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.uow import Uow

CODE_GRANT = "authorization_code"
CODE_BYTES = 32
CODE_LASTS = timedelta(seconds=60)


def register_public_client(command: RegisterPublicClient, issuer: Issuer) -> PublicClientView:
    """The id of a program that keeps no secret (RFC 7591). Public."""
    refused = [uri for uri in command.redirect_uris if not policy.may_redirect(uri)]
    if refused:
        raise RedirectRefused(
            "Redirect to https, to this machine, or to a scheme of the program's own."
        )
    client_id = policy.public_client_id(
        command.client_name, command.redirect_uris, signing_key=issuer.signing_key
    )
    return PublicClientView(
        client_id=client_id,
        client_name=command.client_name,
        redirect_uris=command.redirect_uris,
    )


def read_authorization(request: AuthorizationRequest, issuer: Issuer) -> Authorization:
    """What a program asks a person for. Public. Refused before anybody is sent anywhere."""
    known = policy.read_public_client(request.client_id, signing_key=issuer.signing_key)
    if known is None:
        raise UnknownClient("This program is not registered here. Register it first.")
    if not policy.is_redirect_of(request.redirect_uri, known.redirect_uris):
        raise RedirectRefused("This program did not register this address to come back to.")
    if request.response_type != "code":
        raise BadTokenRequest("Ask with response_type=code: there is no other.")
    if request.code_challenge_method != "S256" or not policy.is_challenge(request.code_challenge):
        raise BadTokenRequest("Send a code_challenge made with S256 (RFC 7636).")
    if request.resource not in {"", issuer.audience, issuer.resource}:
        raise TargetRefused("Tokens of this issuer are for the copilot only.")
    scopes = policy.granted_scopes(request.scope, [scope.value for scope in Scope])
    if scopes is None:
        raise ScopeNotAllowed(f"Ask for some of: {' '.join(Scope)}.", allowed=list(Scope))
    if Scope.MCP_READ.value not in scopes:
        raise ScopeNotAllowed("Ask for mcp:read as well: nothing can be called without it.")
    return Authorization(
        client_id=request.client_id,
        client_name=known.name,
        redirect_uri=request.redirect_uri,
        scopes=scopes,
        challenge=request.code_challenge,
        state=request.state,
    )


@operation("access.authorize")
def authorize(uow: Uow, user_id: str, wanted: Authorization, issuer: Issuer) -> str:
    """Where the program hears that this person, who was proven, lets it act for them."""
    held = permissions_of(uow, user_id)
    scopes = [scope for scope in wanted.scopes if policy.SCOPE_PERMISSIONS[scope] <= held]
    if not policy.may_use_copilot(held):
        raise ScopeNotAllowed("Only staff may use the copilot. Ask an administrator for the role.")
    code = secrets.token_urlsafe(CODE_BYTES)
    uow.session.add(
        AuthorizationCode(
            digest=policy.digest_of(code),
            client_id=wanted.client_id,
            redirect_uri=wanted.redirect_uri,
            user_id=user_id,
            scopes=scopes,
            challenge=wanted.challenge,
            expires_at=uow.now + CODE_LASTS,
        )
    )
    uow.session.flush()
    audit.record(
        uow,
        "access.authorize",
        subject_kind="user",
        subject_id=user_id,
        details={"program": wanted.client_name, "scopes": scopes},
    )
    return policy.redirected(wanted.redirect_uri, code=code, state=wanted.state, iss=issuer.url)


@operation("access.exchange_code")
def exchange_code(uow: Uow, request: TokenRequest, issuer: Issuer) -> TokenView | None:
    """Tokens for a code, once, for whoever holds what its challenge was made of; else None.

    A code that is shown is worth nothing afterwards, whatever was wrong with it: it may be in other
    hands. One that is shown again ends what it began. The flow refuses once that is committed.
    """
    digest = policy.digest_of(request.code)
    row = repository.spend_code(uow.session, digest, at=uow.now)
    if row is None:
        if repository.spent_code(uow.session, digest) is not None:
            continuing.end(uow, policy.session_of_code(digest), ProgramEnd.CODE_REUSED)
        return None
    holds = (
        uow.now < row.expires_at
        and row.client_id == request.client_id
        and row.redirect_uri == request.redirect_uri
        and policy.answers(row.challenge, request.code_verifier)
    )
    audit.record(
        uow,
        "access.exchange_code",
        subject_kind="user",
        subject_id=row.user_id,
        outcome=Outcome.SUCCESS if holds else Outcome.REFUSED,
        code=None if holds else CodeRefused.code,
        details={"scopes": row.scopes},
    )
    if not holds:
        return None
    session_id = policy.session_of_code(digest)
    fresh = continuing.begin_session(
        uow,
        session_id=session_id,
        user_id=row.user_id,
        client_id=row.client_id,
        scopes=row.scopes,
        issuer=issuer,
    )
    token = continuing.person_token(
        user_id=row.user_id,
        client_id=row.client_id,
        scopes=row.scopes,
        session_id=session_id,
        now=uow.now,
        issuer=issuer,
    )
    return token.model_copy(update={"refresh_token": fresh})


@operation("access.forget_codes")
def forget_codes(uow: Uow, *, limit: int) -> int:
    """Delete codes that are over, and say how many."""
    return repository.forget_codes(uow.session, before=uow.now, limit=limit)
