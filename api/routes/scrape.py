"""The page for Prometheus. To the rest of the world it is not there."""

import hmac
from ipaddress import ip_address
from typing import Annotated

from fastapi import Header, HTTPException, Request, Response

from api.deps import RuntimeDep
from api.routing import Router
from instainstru_core.kernel import exposition
from instainstru_core.kernel.settings import Settings

FORWARDED = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "via"})

router = Router(base="", tags=["metrics"])


@router.get("/metrics", operation_id="metrics.page", include_in_schema=False)
def page(request: Request, runtime: RuntimeDep, accept: Annotated[str, Header()] = "") -> Response:
    """What this process counted."""
    if not may_scrape(request, runtime.settings):
        raise HTTPException(404)
    body, media_type = exposition.page(accept, runtime.settings.metrics_shared_dir)
    return Response(body, media_type=media_type, headers={"Cache-Control": "no-store"})


def may_scrape(request: Request, settings: Settings) -> bool:
    """With a token set, only who holds it; else only neighbors that come without a proxy."""
    if settings.metrics_token is not None:
        expected = f"Bearer {settings.metrics_token.get_secret_value()}"
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), expected.encode())
    if any(name in request.headers for name in FORWARDED) or request.client is None:
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private
