"""What roles, overrides and scopes allow, and what a service token says. Pure."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_plus, urlencode, urlsplit

from instainstru_core.domains.access.types import Role, Scope
from instainstru_core.kernel import signing
from instainstru_core.kernel.authority import Permission

EVERYONE = frozenset(
    {
        Permission.ACCOUNT_MANAGE_OWN,
        Permission.ADDRESSES_MANAGE_OWN,
        Permission.BOOKINGS_VIEW_OWN,
        Permission.BOOKINGS_CANCEL_OWN,
        Permission.BOOKINGS_REPORT_OWN,
    }
)
ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.STUDENT: EVERYONE
    | {
        Permission.BOOKINGS_CREATE,
        Permission.BOOKINGS_RESCHEDULE_OWN,
        Permission.PAYMENTS_MANAGE_OWN,
        Permission.REVIEWS_WRITE_OWN,
    },
    Role.INSTRUCTOR: EVERYONE
    | {
        Permission.AVAILABILITY_MANAGE_OWN,
        Permission.BOOKINGS_COMPLETE_OWN,
        Permission.INSTRUCTORS_MANAGE_OWN,
        Permission.PAYOUTS_MANAGE_OWN,
    },
    Role.ADMIN: frozenset(Permission),
}

READS = frozenset(
    {
        Permission.AUDIT_READ,
        Permission.BOOKINGS_READ_ANY,
        Permission.INSTRUCTORS_READ_ANY,
        Permission.INVITES_READ,
        Permission.OPERATIONS_READ,
        Permission.PAYMENTS_READ_ANY,
        Permission.REVIEWS_READ_ANY,
        Permission.SEARCH_ANALYTICS_READ,
        Permission.USERS_READ,
        Permission.WEBHOOKS_READ,
    }
)
# ACCESS_MANAGE stays with people: a service that could register services could outlive its own
# removal.
WRITES = frozenset(
    {
        Permission.BOOKINGS_CANCEL_ANY,
        Permission.BOOKINGS_MANAGE_ANY,
        Permission.CATALOG_MANAGE,
        Permission.INSTRUCTORS_MANAGE_ANY,
        Permission.INVITES_MANAGE,
        Permission.OPERATIONS_MANAGE,
        Permission.REVIEWS_MODERATE,
        Permission.SEARCH_ALIASES_MANAGE,
        Permission.USERS_MANAGE,
        Permission.WEBHOOKS_MANAGE,
    }
)
MONEY = frozenset(
    {
        Permission.CREDITS_MANAGE_ANY,
        Permission.PAYMENTS_MANAGE_ANY,
        Permission.PAYMENTS_REFUND_ANY,
    }
)
COMMS = frozenset({Permission.INVITES_MANAGE})
SCOPE_PERMISSIONS: Mapping[str, frozenset[Permission]] = {
    Scope.MCP_READ: READS,
    Scope.MCP_WRITE: READS | WRITES,
    Scope.MCP_MONEY: READS | MONEY,
    Scope.MCP_COMMS: READS | COMMS,
}

SIGNING_ALGORITHM = "RS256"
PUBLIC_PREFIX = "public_"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
REUSE_GRACE = timedelta(seconds=10)
"""A program may ask twice at the same moment; the slower of the two is only refused."""
DANGEROUS_SCHEMES = frozenset({"javascript", "data", "file", "vbscript", "blob", "about"})


def permissions_for(
    roles: Iterable[Role], overrides: Mapping[Permission, bool]
) -> frozenset[Permission]:
    """What a person may do: the roles' permissions, plus what was given, minus what was taken."""
    by_role = frozenset[Permission]().union(*(ROLE_PERMISSIONS[role] for role in roles))
    given = {permission for permission, granted in overrides.items() if granted}
    taken = {permission for permission, granted in overrides.items() if not granted}
    return (by_role | given) - taken


def may_use_copilot(held: frozenset[Permission]) -> bool:
    """Whether a person who may do this may call tools at all: all of them begin with reading."""
    return held >= READS


