"""Names, passwords, tokens and lookups: decisions over plain values. Pure."""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from instainstru_core.domains.accounts.types import MatchReason, PasswordProblem
from instainstru_core.kernel.ids import is_id

MIN_PASSWORD, MAX_PASSWORD = 8, 128
MAX_NAME = 50
REUSE_GRACE = timedelta(seconds=10)
"""Two tabs may present one refresh token at the same moment; the slower one is only refused."""

ALGORITHM = "HS256"
TOKEN_ISSUER = "instainstru"  # noqa: S105 - a name, not a secret
TOKEN_AUDIENCE = "instainstru-api"  # noqa: S105
MIN_SECRET_BYTES = 32
MAX_TOKEN_LENGTH = 700
"""Ours are half as long. A cap keeps a nested forgery from exhausting the parser."""

PROOF_TTL = timedelta(hours=1)
PROOF_EVERY = timedelta(minutes=10)
"""How often at most somebody is written to because their address was typed somewhere."""
MAX_PROOF_LENGTH = 200
UNTIL_DIGITS = 10
PROOF_DIGITS = 32

MIN_PHONE_DIGITS = 7
US_DIGITS = 10
MAX_WORDS = 5

JOINERS = "\u200c\u200d"
PHONE_LIKE = re.compile(r"[0-9+().\s/-]+")
_COMMON = """
    00000000 11111111 12121212 12341234 123123123 12345678 123456789 1234567890 1234abcd
    123qwe123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 22222222 66666666 77777777 87654321 88888888
    987654321 99999999 a1234567 aa123456 abc12345 abcd1234 access14 admin123 adminadmin
    airborne alexander asdfasdf asdfghjk asdfghjkl baseball basketball butterfly caroline
    changeme charlie1 chocolate christian christmas computer corvette dolphins einstein
    elephant fireball football franklin freedom1 godzilla hellohello iloveyou iloveyou1
    instainstru internet jennifer jonathan justin12 letmein1 liverpool manchester maverick
    mercedes metallica michael1 michelle midnight mountain newyork1 nicholas nintendo password
    password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword patricia
    pokemon1 precious princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsxedc qwer1234 qwerasdf
    qwerty12 qwerty123 qwerty1234 qwertyui qwertyuiop robinson samantha scorpion secret123
    sunshine sunshine1 superman superman1 swordfish trustno1 tinkerbell victoria welcome1
    welcome123 whatever william1 zaq12wsx zaq1zaq1 zxcvbnm1 zxcvbnm123
"""
COMMON_PASSWORDS = frozenset(_COMMON.split())


@dataclass(frozen=True, slots=True)
class TokenTerms:
    """How sign-in tokens are signed and how long they last."""

    secret: str = field(repr=False)
    access_ttl: timedelta
    refresh_ttl: timedelta


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token of ours says."""

    user_id: str
    session_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ProofClaims:
    """What the proof of an address says, whether or not it is a true one."""

    user_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a piece of text is taken for: exactly one of these is set, or none."""

    id: str | None = None
    email: str | None = None
    phones: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def exact(self) -> MatchReason:
        """The reason of every match of a lookup that is not by name."""
        if self.id:
            return MatchReason.ID
        return MatchReason.EMAIL if self.email else MatchReason.PHONE


def clean_name(text: str) -> str:
    """The name, composed and trimmed. Raises ValueError where it cannot be shown on one line."""
    name = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(name) <= MAX_NAME:
        msg = f"a name has 1 to {MAX_NAME} characters"
        raise ValueError(msg)
    if any(_is_unshowable(character) for character in name):
        msg = "a name has no control characters and no line breaks"
        raise ValueError(msg)
    if not any(character.isalnum() for character in name):
        msg = "a name has at least one letter"
        raise ValueError(msg)
    return name


def _is_unshowable(character: str) -> bool:
    category = unicodedata.category(character)
    return (category[0] == "C" and character not in JOINERS) or category in {"Zl", "Zp"}


def public_name(first_name: str, last_name: str) -> str:
    """How others see a person: "First L."."""
    return f"{first_name} {last_name[:1].upper()}." if last_name else first_name


def normalized_email(email: str) -> str:
    """The form that addresses are compared in."""
    return email.strip().lower()


