"""The issuer for development: its keys, its metadata, its token endpoint."""

import hmac
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from instainstru_core.domains.access import policy, repository
from instainstru_core.domains.access.errors import (
    BadTokenRequest,
    IssuerAbsent,
    ScopeNotAllowed,
    UnknownClient,
    UnsupportedGrant,
)
from instainstru_core.domains.access.repository import ServiceClients
from instainstru_core.domains.access.schemas import Issuer, IssuerMetadata, TokenRequest, TokenView
from instainstru_core.domains.access.service.continuing import REFRESH_GRANT, refresh
from instainstru_core.domains.access.service.signing_in import CODE_GRANT, exchange_code
from instainstru_core.domains.access.types import Scope
from instainstru_core.domains.audit import service as audit
from instainstru_core.kernel.ids import new_id
from instainstru_core.kernel.measure import operation
from instainstru_core.kernel.safety import Tier
from instainstru_core.kernel.settings import Settings
from instainstru_core.kernel.uow import Uow

GRANT_TYPE = "client_credentials"
GRANTS = (GRANT_TYPE, CODE_GRANT, REFRESH_GRANT)
NOBODY = policy.digest_of("")


@operation("access.answer_token_request")
def answer_token_request(
    uow: Uow, request: TokenRequest, *, authorization: str | None, issuer: Issuer
) -> TokenView | None:
    """The token endpoint: the client's proof is in the header or in the form, never in both.

    None for a code or a refresh token that is no good: the flow refuses once that is committed.
    """
    if request.grant_type == CODE_GRANT:
        return exchange_code(uow, request, issuer)
    if request.grant_type == REFRESH_GRANT:
        return refresh(uow, request, issuer)
    if request.grant_type != GRANT_TYPE:
        missing = BadTokenRequest if not request.grant_type else UnsupportedGrant
        raise missing(f"Ask with grant_type={', '.join(GRANTS)}: there is no other.")
    client_id, secret = request.client_id, request.client_secret
    if authorization is not None:
        if secret:
            raise BadTokenRequest("Send the secret in the header or in the form, not in both.")
        proof = policy.basic_credentials(authorization)
        if proof is None or client_id not in {"", proof[0]}:
            raise UnknownClient("The Authorization header holds no readable proof of this client.")
        client_id, secret = proof
    return issue_token(
        uow,
        client_id=client_id,
        client_secret=secret,
        scope=request.scope,
        issuer=issuer.url,
        audience=issuer.audience,
        signing_key=issuer.signing_key,
        ttl=issuer.ttl,
    )


@operation("access.issue_token")
def issue_token(
    uow: Uow,
    *,
    client_id: str,
    client_secret: str,
    scope: str,
    issuer: str,
    audience: str,
    signing_key: str,
    ttl: timedelta,
) -> TokenView:
    """A token for a program that proves itself with its secret. Open to anyone who has one.

    An unknown client and a wrong secret get the same answer after the same comparison.
    """
    registered = ServiceClients(uow.session)
    query = repository.client(client_id)
    row = registered.one_or_none(query) if client_id.isprintable() else None
    proven = hmac.compare_digest(
        policy.digest_of(client_secret), row.secret_digest if row else NOBODY
    )
    usable = row is not None and policy.is_usable(
        now=uow.now, expires_at=row.expires_at, disabled_at=row.disabled_at
    )
    if row is None or not proven or not usable:
        raise UnknownClient("The client id or the secret is wrong, or the client is not active.")
    scopes = policy.granted_scopes(scope, row.scopes)
    if scopes is None:
        raise ScopeNotAllowed(
            f"This client may ask for: {' '.join(row.scopes)}.", allowed=sorted(row.scopes)
        )
    row.last_used_at = uow.now
    token_id = new_id()
    audit.record(
        uow,
        "access.issue_token",
        subject_kind="service_client",
        subject_id=client_id,
        details={"scopes": scopes, "jti": token_id},
    )
    token = policy.signed_token(
        signing_key=signing_key,
        issuer=issuer,
        audience=audience,
        client_id=client_id,
        org_id=row.org_id,
        scopes=scopes,
        token_id=token_id,
        now=uow.now,
        ttl=ttl,
    )
    return TokenView(
        access_token=token, expires_in=int(ttl.total_seconds()), scope=" ".join(scopes)
    )


def jwks(signing_key: str) -> dict[str, Any]:
    """The public keys that tokens are verified with (RFC 7517). Public."""
    return {"keys": [policy.public_jwk(signing_key)]}


def issuer_of(settings: Settings) -> Issuer:
    """The issuer for development. Production has a real one, so there it is absent."""
    path = settings.oauth_signing_key_file
    if settings.tier is Tier.PROD or path is None:
        raise IssuerAbsent("This server issues no tokens. Ask the configured issuer for one.")
    return Issuer(
        url=(settings.oauth_issuer or settings.api_url).rstrip("/"),
        audience=settings.oauth_audience,
        resource=f"{settings.mcp_url.rstrip('/')}/mcp",
        signing_key=_read_key(path),
        ttl=timedelta(minutes=settings.oauth_token_minutes),
        refresh_ttl=timedelta(days=settings.oauth_refresh_days),
    )


def issuer_metadata(issuer: Issuer) -> IssuerMetadata:
    """What clients learn about the issuer. Public."""
    return IssuerMetadata(
        issuer=issuer.url,
        authorization_endpoint=f"{issuer.url}/oauth2/authorize",
        token_endpoint=f"{issuer.url}/oauth2/token",
        registration_endpoint=f"{issuer.url}/oauth2/register",
        jwks_uri=f"{issuer.url}/oauth2/jwks",
        grant_types_supported=list(GRANTS),
        token_endpoint_auth_methods_supported=[
            "client_secret_basic",
            "client_secret_post",
            "none",
        ],
        scopes_supported=[scope.value for scope in Scope],
        response_types_supported=["code"],
        code_challenge_methods_supported=["S256"],
    )


@lru_cache(maxsize=4)
def _read_key(path: Path) -> str:
    return path.read_text()
