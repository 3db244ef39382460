"""The map: boroughs and neighborhoods."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel

from api import etag
from api.deps import PublicUowDep
from api.routing import Router
from instainstru_core.domains.regions import service
from instainstru_core.domains.regions.schemas import (
    AreaDetail,
    AreasView,
    BoroughsView,
    FoundPlaceView,
    PointView,
)
from instainstru_core.domains.regions.types import Borough

router = Router(prefix="/regions", tags=["regions"])

Latitude = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]


@router.get("/boroughs", operation_id="regions.boroughs", summary="The five boroughs")
def boroughs(uow: PublicUowDep, response: Response) -> BoroughsView:
    """With their numbers of neighborhoods."""
    found = service.boroughs(uow)
    keep(response, found)
    return found


@router.get("/areas", operation_id="regions.areas", summary="All neighborhoods")
def areas(
    uow: PublicUowDep,
    response: Response,
    borough: Annotated[Borough | None, Query(description="Only those listed under it.")] = None,
) -> AreasView:
    """In the order of the map; their keys never change."""
    found = service.areas(uow, borough)
    keep(response, found)
    return found


@router.get("/areas/{area_key}", operation_id="regions.area", summary="A neighborhood")
def area(uow: PublicUowDep, response: Response, area_key: str) -> AreaDetail:
    """With its outline."""
    found = service.area(uow, area_key)
    keep(response, found)
    return found


@router.get("/at", operation_id="regions.at", summary="The neighborhood of a point")
def at(uow: PublicUowDep, latitude: Latitude, longitude: Longitude) -> PointView:
    """Null outside the city; a park counts to the nearest neighborhood."""
    return service.at(uow, latitude=latitude, longitude=longitude)


@router.get("/find", operation_id="regions.find", summary="The place of a name")
def find(
    uow: PublicUowDep,
    q: Annotated[str, Query(min_length=1, max_length=80, examples=["UWS"])],
) -> FoundPlaceView:
    """Knows other names, short forms and near misses: "UWS", "jackson hts", "prak slope"."""
    return service.find(uow, q)


def keep(response: Response, view: BaseModel) -> None:
    """Let whoever asks keep what changes only with a release."""
    response.headers["ETag"] = etag.of_content(view)
    response.headers["Cache-Control"] = "public, max-age=3600"
