"""Sentry's web API: reads only, each with what its headers say of the pages to come.

What Sentry says of an error never leaves this module: it may quote anything.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from instainstru_core.adapters.careful import (
    RETRY_AFTER_SECONDS,
    Away,
    Careful,
    Large,
    Reply,
    Slow,
)
from instainstru_core.domains.observability.errors import (
    SentryAnswerTooLarge,
    SentryQueryInvalid,
    SentryRefuses,
    SentryTooOften,
    SentryTooSlow,
    SentryUnreachable,
)
from instainstru_core.kernel.errors import Refusal

NEXT = re.compile(r'<[^>]*>;\s*rel="next";\s*results="true";\s*cursor="([^"]{1,100})"')
MISSING = "so its errors are unknown, which is not the same as none"


@dataclass(frozen=True, slots=True)
class Answered:
    """A good answer; its body is None where Sentry knows of no such thing."""

    body: bytes | None
    next_cursor: str | None = None
    hits: int | None = None


class SentryClient:
    """Asks Sentry. Nothing is connected or imported until first asked."""

    def __init__(self, careful: Careful) -> None:
        self._careful = careful

    def get(self, path: str, asked: Mapping[str, str] | None = None) -> Answered:
        """The answer at a path below /api/0. Raises a refusal of ours when there is none."""
        try:
            reply = self._careful.read(f"/api/0{path}", params=asked)
        except Away as failure:
            raise unreachable("cannot be reached", failure.retry_after) from failure
        except Slow as failure:
            raise SentryTooSlow(
                f"Sentry took too long, {MISSING}. Try again, or ask for a shorter window.",
                retry_after=RETRY_AFTER_SECONDS,
            ) from failure
        except Large as failure:
            raise SentryAnswerTooLarge(
                "Sentry's answer is too large to be read here. Ask for fewer issues, or open it in"
                " Sentry."
            ) from failure
        if reply.status == HTTPStatus.OK:
            found = NEXT.search(reply.headers.get("link", ""))
            return Answered(reply.body, found[1] if found else None, _hits(reply.headers))
        if reply.status == HTTPStatus.NOT_FOUND:
            return Answered(None)
        raise _refusal(reply)

    def close(self) -> None:
        """Give back the connections."""
        self._careful.close()


def unreachable(what: str, retry_after: int | None = None) -> SentryUnreachable:
    """The refusal for a Sentry that gives no answer that can be used."""
    return SentryUnreachable(
        f"Sentry {what}, {MISSING}. Try again later.",
        retry_after=retry_after or RETRY_AFTER_SECONDS,
    )


def _refusal(reply: Reply) -> Refusal:
    match reply.status:
        case HTTPStatus.BAD_REQUEST:
            return SentryQueryInvalid(
                "Sentry cannot read this search or window. Check the search's syntax, such as"
                " `level:error release:1.2`, or leave it out.",
                field="query",
            )
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return SentryRefuses(
                "Sentry does not accept our token for this. An operator has to check"
                " SENTRY_AUTH_TOKEN: it needs org:read, project:read and event:read.",
                status=reply.status,
            )
        case HTTPStatus.TOO_MANY_REQUESTS:
            return SentryTooOften(
                f"Sentry is asked too often, {MISSING}. Wait, then ask again.",
                retry_after=reply.retry_after or RETRY_AFTER_SECONDS,
            )
        case _:
            return unreachable(f"answers with status {reply.status}", reply.retry_after)


def _hits(headers: Mapping[str, str]) -> int | None:
    """How many there are, unless Sentry stopped counting."""
    hits, most = (_number(headers.get(name)) for name in ("x-hits", "x-max-hits"))
    return None if hits is None or (most is not None and hits >= most) else hits


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None
