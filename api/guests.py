"""Guests: who searches without being signed in, known again by a token that we mint for a browser.

It travels as the header `X-Guest-Session` and as a cookie, whichever a client can keep. It opens
nothing but the guest's own search history, and it is kept only as a keyed hash.
"""

import secrets
from typing import Annotated

from fastapi import Cookie, Depends, Header, Request, Response

from api.routing import PREFIX
from instainstru_core.domains.search.types.recording import Visitor
from instainstru_core.kernel.settings import Settings

HEADER = "X-Guest-Session"
COOKIE = "gid"
COOKIE_PATH = PREFIX
TOKEN_BYTES = 24
KEEP_SECONDS = 120 * 24 * 60 * 60

GuestHeader = Annotated[
    str | None,
    Header(
        alias=HEADER,
        max_length=64,
        description="The guest session that a search answered with. A cookie does as well.",
    ),
]
GuestCookie = Annotated[str | None, Cookie(alias=COOKIE, max_length=64, include_in_schema=False)]


async def visitor(
    request: Request, x_guest_session: GuestHeader = None, gid: GuestCookie = None
) -> Visitor:
    """Who asks, before anything of it is hashed. The header beats the cookie."""
    return Visitor(
        guest=x_guest_session or gid,
        address=request.client.host if request.client else None,
        user_agent=request.headers.get("user-agent", "")[:500],
    )


GuestDep = Annotated[Visitor, Depends(visitor)]


def minted() -> str:
    """A guest session for a browser that has none."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hand_over(guest: str, response: Response, settings: Settings) -> None:
    """Tell a browser its guest session, for as long as guests' histories are kept."""
    response.headers[HEADER] = guest
    response.set_cookie(
        COOKIE,
        guest,
        max_age=KEEP_SECONDS,
        path=COOKIE_PATH,
        secure=settings.api_url.startswith("https:"),
        httponly=True,
        samesite="lax",
    )