def permissions_for_scopes(scopes: Iterable[str]) -> frozenset[Permission]:
    """What a service token may do. A scope we do not know allows nothing."""
    return frozenset[Permission]().union(
        *(SCOPE_PERMISSIONS.get(scope, frozenset()) for scope in scopes)
    )


def granted_scopes(asked: str, allowed: Iterable[str]) -> list[str] | None:
    """The scopes a token gets: all that are allowed when none is asked for, else exactly those
    asked for. None when more was asked for than is allowed.
    """
    mine = sorted(set(allowed))
    wanted = sorted(set(asked.split()))
    if not wanted:
        return mine
    return wanted if set(wanted) <= set(mine) else None


def basic_credentials(header: str) -> tuple[str, str] | None:
    """The client id and secret in an `Authorization: Basic` header (RFC 6749, section 2.3.1).

    None where the header is of another kind or cannot be read.
    """
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except ValueError:
        return None
    client_id, colon, secret = pair.partition(":")
    return (unquote_plus(client_id), unquote_plus(secret)) if colon else None


def digest_of(secret: str) -> str:
    """How a random 256-bit secret is kept. It needs no slow hash: it cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_usable(*, now: datetime, expires_at: datetime | None, disabled_at: datetime | None) -> bool:
    """Whether a service client may get tokens at this moment. It expires at `expires_at` itself."""
    return disabled_at is None and (expires_at is None or now < expires_at)


@dataclass(frozen=True, slots=True)
class PublicClient:
    """What a program without a secret said of itself when it registered."""

    name: str
    redirect_uris: tuple[str, ...]


def public_client_id(name: str, redirect_uris: Sequence[str], *, signing_key: str) -> str:
    """The id of a program that registers itself: what it said, signed. Nothing is kept of it."""
    said = json.dumps([name, *redirect_uris], separators=(",", ":")).encode()
    return f"{PUBLIC_PREFIX}{_encoded(said)}.{_seal(said, signing_key)}"


def read_public_client(client_id: str, *, signing_key: str) -> PublicClient | None:
    """What the id says; None unless it was signed here."""
    said, dot, seal = client_id.removeprefix(PUBLIC_PREFIX).partition(".")
    if not client_id.startswith(PUBLIC_PREFIX) or not dot or not client_id.isascii():
        return None
    try:
        plain = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4))
    except ValueError:
        return None
    if not hmac.compare_digest(seal, _seal(plain, signing_key)):
        return None
    name, *redirect_uris = json.loads(plain)
    return PublicClient(name, tuple(redirect_uris))


def program_of(client_id: str) -> str:
    """A short name of such a program, for tokens and trails: the id itself is long."""
    return PUBLIC_PREFIX + hashlib.sha256(client_id.encode()).hexdigest()[:16]


def may_redirect(uri: str) -> bool:
    """Whether a program may be called back there: by https, on this machine, or by a scheme of
    its own.
    """
    try:
        parts = urlsplit(uri)
        is_local = parts.hostname in LOOPBACK
    except ValueError:
        return False
    if parts.fragment or not uri.isascii() or not uri.isprintable() or " " in uri:
        return False
    if parts.scheme == "http":
        return is_local
    if parts.scheme == "https":
        return bool(parts.hostname)
    return bool(parts.scheme) and parts.scheme not in DANGEROUS_SCHEMES


def is_redirect_of(uri: str, registered: Iterable[str]) -> bool:
    """Whether this address was registered. On this machine any port will do (RFC 8252)."""
    return any(uri == known or _same_but_port(uri, known) for known in registered)


def is_challenge(text: str) -> bool:
    """Whether this can be the S256 challenge of a verifier."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", text) is not None


def answers(challenge: str, verifier: str) -> bool:
    """Whether the challenge was made of this verifier (RFC 7636, S256)."""
    if re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier) is None:
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return _encoded(hashlib.sha256(verifier.encode()).digest())


