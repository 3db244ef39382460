"""The page for Prometheus. To the rest of the world it is not there."""

from typing import Annotated

from fastapi import Header, HTTPException, Request, Response

from api.deps import RuntimeDep
from api.routing import Router
from instainstru_core.kernel import exposition

router = Router(base="", tags=["metrics"])


@router.get("/metrics", operation_id="metrics.page", include_in_schema=False)
def page(request: Request, runtime: RuntimeDep, accept: Annotated[str, Header()] = "") -> Response:
    """What this process counted."""
    client = request.client.host if request.client else None
    if not exposition.may_read(runtime.settings.metrics_token, client, request.headers):
        raise HTTPException(404)
    body, media_type = exposition.page(accept, runtime.settings.metrics_shared_dir)
    return Response(body, media_type=media_type, headers={"Cache-Control": "no-store"})
