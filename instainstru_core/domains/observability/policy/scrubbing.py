"""What third parties wrote, without secrets and without people. Pure.

Errors quote whatever was at hand when something broke: addresses, tokens, whole requests. What is
known to be harmless is kept; of the rest only the name.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, urlsplit, urlunsplit

from instainstru_core.kernel.log import HIDDEN, SECRET_KEYS, redacted

LONGEST = 1_000
LONGEST_NAME = 80
OPAQUE = 27
"""From this length on, a word of letters and digits in a path may be a token: ids have 26."""

URL = re.compile(r"\b[a-zA-Z][a-zA-Z0-9+.-]{1,15}://[^\s\"'<>\\^`{|}]+")
ASSIGNED = re.compile(
    r"(?i)(?<![\w-])([\w-]*(?:password|passwd|pwd|secret|token|authorization|cookie|api[_-]?key"
    r"|credential|private[_-]?key|session[_-]?id|dsn)[\w-]*[\"']?\s*[:=]\s*)"
    r"(?:\"[^\"]*\"|'[^']*'|(?:bearer |basic )?[^\s\"',;&)}\]]+)"
)
"""From where a word begins: tried from each of its letters, a word of 900 would take 34 ms."""
KNOWN_TOKEN = re.compile(
    r"\b(?:(?:sk|pk|rk)_(?:live|test)_\w{6,}|whsec_\w{6,}|re_\w{16,}|gh[opsu]_\w{20,}"
    r"|github_pat_\w{20,}|xox[abprs]-[\w-]{8,}|AKIA[A-Z0-9]{12,}|sntry[su]_[\w=+/-]{16,}"
    r"|sk-[\w-]{20,}|AIza[\w-]{30,})"
)
IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])")
IPV6 = re.compile(
    r"(?i)(?<![\w:])(?=[0-9a-f:]*\d)(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}"
    r"|(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?::[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)(?![\w:])"
)
CARD = re.compile(r"(?<![\w-])(?:\d[ -]?){13,19}(?![\w-])")
VERSION = re.compile(r"[A-Za-z][\w./-]*@\d+(?:\.\d+)+(?:[-+]\w+)?")
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LOOPBACK = frozenset({"127.0.0.1", "0.0.0.0"})  # noqa: S104 - recognized, not listened on

PLAIN_HEADERS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-length",
        "content-type",
        "host",
        "mcp-method",
        "mcp-protocol-version",
        "user-agent",
        "x-request-id",
    }
)
PERSONAL_TAGS = re.compile(
    r"(?i)^(?:user$|user[._]|client_?ip|ip$|ip[._]|remote|.*(?:e-?mail|phone|address|username"
    r"|first_?name|last_?name|full_?name|display_?name))"
)


def text(value: str, *, longest: int = LONGEST) -> str:
    """The text without secrets, people and characters that nobody sees; cut where it is long."""
    seen = UNSEEN.sub("", value[: longest * 4])
    seen = ASSIGNED.sub(rf"\1{HIDDEN}", seen)
    seen = URL.sub(lambda found: url(found[0]), seen)
    seen = KNOWN_TOKEN.sub(HIDDEN, redacted(seen))
    seen = IPV4.sub(lambda found: found[0] if found[0] in LOOPBACK else "[ip]", seen)
    seen = CARD.sub("[number]", IPV6.sub("[ip]", seen))
    return seen if len(seen) <= longest else seen[: longest - 1] + "…"


def release(value: str) -> str:
    """A release. `web@3.1.1` looks like an address and is none: no domain ends in a number."""
    is_one = VERSION.fullmatch(value) is not None and len(value) <= LONGEST_NAME
    return value if is_one else text(value, longest=LONGEST_NAME)


def url(value: str) -> str:
    """The address without credentials, query values, fragment, and without tokens in its path."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return HIDDEN
    path = "/".join(_segment(segment) for segment in parts.path.split("/"))
    query = "&".join(f"{name}={HIDDEN}" for name in _names(parts))
    return urlunsplit((parts.scheme, host + port, path, query, ""))[:LONGEST]


def headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers that are known to be harmless; of all others only that they were there."""
    return {
        text(name, longest=LONGEST_NAME): (
            text(value, longest=200) if name.lower() in PLAIN_HEADERS else HIDDEN
        )
        for name, value in pairs
    }


def tags(found: Mapping[str, str]) -> dict[str, str]:
    """Tags without people and secrets."""
    return {text(key, longest=LONGEST_NAME): _tag(key, value) for key, value in found.items()}


def _tag(key: str, value: str) -> str:
    if PERSONAL_TAGS.match(key) or SECRET_KEYS.search(key):
        return HIDDEN
    return release(value) if key == "release" else text(value, longest=200)


def _names(parts: SplitResult) -> list[str]:
    """The names in a query string; a query without names is one nameless value."""
    return [
        _segment(pair.partition("=")[0][:LONGEST_NAME]) if "=" in pair else "…"
        for pair in parts.query.split("&")
        if pair
    ]


def _segment(word: str) -> str:
    is_opaque = len(word) >= OPAQUE and any(letter.isdigit() for letter in word)
    return HIDDEN if is_opaque or "@" in word or "%40" in word else word
