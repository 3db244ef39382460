"""Whether a point lies in the areas of many instructors. Named before `instructors`, whose ids
would take the path for one of them.
"""

from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from api import etag
from api.deps import PublicUowDep
from api.routing import Router
from instainstru_core.domains.instructors import service
from instainstru_core.domains.instructors.schemas import CoverageView

router = Router(prefix="/instructors", tags=["instructors"])

FOR_A_MINUTE = "private, max-age=60"
"""Booking asks again, so that a minute does no harm; never in a cache that others share."""


class CoverageQuery(BaseModel):
    """Which point, and whose areas."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    ids: list[str] = Field(
        min_length=1,
        description="Ids of instructors, 100 at most: `ids` once for each, or one with commas"
        " between them, or both.",
    )

    @field_validator("ids")
    @classmethod
    def _apart(cls, given: list[str]) -> list[str]:
        """Each id by itself. Raises ValueError where there is none."""
        ids = [one.strip() for several in given for one in several.split(",")]
        if not any(ids):
            raise ValueError("Send one id or more, such as ids=a,b or ids=a&ids=b.")
        return [one for one in ids if one]


@router.get(
    "/coverage",
    operation_id="instructors.coverage",
    summary="Who of many instructors travels to a point",
)
def coverage(
    uow: PublicUowDep, query: Annotated[CoverageQuery, Query()], response: Response
) -> CoverageView:
    """No coordinates come back. Unknown ids and those of nobody who is live are listed apart."""
    view = service.coverage(uow, query.ids, latitude=query.latitude, longitude=query.longitude)
    response.headers["ETag"] = etag.of_content(view)
    response.headers["Cache-Control"] = FOR_A_MINUTE
    return view
