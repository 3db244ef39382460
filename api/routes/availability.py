"""Open hours: one's own, week by week, and everybody's free times."""

from datetime import date
from typing import Annotated

from fastapi import Query, Response

from api import etag
from api.deps import PublicUowDep, UowDep
from api.routing import Router
from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.schemas import (
    FreeTimesQuery,
    FreeTimesView,
    SavedWeekView,
    SaveWeek,
    WeekView,
)

router = Router(prefix="/availability", tags=["availability"])


@router.get("/weeks/{day}", operation_id="availability.week", summary="A week of one's own hours")
def week(uow: UowDep, day: date, response: Response) -> WeekView:
    """The week that holds this day. The ETag is its version."""
    view = service.week(uow, day)
    response.headers["ETag"] = etag.of_version(view.version)
    return view


@router.put(
    "/weeks/{monday}",
    operation_id="availability.save_week",
    summary="Set the open hours of a week",
)
def save_week(
    uow: UowDep, monday: date, command: SaveWeek, response: Response, if_match: etag.IfMatch = None
) -> SavedWeekView:
    """Refused when the week was changed since the version given; `current_version` says to what."""
    view = service.save_week(uow, monday, command, if_match=etag.version_in(if_match))
    response.headers["ETag"] = etag.of_version(view.version)
    return view


@router.get(
    "/instructors/{instructor_id}/free-times",
    operation_id="availability.free_times",
    summary="When an instructor can be booked",
)
def free_times(
    uow: PublicUowDep,
    instructor_id: str,
    query: Annotated[FreeTimesQuery, Query()],
    response: Response,
) -> FreeTimesView:
    """Lead time, protected mornings, lessons and the pauses between them are taken off."""
    view = service.free_times(uow, instructor_id, query)
    response.headers["ETag"] = etag.of_content(view)
    return view
