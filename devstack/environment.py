"""The settings of this checkout's processes, in `.devstack/env`: secrets made once, addresses.

Variables that are really set in the environment win over the file.
"""

import hashlib
import json
import os
import secrets
import shlex
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devstack import commit, vendors
from devstack.places import ROOT, Places, private_folder, write_private

DEMO_CLIENT = "instainstru-demo"
DEMO_OPERATOR = "Demo operator"
STATE_KEYS = "INSTAINSTRU_MCP_STATE_KEYS"
POSTGRES_PASSWORD = "DEVSTACK_POSTGRES_PASSWORD"  # noqa: S105 - the name, not the password
REDIS_PASSWORD = "DEVSTACK_REDIS_PASSWORD"  # noqa: S105 - the name, not the password
DEMO_TOKEN = "INSTAINSTRU_DEMO_TOKEN"  # noqa: S105 - the name, not the token
CLIENT_ID = "INSTAINSTRU_DEMO_CLIENT_ID"
CLIENT_SECRET = "INSTAINSTRU_DEMO_CLIENT_SECRET"  # noqa: S105 - the name, not the secret
STATIC_TOKENS = "INSTAINSTRU_MCP_STATIC_TOKENS"
SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
GIT_SHA = "INSTAINSTRU_GIT_SHA"
TOKEN_LIFE = timedelta(days=60)
SECRET_NAMES = (
    POSTGRES_PASSWORD,
    REDIS_PASSWORD,
    DEMO_TOKEN,
    CLIENT_SECRET,
    "INSTAINSTRU_JWT_SECRET",
    "INSTAINSTRU_LOCATION_SECRET",
)
HEADER = (
    "# Written by the development stack. Secrets are made once and stay; addresses follow it.\n"
)


def read(places: Places) -> dict[str, str]:
    """What the file says; empty when there is none."""
    try:
        text = _file(places).read_text()
    except FileNotFoundError:
        return {}
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            found[name] = "".join(shlex.split(value))
    return found


def update(places: Places, changes: Mapping[str, str]) -> dict[str, str]:
    """Write these settings beside those that are there; returns all of them."""
    places.prepare()
    before = read(places)
    after = {**before, **changes}
    if after != before or not _file(places).exists():
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(after.items())]
        write_private(_file(places), HEADER + "".join(lines))
    return after


def follow(places: Places, changes: Mapping[str, str]) -> None:
    """Write these settings, also for this process where it sees what the file said before."""
    before = read(places)
    update(places, changes)
    for name, value in changes.items():
        if name in before and os.environ.get(name) == before[name]:
            os.environ[name] = value


def complete(places: Places) -> dict[str, str]:
    """The settings with every secret and the signing key in place, made now where missing."""
    found = read(places)
    made = {name: secrets.token_urlsafe(36) for name in SECRET_NAMES if not found.get(name)}
    made |= vendors.made(found)
    if not found.get(STATE_KEYS):
        made[STATE_KEYS] = json.dumps([secrets.token_urlsafe(36)])
    token = found.get(DEMO_TOKEN) or made[DEMO_TOKEN]
    fixed = {
        "INSTAINSTRU_TIER": "STG",  # what is in a private database stays until somebody agrees
        CLIENT_ID: DEMO_CLIENT,
        "INSTAINSTRU_MCP_OPERATORS": json.dumps({DEMO_CLIENT: DEMO_OPERATOR}),
        "INSTAINSTRU_OAUTH_SIGNING_KEY_FILE": str(_signing_key(places)),
        "INSTAINSTRU_OAUTH_AUDIENCE": "instainstru-mcp",
        STATIC_TOKENS: _static_tokens(found.get(STATIC_TOKENS), token),
    }
    return update(places, {**made, **fixed})


def for_processes(places: Places) -> dict[str, str]:
    """The whole environment of a process: the file's settings, then what is really set."""
    sha = commit.of(ROOT)
    known = {GIT_SHA: sha} if sha else {}
    return {**known, **vendors.usable(read(places)), **os.environ}


def apply(places: Places) -> None:
    """Let this process see the file's settings wherever its own environment says nothing."""
    for name, value in vendors.usable(read(places)).items():
        if not os.environ.get(name):
            os.environ[name] = value


def stand_in(places: Places) -> None:
    """Where no database is named at all, let this process see what the file says."""
    if not os.environ.get("DATABASE_URL"):
        apply(places)


def simulated(places: Places) -> tuple[str, ...]:
    """The outside services that a simulator of this checkout stands in for."""
    return tuple(vendor.name for vendor in vendors.simulated(read(places)))


def demo_client(places: Places) -> tuple[str, str] | None:
    """The id and the secret of the service client of the demo, when they are known."""
    known = for_processes(places)
    client, secret = known.get(CLIENT_ID), known.get(CLIENT_SECRET)
    return (client, secret) if client and secret else None


def demo_token(places: Places) -> str | None:
    """The static token of the demo, when it is known."""
    return for_processes(places).get(DEMO_TOKEN)


@contextmanager
def shared_metrics() -> Generator[None]:
    """A folder where the children of this process add up their figures, unless there is one.

    It has to be known before the metrics library is imported.
    """
    if os.environ.get(SHARED_METRICS):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="instainstru-metrics-") as folder:
        os.environ[SHARED_METRICS] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_METRICS]


def given_servers() -> tuple[str, str] | None:
    """The database and Redis that the environment names, when it names both."""
    database, redis = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    return (database, redis) if database and redis else None


def _static_tokens(known: str | None, token: str) -> str:
    """The demo's token, by its digest, with an end that is pushed back before it comes."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    now = datetime.now(UTC)
    try:
        ends = datetime.fromisoformat(json.loads(known or "")[digest]["expires_at"])
    except (ValueError, KeyError, TypeError):
        ends = now
    if known and ends > now + TOKEN_LIFE / 2:
        return known
    holder = {"client_id": DEMO_CLIENT, "scopes": ["mcp:read"]}
    return json.dumps({digest: {**holder, "expires_at": (now + TOKEN_LIFE).isoformat()}})


def _signing_key(places: Places) -> Path:
    """The RSA key that signs development tokens."""
    path = private_folder(places.keys) / "oauth.pem"
    if not path.exists():
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - made once
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - as above

        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_private(path, pem.decode())
    return path


def _file(places: Places) -> Path:
    return places.state / "env"
