"""Who calls: a strict JWT of the configured issuer, or a static token known only by its digest."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import anyio
import jwt
from fastmcp.server.auth import AccessToken, MultiAuth, RemoteAuthProvider, TokenVerifier
from fastmcp.server.dependencies import get_access_token
from pydantic import AnyHttpUrl

from instainstru_core.domains.access import service as access
from instainstru_core.domains.access.errors import IssuerAbsent
from instainstru_core.domains.access.policy import (
    SIGNING_ALGORITHM,
    digest_of,
    permissions_for_scopes,
)
from instainstru_core.domains.access.types import Scope
from instainstru_core.kernel.authority import ANONYMOUS, Actor, ActorKind, Door
from instainstru_core.kernel.clock import Clock
from instainstru_core.kernel.ids import is_id
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.settings import Settings, StaticToken

PATH = "/mcp"
SESSION = "sid"
ANSWERED_FOR = frozenset({Scope.MCP_MONEY, Scope.MCP_COMMS})
OPERATOR = "instainstru_operator"
LEEWAY_SECONDS = 30
SHORTEST_STATIC_TOKEN = 32
LONGEST_TOKEN = 8_192
JWT_DOTS = 2
REQUIRED_CLAIMS = ["exp", "iat", "iss", "aud", "sub"]
KEYS_LAST_SECONDS = 3_600
REFETCH_SECONDS = 30
FETCH_SECONDS = 5
MOST_SIGNED = 1_000

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of this request, which the door gives."""

KEYS_AWAY: ContextVar[bool] = ContextVar("keys_away", default=False)
"""Whether the token of this request could not be judged, because the issuer did not answer."""

_log = logger(__name__)


class KeysUnreachable(Exception):
    """The issuer's keys could not be read."""


@dataclass(slots=True)
class RemoteKeys:
    """The issuer's public keys, read when first needed, again each hour, and for a new key id.

    A key id that nobody knows costs at most one request to the issuer every 30 seconds.
    """

    url: str
    refetch_seconds: float = REFETCH_SECONDS
    known: dict[str, Any] = field(default_factory=dict[str, Any])
    read_at: float | None = None
    tried_at: float | None = None
    lock: anyio.Lock = field(default_factory=anyio.Lock)

    async def key(self, key_id: str | None) -> Any | None:  # noqa: ANN401 - a key of any kind
        """The key with this id, or the only key when a token names none. Raises KeysUnreachable.

        Tokens of known keys never wait for a key that somebody else made up.
        """
        if self._is_fresh(time.monotonic()) and (known := self._named(key_id)):
            return known
        async with self.lock:
            now = time.monotonic()
            is_fresh = self._is_fresh(now)
            may_try = self.tried_at is None or now - self.tried_at >= self.refetch_seconds
            if may_try and not (is_fresh and self._named(key_id)):
                self.tried_at = now
                await self._read()
                self.read_at = now
            elif not is_fresh:
                raise KeysUnreachable(self.url)
            return self._named(key_id)

    def _is_fresh(self, now: float) -> bool:
        return self.read_at is not None and now - self.read_at < KEYS_LAST_SECONDS

    def _named(self, key_id: str | None) -> Any | None:  # noqa: ANN401 - a key of any kind
        if key_id is None and len(self.known) == 1:
            return next(iter(self.known.values()))
        return self.known.get(key_id or "")

    async def _read(self) -> None:
        import httpx  # noqa: PLC0415 - only where the keys are somewhere else

        try:
            async with httpx.AsyncClient(timeout=FETCH_SECONDS) as client:
                answer = await client.get(self.url)
                answer.raise_for_status()
                self.known = keys_of(answer.json())
        except (httpx.HTTPError, ValueError, TypeError, AttributeError, jwt.PyJWTError) as failure:
            _log.warning("issuer_keys_unreachable", url=self.url, failure=type(failure).__name__)
            raise KeysUnreachable(self.url) from failure


@dataclass(frozen=True, slots=True)
class LocalKeys:
    """The keys of the issuer that runs on the same settings."""

    known: dict[str, Any]

    async def key(self, key_id: str | None) -> Any | None:  # noqa: ANN401 - a key of any kind
        """The key with this id."""
        return self.known.get(key_id or "")