def normalized_password(password: str) -> bytes:
    """The bytes that are hashed: the same characters give the same bytes on every keyboard."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def password_problem(password: str, *, email: str) -> PasswordProblem | None:
    """Why this password cannot be chosen; None where it can. Length counts characters."""
    composed = unicodedata.normalize("NFC", password)
    if len(composed) < MIN_PASSWORD:
        return PasswordProblem.TOO_SHORT
    if len(composed) > MAX_PASSWORD:
        return PasswordProblem.TOO_LONG
    folded = composed.casefold()
    address = normalized_email(email).casefold()
    if folded in {address, address.partition("@")[0]}:
        return PasswordProblem.IS_EMAIL
    return PasswordProblem.COMMON if folded in COMMON_PASSWORDS else None


def refresh_token_of(session_id: str, random: str) -> str:
    """A refresh token. It names its sign-in, so that an old one tells whose it was."""
    return f"{session_id}.{random}"


def session_named(refresh_token: str) -> str | None:
    """The sign-in that a refresh token names; None in any other text."""
    session_id, _, random = refresh_token.partition(".")
    return session_id if random and is_id(session_id) else None


def digest_of(refresh_token: str) -> str:
    """How a refresh token is kept: it is random and long, so a plain digest is enough."""
    return hashlib.sha256(refresh_token.encode("utf-8", "surrogatepass")).hexdigest()


def signed_access_token(
    terms: TokenTerms, *, user_id: str, session_id: str, token_id: str, now: datetime
) -> str:
    """A short-lived proof of who is signed in."""
    issued = int(now.timestamp())
    claims = {
        "iss": TOKEN_ISSUER,
        "aud": TOKEN_AUDIENCE,
        "sub": user_id,
        "sid": session_id,
        "jti": token_id,
        "typ": "access",
        "iat": issued,
        "exp": issued + int(terms.access_ttl.total_seconds()),
    }
    import jwt  # noqa: PLC0415 - 9 MB that only processes which read tokens need

    return jwt.encode(claims, terms.secret, ALGORITHM)


def read_access_token(token: str, secret: str) -> AccessClaims | None:
    """What a token says; None unless it is one of ours. Whether it has expired is not judged."""
    import jwt  # noqa: PLC0415 - as above

    if len(token) > MAX_TOKEN_LENGTH:
        return None
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            issuer=TOKEN_ISSUER,
            audience=TOKEN_AUDIENCE,
            options={
                "require": ["iss", "aud", "sub", "sid", "jti", "typ", "iat", "exp"],
                "verify_exp": False,
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, ValueError):
        return None
    match claims:
        case {"typ": "access", "sub": str(user_id), "sid": str(session_id), "exp": int(seconds)}:
            return AccessClaims(
                user_id=user_id,
                session_id=session_id,
                expires_at=datetime.fromtimestamp(seconds, UTC),
            )
        case _:
            return None


def address_proof(
    secret: str, *, user_id: str, email: str, password_hash: str, expires_at: datetime
) -> str:
    """What is sent to an address, to be shown by whoever reads its mail. It is not kept anywhere,
    and is good until the password is another: so it works once.
    """
    until = int(expires_at.timestamp())
    said = "\n".join(("address-proof", user_id, normalized_email(email), password_hash, str(until)))
    mac = hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()[:PROOF_DIGITS]
    return f"{user_id}.{until}.{mac}"


def read_address_proof(proof: str) -> ProofClaims | None:
    """What a proof says; None where it is none at all. Whether it is true is judged apart."""
    user_id, _, rest = proof.partition(".")
    until, _, mac = rest.partition(".")
    if len(proof) > MAX_PROOF_LENGTH or not is_id(user_id) or not mac:
        return None
    if not (until.isascii() and until.isdigit() and len(until) <= UNTIL_DIGITS):
        return None
    return ProofClaims(user_id, datetime.fromtimestamp(int(until), UTC))


def proof_number(now: datetime) -> int:
    """The stretch of time in which one proof is sent at most."""
    return int(now.timestamp()) // int(PROOF_EVERY.total_seconds())


def is_session_over(
    *,
    now: datetime,
    started_at: datetime,
    expires_at: datetime,
    ended_at: datetime | None,
    tokens_valid_after: datetime | None,
) -> bool:
    """Whether a sign-in no longer counts: ended, run out, or from before everything was ended."""
    if ended_at is not None or now >= expires_at:
        return True
    return tokens_valid_after is not None and started_at < tokens_valid_after


def is_reuse(*, now: datetime, rotated_at: datetime) -> bool:
    """Whether an old refresh token comes too late to be a second tab of the same browser."""
    return now - rotated_at >= REUSE_GRACE


def lookup(text: str) -> Lookup:
    """What staff typed: an id, an address, a phone number, else words of a name."""
    typed = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if is_id(typed.upper()):
        return Lookup(id=typed.upper())
    if "@" in typed:
        return Lookup(email=normalized_email(typed))
    digits = "".join(c for c in typed if c in "0123456789")
    if len(digits) >= MIN_PHONE_DIGITS and PHONE_LIKE.fullmatch(typed):
        local = (f"+1{digits}",) if len(digits) == US_DIGITS else ()
        return Lookup(phones=(f"+{digits}", *local))
    return Lookup(words=tuple(typed.split()[:MAX_WORDS]))
