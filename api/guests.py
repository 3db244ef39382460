"""Guests: who searches without being signed in, known again by a token that we mint for a browser.

It travels as the header `X-Guest-Session` and as a cookie, whichever a client can keep. It opens
nothing but the guest's own search history, and it is kept only as a keyed hash.
"""

import secrets
from typing import Annotated

from fastapi import Cookie, Depends, Header, Request, Response

from api import auth
from api.auth import Caller
from api.routing import PREFIX
from instainstru_core.domains.search import service as searches
from instainstru_core.domains.search.types.recording import Visitor
from instainstru_core.kernel.log import logger
from instainstru_core.kernel.settings import Settings
from instainstru_core.runtime import Runtime

HEADER = "X-Guest-Session"
COOKIE = "gid"
COOKIE_PATH = PREFIX
TOKEN_BYTES = 24
KEEP_SECONDS = 120 * 24 * 60 * 60

_log = logger(__name__)

GuestHeader = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description="The guest session that a search answered with. A cookie does as well.",
    ),
]
GuestCookie = Annotated[str | None, Cookie(alias=COOKIE, include_in_schema=False)]


async def visitor(
    request: Request, x_guest_session: GuestHeader = None, gid: GuestCookie = None
) -> Visitor:
    """Who asks, before anything of it is hashed. The header beats the cookie."""
    return Visitor(
        guest=searches.guest_session(x_guest_session, gid),
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


def take_along(runtime: Runtime, caller: Caller, guest: Visitor, response: Response) -> None:
    """Give what a guest searched for to who has just signed in, and let the guest session go.

    Whatever goes wrong, they stay signed in: the guest's history is still there the next time.
    """
    if guest.guest is None:
        return
    secret = runtime.settings.location_secret.get_secret_value()
    try:
        with auth.work(runtime, caller) as uow:
            searches.take_searches_along(uow, guest.guest, secret=secret)
    except Exception as failure:  # noqa: BLE001 - signing in never fails for this
        _log.error("searches_left_behind", exc_info=failure)
    else:
        response.delete_cookie(COOKIE, path=COOKIE_PATH, httponly=True, samesite="lax")
