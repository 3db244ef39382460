"""Names of places that searches teach, for staff."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from pydantic import Field

from api.deps import UowDep
from api.routing import Router
from instainstru_core.domains.search import service
from instainstru_core.domains.search.schemas.places import (
    AddPlaceAlias,
    DismissUnresolvedPlace,
    PlaceAliasFilters,
    PlaceAliasView,
    UnresolvedFilters,
    UnresolvedPlacesView,
    UnresolvedPlaceView,
)
from instainstru_core.kernel.paging import MAX_PAGE, Page

router = Router(prefix="/search", tags=["search"])


class AliasesQuery(PlaceAliasFilters):
    """Which names, and which page of them."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


class UnresolvedQuery(UnresolvedFilters):
    """Which words, and how many."""

    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


@router.get(
    "/place-aliases",
    operation_id="search.place_aliases",
    summary="Names of places that were taught, newest first",
)
def aliases(uow: UowDep, query: Annotated[AliasesQuery, Query()]) -> Page[PlaceAliasView]:
    """Those that wait, those in use and those that were rejected."""
    filters = PlaceAliasFilters(status=query.status)
    return service.place_aliases(uow, filters, cursor=query.cursor, limit=query.limit)


@router.post(
    "/place-aliases",
    status_code=HTTPStatus.CREATED,
    operation_id="search.add_place_alias",
    summary="Teach a name of a place",
)
def add(uow: UowDep, command: AddPlaceAlias) -> PlaceAliasView:
    """It is used from the next search on. What a name means already is never overridden."""
    return service.add_place_alias(uow, command)


@router.post(
    "/place-aliases/{alias_id}/approve",
    operation_id="search.approve_place_alias",
    summary="Use a name that waits",
)
def approve(uow: UowDep, alias_id: str) -> PlaceAliasView:
    """It is used from the next search on."""
    return service.approve_place_alias(uow, alias_id)


@router.post(
    "/place-aliases/{alias_id}/reject",
    operation_id="search.reject_place_alias",
    summary="Do not use a name, or no longer",
)
def reject(uow: UowDep, alias_id: str) -> PlaceAliasView:
    """It is not learned again. It can be taught anew."""
    return service.reject_place_alias(uow, alias_id)


@router.get(
    "/unresolved-places",
    operation_id="search.unresolved_places",
    summary="Words for places that nobody knew",
)
def unresolved(uow: UowDep, query: Annotated[UnresolvedQuery, Query()]) -> UnresolvedPlacesView:
    """Those of most people first, as the last look at the searches found them."""
    filters = UnresolvedFilters(status=query.status)
    return service.unresolved_places(uow, filters, limit=query.limit)


@router.post(
    "/unresolved-places/dismiss",
    operation_id="search.dismiss_unresolved_place",
    summary="Take words off the review queue",
    responses={404: {}},
)
def dismiss(uow: UowDep, command: DismissUnresolvedPlace) -> UnresolvedPlaceView:
    """They are no name of a place, and are not looked at again."""
    return service.dismiss_unresolved_place(uow, command.name)