def keys_of(jwks: dict[str, Any]) -> dict[str, Any]:
    """The keys of a set that sign with our algorithm, by their ids."""
    return {
        found.key_id or "": found.key
        for found in jwt.PyJWKSet.from_dict(jwks).keys
        if found.key_type == "RSA"
    }


@dataclass(frozen=True, slots=True)
class Signed:
    """A token whose signature held, and with which key."""

    key_id: str | None
    key: object
    claims: dict[str, Any]


class StrictJwt(TokenVerifier):
    """Tokens of one issuer for one audience, signed with RS256, that expire.

    A signature that held once holds as long as its key is the issuer's. Everything else about a
    token is judged each time.
    """

    def __init__(self, keys: RemoteKeys | LocalKeys, settings: Settings, clock: Clock) -> None:
        super().__init__()
        self.keys = keys
        self.issuer = issuer_url(settings)
        self.audience = [settings.oauth_audience, resource_url(settings)]
        self.allowed_orgs = frozenset(settings.oauth_allowed_orgs)
        self.operators = settings.mcp_operators
        self.clock = clock
        self.signed: dict[bytes, Signed] = {}

    async def verify_token(self, token: str) -> AccessToken | None:
        """Who the token is for; None unless all of it holds."""
        if len(token) > LONGEST_TOKEN or token.count(".") != JWT_DOTS:
            return None
        try:
            claims = await self._claims(token)
        except jwt.PyJWTError as failure:
            _log.info("token_refused", reason=type(failure).__name__)
            return None
        except KeysUnreachable:
            KEYS_AWAY.set(True)
            return None
        return None if claims is None else self._accepted(token, claims)

    async def _claims(self, token: str) -> dict[str, Any] | None:
        """What the token says, if the issuer signed it for us; None without a key of that name."""
        digest = hashlib.sha256(token.encode()).digest()
        known = self.signed.get(digest)
        if known is not None and await self.keys.key(known.key_id) is known.key:
            return known.claims
        header = jwt.get_unverified_header(token)
        key_id = header.get("kid")
        key = await self.keys.key(key_id)
        if header.get("alg") != SIGNING_ALGORITHM or key is None:
            return None
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[SIGNING_ALGORITHM],
            issuer=[self.issuer, self.issuer + "/"],  # the same one, however it is written
            audience=self.audience,
            options={
                "require": REQUIRED_CLAIMS,
                "verify_exp": False,  # times are judged later, by the clock of the runtime
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        if len(self.signed) >= MOST_SIGNED:
            self.signed.clear()
        self.signed[digest] = Signed(key_id, key, claims)
        return claims

    def _accepted(self, token: str, claims: dict[str, Any]) -> AccessToken | None:
        now = self.clock().timestamp()
        times = claims["exp"], claims["iat"], claims.get("nbf", claims["iat"])
        if not all(type(moment) in {int, float} for moment in times):
            return None
        expires, issued, begins = times
        in_time = max(issued, begins) - LEEWAY_SECONDS <= now < expires
        if not in_time or (self.allowed_orgs and claims.get("org_id") not in self.allowed_orgs):
            _log.info("token_refused", reason="time" if not in_time else "org")
            return None
        scope = claims.get("scope", "")
        client_id = str(claims.get("client_id") or claims["sub"])
        # Without `expires_at`: the framework would judge it again, by the wall clock.
        return AccessToken(
            token=token,
            client_id=client_id,
            scopes=scope.split() if isinstance(scope, str) else [],
            claims={**claims, OPERATOR: self.operators.get(client_id)},
        )


class HashedStatic(TokenVerifier):
    """Tokens for development and for tools that cannot sign in: known by digest, with an end."""

    def __init__(self, holders: Mapping[str, StaticToken], clock: Clock) -> None:
        super().__init__()
        self.holders = dict(holders)
        self.clock = clock

    async def verify_token(self, token: str) -> AccessToken | None:
        """Who the token stands for; each use is logged."""
        if not SHORTEST_STATIC_TOKEN <= len(token) <= LONGEST_TOKEN:
            return None
        digest = digest_of(token)
        for known, holder in self.holders.items():
            if hmac.compare_digest(digest, known.lower()):
                return self._accepted(token, holder)
        return None

    def _accepted(self, token: str, holder: StaticToken) -> AccessToken | None:
        if holder.expires_at is None or self.clock() >= holder.expires_at:
            _log.warning("static_token_expired", client_id=holder.client_id)
            return None
        _log.info("static_token_used", client_id=holder.client_id)
        claims = {OPERATOR: holder.operator}
        return AccessToken(
            token=token, client_id=holder.client_id, scopes=holder.scopes, claims=claims
        )


def provider(settings: Settings, clock: Clock) -> MultiAuth:
    """Both ways in, and the discovery document of RFC 9728. Without any, nobody gets in."""
    keys = _keys(settings)
    issuer = issuer_url(settings)
    remote = RemoteAuthProvider(
        token_verifier=StrictJwt(keys, settings, clock),
        authorization_servers=[AnyHttpUrl(issuer)],
        base_url=settings.mcp_url,
        scopes_supported=[scope.value for scope in Scope],
        resource_name="InstaInstru admin copilot",
    )
    return MultiAuth(
        server=remote,
        server_source_id="jwt",
        verifiers={"static": HashedStatic(_static_tokens(settings), clock)},
        required_scopes=[Scope.MCP_READ.value],
    )


def _static_tokens(settings: Settings) -> Mapping[str, StaticToken]:
    if settings.mcp_static_tokens and not settings.mcp_static_tokens_enabled:
        _log.info("static_tokens_off", known=len(settings.mcp_static_tokens))
    return settings.mcp_static_tokens if settings.mcp_static_tokens_enabled else {}


def caller() -> Actor:
    """Who makes this request, with what the token's scopes allow: a program, or a person.

    A person is looked up before anything is done for them (`Calls`): what they may do is what
    their roles allow as well. A token with a session (`sid`) is a person's.
    """
    request_id = REQUEST_ID.get()
    token = get_access_token()
    if token is None:
        return Actor(id=None, kind=ANONYMOUS.kind, door=Door.MCP, request_id=request_id)
    client_id = token.original_client_id or token.client_id
    is_person = SESSION in token.claims
    return Actor(
        id=str(token.claims["sub"]) if is_person else client_id,
        kind=ActorKind.USER if is_person else ActorKind.SERVICE,
        permissions=permissions_for_scopes(token.scopes),
        scopes=frozenset(token.scopes),
        door=Door.MCP,
        request_id=request_id,
        client_id=client_id if is_person else None,
        operator=None if is_person else token.claims.get(OPERATOR),
    )


def allows(actor: Actor, scope: Scope) -> bool:
    """Whether the scopes allow it. Money and messages need somebody who answers for them, too."""
    has_somebody = actor.kind is ActorKind.USER or bool(actor.operator)
    return scope in actor.scopes and (has_somebody or scope not in ANSWERED_FOR)


def person() -> str:
    """What the token names its person by: our id of them, or an address its issuer has verified."""
    token = get_access_token()
    claims: dict[str, Any] = {} if token is None else token.claims
    subject = str(claims.get("sub", ""))
    if is_id(subject) or claims.get("email_verified") is not True:
        return subject
    return str(claims.get("email", ""))


def session() -> str:
    """The sign-in that the token of a person belongs to."""
    token = get_access_token()
    return "" if token is None else str(token.claims.get(SESSION, ""))


def issuer_url(settings: Settings) -> str:
    """The issuer whose tokens are taken."""
    return (settings.oauth_issuer or settings.api_url).rstrip("/")


def resource_url(settings: Settings) -> str:
    """The address of the protected resource, which is an audience too (RFC 8707)."""
    return settings.mcp_url.rstrip("/") + PATH


def host_of(settings: Settings) -> str:
    """The public host of this server."""
    return urlsplit(settings.mcp_url).hostname or "localhost"


def _keys(settings: Settings) -> RemoteKeys | LocalKeys:
    if settings.oauth_jwks_url:
        return RemoteKeys(settings.oauth_jwks_url)
    try:
        signing_key = access.issuer_of(settings).signing_key
    except IssuerAbsent:
        _log.warning("no_issuer", hint="set INSTAINSTRU_OAUTH_JWKS_URL: no JWT is accepted")
        return LocalKeys({})
    return LocalKeys(keys_of(access.jwks(signing_key)))