def redirected(uri: str, **parameters: str) -> str:
    """The address with these parameters; empty ones are left out."""
    given = urlencode({name: value for name, value in parameters.items() if value})
    return f"{uri}{'&' if urlsplit(uri).query else '?'}{given}"


def refresh_token_of(session_id: str, random: str) -> str:
    """A refresh token. It names its session, so that an old one tells whose it was."""
    return f"{session_id}.{random}"


def session_named(refresh_token: str) -> str | None:
    """The session that a refresh token names; None in any other text."""
    session_id, _, random = refresh_token.partition(".")
    return session_id if random and re.fullmatch(r"[0-9a-f]{32}", session_id) else None


def session_of_code(code_digest: str) -> str:
    """The session that begins with this code."""
    return code_digest[:32]


def is_stolen(digest: str, previous: str | None, *, now: datetime, rotated_at: datetime) -> bool:
    """Whether an old refresh token is in two hands: it is not the last one, or comes too late to
    have been sent at the same moment as the last.
    """
    return digest != previous or now - rotated_at >= REUSE_GRACE


def _same_but_port(uri: str, known: str) -> bool:
    try:
        one, other = urlsplit(uri), urlsplit(known)
        ours = one.hostname in LOOPBACK and one.hostname == other.hostname
    except ValueError:
        return False
    same = (one.scheme, one.path, one.query, one.username, one.fragment)
    return ours and same == (other.scheme, other.path, other.query, None, "")


def _seal(said: bytes, signing_key: str) -> str:
    secret = hashlib.sha256(b"public client" + signing_key.encode()).digest()
    return _encoded(hmac.digest(secret, said, "sha256"))


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def signed_token(
    *,
    signing_key: str,
    issuer: str,
    audience: str,
    client_id: str,
    scopes: Iterable[str],
    token_id: str,
    now: datetime,
    ttl: timedelta,
    subject: str | None = None,
    org_id: str | None = None,
    session_id: str | None = None,
) -> str:
    """A token that says who it is for and what it may be used for.

    A service is its own subject; a person's token has a session besides.
    """
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "sub": subject or client_id,
        "client_id": client_id,
        "scope": " ".join(scopes),
        "jti": token_id,
        "iat": issued,
        "exp": issued + int(ttl.total_seconds()),
    }
    if org_id is not None:
        claims["org_id"] = org_id
    if session_id is not None:
        claims["sid"] = session_id
    return _signed(claims, signing_key)


def public_jwk(signing_key: str) -> dict[str, Any]:
    """The public half of the signing key, as a JSON Web Key."""
    return {
        **_public_numbers(signing_key),
        "use": "sig",
        "alg": SIGNING_ALGORITHM,
        "kid": key_id(signing_key),
    }


@lru_cache(maxsize=4)
def key_id(signing_key: str) -> str:
    """The key's RFC 7638 thumbprint, so that another key never has the same name."""
    numbers = _public_numbers(signing_key)
    canonical = json.dumps({name: numbers[name] for name in ("e", "kty", "n")}, sort_keys=True)
    digest = hashlib.sha256(canonical.replace(" ", "").encode()).digest()
    return _encoded(digest)


def _signed(claims: Mapping[str, Any], signing_key: str) -> str:
    """The claims as a JSON Web Token (RFC 7519), signed as RFC 7518 says of RS256."""
    head = {"alg": SIGNING_ALGORITHM, "kid": key_id(signing_key), "typ": "JWT"}
    parts = (json.dumps(one, separators=(",", ":")).encode() for one in (head, claims))
    signed = ".".join(map(_encoded, parts))
    proof = signing.signing_key(signing_key).sign(signed.encode())
    return f"{signed}.{_encoded(proof)}"


def _public_numbers(signing_key: str) -> dict[str, str]:
    key = signing.signing_key(signing_key)
    found = {"n": key.modulus, "e": key.exponent}
    lengths = {name: (number.bit_length() + 7) // 8 for name, number in found.items()}
    return {
        "kty": "RSA",
        **{name: _encoded(found[name].to_bytes(lengths[name])) for name in found},
    }
