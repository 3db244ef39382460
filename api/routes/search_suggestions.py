"""Suggestions as someone types."""

from typing import Annotated

from fastapi import Query, Response

from api.deps import PublicUowDep, RuntimeDep
from api.routing import Router
from instainstru_core.domains.search import service
from instainstru_core.domains.search.schemas.suggesting import SuggestionsView
from instainstru_core.kernel.authority import ActorKind

router = Router(prefix="/search", tags=["search"])

Typed = Annotated[str, Query(max_length=100, description="What is typed so far.", examples=["pia"])]
Limit = Annotated[int, Query(ge=1, le=20)]


@router.get(
    "/suggestions",
    operation_id="search.suggestions",
    summary="See what someone may be about to type",
)
def suggestions(
    uow: PublicUowDep, runtime: RuntimeDep, response: Response, q: Typed, limit: Limit = 8
) -> SuggestionsView:
    """Services, groups and places whose words begin so; for whoever is signed in also what they
    searched for themselves.
    """
    is_own = uow.actor.kind is ActorKind.USER
    response.headers["Cache-Control"] = "private, no-store" if is_own else "public, max-age=300"
    response.headers["Vary"] = "Authorization"
    secret = runtime.settings.location_secret.get_secret_value()
    return service.suggestions(uow, q, secret=secret, limit=limit)
