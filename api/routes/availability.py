"""Open hours: one's own, week by week and many days at once, and everybody's free times."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Response

from api import etag
from api.deps import PublicUowDep, UowDep
from api.routing import Router
from instainstru_core.domains.availability import service
from instainstru_core.domains.availability.schemas import (
    AddBlackouts,
    AddedBlackoutsView,
    ApplyPattern,
    BlackoutsView,
    BlackoutView,
    CopiedWeekView,
    CopyWeek,
    EditDays,
    FilledView,
    FreeTimesQuery,
    FreeTimesView,
    OwnWeekView,
    SavedWeekView,
    SaveWeek,
)

router = Router(prefix="/availability", tags=["availability"])

KEPT_BY_THE_CALLER = "private, no-cache"
"""The caller may keep it, and asks each time whether it still holds."""


@router.get("/weeks/{day}", operation_id="availability.week", summary="A week of one's own hours")
def week(uow: UowDep, day: date, response: Response) -> OwnWeekView:
    """The week that holds this day, beside what is booked in it.

    The ETag begins with the week's version: send it back as If-Match when saving.
    """
    view = service.week(uow, day)
    response.headers["ETag"] = etag.of_version_and_content(view.version, view)
    response.headers["Cache-Control"] = KEPT_BY_THE_CALLER
    return view


@router.put(
    "/weeks/{monday}",
    operation_id="availability.save_week",
    summary="Set the open hours of a week",
)
def save_week(
    uow: UowDep, monday: date, command: SaveWeek, response: Response, if_match: etag.IfMatch = None
) -> SavedWeekView:
    """Refused when the week was changed since the version given; `current_version` says to what.

    `If-Match: *` overwrites whatever is there. Hours that are saved without a tag keep theirs.
    """
    view = service.save_week(
        uow,
        monday,
        command,
        if_match=etag.version_in(if_match),
        whatever=etag.is_any(if_match),
    )
    response.headers["ETag"] = etag.of_version(view.version)
    return view


@router.post(
    "/weeks/{monday}/copy",
    operation_id="availability.copy_week",
    summary="Copy a week over another one",
)
def copy_week(
    uow: UowDep, monday: date, command: CopyWeek, response: Response, if_match: etag.IfMatch = None
) -> CopiedWeekView:
    """All seven days with their tags, empty ones too. If-Match and ETag are of the other week."""
    view = service.copy_week(uow, monday, command, if_match=etag.version_in(if_match))
    response.headers["ETag"] = etag.of_version(view.version)
    return view


@router.post(
    "/patterns",
    operation_id="availability.apply_pattern",
    summary="Repeat a week over a range of days",
    responses={404: {}},
)
def apply_pattern(uow: UowDep, command: ApplyPattern) -> FilledView:
    """Every day is reported: applied, unchanged, or skipped and why. All or nothing is written."""
    return service.apply_pattern(uow, command)


@router.post(
    "/edits",
    operation_id="availability.edit_days",
    summary="Open and close stretches of many days",
    responses={404: {}},
)
def edit_days(uow: UowDep, command: EditDays) -> FilledView:
    """Every edit is reported: applied, unchanged, or skipped and why."""
    return service.edit_days(uow, command)


@router.get(
    "/blackouts",
    operation_id="availability.blackouts",
    summary="Days on which one does not teach",
    responses={404: {}},
)
def blackouts(uow: UowDep, response: Response) -> BlackoutsView:
    """From today on."""
    view = service.blackouts(uow)
    response.headers["ETag"] = etag.of_content(view)
    response.headers["Cache-Control"] = KEPT_BY_THE_CALLER
    return view


@router.post(
    "/blackouts",
    status_code=HTTPStatus.CREATED,
    operation_id="availability.add_blackouts",
    summary="Do not teach on these days",
    responses={404: {}},
)
def add_blackouts(uow: UowDep, command: AddBlackouts) -> AddedBlackoutsView:
    """Nobody can find or book these days any more. Lessons on them stay; `staying` lists them."""
    return service.add_blackouts(uow, command)


@router.delete(
    "/blackouts/{day}",
    operation_id="availability.remove_blackout",
    summary="Teach on a day after all",
)
def remove_blackout(uow: UowDep, day: date) -> BlackoutView:
    """The day can be booked again by the hours it has."""
    return service.remove_blackout(uow, day)


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
    response.headers["Cache-Control"] = KEPT_BY_THE_CALLER
    return view
