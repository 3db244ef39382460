"""What was done with the results of a search, and what somebody searched for before."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Response

from api.deps import PublicUowDep, RuntimeDep, UowDep
from api.guests import GuestDep
from api.routing import Router
from instainstru_core.domains.search import service
from instainstru_core.domains.search.schemas.clicks import (
    ClickView,
    InteractionsView,
    RecordClick,
    RecordInteractions,
)
from instainstru_core.domains.search.schemas.history import (
    ErasedView,
    ForgottenView,
    HistoriesView,
    HistoryView,
)
from instainstru_core.kernel.paging import MAX_PAGE, Page
from instainstru_core.runtime import Runtime

router = Router(prefix="/search", tags=["search"])

Recent = Annotated[int, Query(ge=1, le=20)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
PRIVATE = "private, no-store"
RECENT = 3


@router.post(
    "/{search_id}/clicks",
    status_code=HTTPStatus.CREATED,
    operation_id="search.record_click",
    summary="Say what was done with a result",
)
def record_click(
    uow: PublicUowDep, runtime: RuntimeDep, guest: GuestDep, search_id: str, command: RecordClick
) -> ClickView:
    """Counts once for each instructor and action of a search, from whoever made it."""
    return service.record_click(uow, search_id, command, visitor=guest, secret=_secret(runtime))


@router.post(
    "/{search_id}/interactions",
    operation_id="search.record_interactions",
    summary="Say what was done with several results",
)
def record_interactions(
    uow: PublicUowDep,
    runtime: RuntimeDep,
    guest: GuestDep,
    search_id: str,
    command: RecordInteractions,
) -> InteractionsView:
    """Like single clicks, gathered for a moment; each says what became of it."""
    return service.record_interactions(
        uow, search_id, command, visitor=guest, secret=_secret(runtime)
    )


@router.get(
    "/history/recent",
    operation_id="search.recent_searches",
    summary="See what you searched for last",
)
def recent(
    uow: PublicUowDep,
    runtime: RuntimeDep,
    guest: GuestDep,
    response: Response,
    limit: Recent = RECENT,
) -> HistoriesView:
    """For whoever is signed in, else for the guest session."""
    response.headers["Cache-Control"] = PRIVATE
    return service.recent_searches(uow, guest.guest, secret=_secret(runtime), limit=limit)


@router.get(
    "/history", operation_id="search.searches_made", summary="See all that you searched for"
)
def made(
    *,
    uow: PublicUowDep,
    runtime: RuntimeDep,
    guest: GuestDep,
    response: Response,
    cursor: str | None = None,
    limit: Limit = 20,
) -> Page[HistoryView]:
    """The latest first."""
    response.headers["Cache-Control"] = PRIVATE
    return service.searches_made(
        uow, guest.guest, secret=_secret(runtime), cursor=cursor, limit=limit
    )


@router.delete(
    "/history/{history_id}",
    status_code=HTTPStatus.NO_CONTENT,
    operation_id="search.forget_search",
    summary="Delete a search from your history",
)
def forget(uow: PublicUowDep, runtime: RuntimeDep, guest: GuestDep, history_id: str) -> None:
    """Only your own; what is deleted is gone for good after 90 days."""
    service.forget_search(uow, history_id, guest.guest, secret=_secret(runtime))


@router.delete(
    "/history",
    operation_id="search.forget_searches",
    summary="Delete your whole search history",
    responses={422: {}},
)
def forget_all(uow: PublicUowDep, runtime: RuntimeDep, guest: GuestDep) -> ForgottenView:
    """What is deleted is gone for good after 90 days."""
    return service.forget_searches(uow, guest.guest, secret=_secret(runtime))


@router.delete(
    "/record",
    operation_id="search.erase_own_searches",
    summary="Have all you searched for forgotten",
)
def erase(uow: UowDep, runtime: RuntimeDep) -> ErasedView:
    """At once and for good: your history goes, and your searches and clicks stay without a name."""
    return service.erase_own_searches(uow, secret=_secret(runtime))


def _secret(runtime: Runtime) -> str:
    return runtime.settings.location_secret.get_secret_value()
